// SPDX-License-Identifier: Apache-2.0
// Cast: every pair of types and rounding mode that dav-2201 and dav-3002 have in common.
#include <cmath>
#include <limits>
#include <type_traits>

#include "element_loops.h"
#include "half.h"

namespace Simulator {

namespace {

constexpr uint32_t HALF_LARGEST = 0x7BFFu;
constexpr uint32_t HALF_INFINITY = 0x7C00u;

// The half next to |value| towards zero, and how much of a last place was cut, in units of 2^-32 of it.
struct Cut {
    uint32_t bits;
    uint64_t rest;
};

Cut CutToHalf(uint32_t magnitude)
{
    constexpr uint64_t ONE = uint64_t{1} << 32;
    if (magnitude >= 0x47800000u) {  // 65536 and above: beyond any rounding
        return {HALF_LARGEST, ONE};
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
    return {static_cast<uint32_t>(scaled >> 32), (scaled & (ONE - 1)) | (lost ? 1u : 0u)};
}

template <uint8_t MODE>
uint16_t RoundToHalf(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    if constexpr (MODE == CAST_NONE || MODE == CAST_RINT) {
        return FloatToHalfBits(value);
    }
    if (magnitude >= 0x7F800000u) {  // infinity and NaN have no neighbours
        return FloatToHalfBits(value);
    }
    const uint32_t sign = bits >> 31;
    const Cut cut = CutToHalf(magnitude);
    bool away = false;
    if constexpr (MODE == CAST_FLOOR) {
        away = sign != 0 && cut.rest != 0;
    } else if constexpr (MODE == CAST_CEIL) {
        away = sign == 0 && cut.rest != 0;
    } else if constexpr (MODE == CAST_ROUND) {
        away = cut.rest >= uint64_t{1} << 31;
    } else if constexpr (MODE == CAST_ODD) {
        away = cut.rest != 0 && (cut.bits & 1u) == 0;
    }
    return static_cast<uint16_t>(sign << 15 | (cut.bits + (away ? 1u : 0u)));
}

template <uint8_t MODE>
float RoundToIntegral(float value)
{
    if constexpr (MODE == CAST_FLOOR) {
        return std::floor(value);
    } else if constexpr (MODE == CAST_CEIL) {
        return std::ceil(value);
    } else if constexpr (MODE == CAST_ROUND) {
        return std::round(value);
    } else if constexpr (MODE == CAST_TRUNC) {
        return std::trunc(value);
    } else {
        return std::nearbyint(value);  // the process keeps the default direction: to nearest, ties to even
    }
}

template <uint8_t MODE>
int32_t RoundToInt32(float value)
{
    const float integral = RoundToIntegral<MODE>(value);
    if (integral != integral) {
        return 0;
    }
    if (integral >= 0x1p31f) {
        return std::numeric_limits<int32_t>::max();
    }
    return integral < -0x1p31f ? std::numeric_limits<int32_t>::min() : static_cast<int32_t>(integral);
}

// An int32 as a float. RINT and NONE are the conversion of the processor; the others look at what it lost.
template <uint8_t MODE>
float Int32ToFloat(int32_t value)
{
    const float nearest = static_cast<float>(value);
    const double exact = value;
    const double given = nearest;
    if constexpr (MODE == CAST_FLOOR) {
        return given > exact ? std::nextafter(nearest, -INFINITY) : nearest;
    } else if constexpr (MODE == CAST_CEIL) {
        return given < exact ? std::nextafter(nearest, INFINITY) : nearest;
    } else if constexpr (MODE == CAST_TRUNC) {
        return std::fabs(given) > std::fabs(exact) ? std::nextafter(nearest, 0.0f) : nearest;
    } else if constexpr (MODE == CAST_ROUND) {
        const float farther = std::nextafter(nearest, exact < 0 ? -INFINITY : INFINITY);
        const bool tie = std::fabs(exact) > std::fabs(given) && std::fabs(farther - exact) == std::fabs(exact - given);
        return tie ? farther : nearest;
    } else {
        return nearest;
    }
}

template <typename Dst, typename Src, Dst (*Convert)(Src)>
void Loop(const LoopArguments &arguments)
{
    Dst *dst = static_cast<Dst *>(arguments.dst);
    const Src *src = static_cast<const Src *>(arguments.src0);
    for (uint32_t i = 0; i < arguments.elements; ++i) {
        dst[i] = Convert(src[i]);
    }
}

float Widen(uint16_t bits)
{
    return HalfBitsToFloat(bits);
}

template <uint8_t MODE>
int32_t HalfToInt32(uint16_t bits)
{
    return RoundToInt32<MODE>(HalfBitsToFloat(bits));
}

template <uint8_t MODE>
LoopFunction FindInMode(DataType dst, DataType src)
{
    if constexpr (MODE != CAST_NONE && MODE != CAST_ODD) {
        if (dst == DataType::FLOAT && src == DataType::FLOAT) {
            return Loop<float, float, RoundToIntegral<MODE>>;
        }
        if (dst == DataType::INT32 && src == DataType::FLOAT) {
            return Loop<int32_t, float, RoundToInt32<MODE>>;
        }
        if (dst == DataType::INT32 && src == DataType::HALF) {
            return Loop<int32_t, uint16_t, HalfToInt32<MODE>>;
        }
    }
    if constexpr (MODE != CAST_ODD) {
        if (dst == DataType::FLOAT && src == DataType::INT32) {
            return Loop<float, int32_t, Int32ToFloat<MODE>>;
        }
    }
    if (dst == DataType::HALF && src == DataType::FLOAT) {
        return Loop<uint16_t, float, RoundToHalf<MODE>>;
    }
    if (MODE == CAST_NONE && dst == DataType::FLOAT && src == DataType::HALF) {
        return Loop<float, uint16_t, Widen>;
    }
    return nullptr;
}

}  // namespace

LoopFunction FindCastLoop(DataType dst, DataType src, uint8_t roundMode)
{
    switch (roundMode) {
        case CAST_NONE:
            return FindInMode<CAST_NONE>(dst, src);
        case CAST_RINT:
            return FindInMode<CAST_RINT>(dst, src);
        case CAST_FLOOR:
            return FindInMode<CAST_FLOOR>(dst, src);
        case CAST_CEIL:
            return FindInMode<CAST_CEIL>(dst, src);
        case CAST_ROUND:
            return FindInMode<CAST_ROUND>(dst, src);
        case CAST_TRUNC:
            return FindInMode<CAST_TRUNC>(dst, src);
        case CAST_ODD:
            return FindInMode<CAST_ODD>(dst, src);
        default:
            return nullptr;
    }
}

}  // namespace Simulator
