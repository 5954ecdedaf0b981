// SPDX-License-Identifier: Apache-2.0
// What was executed: one record per instruction, up to a limit, and totals that have none.
#ifndef SIMULATOR_CORE_EVENT_LOG_H
#define SIMULATOR_CORE_EVENT_LOG_H

#include <cstdint>
#include <vector>

#include "instruction.h"

namespace Simulator {

// Fixed layout: Python reads these records as a structured array.
struct LogRecord {
    uint32_t core;
    uint32_t sequence;  // position in program order
    uint32_t order;     // position in execution order
    uint32_t elements;
    uint16_t call;  // index into the table of names
    uint16_t file;  // index into the table of names
    uint32_t line;
    uint8_t pipe;
    uint8_t flag;  // Instruction::Flag
    uint8_t flagSource;
    uint8_t flagDestination;
    uint8_t flagId;
    uint8_t gmTensor;  // index of the tensor in global memory, 255 if none
    uint16_t reserved;
    uint64_t gmOffsetBytes;
    uint64_t gmBytes;
    uint32_t ubAddress[MAX_OPERANDS];  // operands in UB, in the order of the call
    uint32_t ubBytes[MAX_OPERANDS];    // 0: no such operand
};

static_assert(sizeof(LogRecord) == 80, "helpers/launch.py reads records of this size");

struct CallTotals {
    const char *call;
    uint64_t instructions;
    uint64_t elements;
    uint64_t bytesFromGm;
    uint64_t bytesToGm;
};

class EventLog {
public:
    // `call` and `file` of a record are filled in when the log is written; until then the pointers stand apart.
    struct Entry {
        LogRecord record;
        const char *call;
        const char *file;
    };

    void Append(const Entry &entry, uint64_t limit)
    {
        if (entries_.size() < limit) {
            entries_.push_back(entry);
        } else {
            ++dropped_;
        }
    }
    CallTotals &TotalsOf(const char *call)
    {
        for (CallTotals &totals : totals_) {
            if (totals.call == call) {
                return totals;
            }
        }
        totals_.push_back({call, 0, 0, 0, 0});
        return totals_.back();
    }
    const std::vector<Entry> &Entries() const { return entries_; }
    const std::vector<CallTotals> &Totals() const { return totals_; }
    uint64_t Dropped() const { return dropped_; }

private:
    std::vector<Entry> entries_;
    std::vector<CallTotals> totals_;
    uint64_t dropped_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_EVENT_LOG_H
