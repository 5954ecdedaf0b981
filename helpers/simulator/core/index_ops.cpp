// SPDX-License-Identifier: Apache-2.0
#include "index_ops.h"

#include <algorithm>
#include <cstring>

#include "ai_core.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

// The values of one repeat, side by side.
template <typename T>
class RepeatOfIndices {
public:
    using Value = typename Element<T>::Value;

    RepeatOfIndices(uint64_t firstBits, const NumericModes &modes) : modes_(modes)
    {
        const Value first = ScalarOf<T>(firstBits);
        for (uint32_t i = 0; i < LANES; ++i) {
            const bool inFirstBlock = i < BLOCK_LANES;
            const Value before = inFirstBlock ? first : Element<T>::Read(values_[i - BLOCK_LANES]);
            Set(i, before, inFirstBlock ? i : BLOCK_LANES);
        }
    }
    void Advance()
    {
        for (uint32_t i = 0; i < LANES; ++i) {
            Set(i, Element<T>::Read(values_[i]), LANES);
        }
    }
    const uint8_t *Bytes() const { return reinterpret_cast<const uint8_t *>(values_); }

    static constexpr uint32_t LANES = REPEAT_BYTES / sizeof(T);

private:
    void Set(uint32_t i, Value before, uint32_t step)
    {
        values_[i] = Element<T>::Write(AddOperation::Apply(before, static_cast<Value>(step)));
        modes_.OnResults(values_ + i, 1, DataTypeOf<T>());
    }

    static constexpr uint32_t BLOCK_LANES = DATA_BLOCK_BYTES / sizeof(T);
    const NumericModes &modes_;
    typename Element<T>::Storage values_[LANES];
};

template <typename T>
void WriteIndices(const Instruction &instruction, AiCore &core)
{
    const NumericModes modes(core.Settings().overflow, core.Settings().flushToZero);
    RepeatOfIndices<T> indices(instruction.scalarBits, modes);
    constexpr uint32_t LANES = RepeatOfIndices<T>::LANES;
    const bool byCount = instruction.geometry.repeats == 0;
    const uint32_t repeats = byCount ? (instruction.elements + LANES - 1) / LANES : instruction.geometry.repeats;
    for (uint32_t repeat = 0; repeat < repeats; ++repeat) {
        if (byCount) {
            const uint32_t lanes = std::min(LANES, instruction.elements - repeat * LANES);
            uint8_t *dst = core.Ub(instruction.operands[0].address + uint64_t{repeat} * REPEAT_BYTES);
            std::memcpy(dst, indices.Bytes(), lanes * sizeof(T));
        } else {
            ScatterLanes(instruction, 0, repeat, core, indices.Bytes());
        }
        indices.Advance();
    }
}

}  // namespace

void ExecuteVecIndex(const Instruction &instruction, AiCore &core)
{
    switch (instruction.type) {
        case DataType::HALF:
            return WriteIndices<half>(instruction, core);
        case DataType::FLOAT:
            return WriteIndices<float>(instruction, core);
        case DataType::INT16:
            return WriteIndices<int16_t>(instruction, core);
        default:
            return WriteIndices<int32_t>(instruction, core);
    }
}

}  // namespace Simulator
