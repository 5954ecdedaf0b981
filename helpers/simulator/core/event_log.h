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
    uint16_t call;  // index into the table of names; in EventLog, into its totals
    uint16_t file;  // index into the table of names; in EventLog, into its files
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
    void Append(const LogRecord &record, uint64_t limit)
    {
        if (records_.size() < limit) {
            records_.push_back(record);
        } else {
            ++dropped_;
        }
    }
    // Names are few, and their addresses tell them apart well enough here: equal ones are joined at the end.
    uint16_t IndexOfTotals(const char *call)
    {
        for (size_t index = 0; index < totals_.size(); ++index) {
            if (totals_[index].call == call) {
                return static_cast<uint16_t>(index);
            }
        }
        totals_.push_back({call, 0, 0, 0, 0});
        return static_cast<uint16_t>(totals_.size() - 1);
    }
    CallTotals &TotalsAt(uint16_t index) { return totals_[index]; }
    uint16_t IndexOfFile(const char *file)
    {
        for (size_t index = 0; index < files_.size(); ++index) {
            if (files_[index] == file) {
                return static_cast<uint16_t>(index);
            }
        }
        files_.push_back(file);
        return static_cast<uint16_t>(files_.size() - 1);
    }
    std::vector<LogRecord> &Records() { return records_; }
    const std::vector<CallTotals> &Totals() const { return totals_; }
    const std::vector<const char *> &Files() const { return files_; }
    uint64_t Dropped() const { return dropped_; }

private:
    std::vector<LogRecord> records_;
    std::vector<CallTotals> totals_;
    std::vector<const char *> files_;
    uint64_t dropped_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_EVENT_LOG_H
