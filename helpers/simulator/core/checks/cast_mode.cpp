// SPDX-License-Identifier: Apache-2.0
// Cast takes the rounding modes that its pair of types has.
#include "../vector_ops.h"
#include "check.h"

namespace Simulator {

void CheckCastMode(const Instruction &instruction, AiCore &core)
{
    const bool widens = instruction.execute == ExecuteCastHalfToFloat;
    const bool narrows = instruction.execute == ExecuteCastFloatToHalf;
    if ((widens && instruction.mode != CAST_MODE_NONE) ||
        (narrows && instruction.mode != CAST_MODE_NONE && instruction.mode != CAST_MODE_RINT)) {
        core.Report({"cast-mode", widens ? "half to float" : "float to half",
                     "rounding mode " + std::to_string(instruction.mode) + " is not available, " +
                         (widens ? "widening is exact and takes CAST_NONE (0) only"
                                 : "this simulator has CAST_NONE (0) and CAST_RINT (1) so far"),
                     widens ? "pass RoundMode::CAST_NONE" : "pass RoundMode::CAST_RINT", instruction.mode,
                     widens ? CAST_MODE_NONE : CAST_MODE_RINT},
                    instruction.call, instruction.where);
    }
}

}  // namespace Simulator
