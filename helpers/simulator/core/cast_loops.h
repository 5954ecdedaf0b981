// SPDX-License-Identifier: Apache-2.0
// Cast: which pairs of types exist, in which rounding modes, and the loop of each.
// Source: the type tables of the page "Cast" of CANN's basic API, for Atlas A2 and Atlas 200I/500 A2.
#ifndef SIMULATOR_CORE_CAST_LOOPS_H
#define SIMULATOR_CORE_CAST_LOOPS_H

#include "element_loops.h"
#include "rounding.h"

namespace Simulator {

constexpr uint32_t NONE_ONLY = 1u << CAST_NONE;
constexpr uint32_t DIRECTED =
    1u << CAST_RINT | 1u << CAST_FLOOR | 1u << CAST_CEIL | 1u << CAST_ROUND | 1u << CAST_TRUNC;

template <typename Dst, typename Src, typename IfDst, typename IfSrc>
constexpr bool IS_PAIR = std::is_same<Dst, IfDst>::value && std::is_same<Src, IfSrc>::value;

// A bit for each rounding mode that Cast has for these types; 0 where it does not take them.
template <typename Dst, typename Src>
constexpr uint32_t CastModes()
{
    if constexpr (IS_PAIR<Dst, Src, half, float>) {
        return DIRECTED | NONE_ONLY | 1u << CAST_ODD;
#if __NPU_ARCH__ == 2201
    } else if constexpr (IS_PAIR<Dst, Src, half, int32_t>) {
        return DIRECTED | NONE_ONLY | 1u << CAST_ODD;  // the mode is left out of account
#endif
    } else if constexpr (IS_PAIR<Dst, Src, half, int16_t> || IS_PAIR<Dst, Src, int8_t, half> ||
                         IS_PAIR<Dst, Src, uint8_t, half> || IS_PAIR<Dst, Src, float, int32_t>) {
        return DIRECTED | NONE_ONLY;
    } else if constexpr (IS_PAIR<Dst, Src, half, int8_t> || IS_PAIR<Dst, Src, half, uint8_t> ||
                         IS_PAIR<Dst, Src, float, int16_t> || IS_PAIR<Dst, Src, float, half> ||
                         IS_PAIR<Dst, Src, float, bfloat16_t> || IS_PAIR<Dst, Src, int16_t, int32_t> ||
                         IS_PAIR<Dst, Src, int64_t, int32_t> || IS_PAIR<Dst, Src, int32_t, int64_t> ||
                         IS_PAIR<Dst, Src, half, int32_t>) {
        return NONE_ONLY;
    } else if constexpr (IS_PAIR<Dst, Src, int16_t, half> || IS_PAIR<Dst, Src, int32_t, half> ||
                         IS_PAIR<Dst, Src, int32_t, bfloat16_t> || IS_PAIR<Dst, Src, int16_t, float> ||
                         IS_PAIR<Dst, Src, bfloat16_t, float> || IS_PAIR<Dst, Src, int32_t, float> ||
                         IS_PAIR<Dst, Src, float, float> || IS_PAIR<Dst, Src, int64_t, float> ||
                         IS_PAIR<Dst, Src, float, int64_t>) {
        return DIRECTED;
    } else {
        return 0;
    }
}

// One value of Src, as it is stored, to Dst.
template <typename Dst, typename Src, uint8_t MODE>
typename Element<Dst>::Storage ConvertElement(typename Element<Src>::Storage stored)
{
    const auto value = Element<Src>::Read(stored);
    if constexpr (std::is_integral<Dst>::value && std::is_integral<Src>::value) {
        return Saturate<Dst>(value);
    } else if constexpr (std::is_integral<Dst>::value) {
        return RoundToInteger<Dst, MODE>(value);
    } else if constexpr (std::is_same<Dst, half>::value) {
        return RoundToHalf<MODE>(static_cast<float>(value));  // exact as a float, or far beyond the largest half
    } else if constexpr (std::is_same<Dst, bfloat16_t>::value) {
        return RoundToBfloat16<MODE>(value);
    } else if constexpr (std::is_same<Src, float>::value) {
        return RoundToIntegral<MODE>(value);
    } else if constexpr (std::is_integral<Src>::value) {
        return IntegerToFloat<Src, MODE>(value);
    } else {
        return value;  // half or bfloat16 to float: exact
    }
}

template <typename Dst, typename Src, uint8_t MODE>
void CastLoop(const LoopArguments &arguments)
{
    auto *dst = static_cast<typename Element<Dst>::Storage *>(arguments.dst);
    const auto *src = static_cast<const typename Element<Src>::Storage *>(arguments.src0);
    const uint32_t elements = arguments.elements;  // not read again after each store into dst
    if constexpr (IS_PAIR<Dst, Src, float, half>) {
        WidenHalves(dst, src, elements);
    } else if constexpr (IS_PAIR<Dst, Src, half, float> && (MODE == CAST_NONE || MODE == CAST_RINT)) {
        NarrowToHalves(dst, src, elements);
    } else {
        SIMULATOR_INDEPENDENT
        for (uint32_t i = 0; i < elements; ++i) {
            dst[i] = ConvertElement<Dst, Src, MODE>(src[i]);
        }
    }
}

// The loop of one mode, or null where the pair has no such mode.
template <typename Dst, typename Src, uint8_t MODE = 0>
LoopFunction FindCastLoop(uint8_t mode)
{
    if constexpr (MODE == CAST_MODE_NUM) {
        return nullptr;
    } else {
        if constexpr ((CastModes<Dst, Src>() >> MODE & 1u) != 0) {
            if (mode == MODE) {
                return CastLoop<Dst, Src, MODE>;
            }
        }
        return FindCastLoop<Dst, Src, MODE + 1>(mode);
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CAST_LOOPS_H
