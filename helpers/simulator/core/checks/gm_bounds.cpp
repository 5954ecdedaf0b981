// SPDX-License-Identifier: Apache-2.0
// Every byte a copy touches in global memory lies inside one tensor, and inside the extent the kernel declared for it.
#include "check.h"

namespace Simulator {

namespace {

void CheckOperand(const Instruction &instruction, const Operand &operand, AiCore &core)
{
    const uint64_t span = operand.SpanBytes();
    if (span == 0) {
        return;
    }
    const GlobalTensorArea &area = core.Gm().Nearest(operand.address);
    const auto name = [&] { return std::string(operand.role) + " (global tensor " + area.name + ")"; };
    const auto verb = [&] { return std::string(operand.written ? "writes " : "reads "); };
    const int64_t start = static_cast<int64_t>(operand.address - area.address);
    const int64_t end = start + static_cast<int64_t>(span);
    if (start < 0 || end > static_cast<int64_t>(area.bytes)) {
        core.Report(
            {"gm-out-of-bounds", name(),
             verb() + Amount(span, operand.elementBytes) + " from byte " + std::to_string(start) + " to byte " +
                 std::to_string(end) + " of " + area.name + ", which holds " + Amount(area.bytes, operand.elementBytes),
             "clip the last tile of the last core to what is left: use the count of this tile, not the tile length",
             end, static_cast<int64_t>(area.bytes)},
            instruction, operand);
    }
    if (operand.written && area.role == Role::IN) {
        core.Report({"gm-write-to-input", name(),
                     verb() + Amount(span, operand.elementBytes) + " at byte " + std::to_string(start) +
                         " of the input " + area.name,
                     "store to the output tensor; inputs are read only", start, static_cast<int64_t>(area.bytes)},
                    instruction, operand);
    }
    if (span > operand.viewBytes) {
        core.Report({"gm-beyond-declared", name(),
                     verb() + Amount(span, operand.elementBytes) + ", the kernel declared " +
                         Amount(operand.viewBytes, operand.elementBytes) + " from there with SetGlobalBuffer",
                     "declare what the core owns, or copy less: the next core's part starts there",
                     static_cast<int64_t>(span), static_cast<int64_t>(operand.viewBytes), Severity::WARNING},
                    instruction, operand);
    }
}

}  // namespace

void CheckGmBounds(const Instruction &instruction, AiCore &core)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        if (instruction.operands[i].space == Space::GM) {
            CheckOperand(instruction, instruction.operands[i], core);
        }
    }
}

}  // namespace Simulator
