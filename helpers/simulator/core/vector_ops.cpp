// SPDX-License-Identifier: Apache-2.0
#include "vector_ops.h"

#include <algorithm>
#include <cstring>

#include "ai_core.h"
#include "checks/check.h"

namespace Simulator {

namespace {

// One operation under the numeric modes of the launch.
class Computation {
public:
    Computation(const Instruction &instruction, const LaunchSettings &settings)
        : instruction_(instruction),
          modes_(settings.overflow, settings.flushToZero),
          scalarBits_(instruction.scalarBits),
          changesOperands_(!instruction.movesBits && modes_.ChangesOperands(instruction.sourceType)),
          changesResults_(!instruction.movesBits && modes_.ChangesResults(instruction.type))
    {
        if (changesOperands_) {
            modes_.OnOperands(&scalarBits_, 1, instruction.sourceType);
        }
    }

    // Operands side by side; sources may be the destination itself.
    void Run(void *dst, const void *const *sources, uint32_t elements) const
    {
        if (!changesOperands_) {
            Apply(dst, sources, elements);
            return;
        }
        alignas(REPEAT_BYTES) uint8_t copies[SOURCES][CHUNK_ELEMENTS * sizeof(uint64_t)];
        for (uint32_t start = 0; start < elements; start += CHUNK_ELEMENTS) {
            const uint32_t chunk = std::min(CHUNK_ELEMENTS, elements - start);
            const void *copied[SOURCES] = {copies[0], copies[1], copies[2]};
            for (uint32_t i = 0; i + 1 < instruction_.operandNum; ++i) {
                const uint32_t bytes = instruction_.operands[i + 1].elementBytes;
                std::memcpy(copies[i], static_cast<const uint8_t *>(sources[i]) + start * bytes, chunk * bytes);
                modes_.OnOperands(copies[i], chunk, instruction_.sourceType);
            }
            void *part = static_cast<uint8_t *>(dst) + start * instruction_.operands[0].elementBytes;
            if (instruction_.readsDst) {
                modes_.OnOperands(part, chunk, instruction_.type);
            }
            Apply(part, copied, chunk);
        }
    }

    static constexpr uint32_t SOURCES = MAX_OPERANDS - 1;

private:
    void Apply(void *dst, const void *const *sources, uint32_t elements) const
    {
        instruction_.loop({dst, sources[0], sources[1], sources[2], scalarBits_, elements});
        if (changesResults_) {
            modes_.OnResults(dst, elements, instruction_.type);
        }
    }

    const Instruction &instruction_;
    NumericModes modes_;
    uint64_t scalarBits_;
    bool changesOperands_;
    bool changesResults_;
};

void RunRepeat(const Instruction &instruction, const Computation &computation, AiCore &core, uint32_t repeat)
{
    alignas(REPEAT_BYTES) uint8_t gathered[MAX_OPERANDS][REPEAT_BYTES] = {};
    for (uint32_t i = instruction.readsDst ? 0 : 1; i < instruction.operandNum; ++i) {
        GatherLanes(instruction, i, repeat, core, gathered[i]);
    }
    const void *sources[Computation::SOURCES] = {gathered[1], gathered[2], gathered[3]};
    computation.Run(gathered[0], sources, instruction.geometry.lanes);
    ScatterLanes(instruction, 0, repeat, core, gathered[0]);
}

// Whether all operands lie side by side from first to last element, with none left out by the mask.
bool IsContiguous(const Instruction &instruction)
{
    const VectorGeometry &geometry = instruction.geometry;
    if (geometry.repeats == 0) {
        return true;
    }
    if (geometry.lastLanes == 0 && instruction.elements != geometry.repeats * geometry.lanes) {
        return false;
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const VectorGeometry::Stride &stride = geometry.strides[i];
        const uint32_t repeatBlocks = geometry.lanes * instruction.operands[i].elementBytes / DATA_BLOCK_BYTES;
        if (stride.block != 1 || (stride.repeat != repeatBlocks && geometry.repeats > 1)) {
            return false;
        }
    }
    return true;
}

// Where sources are destinations of earlier repeats, only repeat after repeat gives what the unit does.
bool IsInOrder(const Instruction &instruction)
{
    const Operand &dst = instruction.operands[0];
    for (uint32_t i = 1; i < instruction.operandNum; ++i) {
        const Operand &src = instruction.operands[i];
        const bool apart = dst.address + dst.SpanBytes() <= src.address || src.address + src.SpanBytes() <= dst.address;
        if (!apart && (dst.address != src.address || dst.elementBytes != src.elementBytes)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void GatherLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core, uint8_t *elements)
{
    const VectorGeometry &geometry = instruction.geometry;
    const uint32_t bytes = instruction.operands[operand].elementBytes;
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        if (geometry.Takes(repeat, lane)) {
            const uint64_t offset = LaneOffset(geometry.strides[operand], repeat, lane, bytes);
            std::memcpy(elements + lane * bytes, core.Ub(instruction.operands[operand].address + offset), bytes);
        }
    }
}

void ScatterLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core,
                  const uint8_t *elements)
{
    const VectorGeometry &geometry = instruction.geometry;
    const uint32_t bytes = instruction.operands[operand].elementBytes;
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        if (geometry.Takes(repeat, lane)) {
            const uint64_t offset = LaneOffset(geometry.strides[operand], repeat, lane, bytes);
            std::memcpy(core.Ub(instruction.operands[operand].address + offset), elements + lane * bytes, bytes);
        }
    }
}

void ExecuteVector(const Instruction &instruction, AiCore &core)
{
    const Computation computation(instruction, core.Settings());
    if (IsContiguous(instruction) && (instruction.geometry.repeats == 0 || IsInOrder(instruction))) {
        const void *sources[Computation::SOURCES] = {};
        for (uint32_t i = 1; i < instruction.operandNum; ++i) {
            sources[i - 1] = core.Ub(instruction.operands[i].address);
        }
        computation.Run(core.Ub(instruction.operands[0].address), sources, instruction.elements);
        return;
    }
    for (uint32_t repeat = 0; repeat < instruction.geometry.repeats; ++repeat) {
        RunRepeat(instruction, computation, core, repeat);
    }
}

}  // namespace Simulator
