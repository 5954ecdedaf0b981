// SPDX-License-Identifier: Apache-2.0
// Transpose and TransDataTo5HD on pipe V.
#ifndef SIMULATOR_API_TRANSPOSE_H
#define SIMULATOR_API_TRANSPOSE_H

#include "../core/transpose_ops.h"
#include "vector_call.h"

namespace AscendC {

constexpr int32_t NCHW_CONV_ADDR_LIST_SIZE = Simulator::TRANSPOSE_LIST_LENGTH;

// Of the types the last three exist, and the first, which does nothing.
enum class TransposeType : uint8_t {
    TRANSPOSE_TYPE_NONE,
    TRANSPOSE_NZ2ND_0213,
    TRANSPOSE_NZ2NZ_0213,
    TRANSPOSE_NZ2NZ_012_WITH_N,
    TRANSPOSE_NZ2ND_012_WITH_N,
    TRANSPOSE_NZ2ND_012_WITHOUT_N,
    TRANSPOSE_NZ2NZ_012_WITHOUT_N,
    TRANSPOSE_ND2ND_ONLY,
    TRANSPOSE_ND_UB_GM,
    TRANSPOSE_GRAD_ND_UB_GM,
    TRANSPOSE_ND2ND_B16,
    TRANSPOSE_NCHW2NHWC,
    TRANSPOSE_NHWC2NCHW,
};

// Strides in data blocks. With repeatTimes = 1 the strides move the one repeat on from where the lists say.
struct TransDataTo5HDParams {
    constexpr TransDataTo5HDParams() = default;
    constexpr TransDataTo5HDParams(const bool dstHighHalfIn, const bool srcHighHalfIn, const uint8_t repeatTimesIn,
                                   const uint16_t dstRepStrideIn, const uint16_t srcRepStrideIn)
        : dstHighHalf(dstHighHalfIn),
          srcHighHalf(srcHighHalfIn),
          repeatTimes(repeatTimesIn),
          dstRepStride(dstRepStrideIn),
          srcRepStride(srcRepStrideIn)
    {
    }
    bool dstHighHalf = false;
    bool srcHighHalf = false;
    uint8_t repeatTimes = 1;
    uint16_t dstRepStride = 0;
    uint16_t srcRepStride = 0;

    constexpr Simulator::TransDataShape Shape() const
    {
        return {repeatTimes, dstRepStride, srcRepStride, dstHighHalf, srcHighHalf};
    }
};

struct TransposeParamsExt {
    constexpr TransposeParamsExt() = default;
    constexpr TransposeParamsExt(const uint16_t nSizeIn, const uint16_t cSizeIn, const uint16_t hSizeIn,
                                 const uint16_t wSizeIn, const TransposeType transposeTypeIn)
        : nSize(nSizeIn), cSize(cSizeIn), hSize(hSizeIn), wSize(wSizeIn), transposeType(transposeTypeIn)
    {
    }
    uint16_t nSize = 0;
    uint16_t cSize = 0;
    uint16_t hSize = 0;
    uint16_t wSize = 0;
    TransposeType transposeType = TransposeType::TRANSPOSE_ND2ND_B16;
};

// A matrix of 16 x 16 elements of 16 bits.
template <typename T>
void Transpose(const LocalTensor<T> &dst, const LocalTensor<T> &src,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::ONE_OF<T, half, int16_t, uint16_t>,
                  "Transpose of 16 x 16 elements takes half, int16_t, uint16_t: for others there is TransDataTo5HD");
    Simulator::IssueTranspose(dst.As("dst"), src.As("src"), where);
}

}  // namespace AscendC

