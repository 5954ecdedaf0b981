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
        instruction_.loop({dst, sources[0], sources[1], sources[2], scalarBits_, elements, &modes_});
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

// Calls body(offset, lane, runBytes) for lanes of a repeat that take part: a whole data block at a time where all its
// lanes do, which fixed sizes make fast, and lane by lane elsewhere.
template <typename Body>
void EachRun(const Instruction &instruction, uint32_t operand, uint32_t repeat, const Body &body)
{
    const VectorGeometry &geometry = instruction.geometry;
    const VectorGeometry::Stride &stride = geometry.strides[operand];
    const uint32_t bytes = instruction.operands[operand].elementBytes;
    const uint32_t blockLanes = DATA_BLOCK_BYTES / bytes;
    for (uint32_t first = 0; first < geometry.lanes; first += blockLanes) {
        const uint64_t offset = LaneOffset(stride, repeat, first, bytes);
        if (first + blockLanes <= geometry.lanes && geometry.TakesAll(repeat, first, blockLanes)) {
            body(offset, first, DATA_BLOCK_BYTES);
            continue;
        }
        for (uint32_t lane = first; lane < std::min(first + blockLanes, geometry.lanes); ++lane) {
            if (geometry.Takes(repeat, lane)) {
                body(offset + (lane - first) * bytes, lane, bytes);
            }
        }
    }
}

// How many lanes of a repeat take part if these are its first, and lie side by side in every operand; else 0.
uint32_t LanesInPlace(const Instruction &instruction, uint32_t repeat)
{
    const VectorGeometry &geometry = instruction.geometry;
    const uint32_t lanes = geometry.LeadingLanes(repeat);
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        if (geometry.strides[i].block != 1 && lanes * instruction.operands[i].elementBytes > DATA_BLOCK_BYTES) {
            return 0;
        }
    }
    return lanes;
}

// Computes a repeat where its operands lie, unless a source lies across the destination's elements.
bool RunInPlace(const Instruction &instruction, const Computation &computation, AiCore &core, uint32_t repeat)
{
    const uint32_t lanes = LanesInPlace(instruction, repeat);
    if (lanes == 0) {
        return false;
    }
    uint8_t *places[MAX_OPERANDS] = {};
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const uint64_t offset = LaneOffset(instruction.geometry.strides[i], repeat, 0, 1);
        places[i] = core.Ub(instruction.operands[i].address + offset);
    }
    const uint32_t dstBytes = lanes * instruction.operands[0].elementBytes;
    for (uint32_t i = 1; i < instruction.operandNum; ++i) {
        const uint32_t srcBytes = lanes * instruction.operands[i].elementBytes;
        const bool apart = places[0] + dstBytes <= places[i] || places[i] + srcBytes <= places[0];
        if (!apart && (places[0] != places[i] || dstBytes != srcBytes)) {
            return false;
        }
    }
    const void *sources[Computation::SOURCES] = {places[1], places[2], places[3]};
    computation.Run(places[0], sources, lanes);
    return true;
}

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

bool AllContiguous(const Instruction &instruction)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        if (!IsContiguous(instruction, i)) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool IsContiguous(const Instruction &instruction, uint32_t operand)
{
    const VectorGeometry &geometry = instruction.geometry;
    if (geometry.repeats == 0) {
        return true;
    }
    if (geometry.lastLanes == 0 && instruction.elements != geometry.repeats * geometry.lanes) {
        return false;
    }
    const VectorGeometry::Stride &stride = geometry.strides[operand];
    const uint32_t repeatBlocks = geometry.lanes * instruction.operands[operand].elementBytes / DATA_BLOCK_BYTES;
    return stride.block == 1 && (stride.repeat == repeatBlocks || geometry.repeats == 1);
}

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

void GatherLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core, uint8_t *elements)
{
    const uint8_t *start = core.Ub(instruction.operands[operand].address);
    EachRun(instruction, operand, repeat, [&](uint64_t offset, uint32_t lane, uint32_t runBytes) {
        std::memcpy(elements + lane * instruction.operands[operand].elementBytes, start + offset, runBytes);
    });
}

void ScatterLanes(const Instruction &instruction, uint32_t operand, uint32_t repeat, AiCore &core,
                  const uint8_t *elements)
{
    uint8_t *start = core.Ub(instruction.operands[operand].address);
    EachRun(instruction, operand, repeat, [&](uint64_t offset, uint32_t lane, uint32_t runBytes) {
        std::memcpy(start + offset, elements + lane * instruction.operands[operand].elementBytes, runBytes);
    });
}

void ExecuteVector(const Instruction &instruction, AiCore &core)
{
    const Computation computation(instruction, core.Settings());
    if (AllContiguous(instruction) && (instruction.geometry.repeats == 0 || IsInOrder(instruction))) {
        const void *sources[Computation::SOURCES] = {};
        for (uint32_t i = 1; i < instruction.operandNum; ++i) {
            sources[i - 1] = core.Ub(instruction.operands[i].address);
        }
        computation.Run(core.Ub(instruction.operands[0].address), sources, instruction.elements);
        return;
    }
    for (uint32_t repeat = 0; repeat < instruction.geometry.repeats; ++repeat) {
        if (!RunInPlace(instruction, computation, core, repeat)) {
            RunRepeat(instruction, computation, core, repeat);
        }
    }
}

}  // namespace Simulator
