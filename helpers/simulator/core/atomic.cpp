// SPDX-License-Identifier: Apache-2.0
#include "atomic.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "ai_core.h"
#include "element_loops.h"
#include "operations.h"

namespace Simulator {

namespace {

// Two stores exclude each other where they touch the same line of global memory, or lines with the same lock.
constexpr uint64_t LINE_BYTES = 512;
constexpr uint64_t LOCK_NUM = 64;
std::mutex lineLocks[LOCK_NUM];

template <typename T>
LoopFunction LoopOf(AtomicOperation operation)
{
    switch (operation) {
        case AtomicOperation::MAX:
            return BinaryLoop<T, MaxOperation>;
        case AtomicOperation::MIN:
            return BinaryLoop<T, MinOperation>;
        default:
            return BinaryLoop<T, AddOperation>;
    }
}

struct Combination {
    LoopFunction loop;
    uint32_t elementBytes;
};

Combination CombinationOf(AtomicMode mode)
{
    switch (mode.type) {
        case DataType::HALF:
            return {LoopOf<half>(mode.operation), sizeof(half)};
        case DataType::BFLOAT16:
            return {LoopOf<bfloat16_t>(mode.operation), sizeof(bfloat16_t)};
        case DataType::INT8:
            return {LoopOf<int8_t>(mode.operation), sizeof(int8_t)};
        case DataType::INT16:
            return {LoopOf<int16_t>(mode.operation), sizeof(int16_t)};
        case DataType::INT32:
            return {LoopOf<int32_t>(mode.operation), sizeof(int32_t)};
        default:
            return {LoopOf<float>(mode.operation), sizeof(float)};
    }
}

}  // namespace

void StoreAtomically(uint8_t *target, const uint8_t *source, uint64_t bytes, AtomicMode mode, AiCore &core)
{
    const NumericModes modes(core.Settings().overflow, core.Settings().flushToZero);
    const Combination combination = CombinationOf(mode);
    alignas(uint64_t) uint8_t operands[2][LINE_BYTES];
    uint64_t done = 0;
    while (bytes - done >= combination.elementBytes) {
        const uint64_t line = reinterpret_cast<uint64_t>(target + done) / LINE_BYTES;
        const uint64_t lineLeft = (line + 1) * LINE_BYTES - reinterpret_cast<uint64_t>(target + done);
        const uint64_t fitting = std::min(bytes - done, std::max<uint64_t>(lineLeft, combination.elementBytes));
        const uint32_t elements = static_cast<uint32_t>(fitting / combination.elementBytes);
        const uint64_t part = uint64_t{elements} * combination.elementBytes;
        std::memcpy(operands[1], source + done, part);
        const std::lock_guard<std::mutex> lock(lineLocks[line % LOCK_NUM]);
        std::memcpy(operands[0], target + done, part);
        for (uint8_t *operand : operands) {
            if (modes.ChangesOperands(mode.type)) {
                modes.OnOperands(operand, elements, mode.type);
            }
        }
        combination.loop({operands[0], operands[0], operands[1], nullptr, 0, elements, &modes});
        if (modes.ChangesResults(mode.type)) {
            modes.OnResults(operands[0], elements, mode.type);
        }
        std::memcpy(target + done, operands[0], part);
        done += part;
    }
}

}  // namespace Simulator
