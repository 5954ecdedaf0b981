// SPDX-License-Identifier: Apache-2.0
// Gather, Gatherb and Scatter on pipe V: elements or data blocks by byte offsets.
#ifndef SIMULATOR_API_GATHER_H
#define SIMULATOR_API_GATHER_H

#include "../core/gather_ops.h"
#include "vector_call.h"

namespace AscendC {

// Strides of the destination in data blocks; the other fields have no meaning.
struct GatherRepeatParams {
    GatherRepeatParams() = default;
    GatherRepeatParams(const uint8_t dstBlkStrideIn, const uint8_t dstRepStrideIn)
        : dstRepStride(dstRepStrideIn), dstBlkStride(dstBlkStrideIn)
    {
    }
    uint32_t blockNumber = 8;
    uint16_t dstRepStride = 8;
    uint8_t dstBlkStride = 1;
    uint8_t src0BlkStride = 1;
    uint8_t src1BlkStride = 1;
    uint8_t src0RepStride = 8;
    uint8_t src1RepStride = 8;
    bool repeatStrideMode = false;
    bool strideSizeMode = false;
};

}  // namespace AscendC

namespace Simulator {

template <typename T>
GatherCall GatherCallOf(const char *name, bool spreads, const AscendC::LocalTensor<T> &dst,
                        const AscendC::LocalTensor<T> &src, const AscendC::LocalTensor<uint32_t> &offset,
                        const char *offsetRole, uint32_t baseBytes)
{
    return {name, spreads, DataTypeOf<T>(), dst.As("dst"), src.As("src"), offset.As(offsetRole), baseBytes};
}

template <typename T>
constexpr void CheckGatherType()
{
    if constexpr (__NPU_ARCH__ == 2201) {
        SIMULATOR_TAKES(Gather, T, half, bfloat16_t, float, int16_t, uint16_t, int32_t, uint32_t);
    } else {
        SIMULATOR_TAKES(Gather, T, half, float, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t);
    }
}

template <typename T>
constexpr void CheckScatterType()
{
    static_assert(__NPU_ARCH__ == 3002 || !std::is_same<T, T>::value,
                  "dav-2201 has no Scatter: write elements with SetValue, or sort and use Gather");
    SIMULATOR_TAKES(Scatter, T, half, float, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t);
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void Gather(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint32_t> &srcOffset,
            const uint32_t srcBaseAddr, const uint32_t count,
            Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckGatherType<T>();
    Simulator::IssueGather(Simulator::GatherCallOf("Gather", false, dst, src, srcOffset, "srcOffset", srcBaseAddr),
                           count, where);
}

template <typename T, typename Mask>
void Gather(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint32_t> &srcOffset,
            const uint32_t srcBaseAddr, Mask mask, const uint8_t repeatTime, const uint16_t dstRepStride,
            Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckGatherType<T>();
    Simulator::TakeMask<true>(mask);
    Simulator::IssueGather(Simulator::GatherCallOf("Gather", false, dst, src, srcOffset, "srcOffset", srcBaseAddr),
                           repeatTime, dstRepStride, where);
}

template <typename T>
void Scatter(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint32_t> &dstOffset,
             const uint32_t dstBaseAddr, const uint32_t count,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckScatterType<T>();
    Simulator::IssueGather(Simulator::GatherCallOf("Scatter", true, dst, src, dstOffset, "dstOffset", dstBaseAddr),
                           count, where);
}

template <typename T, typename Mask>
void Scatter(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint32_t> &dstOffset,
             const uint32_t dstBaseAddr, Mask mask, const uint8_t repeatTime, const uint8_t srcRepStride,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckScatterType<T>();
    Simulator::TakeMask<true>(mask);
    Simulator::IssueGather(Simulator::GatherCallOf("Scatter", true, dst, src, dstOffset, "dstOffset", dstBaseAddr),
                           repeatTime, srcRepStride, where);
}

template <typename T>
void Gatherb(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint32_t> &offset,
             const uint8_t repeatTime, const GatherRepeatParams &repeatParams,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    if constexpr (__NPU_ARCH__ == 2201) {
        static_assert(Simulator::ONE_OF<T, uint16_t, uint32_t>,
                      "Gatherb takes uint16_t, uint32_t: ReinterpretCast tensors of other types");
    } else {
        SIMULATOR_TAKES(Gatherb, T, int8_t, uint8_t, int16_t, uint16_t, half, bfloat16_t, int32_t, uint32_t, float,
                        int64_t);
    }
    const uint16_t blockStride = repeatParams.dstBlkStride == 0 ? 1 : repeatParams.dstBlkStride;
    Simulator::IssueGatherBlocks(Simulator::GatherCallOf("Gatherb", false, dst, src, offset, "offset", 0),
                                 {repeatTime, {{blockStride, repeatParams.dstRepStride}, {}, {}, {}}}, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_GATHER_H
