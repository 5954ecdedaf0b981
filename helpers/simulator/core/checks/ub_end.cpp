// SPDX-License-Identifier: Apache-2.0
// No instruction touches bytes beyond the end of UB. This holds at every level and cannot be switched off.
#include "check.h"

namespace Simulator {

void CheckUbEnd(const Instruction &instruction, AiCore &core)
{
    const uint64_t ubBytes = core.Settings().ubBytes;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        const uint64_t end = operand.address + operand.SpanBytes();
        if (operand.space == Space::UB && end > ubBytes) {
            core.Report({"ub-end", operand.role,
                         std::string(operand.written ? "writes" : "reads") + " up to byte " + std::to_string(end) +
                             " of UB, which has " + std::to_string(ubBytes) + " B",
                         "run with level checked, which says what the tensor holds", static_cast<int64_t>(end),
                         static_cast<int64_t>(ubBytes)},
                        instruction, operand);
        }
    }
}

}  // namespace Simulator
