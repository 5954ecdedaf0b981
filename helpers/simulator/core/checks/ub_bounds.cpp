// SPDX-License-Identifier: Apache-2.0
// Every byte an instruction touches in UB lies inside the tensor it was given.
#include "check.h"
#include "queue_life.h"

namespace Simulator {

namespace {

// A count that is a whole multiple of what the tensor holds is one of several tensors, or of bytes.
std::string Remedy(const Operand &operand)
{
    const uint64_t span = operand.SpanBytes();
    const bool isCount = !operand.byLanes && operand.runs == 1;
    if (!isCount || operand.viewBytes == 0 || span % operand.viewBytes != 0) {
        return "use the element count of this tensor's own type, and make the buffer as long as the tile";
    }
    const uint64_t times = span / operand.viewBytes;
    const std::string holds = std::to_string(operand.viewBytes / operand.elementBytes);
    return "the count is " + std::to_string(times) + " times the " + holds + " elements that the tensor holds: " +
           (times == operand.elementBytes
                ? "it counts elements, not bytes, so leave the factor sizeof(T) out"
                : "pass the count of this tensor alone, not that of " + std::to_string(times) + " tensors together");
}

}  // namespace

void CheckUbBounds(const Instruction &instruction, AiCore &core)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        const uint64_t span = operand.SpanBytes();
        if (operand.space != Space::UB || span <= operand.viewBytes) {
            continue;
        }
        const std::string buffer = core.Buffers().Holds(operand.buffer)
                                       ? BufferName(core.Buffers()[operand.buffer], operand.buffer)
                                       : std::string("no buffer");
        core.Report({"ub-out-of-bounds", std::string(operand.role) + " (" + buffer + ")",
                     std::string(operand.written ? "writes " : "reads ") + Amount(span, operand.elementBytes) +
                         " of a tensor that holds " + Amount(operand.viewBytes, operand.elementBytes) +
                         ". The device does not check: the neighbouring buffer is hit",
                     Remedy(operand), static_cast<int64_t>(span), static_cast<int64_t>(operand.viewBytes)},
                    instruction, operand);
    }
}

}  // namespace Simulator
