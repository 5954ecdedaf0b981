// SPDX-License-Identifier: Apache-2.0
// Masks that mean lanes a repeat does not have, and destinations whose data blocks fall on each other.
#include "check.h"

namespace Simulator {

namespace {

void CheckMask(const Instruction &instruction, AiCore &core)
{
    const VectorGeometry &geometry = instruction.geometry;
    const std::string repeatHas = "a repeat of these types has " + std::to_string(geometry.lanes);
    if (geometry.lanesGiven > geometry.lanes) {
        core.Report({"mask-lanes", "mask",
                     "the mask asks for " + std::to_string(geometry.lanesGiven) + " lanes of each repeat, " +
                         repeatHas + ": the others stay as they are",
                     "pass at most " + std::to_string(geometry.lanes) + ", and more repeats",
                     static_cast<int64_t>(geometry.lanesGiven), geometry.lanes, Severity::WARNING},
                    instruction.call, instruction.where);
    }
    const bool onlyBeyond = geometry.lanes <= 64 && instruction.elements == 0 && geometry.mask[1] != 0;
    if (onlyBeyond && geometry.lanesGiven == 0) {
        core.Report({"mask-no-lanes", "mask",
                     "only mask[1] has bits, for lanes from 64 on, and " + repeatHas + ": nothing is computed",
                     "put the bits of the first 64 lanes into mask[0]", 0, geometry.lanes, Severity::WARNING},
                    instruction.call, instruction.where);
    }
}

// Whether lanes of more than one data block take part.
bool UsesSeveralBlocks(const VectorGeometry &geometry, uint32_t elementBytes)
{
    for (uint32_t lane = DATA_BLOCK_BYTES / elementBytes; lane < geometry.lanes; ++lane) {
        if (geometry.Takes(0, lane)) {
            return true;
        }
    }
    return false;
}

}  // namespace

void CheckVectorShape(const Instruction &instruction, AiCore &core)
{
    const VectorGeometry &geometry = instruction.geometry;
    if (geometry.lanes == 0) {
        return;
    }
    if (!core.vectorMask.counter) {
        CheckMask(instruction, core);
    }
    const bool writesLanes = instruction.loop != nullptr && instruction.operands[0].written;
    if (writesLanes && geometry.repeats != 0 && geometry.strides[0].block == 0 &&
        UsesSeveralBlocks(geometry, instruction.operands[0].elementBytes)) {
        core.Report({"dst-block-stride", "dst",
                     "the block stride of the destination is 0: its 8 data blocks fall on one place, and the device "
                     "does not define which stays",
                     "pass 1 for data blocks side by side; only a source may repeat one block", 0, 1},
                    instruction, instruction.operands[0]);
    }
}

}  // namespace Simulator
