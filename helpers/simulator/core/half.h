// SPDX-License-Identifier: Apache-2.0
// IEEE 754 binary16: the storage type `half` and its conversions, without branches so that loops over them vectorise.
#ifndef SIMULATOR_CORE_HALF_H
#define SIMULATOR_CORE_HALF_H

#include <cstdint>

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

}  // namespace Simulator

// Global, as in CANN: a 16-bit value that converts from and to float.
struct half {
    uint16_t bits = 0;

    half() = default;
    constexpr half(float value) : bits(Simulator::FloatToHalfBits(value)) {}
    constexpr half(double value) : half(static_cast<float>(value)) {}
    constexpr half(int value) : half(static_cast<float>(value)) {}
    constexpr operator float() const { return Simulator::HalfBitsToFloat(bits); }
};

static_assert(sizeof(half) == 2, "half is a storage type");

#endif  // SIMULATOR_CORE_HALF_H
