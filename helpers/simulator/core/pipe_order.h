// SPDX-License-Identifier: Apache-2.0
// What is certain to have finished when an instruction starts: a vector clock for each pipe, moved on in program order.
// It follows from flags and barriers alone, so it is the same under every schedule.
#ifndef SIMULATOR_CORE_PIPE_ORDER_H
#define SIMULATOR_CORE_PIPE_ORDER_H

#include <cstdint>
#include <vector>

#include "instruction.h"
#include "pipes.h"

namespace Simulator {

// For each pipe the place in program order before which all its instructions have finished.
struct PipeClock {
    uint32_t end[PIPE_NUM] = {};

    void Join(const PipeClock &other)
    {
        for (uint32_t pipe = 0; pipe < PIPE_NUM; ++pipe) {
            end[pipe] = end[pipe] < other.end[pipe] ? other.end[pipe] : end[pipe];
        }
    }
};

constexpr uint32_t CROSS_CORE_FLAG_IDS = 16;  // per core; an id keeps its low four bits

class PipeOrder {
public:
    // `vectorFinishesInOrder`: an instruction of pipe V starts only when the one before has finished. Those of S always
    // do, those of MTE2 and MTE3 overlap each other (PipeBarrier page).
    void Reset(bool vectorFinishesInOrder);

    // Moves on by one instruction, whose accesses are judged afterwards.
    void Issue(const Instruction &instruction);
    // S waits until every pipe has finished.
    void JoinAll();
    // S has seen a cross-core flag that this core, too, had to set.
    void PassCrossCoreFlag(uint32_t id);

    // Whether the instruction of `other` at that place has finished when the next one of `pipe` starts.
    bool Knows(Pipe pipe, Pipe other, uint32_t sequence) const
    {
        return known_[Index(pipe)].end[Index(other)] > sequence;
    }
    // From here on as if the synchronisation that makes this known were there.
    void Learn(Pipe pipe, Pipe other, uint32_t sequence);
    // What has finished when a flag that `pipe` sets now is seen.
    PipeClock ReleasedBy(Pipe pipe) const;

private:
    struct Flag {
        std::vector<PipeClock> set;  // first in, first out: set and not yet waited for
        uint32_t early = 0;          // waits issued before their sets
    };

    static constexpr uint32_t Index(Pipe pipe) { return static_cast<uint32_t>(pipe); }
    Flag &FlagOf(const Instruction &instruction);
    bool FinishesInOrder(Pipe pipe) const { return pipe == Pipe::S || (pipe == Pipe::V && vectorFinishesInOrder_); }

    bool vectorFinishesInOrder_ = true;
    PipeClock known_[PIPE_NUM];
    uint32_t issuedEnd_[PIPE_NUM] = {};  // behind the last instruction of each pipe
    Flag flags_[PIPE_NUM][PIPE_NUM][FLAG_IDS];
    std::vector<PipeClock> crossCoreSets_[CROSS_CORE_FLAG_IDS];  // first in, first out
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_PIPE_ORDER_H
