// SPDX-License-Identifier: Apache-2.0
#include "broadcast_ops.h"

#include <cstring>

#include "ai_core.h"

namespace Simulator {

namespace {

void ExecuteBroadcastToBlocks(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    const auto stride = instruction.ParametersAs<VectorGeometry::Stride>();
    const uint32_t bytes = src.elementBytes;
    for (uint32_t first = 0; first < instruction.elements; first += REPEAT_BLOCKS) {
        uint8_t elements[REPEAT_BLOCKS * sizeof(uint64_t)];  // all are read before any block is written
        std::memcpy(elements, core.Ub(src.address + uint64_t{first} * bytes), REPEAT_BLOCKS * bytes);
        for (uint32_t i = 0; i < REPEAT_BLOCKS; ++i) {
            const uint32_t block = first / REPEAT_BLOCKS * stride.repeat + i * stride.block;
            uint8_t *to = core.Ub(dst.address + uint64_t{block} * DATA_BLOCK_BYTES);
            for (uint32_t byte = 0; byte < DATA_BLOCK_BYTES; byte += bytes) {
                std::memcpy(to + byte, elements + i * bytes, bytes);
            }
        }
    }
}

}  // namespace

void IssueBroadcastToBlocks(const char *call, const LocalOperand &dst, const LocalOperand &src, uint32_t repeats,
                            const VectorGeometry::Stride &dstStride, SourceLine where)
{
    CheckRepeatTimes(call, repeats, where);
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = ExecuteBroadcastToBlocks;
    instruction.pipe = Pipe::V;
    instruction.movesBits = true;
    instruction.elements = repeats * REPEAT_BLOCKS;
    instruction.SetParameters(dstStride);
    const uint64_t srcBytes = uint64_t{instruction.elements} * src.elementBytes;
    const uint64_t lastBlock = repeats == 0 ? 0 : uint64_t{repeats - 1} * dstStride.repeat + 7u * dstStride.block;
    const uint64_t dstBytes = repeats == 0 ? 0 : (lastBlock + 1) * DATA_BLOCK_BYTES;
    instruction.operands[0] = InUb(dst, dstBytes, dstBytes, 1, true);
    instruction.operands[1] = InUb(src, srcBytes, srcBytes, 1, false);
    instruction.operandNum = 2;
    AiCore::Current()->Issue(instruction);
}

}  // namespace Simulator
