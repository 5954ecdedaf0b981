// SPDX-License-Identifier: Apache-2.0
// The 16-bit floating-point types and their conversions, without branches so that loops over them vectorise:
// `half` is IEEE 754 binary16; `bfloat16_t` is the upper half of a float.
#ifndef SIMULATOR_CORE_HALF_H
#define SIMULATOR_CORE_HALF_H

#include <cstdint>
#include <type_traits>

namespace Simulator {

// Exact. The multiplication by 2^112 moves the exponent from half's bias to float's, and normalises subnormals.
constexpr float HalfBitsToFloat(uint16_t bits)
{
    const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7FFFu) << 13;
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    const float finite = __builtin_bit_cast(float, magnitude) * 0x1p112f;
    const uint32_t quiet = magnitude > 0x0F800000u ? 0x00400000u : 0u;
    const uint32_t special = magnitude >= 0x0F800000u ? 0x7F800000u | quiet : 0u;
    return __builtin_bit_cast(float, sign | special | __builtin_bit_cast(uint32_t, finite));
}

// Round to nearest, ties to even. Values from 65520 on become infinity; NaN keeps the top of its payload.
constexpr uint16_t FloatToHalfBits(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    // Normal results: rebias, add half an ulp minus one, plus one more where the kept part is odd, then cut.
    const uint32_t normal = (magnitude + 0xC8000FFFu + ((magnitude >> 13) & 1u)) >> 13;
    // Subnormal results: adding 0.5 makes the float unit itself round at 2^-24, the last place of a subnormal half.
    const float shifted = __builtin_bit_cast(float, magnitude) + 0.5f;
    const uint32_t subnormal = __builtin_bit_cast(uint32_t, shifted) - 0x3F000000u;
    const uint32_t special = magnitude > 0x7F800000u ? 0x7E00u | ((magnitude >> 13) & 0x03FFu) : 0x7C00u;
    uint32_t result = magnitude < 0x38800000u ? subnormal : normal;
    result = magnitude >= 0x47800000u ? special : result;
    return static_cast<uint16_t>(sign | result);
}

constexpr float Bfloat16BitsToFloat(uint16_t bits)
{
    return __builtin_bit_cast(float, static_cast<uint32_t>(bits) << 16);
}

// Round to nearest, ties to even. NaN keeps the top of its payload.
constexpr uint16_t FloatToBfloat16Bits(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    const uint32_t rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
    const uint32_t quiet = bits | 0x00400000u;
    return static_cast<uint16_t>(((bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : rounded) >> 16);
}

}  // namespace Simulator

// Global, as in CANN: 16-bit values that convert from and to float.
struct half {
    uint16_t bits = 0;

    half() = default;
    template <typename Number, typename = std::enable_if_t<std::is_arithmetic<Number>::value>>
    constexpr half(Number value) : bits(Simulator::FloatToHalfBits(static_cast<float>(value)))
    {
    }
    constexpr operator float() const { return Simulator::HalfBitsToFloat(bits); }
};

struct bfloat16_t {
    uint16_t bits = 0;

    bfloat16_t() = default;
    template <typename Number, typename = std::enable_if_t<std::is_arithmetic<Number>::value>>
    constexpr bfloat16_t(Number value) : bits(Simulator::FloatToBfloat16Bits(static_cast<float>(value)))
    {
    }
    constexpr operator float() const { return Simulator::Bfloat16BitsToFloat(bits); }
};

static_assert(sizeof(half) == 2 && sizeof(bfloat16_t) == 2, "both are storage types");

// Scalar arithmetic of two halves rounds to half after each operation. As templates these take part only where both
// sides are halves: with a float on one side the built-in operators compute in float.
#define SIMULATOR_HALF_OPERATOR(OPERATOR)                                                                   \
    template <typename Half, typename = std::enable_if_t<std::is_same<Half, half>::value>>                  \
    constexpr half operator OPERATOR(Half left, Half right)                                                 \
    {                                                                                                       \
        return half(static_cast<float>(left) OPERATOR static_cast<float>(right));                           \
    }                                                                                                       \
    template <typename Half, typename Number, typename = std::enable_if_t<std::is_same<Half, half>::value>> \
    constexpr half &operator OPERATOR## = (Half & left, Number right)                                       \
    {                                                                                                       \
        return left = half(static_cast<float>(left) OPERATOR static_cast<float>(right));                    \
    }
SIMULATOR_HALF_OPERATOR(+)
SIMULATOR_HALF_OPERATOR(-)
SIMULATOR_HALF_OPERATOR(*)
SIMULATOR_HALF_OPERATOR(/)
#undef SIMULATOR_HALF_OPERATOR

#endif  // SIMULATOR_CORE_HALF_H
