// SPDX-License-Identifier: Apache-2.0
// Cast takes the rounding modes that its pair of types has.
#include "check.h"

namespace Simulator {

void CheckCastMode(const Instruction &instruction, AiCore &core)
{
    const uint32_t taken = instruction.modesTaken;
    if (taken == 0 || (instruction.mode < CAST_MODE_NUM && (taken >> instruction.mode & 1u) != 0)) {
        return;
    }
    std::string modes;
    uint8_t first = CAST_MODE_NUM;
    for (uint8_t mode = 0; mode < CAST_MODE_NUM; ++mode) {
        if ((taken >> mode & 1u) != 0) {
            modes += (modes.empty() ? "" : ", ") + std::string(CAST_MODE_NAMES[mode]);
            first = first == CAST_MODE_NUM ? mode : first;
        }
    }
    const std::string given = instruction.mode < CAST_MODE_NUM ? CAST_MODE_NAMES[instruction.mode] : "unknown";
    core.Report({"cast-mode", "roundMode",
                 "rounding mode " + given + " (" + std::to_string(instruction.mode) +
                     ") does not exist for these two types; they have " + modes,
                 "pass one of the modes that exist", instruction.mode, first},
                instruction.call, instruction.where);
}

}  // namespace Simulator
