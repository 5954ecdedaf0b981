// SPDX-License-Identifier: Apache-2.0
// Compares elements side by side. Results are bits: element i is bit i % 8 of byte i / 8.
#ifndef SIMULATOR_CORE_COMPARE_LOOPS_H
#define SIMULATOR_CORE_COMPARE_LOOPS_H

#include "element_loops.h"

namespace Simulator {

// The values of AscendC::CMPMODE.
enum class CompareMode : uint8_t { LT, GT, EQ, LE, GE, NE };
constexpr uint8_t COMPARE_MODE_NUM = 6;

// NaN is unequal to everything, itself included; every other comparison with it is false.
template <CompareMode mode, typename Value>
bool Holds(Value left, Value right)
{
    switch (mode) {
        case CompareMode::LT:
            return left < right;
        case CompareMode::GT:
            return left > right;
        case CompareMode::EQ:
            return left == right;
        case CompareMode::LE:
            return left <= right;
        case CompareMode::GE:
            return left >= right;
        case CompareMode::NE:
            return left != right;
    }
}

// `results` are bytes of 0 or 1; the last byte of `bits` is filled up with zeros.
inline void PackBits(const uint8_t *results, uint32_t count, uint8_t *bits)
{
    constexpr uint64_t BYTE_I_TO_BIT_I = 0x0102040810204080u;  // in the top byte of the product
    for (uint32_t i = 0; i < count; i += 8) {
        uint64_t eight = 0;
        std::memcpy(&eight, results + i, std::min(count - i, 8u));
        bits[i / 8] = static_cast<uint8_t>(eight * BYTE_I_TO_BIT_I >> 56);
    }
}

// Bit i of dst = src0[i] compared with src1[i], or with the scalar.
template <typename T, CompareMode mode, bool withScalar>
void CompareLoop(const LoopArguments &arguments)
{
    static_assert(CHUNK_ELEMENTS % 8 == 0, "a chunk begins with a byte of its own");
    Values<T> left, right;
    InChunks(arguments.elements, [&](uint32_t start, uint32_t count) {
        uint8_t results[CHUNK_ELEMENTS];
        const auto *a = left.Read(arguments.src0, start, count);
        if constexpr (withScalar) {
            const auto scalar = ScalarOf<T>(arguments.scalarBits);
            for (uint32_t i = 0; i < count; ++i) {
                results[i] = Holds<mode>(a[i], scalar);
            }
        } else {
            const auto *b = right.Read(arguments.src1, start, count);
            for (uint32_t i = 0; i < count; ++i) {
                results[i] = Holds<mode>(a[i], b[i]);
            }
        }
        PackBits(results, count, static_cast<uint8_t *>(arguments.dst) + start / 8);
    });
}

// Null for a mode that does not exist.
template <typename T, bool withScalar>
LoopFunction FindCompareLoop(uint8_t mode)
{
    constexpr LoopFunction LOOPS[COMPARE_MODE_NUM] = {
        CompareLoop<T, CompareMode::LT, withScalar>, CompareLoop<T, CompareMode::GT, withScalar>,
        CompareLoop<T, CompareMode::EQ, withScalar>, CompareLoop<T, CompareMode::LE, withScalar>,
        CompareLoop<T, CompareMode::GE, withScalar>, CompareLoop<T, CompareMode::NE, withScalar>,
    };
    return mode < COMPARE_MODE_NUM ? LOOPS[mode] : nullptr;
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COMPARE_LOOPS_H
