// SPDX-License-Identifier: Apache-2.0
// DataCopy moves whole 32-byte blocks; DataCopyPad has limits on its fields.
#include <cstring>

#include "check.h"

namespace Simulator {

namespace {

constexpr uint32_t MAX_PAD_BLOCKS = 4095;    // DataCopyExtParams::blockCount
constexpr uint64_t MAX_PAD_BYTES = 2097151;  // DataCopyExtParams::blockLen

void ReportField(const Instruction &instruction, AiCore &core, const char *field, uint64_t value, uint64_t limit)
{
    core.Report({"copy-field-limit", field,
                 std::string(field) + " is " + std::to_string(value) + ", the instruction takes at most " +
                     std::to_string(limit),
                 "copy less at a time", static_cast<int64_t>(value), static_cast<int64_t>(limit)},
                instruction.call, instruction.where);
}

}  // namespace

void CheckCopyLength(const Instruction &instruction, AiCore &core)
{
    const bool plain = std::strcmp(instruction.call, "DataCopy") == 0;
    const bool padded = std::strcmp(instruction.call, "DataCopyPad") == 0;
    if (!plain && !padded) {
        return;
    }
    const Operand &operand =
        instruction.operands[0].space == Space::GM ? instruction.operands[0] : instruction.operands[1];
    if (plain && instruction.droppedBytes != 0) {
        const uint64_t moved = operand.runBytes;
        const uint64_t wanted = moved + instruction.droppedBytes;
        core.Report({"copy-not-32-bytes", "count",
                     "a count of " + Amount(wanted, operand.elementBytes) +
                         " is no multiple of 32 bytes: the device rounds down, moves " +
                         Amount(moved, operand.elementBytes) + " and leaves the tail out without a word",
                     "use DataCopyPad, whose length is in bytes, for a tail", static_cast<int64_t>(wanted),
                     static_cast<int64_t>(moved)},
                    instruction.call, instruction.where);
    }
    if (padded && operand.runs > MAX_PAD_BLOCKS) {
        ReportField(instruction, core, "blockCount", operand.runs, MAX_PAD_BLOCKS);
    }
    if (padded && operand.runBytes > MAX_PAD_BYTES) {
        ReportField(instruction, core, "blockLen", operand.runBytes, MAX_PAD_BYTES);
    }
    if (padded && instruction.leftPadBytes > DATA_BLOCK_BYTES) {
        ReportField(instruction, core, "leftPadding (bytes)", instruction.leftPadBytes, DATA_BLOCK_BYTES);
    }
    if (padded && instruction.rightPadBytes > DATA_BLOCK_BYTES) {
        ReportField(instruction, core, "rightPadding (bytes)", instruction.rightPadBytes, DATA_BLOCK_BYTES);
    }
}

}  // namespace Simulator
