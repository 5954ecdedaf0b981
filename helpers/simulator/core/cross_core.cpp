// SPDX-License-Identifier: Apache-2.0
#include "cross_core.h"

#include <algorithm>

#include "ai_core.h"

namespace Simulator {

namespace {

// "cores 0-3, 7"
std::string Ranges(const std::vector<uint32_t> &sorted)
{
    std::string text;
    for (size_t i = 0; i < sorted.size();) {
        size_t last = i;
        while (last + 1 < sorted.size() && sorted[last + 1] == sorted[last] + 1) {
            ++last;
        }
        text += (text.empty() ? "" : ", ") + std::to_string(sorted[i]);
        text += last == i ? "" : "-" + std::to_string(sorted[last]);
        i = last + 1;
    }
    return (sorted.size() == 1 ? "core " : "cores ") + text;
}

}  // namespace

BlockScheduler::Outcome CrossCore::WaitUntil(uint32_t block, const std::function<bool()> &tryPass)
{
    const int line = AiCore::Current()->LastLine().line;
    return scheduler_.WaitUntil(block, [this, block, line, tryPass] {
        const bool passes = tryPass();
        stands_[block] = passes ? Stand() : Stand{Stand::State::WAITS, line};
        return passes;
    });
}

void CrossCore::EndBlock(uint32_t block, SourceLine lastCall)
{
    scheduler_.Change([&] { stands_[block] = {Stand::State::ENDED, lastCall.line}; });
}

std::string CrossCore::Whereabouts(const std::vector<uint32_t> &blocks)
{
    std::string text;
    scheduler_.Change([&] {
        std::vector<uint32_t> rest = blocks;
        while (!rest.empty()) {
            const Stand stand = stands_[rest.front()];
            std::vector<uint32_t> same;
            std::vector<uint32_t> others;
            for (const uint32_t block : rest) {
                (stands_[block] == stand ? same : others).push_back(block);
            }
            const bool one = same.size() == 1;
            const std::string line = "line " + std::to_string(stand.line);
            text += (text.empty() ? "" : ", ") + Ranges(same);
            if (stand.state == Stand::State::WAITS) {
                text += (one ? " waits at " : " wait at ") + line;
            } else if (stand.state == Stand::State::ENDED) {
                text += (one ? " has ended" : " have ended") + (stand.line == 0 ? "" : " (last call in " + line + ")");
            } else {
                text += one ? " was stopped" : " were stopped";
            }
            rest = others;
        }
    });
    return text;
}

uint32_t CrossCore::SetFlag(uint32_t id, const CoreRelease &release)
{
    uint32_t pending = 0;
    scheduler_.Change([&] {
        Counts &counts = flags_[release.block];
        order_.Offer(id, counts.set[id], release);
        pending = ++counts.set[id] - counts.waited[id];
    });
    return pending;
}

BlockScheduler::Outcome CrossCore::WaitFlag(uint32_t block, uint32_t id)
{
    return WaitUntil(block, [this, block, id] {
        uint32_t &waited = flags_[block].waited[id];
        const bool passes =
            std::all_of(flags_.begin(), flags_.end(), [&](const Counts &counts) { return counts.set[id] > waited; });
        if (passes) {
            order_.Take(id, waited++, block);
        }
        return passes;
    });
}

std::vector<uint32_t> CrossCore::MissingAtFlag(uint32_t block, uint32_t id)
{
    std::vector<uint32_t> missing;
    scheduler_.Change([&] {
        for (uint32_t other = 0; other < flags_.size(); ++other) {
            if (flags_[other].set[id] <= flags_[block].waited[id]) {
                missing.push_back(other);
            }
        }
    });
    return missing;
}

uint32_t CrossCore::Arrivals(uint64_t address, uint32_t block)
{
    uint32_t arrivals = 0;
    scheduler_.Change([&] {
        std::vector<uint32_t> &counts = barriers_[address];
        counts.resize(flags_.size());
        arrivals = counts[block];
    });
    return arrivals;
}

BlockScheduler::Outcome CrossCore::Arrive(uint64_t address, const CoreRelease &release, uint32_t coreNum)
{
    const uint32_t block = release.block;
    scheduler_.Change([&] {
        const uint32_t round = ++barriers_[address][block];
        if (block < coreNum) {  // nobody waits for the others
            order_.Offer(address, round, release);
        }
    });
    return WaitUntil(block, [this, address, block, coreNum] {
        const std::vector<uint32_t> &counts = barriers_[address];
        const bool passes = std::all_of(counts.begin(), counts.begin() + coreNum,
                                        [&](uint32_t count) { return count >= counts[block]; });
        if (passes) {
            order_.Take(address, counts[block], block);
        }
        return passes;
    });
}

std::vector<uint32_t> CrossCore::MissingAtBarrier(uint64_t address, uint32_t block, uint32_t coreNum)
{
    std::vector<uint32_t> missing;
    scheduler_.Change([&] {
        const std::vector<uint32_t> &counts = barriers_[address];
        for (uint32_t other = 0; other < coreNum; ++other) {
            if (counts[other] < counts[block]) {
                missing.push_back(other);
            }
        }
    });
    return missing;
}

BlockScheduler::Outcome CrossCore::FlipMark(uint64_t address, const CoreRelease &release, bool from, bool to,
                                            bool stores)
{
    return WaitUntil(release.block, [this, address, release, from, to, stores] {
        int32_t *word = reinterpret_cast<int32_t *>(address);
        bool &mark = marks_.emplace(address, stores && *word != 0).first->second;
        const bool passes = mark == from;
        if (passes) {
            mark = to;
            order_.Take(address, 0, release.block);
            order_.Offer(address, 0, release);
        }
        if (passes && stores) {
            *word = to ? 1 : 0;
        }
        return passes;
    });
}

BlockScheduler::Outcome CrossCore::WaitTurn(uint64_t address, uint32_t block)
{
    return WaitUntil(block, [this, address, block] {
        std::vector<uint32_t> &ended = turns_[address];
        ended.resize(flags_.size());
        const uint32_t rounds = ended[block];
        for (uint32_t other = 0; other < ended.size(); ++other) {
            if (ended[other] != (other < block ? rounds + 1 : rounds)) {
                return false;
            }
        }
        order_.Take(address, 0, block);
        return true;
    });
}

void CrossCore::EndTurn(uint64_t address, const CoreRelease &release)
{
    scheduler_.Change([&] {
        order_.Offer(address, 0, release);
        std::vector<uint32_t> &ended = turns_[address];
        ended.resize(flags_.size());
        ++ended[release.block];
    });
}

}  // namespace Simulator
