// SPDX-License-Identifier: Apache-2.0
// At level "model" copies and vector instructions do nothing: the scalar unit may read inputs that have memory and may
// fill UB. Any other element has no value.
#include <cstring>

#include "check.h"

namespace Simulator {

void CheckModelAccess(const Instruction &instruction, AiCore &core)
{
    if (instruction.pipe != Pipe::S) {
        return;
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        std::string place = "UB address " + std::to_string(operand.address);
        if (operand.space == Space::UB) {
            if (std::strcmp(instruction.call, "SetValue") == 0) {
                continue;
            }
        } else {
            const GlobalTensorArea &area = core.Gm().Nearest(operand.address);
            if (area.hasMemory && area.role == Role::IN && !operand.written) {
                continue;
            }
            place = "byte " + std::to_string(operand.address - area.address) + " of " + area.name;
        }
        core.Report({"model-no-data", operand.role,
                     std::string(operand.written ? "touches " : "reads ") + std::to_string(operand.runBytes) +
                         " B at " + place + ": level model computes and keeps 0 B of tensor data, so there is no value",
                     "use level fast or checked, or give the value as an argument, or the array as an input (\"in\")",
                     0, static_cast<int64_t>(operand.runBytes)},
                    instruction, operand);
    }
}

}  // namespace Simulator
