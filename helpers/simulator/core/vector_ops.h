// SPDX-License-Identifier: Apache-2.0
// Executes an elementwise vector instruction: brings its elements side by side, applies the loop of its operation and
// the numeric modes, and stores what the mask lets through.
#ifndef SIMULATOR_CORE_VECTOR_OPS_H
#define SIMULATOR_CORE_VECTOR_OPS_H

#include "instruction.h"

namespace Simulator {

// Operands: dst, src0[, src1[, src2]].
void ExecuteVector(const Instruction &instruction, AiCore &core);

// The place of one lane of an operand, as an offset from the operand's start in bytes.
inline uint64_t LaneOffset(const VectorGeometry::Stride &stride, uint32_t repeat, uint32_t lane, uint32_t elementBytes)
{
    const uint32_t byte = lane * elementBytes;
    const uint64_t block = uint64_t{repeat} * stride.repeat + uint64_t{byte / DATA_BLOCK_BYTES} * stride.block;
    return block * DATA_BLOCK_BYTES + byte % DATA_BLOCK_BYTES;
}

// Whether the lanes of an operand lie side by side from first to last, with none left out by the mask.
bool IsContiguous(const Instruction &instruction, uint32_t operand);
// Whether no repeat reads what an earlier one wrote. Where one does, only repeat after repeat gives what the unit does.
bool IsInOrder(const Instruction &instruction);

// The lanes of one repeat that take part, copied out of UB to `lanes` places side by side, or back.
void GatherLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core, uint8_t *elements);
void ScatterLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core,
                  const uint8_t *elements);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_OPS_H
