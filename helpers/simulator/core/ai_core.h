// SPDX-License-Identifier: Apache-2.0
// One AI core while it runs a block: UB, pipes, flags, buffers. Every instruction passes Issue().
#ifndef SIMULATOR_CORE_AI_CORE_H
#define SIMULATOR_CORE_AI_CORE_H

#include <cstdint>
#include <vector>

#include "access_history.h"
#include "atomic.h"
#include "buffer_table.h"
#include "core_accesses.h"
#include "core_order.h"
#include "dequant_scale.h"
#include "event_ids.h"
#include "event_log.h"
#include "finding.h"
#include "global_memory.h"
#include "instruction.h"
#include "numeric_modes.h"
#include "pending_flags.h"
#include "pipe_order.h"
#include "pipes.h"
#include "report.h"
#include "scalar_lines.h"
#include "timing_log.h"
#include "vector_mask.h"
#include "vector_registers.h"

namespace AscendC {

class TPipe;

}  // namespace AscendC

namespace Simulator {

// What one launch is run with; the same for all its blocks.
struct LaunchSettings {
    uint32_t blockNum = 1;
    uint32_t npuArch = 0;  // 2201 or 3002
    uint32_t ubBytes = 0;
    uint32_t coreNum = 0;  // vector cores of the SoC; 0: not known
    bool checked = true;
    bool executes = true;     // false at level "model": instructions are issued, checked and counted, and do nothing
    bool strictSync = false;  // no synchronisation but what the kernel asks for: built with --cce-auto-sync=off
    uint32_t checksOff = 0;   // bit i switches CHECKS[i] off
    Schedule schedule = Schedule::ON_WAIT;
    uint64_t seed = 0;
    Overflow overflow = Overflow::INFNAN;
    bool flushToZero = false;
    uint64_t tilingKey = 0;
    uint64_t logLimit = 0;     // instructions that the log of one thread keeps
    uint64_t timingLimit = 0;  // instructions that one thread keeps for the timing model

    // On dav-2201 by the barriers of CANN's default build, on dav-3002 in any case.
    bool VectorFinishesInOrder() const { return !strictSync || npuArch != 2201; }
};

class CrossCore;

class AiCore {
public:
    AiCore(const LaunchSettings &settings, GlobalMemory &globalMemory, FindingLog &findings, CrossCore &crossCore);
    AiCore(const AiCore &) = delete;
    AiCore &operator=(const AiCore &) = delete;

    // Runs one block from fresh state: UB poisoned, no buffers, no flags. A block that a finding stops just ends.
    template <typename Body>
    void RunBlock(uint32_t blockIdx, const Body &body)
    {
        BeginBlock(blockIdx);
        try {
            body();
            EndBlock();
        } catch (const StopBlock &) {
        }
        inBlock_ = false;
    }

    // The choke point: check, schedule, execute, log. Numbers the instruction.
    void Issue(Instruction &instruction);
    void Issue(Instruction &&instruction) { Issue(instruction); }

    // Records a finding; an error then ends the block by throwing StopBlock.
    void Report(const Finding &finding, const char *call, SourceLine where);
    // The same of one of an instruction's operands.
    void Report(const Finding &finding, const Instruction &instruction, const Operand &operand);
    // The same where the core can go on, and from a destructor, which must not throw.
    void Note(const Finding &finding, const char *call, SourceLine where);
    void Note(Finding finding, const Instruction &instruction, const Operand &operand);

