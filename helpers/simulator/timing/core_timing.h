// SPDX-License-Identifier: Apache-2.0
// One core in modelled time: four pipes, each in order, and the flags between them.
#ifndef SIMULATOR_TIMING_CORE_TIMING_H
#define SIMULATOR_TIMING_CORE_TIMING_H

#include <cstddef>
#include <cstdint>
#include <deque>

#include "program.h"
#include "scalar_progress.h"
#include "stamp.h"

namespace Simulator {

constexpr uint32_t TIMED_FLAG_IDS = 16;

// What concerns more than one core.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    // The transfer of a pipe's foremost copy may begin at that time.
    virtual void StartTransfer(double time, uint32_t core, uint32_t pipe) = 0;
    virtual void SetCrossFlag(uint64_t block, uint32_t id, double time, uint64_t instruction) = 0;
    struct Passed {
        bool passed;
        double time;
        uint64_t instruction;  // the last to set it
    };
    virtual Passed PassCrossFlag(uint64_t block, uint32_t id) = 0;
    virtual void EndBlock(double time, uint32_t core) = 0;
};

class CoreTiming {
public:
    CoreTiming(const Program &program, const Machine &machine, const Times &times, Surroundings &surroundings,
               uint32_t core)
        : program_(program), machine_(machine), times_(times), surroundings_(surroundings), core_(core)
    {
    }

    void BeginBlock(uint64_t block, double time);
    // Runs all that can run without knowing when transfers end.
    void Advance();
    const TimedKind &ForemostCopy(uint32_t pipe) const { return KindOf(pipes_[pipe].pending.front().instruction); }
    // Its bytes have arrived.
    void EndTransfer(uint32_t pipe, double time);
    bool InBlock() const { return inBlock_; }
    uint64_t Block() const { return block_; }
    // The instruction that the block waits at; for the message about a block that never ends.
    uint64_t StuckAt() const;

private:
    struct Pending {  // copies under way, and flags to set behind them
        uint64_t instruction;
        double issued;
    };
    struct PipeState {
        uint64_t next = 0;  // instruction
        Stamp free{};       // from then on the next instruction may start
        Stamp done{};       // the last end of a copy or a computation
        std::deque<Pending> pending;

        // When all that the pipe was given has finished.
        const Stamp &Finished() const { return Later(free, done); }
    };
    struct FlagState {
        std::deque<Stamp> set;
    };

    const TimedKind &KindOf(uint64_t instruction) const { return program_.kinds[program_.numbers[instruction]]; }
    void SkipToOwn(uint32_t pipe);
    bool Step(uint32_t pipe);
    bool StepScalar(uint64_t instruction, const TimedKind &kind);
    bool MayStart(uint32_t pipe, uint64_t instruction, Stamp &start);
    bool AwaitPipes(const TimedKind &kind, uint64_t instruction, Stamp &start) const;
    bool PassFlag(uint64_t instruction, const TimedKind &kind, Stamp start);
    void Issue(uint32_t pipe, uint64_t instruction, const TimedKind &kind, Stamp start);
    void Compute(uint32_t pipe, uint64_t instruction, const TimedKind &kind, Stamp start);
    void SetFlag(uint32_t pipe, uint64_t instruction, Stamp start);
    void BeginForemost(uint32_t pipe);
    void Record(uint64_t instruction, Stamp start, double end);
    void AddBusy(uint32_t pipe, double time);
    void EndIfDone();

    static constexpr size_t PENDING_LIMIT = 64;

    const Program &program_;
    const Machine &machine_;
    const Times &times_;
    Surroundings &surroundings_;
    const uint32_t core_;
    uint64_t block_ = 0;
    uint64_t end_ = 0;
    bool inBlock_ = false;
    bool setForSync_ = false;  // S stands at a SYNC_ALL whose flag it has set
    PipeState pipes_[TIMED_PIPES];
    FlagState flags_[TIMED_PIPES][TIMED_PIPES][TIMED_FLAG_IDS];
    ScalarProgress scalar_;
};

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_CORE_TIMING_H
