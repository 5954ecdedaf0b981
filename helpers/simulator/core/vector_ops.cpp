// SPDX-License-Identifier: Apache-2.0
#include "vector_ops.h"

#include <algorithm>
#include <cstring>

#include "ai_core.h"
#include "element_loops.h"
#include "half.h"

namespace Simulator {

namespace {

constexpr uint32_t FLOAT_SIGN = 0x80000000u;
constexpr uint32_t FLOAT_EXPONENT = 0x7F800000u;
constexpr uint16_t HALF_SIGN = 0x8000u;
constexpr uint16_t HALF_EXPONENT = 0x7C00u;
constexpr uint16_t HALF_LARGEST = 0x7BFFu;  // 65504
constexpr uint32_t CHUNK_ELEMENTS = 1024;   // elements copied aside at a time where a mode must change operands

void Flush(void *data, uint32_t elements, DataType type)
{
    if (type == DataType::FLOAT) {
        uint32_t *bits = static_cast<uint32_t *>(data);
        for (uint32_t i = 0; i < elements; ++i) {
            bits[i] = (bits[i] & FLOAT_EXPONENT) == 0 ? bits[i] & FLOAT_SIGN : bits[i];
        }
    } else if (type == DataType::HALF) {
        uint16_t *bits = static_cast<uint16_t *>(data);
        for (uint32_t i = 0; i < elements; ++i) {
            bits[i] = (bits[i] & HALF_EXPONENT) == 0 ? static_cast<uint16_t>(bits[i] & HALF_SIGN) : bits[i];
        }
    }
}

void SaturateHalves(void *data, uint32_t elements)
{
    uint16_t *bits = static_cast<uint16_t *>(data);
    for (uint32_t i = 0; i < elements; ++i) {
        const uint16_t magnitude = static_cast<uint16_t>(bits[i] & ~HALF_SIGN);
        const uint16_t largest = static_cast<uint16_t>((bits[i] & HALF_SIGN) | HALF_LARGEST);
        const uint16_t limited = magnitude == HALF_EXPONENT ? largest : bits[i];
        bits[i] = magnitude > HALF_EXPONENT ? uint16_t{0} : limited;
    }
}

// One operation under the numeric modes of the launch.
class Computation {
public:
    Computation(const Instruction &instruction, const LaunchSettings &settings)
        : instruction_(instruction),
          loop_(FindLoop(instruction.opcode, instruction.type, instruction.sourceType, instruction.mode)),
          scalarBits_(instruction.scalarBits),
          flushes_(settings.flushToZero && instruction.opcode != Opcode::DUPLICATE),
          saturates_(settings.overflow == Overflow::SATURATE && instruction.type == DataType::HALF &&
                     instruction.opcode != Opcode::DUPLICATE)
    {
        if (flushes_) {
            Flush(&scalarBits_, 1, instruction.type);
        }
    }

    // Operands side by side; sources may be the destination itself.
    void Run(void *dst, const void *const *sources, uint32_t elements) const
    {
        if (!flushes_) {
            Apply(dst, sources, elements);
            return;
        }
        alignas(REPEAT_BYTES) uint8_t copies[MAX_OPERANDS - 1][CHUNK_ELEMENTS * sizeof(uint64_t)];
        for (uint32_t start = 0; start < elements; start += CHUNK_ELEMENTS) {
            const uint32_t chunk = std::min(CHUNK_ELEMENTS, elements - start);
            const void *copied[MAX_OPERANDS - 1] = {copies[0], copies[1]};
            for (uint32_t i = 0; i + 1 < instruction_.operandNum; ++i) {
                const uint32_t bytes = instruction_.operands[i + 1].elementBytes;
                std::memcpy(copies[i], static_cast<const uint8_t *>(sources[i]) + start * bytes, chunk * bytes);
                Flush(copies[i], chunk, instruction_.sourceType);
            }
            void *part = static_cast<uint8_t *>(dst) + start * instruction_.operands[0].elementBytes;
            Apply(part, copied, chunk);
            Flush(part, chunk, instruction_.type);
        }
    }

private:
    void Apply(void *dst, const void *const *sources, uint32_t elements) const
    {
        loop_({dst, sources[0], sources[1], scalarBits_, elements});
        if (saturates_) {
            SaturateHalves(dst, elements);
        }
    }

    const Instruction &instruction_;
    LoopFunction loop_;
    uint64_t scalarBits_;
    bool flushes_;
    bool saturates_;
};

// The place of one lane of an operand, as an offset from the operand's start in bytes.
uint64_t LaneOffset(const VectorGeometry::Stride &stride, uint32_t repeat, uint32_t lane, uint32_t elementBytes)
{
    const uint32_t byte = lane * elementBytes;
    const uint64_t block = uint64_t{repeat} * stride.repeat + uint64_t{byte / DATA_BLOCK_BYTES} * stride.block;
    return block * DATA_BLOCK_BYTES + byte % DATA_BLOCK_BYTES;
}

void RunRepeat(const Instruction &instruction, const Computation &computation, AiCore &core, uint32_t repeat)
{
    const VectorGeometry &geometry = instruction.geometry;
    alignas(REPEAT_BYTES) uint8_t gathered[MAX_OPERANDS][REPEAT_BYTES] = {};
    for (uint32_t i = 1; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
            if (geometry.Takes(repeat, lane)) {
                const uint64_t offset = LaneOffset(geometry.strides[i], repeat, lane, operand.elementBytes);
                std::memcpy(gathered[i] + lane * operand.elementBytes, core.Ub(operand.address + offset),
                            operand.elementBytes);
            }
        }
    }
    const void *sources[MAX_OPERANDS - 1] = {gathered[1], gathered[2]};
    computation.Run(gathered[0], sources, geometry.lanes);
    const Operand &dst = instruction.operands[0];
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        if (geometry.Takes(repeat, lane)) {
            const uint64_t offset = LaneOffset(geometry.strides[0], repeat, lane, dst.elementBytes);
            std::memcpy(core.Ub(dst.address + offset), gathered[0] + lane * dst.elementBytes, dst.elementBytes);
        }
    }
}

}  // namespace

void ExecuteVector(const Instruction &instruction, AiCore &core)
{
    const Computation computation(instruction, core.Settings());
    if (instruction.geometry.repeats == 0) {
        const void *sources[MAX_OPERANDS - 1] = {nullptr, nullptr};
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
