// SPDX-License-Identifier: Apache-2.0
// GatherMask on pipe V: the elements whose bit of a pattern is set, side by side.
#ifndef SIMULATOR_API_GATHER_MASK_H
#define SIMULATOR_API_GATHER_MASK_H

#include "../core/gather_mask_ops.h"
#include "vector_call.h"

namespace AscendC {

enum class GatherMaskMode : uint8_t { VERSION_V1 = 0, VERSION_V2 = 1 };
constexpr GatherMaskMode defaultGatherMaskMode =
    __NPU_ARCH__ == 2201 ? GatherMaskMode::VERSION_V2 : GatherMaskMode::VERSION_V1;

// Strides in data blocks.
struct GatherMaskParams {
    GatherMaskParams() = default;
    GatherMaskParams(const uint8_t src0BlockStrideIn, const uint16_t repeatTimesIn, const uint16_t src0RepeatStrideIn,
                     const uint8_t src1RepeatStrideIn)
        : src0BlockStride(src0BlockStrideIn),
          repeatTimes(repeatTimesIn),
          src0RepeatStride(src0RepeatStrideIn),
          src1RepeatStride(src1RepeatStrideIn)
    {
    }
    uint8_t src0BlockStride = 1;
    uint16_t repeatTimes = 0;
    uint16_t src0RepeatStride = 8;
    uint8_t src1RepeatStride = 8;
};

}  // namespace AscendC

namespace Simulator {

template <typename T>
constexpr void CheckGatherMaskType()
{
    if constexpr (__NPU_ARCH__ == 2201) {
        SIMULATOR_TAKES(GatherMask, T, half, bfloat16_t, float, int16_t, uint16_t, int32_t, uint32_t);
    } else {
        SIMULATOR_TAKES(GatherMask, T, half, float, int16_t, uint16_t, int32_t, uint32_t);
    }
}

inline GatherMaskShape ShapeOf(bool reduceMode, uint32_t mask, const AscendC::GatherMaskParams &params)
{
    return {
        reduceMode, mask, params.repeatTimes, params.src0BlockStride, params.src0RepeatStride, params.src1RepeatStride};
}

}  // namespace Simulator

namespace AscendC {

// reduceMode true: `mask` elements to a repeat, false: 256 bytes. rsvdCnt: how many elements were kept.
template <typename T, typename U, GatherMaskMode mode = defaultGatherMaskMode>
void GatherMask(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<U> &src1Pattern,
                const bool reduceMode, const uint32_t mask, const GatherMaskParams &gatherMaskParams, uint64_t &rsvdCnt,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckGatherMaskType<T>();
    static_assert(std::is_same<U, std::conditional_t<sizeof(T) == 2, uint16_t, uint32_t>>::value,
                  "a pattern is a tensor of uint16_t for elements of 16 bits, and of uint32_t for those of 32");
    rsvdCnt = Simulator::IssueGatherMask(
        {Simulator::DataTypeOf<T>(), dst.As("dst"), src0.As("src0"), src1Pattern.As("src1Pattern"), 0},
        Simulator::ShapeOf(reduceMode, mask, gatherMaskParams), where);
}

template <typename T, GatherMaskMode mode = defaultGatherMaskMode>
void GatherMask(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const uint8_t src1Pattern, const bool reduceMode,
                const uint32_t mask, const GatherMaskParams &gatherMaskParams, uint64_t &rsvdCnt,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckGatherMaskType<T>();
    rsvdCnt = Simulator::IssueGatherMask(
        {Simulator::DataTypeOf<T>(), dst.As("dst"), src0.As("src0"), {nullptr, {}, 0}, src1Pattern},
        Simulator::ShapeOf(reduceMode, mask, gatherMaskParams), where);
}

// How many elements the last GatherMask kept.
template <int32_t arch = __NPU_ARCH__>
int64_t GetGatherMaskRemainCount(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(arch == 2201, "dav-3002 has no GetGatherMaskRemainCount: use rsvdCnt of GatherMask");
    Simulator::WaitForVector("GetGatherMaskRemainCount", where);
    return static_cast<int64_t>(Simulator::AiCore::Current()->registers.gatheredElements);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_GATHER_MASK_H
