// SPDX-License-Identifier: Apache-2.0
// UB operands start on a 32-byte data block, or on what their instruction asks for; global memory on a multiple of the
// element size.
#include <algorithm>

#include "check.h"
#include "queue_life.h"

namespace Simulator {

void CheckAlignment(const Instruction &instruction, AiCore &core)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        const bool inUb = operand.space == Space::UB;
        const uint32_t alignment = instruction.pipe == Pipe::S ? operand.elementBytes : operand.alignment;
        if (operand.address % alignment == 0) {
            continue;
        }
        const uint64_t offset = inUb ? operand.address : operand.address - core.Gm().Nearest(operand.address).address;
        const std::string place = inUb ? "UB address " : "byte ";
        core.Report(
            {inUb ? "ub-misaligned" : "gm-misaligned", operand.role,
             "starts at " + place + std::to_string(offset) + ", " + std::to_string(operand.address % alignment) +
                 " bytes past a multiple of " + std::to_string(alignment),
             inUb ? "offset the local tensor by a multiple of " + std::to_string(alignment) +
                        " bytes: " + std::to_string(std::max(1u, alignment / operand.elementBytes)) + " of its elements"
                  : "offset global tensors by whole elements",
             static_cast<int64_t>(operand.address % alignment), 0},
            instruction, operand);
    }
}

}  // namespace Simulator
