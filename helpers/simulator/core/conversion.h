// SPDX-License-Identifier: Apache-2.0
// Many halves to floats and back, with the processor's own conversions where it has them. Either way gives the same
// bits, NaN payloads included; SIMULATOR_PLAIN_CONVERSIONS chooses the portable one, for a test.
#ifndef SIMULATOR_CORE_CONVERSION_H
#define SIMULATOR_CORE_CONVERSION_H

#include <cstring>

#include "half.h"

namespace Simulator {

#if !defined(SIMULATOR_PLAIN_CONVERSIONS) && defined(__F16C__)

// The compilers' builtins rather than <immintrin.h>, which takes longer to compile than a whole kernel.
constexpr uint32_t CONVERTED_ELEMENTS = 8;
using FloatVector = float __attribute__((vector_size(4 * CONVERTED_ELEMENTS)));
using HalfVector = short __attribute__((vector_size(2 * CONVERTED_ELEMENTS)));
constexpr int NEAREST_EVEN = 0;

inline void WidenVector(float *dst, const uint16_t *src)
{
    HalfVector halves;
    std::memcpy(&halves, src, sizeof(halves));
    const FloatVector floats = __builtin_ia32_vcvtph2ps256(halves);
    std::memcpy(dst, &floats, sizeof(floats));
}

inline void NarrowVector(uint16_t *dst, const float *src)
{
    FloatVector floats;
    std::memcpy(&floats, src, sizeof(floats));
    const HalfVector halves = __builtin_ia32_vcvtps2ph256(floats, NEAREST_EVEN);
    std::memcpy(dst, &halves, sizeof(halves));
}

#elif !defined(SIMULATOR_PLAIN_CONVERSIONS) && defined(__aarch64__)

constexpr uint32_t CONVERTED_ELEMENTS = 8;

inline void WidenVector(float *dst, const uint16_t *src)
{
    __fp16 halves[CONVERTED_ELEMENTS];
    std::memcpy(halves, src, sizeof(halves));
    for (uint32_t i = 0; i < CONVERTED_ELEMENTS; ++i) {
        dst[i] = static_cast<float>(halves[i]);
    }
}

inline void NarrowVector(uint16_t *dst, const float *src)
{
    __fp16 halves[CONVERTED_ELEMENTS];
    for (uint32_t i = 0; i < CONVERTED_ELEMENTS; ++i) {
        halves[i] = static_cast<__fp16>(src[i]);
    }
    std::memcpy(dst, halves, sizeof(halves));
}

#else

constexpr uint32_t CONVERTED_ELEMENTS = 1;

inline void WidenVector(float *dst, const uint16_t *src)
{
    *dst = HalfBitsToFloat(*src);
}

inline void NarrowVector(uint16_t *dst, const float *src)
{
    *dst = FloatToHalfBits(*src);
}

#endif

inline void WidenHalves(float *dst, const uint16_t *src, uint32_t elements)
{
    uint32_t i = 0;
    for (; i + CONVERTED_ELEMENTS <= elements; i += CONVERTED_ELEMENTS) {
        WidenVector(dst + i, src + i);
    }
    for (; i < elements; ++i) {
        dst[i] = HalfBitsToFloat(src[i]);
    }
}

// Round to nearest, ties to even.
inline void NarrowToHalves(uint16_t *dst, const float *src, uint32_t elements)
{
    uint32_t i = 0;
    for (; i + CONVERTED_ELEMENTS <= elements; i += CONVERTED_ELEMENTS) {
        NarrowVector(dst + i, src + i);
    }
    for (; i < elements; ++i) {
        dst[i] = FloatToHalfBits(src[i]);
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CONVERSION_H
