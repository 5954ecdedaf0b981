// SPDX-License-Identifier: Apache-2.0
// The in-order queues of one core, and the flags between them.
#ifndef SIMULATOR_CORE_PIPES_H
#define SIMULATOR_CORE_PIPES_H

#include <cstdint>
#include <random>

#include "instruction.h"
#include "instruction_queue.h"

namespace Simulator {

enum class Schedule : uint8_t {
    EAGER,    // every instruction as soon as flags permit: in program order, where no wait is issued before its set
    ON_WAIT,  // every instruction as late as flags permit
    RANDOM,   // any order that flags permit, by seed
};

constexpr uint32_t FLAG_IDS = 8;  // hardware event ids per pair of pipes, both families

class Pipes {
public:
    explicit Pipes(AiCore &core) : core_(core) {}

    void Reset(Schedule schedule, uint64_t seed);
    void Push(const Instruction &instruction);
    void DrainAll();
    // Runs what the pipe holds from before a place in program order, and with it what that waits for.
    void RunUpTo(Pipe pipe, uint32_t sequenceEnd);
    // Runs each pipe up to the last cross-core flag that it still has to set.
    void RunCrossCoreSets();
    // Runs what no flag holds back, while S waits for other cores.
    void RunWhatCanRun();

private:
    // A queue of the kernel reuses an id as soon as its wait is issued, so the source pipe may set it again before the
    // destination pipe has come to that wait.
    struct Flag {
        uint32_t set = 0;         // and not yet waited for
        uint32_t queuedSets = 0;  // that the source pipe still holds
    };

    Flag &FlagOf(const Instruction &instruction);
    bool IsSet(const Instruction &wait) const;
    bool IsHeldBack(const Instruction &instruction) const;
    bool Blocked(Pipe pipe) const;
    bool WillBeSet(const Instruction &wait) const;
    void Run(const Instruction &instruction);
    size_t NextPlace(Pipe pipe);
    void Advance(Pipe pipe);
    bool TryAdvance(Pipe pipe);
    bool AdvanceUntilSet(const Instruction &wait);
    bool StepRandomPipe();
    void ReportDeadlock(const Instruction *scalarWait);

    // As on the device, S stalls when a queue is full. The device's depth is not published; this one bounds memory.
    static constexpr size_t QUEUE_DEPTH = 1024;
    // A pipe may finish an instruction before one that it started earlier: within so many, up to a flag or a barrier.
    static constexpr size_t UNDER_WAY = 16;
    // Under RANDOM a block draws how far its pipes lag behind S: from one step per instruction to one in this many.
    static constexpr uint64_t LAZIEST = 16;

    AiCore &core_;
    Schedule schedule_ = Schedule::EAGER;
    std::mt19937_64 random_;
    uint64_t laziness_ = 2;
    InstructionQueue queues_[PIPE_NUM];
    Flag flags_[PIPE_NUM][PIPE_NUM][FLAG_IDS] = {};
    bool advancing_[PIPE_NUM] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_PIPES_H
