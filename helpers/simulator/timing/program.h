// SPDX-License-Identifier: Apache-2.0
// What the timing engine runs: kinds of instructions with their costs, and each block's instructions by kind.
// Plain structs of fixed layout: Python fills them (helpers/timing.py).
#ifndef SIMULATOR_TIMING_PROGRAM_H
#define SIMULATOR_TIMING_PROGRAM_H

#include <cstdint>

#include "memory_share.h"

namespace Simulator {

enum class Action : uint8_t {
    COMPUTE,     // keeps its pipe busy for a time
    COPY,        // moves bytes of global memory
    SET,         // sets a flag once what its pipe was given before has finished
    WAIT,        // holds its pipe back until the flag is set
    BARRIER,     // holds its pipe back until what the pipe was given before has finished
    CROSS_SET,   // a SET that all cores see
    CROSS_WAIT,  // S: until every block has set the flag as often as this one has waited
    SYNC_ALL,    // S: both
};

struct TimedKind {
    double busyNs;       // COPY: from its issue to that of the next copy; else how long it takes
    double latencyNs;    // COPY: from its issue to its first byte
    double pathNs;       // COPY: how long its bytes take at the least, by what the core can take in or give out
    double memoryBytes;  // COPY: what it takes of the shared bandwidth
    Action action;
    uint8_t pipe;
    uint8_t flagSource;
    uint8_t flagDestination;
    uint8_t flagId;
    Route route;
    uint8_t waitsFor;  // S: a bit for each pipe that is to finish first
    uint8_t reserved;

    bool IsWork() const { return action == Action::COMPUTE || action == Action::COPY; }
};

static_assert(sizeof(TimedKind) == 40, "helpers/timing.py writes kinds of this size");

struct Machine {
    MemoryRates memory;
    double handOffNs;    // from a flag that is set to the pipe that waited for it
    double initNs;       // from the start of a block to its first instruction
    double startSpanNs;  // the first blocks start spread over this span
    uint32_t coreNum;    // further blocks wait until a core is free
    uint32_t reserved;
};

struct Program {
    const TimedKind *kinds;
    const uint32_t *numbers;    // of kinds, block after block
    const uint64_t *blockEnds;  // behind the last instruction of each block
    uint64_t blockNum;
};

constexpr int64_t NOTHING = -1;
constexpr uint32_t TIMED_PIPES = 4;  // S, V, MTE2, MTE3, as in core/instruction.h
constexpr uint32_t SCALAR_PIPE = 0;

// Arrays with one entry per instruction may be null.
struct Times {
    double *startNs;
    double *endNs;
    int64_t *dependency;   // the instruction that let it start: by pipe order, flag or S; NOTHING at the start
    double *blockStartNs;  // one per block, before its initialisation
    double *blockEndNs;
    double *busyNs;    // one per block and pipe: instructions without flags and barriers, waits not counted
    uint32_t *coreOf;  // one per block
};

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_PROGRAM_H
