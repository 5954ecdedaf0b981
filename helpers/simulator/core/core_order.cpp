// SPDX-License-Identifier: Apache-2.0
#include "core_order.h"

namespace Simulator {

void CoreOrder::Offer(uint64_t place, uint32_t round, const CoreRelease &release)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const Clocks clocks = After(release);
    Clocks &offered = offered_[{place, round}];
    offered.resize(epochs_.size());
    for (size_t block = 0; block < clocks.size(); ++block) {
        offered[block].Join(clocks[block]);
    }
}

void CoreOrder::Take(uint64_t place, uint32_t round, uint32_t block)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto offered = offered_.find({place, round});
    if (offered != offered_.end()) {
        Learn(block, offered->second);
    }
}

void CoreOrder::WriteWord(uint64_t address, const CoreRelease &release)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    words_[address] = release;
}

void CoreOrder::ReadWord(uint64_t address, uint32_t block)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto word = words_.find(address);
    if (word == words_.end() || word->second.block == block) {
        return;
    }
    Learn(block, After(word->second));
}

uint32_t CoreOrder::KnownEnd(uint32_t block, uint32_t epoch, uint32_t other, Pipe pipe) const
{
    return epoch == 0 ? 0 : epochs_[block][epoch - 1][other].end[static_cast<uint32_t>(pipe)];
}

CoreOrder::Clocks CoreOrder::After(const CoreRelease &release) const
{
    Clocks clocks = release.epoch == 0 ? Clocks(epochs_.size()) : epochs_[release.block][release.epoch - 1];
    clocks[release.block].Join(release.own);
    return clocks;
}

void CoreOrder::Learn(uint32_t block, const Clocks &clocks)
{
    Clocks known = lastEpochs_[block] == 0 ? Clocks(epochs_.size()) : epochs_[block].back();
    bool isNew = false;
    for (size_t other = 0; other < known.size(); ++other) {
        for (uint32_t pipe = 0; pipe < PIPE_NUM && other != block; ++pipe) {
            isNew = isNew || clocks[other].end[pipe] > known[other].end[pipe];
        }
        known[other].Join(clocks[other]);
    }
    if (isNew) {
        epochs_[block].push_back(std::move(known));
        ++lastEpochs_[block];
    }
}

}  // namespace Simulator
