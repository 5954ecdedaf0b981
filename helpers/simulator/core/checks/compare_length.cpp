// SPDX-License-Identifier: Apache-2.0
// Comparisons over a count take whole repeats of 256 bytes.
#include "../compare_ops.h"
#include "check.h"

namespace Simulator {

void CheckCompareLength(const Instruction &instruction, AiCore &core)
{
    const uint32_t dropped = ElementsNotCompared(instruction);
    if (dropped == 0) {
        return;
    }
    const uint32_t elementBytes = REPEAT_BYTES / instruction.geometry.lanes;
    const uint64_t compared = uint64_t{instruction.elements} * elementBytes;
    const uint64_t wanted = compared + uint64_t{dropped} * elementBytes;
    core.Report({"compare-length", "count",
                 "a count of " + Amount(wanted, elementBytes) + " is no multiple of 256 bytes: " +
                     Amount(compared, elementBytes) + " are compared, the bits of the others stay as they were",
                 "round the count up to a multiple of " + std::to_string(instruction.geometry.lanes) +
                     " elements; the buffers have to hold them",
                 static_cast<int64_t>(wanted), static_cast<int64_t>(compared)},
                instruction.call, instruction.where);
}

}  // namespace Simulator
