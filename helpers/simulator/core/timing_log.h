// SPDX-License-Identifier: Apache-2.0
// What the timing model needs to know of the instructions: which kinds there are, and each block's in program order.
// A loop over tiles has few kinds, so an instruction takes four bytes however long the loop is.
#ifndef SIMULATOR_CORE_TIMING_LOG_H
#define SIMULATOR_CORE_TIMING_LOG_H

#include <cstdint>
#include <vector>

#include "bank_conflicts.h"
#include "global_memory.h"
#include "instruction.h"

namespace Simulator {

constexpr uint64_t GM_LINE_BYTES = 512;  // of L2 on dav-2201, and what copies move it by

// Fixed layout without holes: Python reads these records as a structured array, and equal kinds have equal bytes.
struct TimingKind {
    uint64_t gmBytes;         // moved to or from global memory
    uint32_t line;            // of the source
    uint32_t elements;        //
    uint32_t repeats;         // vector instructions: steps of 256 bytes
    uint32_t readConflicts;   // of these, steps in which two sources meet in a bank group
    uint32_t writeConflicts;  // steps whose result meets the next step's source in a bank
    uint32_t gmRuns;          //
    uint32_t gmLines;         // lines that the runs touch, each run for itself
    uint32_t gmSplitRuns;     // runs that start within a line and end in another
    uint16_t call;            // as in LogRecord
    uint16_t file;
    uint8_t pipe;
    uint8_t flag;
    uint8_t flagSource;
    uint8_t flagDestination;
    uint8_t flagId;
    uint8_t gmTensor;  // 255: none
    uint8_t gmWritten;
    uint8_t bypassesL2;
    uint8_t type;
    uint8_t sourceType;
    uint8_t waitsFor;  // a bit for each pipe that S lets finish before this instruction
    uint8_t reserved;
};

static_assert(sizeof(TimingKind) == 56, "helpers/instruction_stream.py reads kinds of this size");

TimingKind TimingKindOf(const Instruction &instruction, const GlobalMemory &memory, BankConflictCounter &counter);

class TimingLog {
public:
    struct Block {
        uint32_t block;
        uint64_t begin;  // in Stream()
        uint64_t end;
        uint64_t copiesBegin;  // in CopyStarts()
        uint64_t copiesEnd;
    };

    void BeginBlock(uint32_t block)
    {
        blocks_.push_back({block, stream_.size(), stream_.size(), copyStarts_.size(), copyStarts_.size()});
    }
    // `copyStart`: where in global memory a copy begins; counts only where the kind moves bytes of it.
    void Append(const TimingKind &kind, uint64_t copyStart, uint64_t limit);

    std::vector<TimingKind> &Kinds() { return kinds_; }
    const std::vector<uint32_t> &Stream() const { return stream_; }
    const std::vector<uint64_t> &CopyStarts() const { return copyStarts_; }
    const std::vector<Block> &Blocks() const { return blocks_; }
    uint64_t Dropped() const { return dropped_; }

    uint32_t NumberOf(const TimingKind &kind);

private:
    uint32_t Find(const TimingKind &kind);
    void Grow();

    std::vector<TimingKind> kinds_;
    std::vector<uint32_t> slots_;      // a hash table of kinds: 0 is free, else the kind's number + 1
    std::vector<uint32_t> followers_;  // of each kind, the one that came after it last
    uint32_t last_ = UINT32_MAX;
    std::vector<uint32_t> stream_;
    std::vector<uint64_t> copyStarts_;  // of the copies in stream_, as a device's addresses
    std::vector<Block> blocks_;
    uint64_t dropped_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TIMING_LOG_H
