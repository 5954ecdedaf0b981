// SPDX-License-Identifier: Apache-2.0
#include "pipe_order.h"

#include <algorithm>

namespace Simulator {

void PipeOrder::Reset(bool vectorFinishesInOrder)
{
    vectorFinishesInOrder_ = vectorFinishesInOrder;
    for (std::vector<PipeClock> &sets : crossCoreSets_) {
        sets.clear();
    }
    for (uint32_t pipe = 0; pipe < PIPE_NUM; ++pipe) {
        known_[pipe] = PipeClock();
        issuedEnd_[pipe] = 0;
        for (auto &ids : flags_[pipe]) {
            for (Flag &flag : ids) {
                flag.set.clear();
                flag.early = 0;
            }
        }
    }
}

void PipeOrder::Issue(const Instruction &instruction)
{
    const uint32_t pipe = Index(instruction.pipe);
    PipeClock &known = known_[pipe];
    // S issues: what it has waited for is over. Its own accesses to memory may still be under way.
    const uint32_t scalarEnd = known.end[Index(Pipe::S)];
    known.Join(known_[Index(Pipe::S)]);
    if (instruction.pipe != Pipe::S) {
        known.end[Index(Pipe::S)] = scalarEnd;
    }
    if (instruction.flag == Instruction::Flag::WAIT) {
        Flag &flag = FlagOf(instruction);
        if (flag.set.empty()) {
            ++flag.early;
        } else {
            known.Join(flag.set.front());
            flag.set.erase(flag.set.begin());
        }
    } else if (instruction.flag == Instruction::Flag::SET) {
        Flag &flag = FlagOf(instruction);
        if (flag.early > 0) {
            --flag.early;
            known_[Index(instruction.flagDestination)].Join(ReleasedBy(instruction.pipe));
        } else {
            flag.set.push_back(ReleasedBy(instruction.pipe));
        }
    } else if (instruction.flag == Instruction::Flag::CROSS_CORE_SET) {
        crossCoreSets_[instruction.flagId].push_back(ReleasedBy(instruction.pipe));
    } else if (instruction.flag == Instruction::Flag::BARRIER) {
        known.end[pipe] = issuedEnd_[pipe];
    }
    issuedEnd_[pipe] = instruction.sequence + 1;
    if (FinishesInOrder(instruction.pipe)) {
        known.end[pipe] = issuedEnd_[pipe];
    }
}

void PipeOrder::JoinAll()
{
    for (PipeClock &known : known_) {
        std::copy(issuedEnd_, issuedEnd_ + PIPE_NUM, known.end);
    }
}

void PipeOrder::PassCrossCoreFlag(uint32_t id)
{
    std::vector<PipeClock> &sets = crossCoreSets_[id];
    if (!sets.empty()) {
        known_[Index(Pipe::S)].Join(sets.front());
        sets.erase(sets.begin());
    }
}

void PipeOrder::Learn(Pipe pipe, Pipe other, uint32_t sequence)
{
    uint32_t &end = known_[Index(pipe)].end[Index(other)];
    end = std::max(end, sequence + 1);
}

PipeClock PipeOrder::ReleasedBy(Pipe pipe) const
{
    PipeClock released = known_[Index(pipe)];
    released.end[Index(pipe)] = issuedEnd_[Index(pipe)];
    return released;
}

PipeOrder::Flag &PipeOrder::FlagOf(const Instruction &instruction)
{
    return flags_[Index(instruction.flagSource)][Index(instruction.flagDestination)][instruction.flagId];
}

}  // namespace Simulator