namespace Simulator {

// How a family has a transposition of an element type.
template <typename T>
TransposeKind KindOf(AscendC::TransposeType type)
{
    constexpr bool IS_A2 = __NPU_ARCH__ == 2201;
    switch (type) {
        case AscendC::TransposeType::TRANSPOSE_ND2ND_B16:
            return std::is_same<T, uint16_t>::value ? TransposeKind::MATRIX : TransposeKind::MISSING;
        case AscendC::TransposeType::TRANSPOSE_NCHW2NHWC:
            return IS_A2 ? TransposeKind::CHANNELS_LAST : TransposeKind::MISSING;
        case AscendC::TransposeType::TRANSPOSE_NHWC2NCHW:
            return IS_A2 ? TransposeKind::CHANNELS_FIRST : TransposeKind::MISSING;
        default:
            return TransposeKind::MISSING;
    }
}

}  // namespace Simulator

namespace AscendC {

// By transposeType: 16 x 16 elements of uint16_t, or on dav-2201 between NCHW and NHWC.
template <typename T>
void Transpose(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<uint8_t> &sharedTmpBuffer,
               const TransposeParamsExt &transposeParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(Transpose, T, half, float, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t);
    if (transposeParams.transposeType != TransposeType::TRANSPOSE_TYPE_NONE) {
        Simulator::IssueTranspose(
            dst.As("dst"), src.As("src"), sharedTmpBuffer.As("sharedTmpBuffer"),
            {Simulator::KindOf<T>(transposeParams.transposeType), static_cast<uint8_t>(transposeParams.transposeType),
             transposeParams.nSize, transposeParams.cSize, transposeParams.hSize, transposeParams.wSize},
            where);
    }
}

template <typename T>
void TransDataTo5HD(const LocalTensor<T> (&dstList)[NCHW_CONV_ADDR_LIST_SIZE],
                    const LocalTensor<T> (&srcList)[NCHW_CONV_ADDR_LIST_SIZE],
                    const TransDataTo5HDParams &nchwconvParams,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(TransDataTo5HD, T, half, float, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t);
    Simulator::LocalOperand dst[NCHW_CONV_ADDR_LIST_SIZE];
    Simulator::LocalOperand src[NCHW_CONV_ADDR_LIST_SIZE];
    for (int32_t i = 0; i < NCHW_CONV_ADDR_LIST_SIZE; ++i) {
        dst[i] = dstList[i].As("dstList");
        src[i] = srcList[i].As("srcList");
    }
    Simulator::IssueTransData(dst, src, nchwconvParams.Shape(), where);
}

// By addresses from GetPhyAddr.
template <typename T>
void TransDataTo5HD(uint64_t dstList[NCHW_CONV_ADDR_LIST_SIZE], uint64_t srcList[NCHW_CONV_ADDR_LIST_SIZE],
                    const TransDataTo5HDParams &nchwconvParams,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(TransDataTo5HD, T, half, float, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t);
    uint64_t dst[NCHW_CONV_ADDR_LIST_SIZE];
    uint64_t src[NCHW_CONV_ADDR_LIST_SIZE];
    __builtin_memcpy(dst, dstList, sizeof(dst));
    __builtin_memcpy(src, srcList, sizeof(src));
    Simulator::IssueTransData(dst, src, sizeof(T), nchwconvParams.Shape(), where);
}

// By addresses that lie in UB, read by the scalar unit.
template <typename T>
void TransDataTo5HD(const LocalTensor<uint64_t> &dst, const LocalTensor<uint64_t> &src,
                    const TransDataTo5HDParams &nchwconvParams,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    uint64_t dstList[NCHW_CONV_ADDR_LIST_SIZE];
    uint64_t srcList[NCHW_CONV_ADDR_LIST_SIZE];
    for (int32_t i = 0; i < NCHW_CONV_ADDR_LIST_SIZE; ++i) {
        dstList[i] = dst.GetValue(static_cast<uint32_t>(i), where);
        srcList[i] = src.GetValue(static_cast<uint32_t>(i), where);
    }
    TransDataTo5HD<T>(dstList, srcList, nchwconvParams, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_TRANSPOSE_H
