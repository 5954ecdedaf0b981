// SPDX-License-Identifier: Apache-2.0
// Computing on the scalar unit: bits, rounding, division that rounds up.
#ifndef SIMULATOR_API_SCALAR_H
#define SIMULATOR_API_SCALAR_H

#include <cmath>

#include "keywords.h"

namespace AscendC {

#if __NPU_ARCH__ == 2201
// Exact one way, to nearest even the other.
inline float ToFloat(const bfloat16_t &value)
{
    return value;
}

inline bfloat16_t ToBfloat16(const float &value)
{
    return value;
}

inline int64_t ScalarCountLeadingZero(uint64_t valueIn)
{
    return valueIn == 0 ? 64 : __builtin_clzll(valueIn);
}

template <int countValue>
int64_t ScalarGetCountOfValue(uint64_t valueIn)
{
    static_assert(countValue == 0 || countValue == 1, "a bit is 0 or 1");
    return __builtin_popcountll(countValue == 1 ? valueIn : ~valueIn);
}

// Bits below the sign bit that equal it; -1 if all do.
inline int64_t CountBitsCntSameAsSignBit(int64_t valueIn)
{
    const uint64_t differing = static_cast<uint64_t>(valueIn ^ (valueIn >> 63));
    return differing == 0 ? -1 : __builtin_clzll(differing) - 1;
}

// The place of the lowest bit of that value; -1 if there is none.
template <int countValue>
int64_t ScalarGetSFFValue(uint64_t valueIn)
{
    static_assert(countValue == 0 || countValue == 1, "a bit is 0 or 1");
    const uint64_t wanted = countValue == 1 ? valueIn : ~valueIn;
    return wanted == 0 ? -1 : __builtin_ctzll(wanted);
}

inline int64_t CountLeadingZero(uint64_t valueIn)
{
    return ScalarCountLeadingZero(valueIn);
}

template <int countValue>
int64_t GetBitCount(uint64_t valueIn)
{
    return ScalarGetCountOfValue<countValue>(valueIn);
}

template <int countValue>
int64_t GetSFFValue(uint64_t valueIn)
{
    return ScalarGetSFFValue<countValue>(valueIn);
}

// float to int32_t; beyond its range the nearest value it has, NaN to 0.
template <typename T, typename U, RoundMode roundMode>
U ScalarCast(T valueIn)
{
    static_assert(std::is_same<T, float>::value && std::is_same<U, int32_t>::value &&
                      (roundMode == RoundMode::CAST_ROUND || roundMode == RoundMode::CAST_CEIL ||
                       roundMode == RoundMode::CAST_FLOOR || roundMode == RoundMode::CAST_RINT),
                  "ScalarCast here: float to int32_t in CAST_ROUND, CAST_CEIL, CAST_FLOOR and CAST_RINT");
    const float rounded = roundMode == RoundMode::CAST_ROUND   ? std::round(valueIn)
                          : roundMode == RoundMode::CAST_CEIL  ? std::ceil(valueIn)
                          : roundMode == RoundMode::CAST_FLOOR ? std::floor(valueIn)
                                                               : std::nearbyint(valueIn);
    if (rounded != rounded) {
        return 0;
    }
    return rounded >= 0x1p31f ? INT32_MAX : rounded < -0x1p31f ? INT32_MIN : static_cast<int32_t>(rounded);
}
#endif

constexpr uint32_t DivCeil(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

constexpr uint32_t AlignUp(uint32_t a, uint32_t b)
{
    return DivCeil(a, b) * b;
}

constexpr int32_t CeilDivision(int32_t num1, int32_t num2)
{
    return num2 == 0 ? 0 : (num1 + num2 - 1) / num2;
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SCALAR_H
