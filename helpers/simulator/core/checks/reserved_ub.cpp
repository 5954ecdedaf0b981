// SPDX-License-Identifier: Apache-2.0
// On dav-2201 some calls put intermediate values into the last 8 KiB of UB: no buffer may lie there.
#include "../select_ops.h"
#include "check.h"

namespace Simulator {

namespace {

constexpr uint32_t RESERVED_UB_START_BYTES = 184 * 1024;

}  // namespace

void CheckReservedUb(const Instruction &instruction, AiCore &core)
{
    const uint32_t endBytes = core.Buffers().Main().nextBytes;
    if (core.Settings().npuArch != 2201 || endBytes <= RESERVED_UB_START_BYTES || !UsesReservedUb(instruction)) {
        return;
    }
    core.Report({"ub-reserved", "UB",
                 "this call keeps intermediate values in UB from byte " + std::to_string(RESERVED_UB_START_BYTES) +
                     " on, and the buffers reach to byte " + std::to_string(endBytes),
                 "leave the last 8 KiB of UB free: plan with ReserveLocalMemory on the host, or make the tile smaller",
                 endBytes, RESERVED_UB_START_BYTES},
                instruction.call, instruction.where);
}

}  // namespace Simulator
