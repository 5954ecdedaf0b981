// SPDX-License-Identifier: Apache-2.0
// Conversions of single values in every rounding mode of Cast: to half, to bfloat16, to an integral float, to an
// integer with saturation, and from an integer to float.
#ifndef SIMULATOR_CORE_ROUNDING_H
#define SIMULATOR_CORE_ROUNDING_H

#include <cmath>
#include <limits>

#include "data_type.h"
#include "half.h"

namespace Simulator {

// The neighbour of |value| towards zero in a narrower type, and how much of a last place was cut, in units of 2^-32.
struct Cut {
    uint32_t bits;
    uint64_t rest;
};
constexpr uint64_t WHOLE_PLACE = uint64_t{1} << 32;

inline Cut CutToHalf(uint32_t magnitude)
{
    constexpr uint32_t HALF_LARGEST = 0x7BFFu;
    if (magnitude >= 0x47800000u) {  // 65536 and above: beyond any rounding
        return {HALF_LARGEST, WHOLE_PLACE};
    }
    if (magnitude >= 0x38800000u) {  // normal halves: 13 bits of the significand go
        return {(magnitude >> 13) - (112u << 10), (uint64_t{magnitude} & 0x1FFFu) << 19};
    }
    // Subnormal halves count in 2^-24. A float with exponent field e is its significand times 2^(e - 150).
    const uint32_t exponent = magnitude >> 23;
    const uint64_t significand = (magnitude & 0x7FFFFFu) | (exponent > 0 ? 0x800000u : 0u);
    const uint32_t shift = 126 - (exponent > 0 ? exponent : 1);
    if (shift > 31) {  // less than 2^-8 of the last place: only whether it is zero matters
        return {0, significand != 0 ? 1u : 0u};
    }
    const uint64_t scaled = (significand << 32) >> shift;
    const bool lost = (scaled << shift) != (significand << 32);
    return {static_cast<uint32_t>(scaled >> 32), (scaled & (WHOLE_PLACE - 1)) | (lost ? 1u : 0u)};
}

inline Cut CutToBfloat16(uint32_t magnitude)
{
    return {magnitude >> 16, (uint64_t{magnitude} & 0xFFFFu) << 16};
}

// One step away from zero turns the largest finite value into infinity, as it should.
template <uint8_t MODE>
uint16_t RoundCut(const Cut &cut, bool negative)
{
    bool away = false;
    if constexpr (MODE == CAST_FLOOR) {
        away = negative && cut.rest != 0;
    } else if constexpr (MODE == CAST_CEIL) {
        away = !negative && cut.rest != 0;
    } else if constexpr (MODE == CAST_ROUND) {
        away = cut.rest >= WHOLE_PLACE / 2;
    } else if constexpr (MODE == CAST_ODD) {
        away = cut.rest != 0 && (cut.bits & 1u) == 0;
    }
    return static_cast<uint16_t>((negative ? 0x8000u : 0u) | (cut.bits + (away ? 1u : 0u)));
}

constexpr uint32_t FLOAT_INFINITY = 0x7F800000u;

template <uint8_t MODE>
uint16_t RoundToHalf(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    // Infinity and NaN have no neighbours.
    if (MODE == CAST_NONE || MODE == CAST_RINT || magnitude >= FLOAT_INFINITY) {
        return FloatToHalfBits(value);
    }
    return RoundCut<MODE>(CutToHalf(magnitude), bits >> 31 != 0);
}

template <uint8_t MODE>
uint16_t RoundToBfloat16(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    if (MODE == CAST_NONE || MODE == CAST_RINT || magnitude >= FLOAT_INFINITY) {
        return FloatToBfloat16Bits(value);
    }
    return RoundCut<MODE>(CutToBfloat16(magnitude), bits >> 31 != 0);
}

template <uint8_t MODE>
float RoundToIntegral(float value)
{
    if constexpr (MODE == CAST_FLOOR) {
        return std::floor(value);
    } else if constexpr (MODE == CAST_CEIL) {
        return std::ceil(value);
    } else if constexpr (MODE == CAST_ROUND) {
        const float towardsZero = std::trunc(value);  // std::round would keep loops from vectorising
        const float away = towardsZero + std::copysign(1.0f, value);
        return std::fabs(value - towardsZero) >= 0.5f ? away : towardsZero;
    } else if constexpr (MODE == CAST_TRUNC) {
        return std::trunc(value);
    } else {
        return std::nearbyint(value);  // the process keeps the default direction: to nearest, ties to even
    }
}

// Saturates; NaN becomes 0. What is converted is always in range, so that no branch is needed.
template <typename Int, uint8_t MODE>
Int RoundToInteger(float value)
{
    using Limits = std::numeric_limits<Int>;
    // Both limits or their neighbours outside are powers of two, which a float holds exactly.
    constexpr float ABOVE = 2.0f * static_cast<float>(Int{1} << (Limits::digits - 1));
    constexpr float LARGEST = Limits::digits > 24 ? ABOVE - ABOVE * 0x1p-24f : ABOVE - 1.0f;
    constexpr float SMALLEST = static_cast<float>(Limits::min());
    const float integral = RoundToIntegral<MODE>(value);
    const float ordered = integral != integral ? 0.0f : integral;
    const float fromBelow = ordered < SMALLEST ? SMALLEST : ordered;
    const Int converted = static_cast<Int>(fromBelow > LARGEST ? LARGEST : fromBelow);
    return ordered >= ABOVE ? Limits::max() : converted;
}

// RINT and NONE are the conversion of the processor; the others look at what it lost. Where it lost something the
// result is far from zero, and its neighbours are one step of its bits away.
template <typename Int, uint8_t MODE>
float IntegerToFloat(Int value)
{
    const float nearest = static_cast<float>(value);
    if constexpr (MODE == CAST_NONE || MODE == CAST_RINT) {
        return nearest;
    }
    const bool negative = value < 0;
    const uint64_t exact = negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    const uint32_t bits = __builtin_bit_cast(uint32_t, nearest);
    const uint64_t given = static_cast<uint64_t>(std::fabs(nearest));
    const bool isBeyond = given > exact;
    const bool isShort = given < exact;
    bool inwards = isBeyond;
    bool outwards = false;
    if constexpr (MODE == CAST_FLOOR) {
        inwards = isBeyond && !negative;
        outwards = isShort && negative;
    } else if constexpr (MODE == CAST_CEIL) {
        inwards = isBeyond && negative;
        outwards = isShort && !negative;
    } else if constexpr (MODE == CAST_ROUND) {
        const uint64_t next = static_cast<uint64_t>(std::fabs(__builtin_bit_cast(float, bits + 1)));
        inwards = false;
        outwards = isShort && next - exact == exact - given;  // a tie that went to the even neighbour
    }
    return __builtin_bit_cast(float, bits + (outwards ? 1u : 0u) - (inwards ? 1u : 0u));
}

template <typename Dst, typename Src>
Dst Saturate(Src value)
{
    using Limits = std::numeric_limits<Dst>;
    if constexpr (sizeof(Dst) < sizeof(Src)) {
        if (value > Src{Limits::max()}) {
            return Limits::max();
        }
        if (value < Src{Limits::min()}) {
            return Limits::min();
        }
    }
    return static_cast<Dst>(value);
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ROUNDING_H