    const LaunchSettings &Settings() const { return settings_; }
    uint32_t BlockIdx() const { return blockIdx_; }
    uint8_t *Ub(uint64_t address) { return ub_ + address; }
    GlobalMemory &Gm() { return globalMemory_; }
    const GlobalMemory &Gm() const { return globalMemory_; }
    WriteMap &Writes() { return writes_; }
    BufferTable &Buffers() { return buffers_; }
    EventIds &Events() { return events_; }
    PendingFlags &Flags() { return flags_; }
    EventLog &Log() { return log_; }
    TimingLog &Timing() { return timing_; }
    // S waits until every pipe has finished.
    void DrainPipes();
    // S waits for what the pipe was given before a place in program order.
    void WaitFor(Pipe pipe, uint32_t sequenceEnd);
    PipeOrder &Order() { return order_; }
    AccessHistory &Accesses() { return accesses_; }
    const ScalarLines &Lines() const { return lines_; }
    // The scalar unit writes back what its cache holds of the line at a host address, or of all lines, and drops it.
    void CleanLines(uint64_t address, uint32_t sequence);
    CrossCore &Cross() { return crossCore_; }
    void RunCrossCoreSets() { pipes_.RunCrossCoreSets(); }
    void SetCrossCoreFlag(uint32_t id, const CoreRelease &release, const char *call, SourceLine where);
    // What other cores may learn from what `pipe` does now.
    CoreRelease Release(Pipe pipe);
    const CoreAccesses &GmAccesses() const { return coreAccesses_; }
    // A read of global memory. The same one again and again is a core that waits for another: that one may run now.
    void NoteRead(uint64_t address);
    // A word of global memory that the scalar unit is about to read, or has written.
    void NoteWord(uint64_t address, uint32_t bytes, bool written);
    // Drops what is still queued: after an error in a destructor, where the block cannot be stopped by throwing.
    void AbandonPipes() { pipes_.Reset(settings_.schedule, settings_.seed); }

    // Where the block stands; read by the signal handlers of the runner.
    const char *LastCall() const { return lastCall_; }
    SourceLine LastLine() const { return lastLine_; }
    bool InBlock() const { return inBlock_; }

    AscendC::TPipe *tpipe = nullptr;  // the one that lives
    bool staticTensors = false;       // some tensor lies at an address of the kernel's own choice
    VectorMask vectorMask;
    DequantScaleRegister dequantScale;
    VectorRegisters registers{};
    uint64_t padRegister = 0;  // filler of DataCopyPad; loaded by copies with isPad = true and by SetPadValue
    AtomicMode atomicMode;     // of stores issued from now on

    // The core on which the calling thread runs a block; null outside.
    static AiCore *&Current();

private:
    friend class Pipes;
    void BeginBlock(uint32_t blockIdx);
    void EndBlock();
    void Execute(const Instruction &instruction);
    void Count(const Instruction &instruction, CallTotals &totals);
    void Log(const Instruction &instruction, uint16_t call);
    void LogTiming(const Instruction &instruction);

    const LaunchSettings &settings_;
    GlobalMemory &globalMemory_;
    FindingLog &findings_;
    CrossCore &crossCore_;
    std::vector<uint8_t> storage_;
    uint8_t *ub_;
    Pipes pipes_;
    PipeOrder order_;
    AccessHistory accesses_;
    CoreAccesses coreAccesses_;
    ScalarLines lines_;
    BufferTable buffers_;
    EventIds events_;
    PendingFlags flags_;
    EventLog log_;
    TimingLog timing_;
    BankConflictCounter bankConflicts_;
    uint8_t pipesAwaited_ = 0;  // a bit for each pipe that S has let finish since the last instruction
    WriteMap writes_;
    uint32_t blockIdx_ = 0;
    uint32_t issuedNum_ = 0;
    uint32_t releasedNum_ = 0;
    uint32_t executedNum_ = 0;
    uint64_t lastRead_ = 0;
    uint64_t readWord_ = 0;  // the last word that the scalar unit read, until the block goes on
    uint64_t nextWord_ = 0;  // behind the last word that the scalar unit wrote, and the instructions up to then
    uint32_t nextWordSequence_ = 0;
    uint32_t sameReads_ = 0;
    volatile bool inBlock_ = false;
    const char *volatile lastCall_ = "";
    SourceLine lastLine_{"", 0};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_AI_CORE_H
