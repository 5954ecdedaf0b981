// SPDX-License-Identifier: Apache-2.0
// CreateVecIndex writes firstValue, firstValue + 1, and so on, on pipe V.
#ifndef SIMULATOR_API_CREATE_VEC_INDEX_H
#define SIMULATOR_API_CREATE_VEC_INDEX_H

#include "../core/index_ops.h"
#include "vector_call.h"

namespace Simulator {

template <typename T>
VectorCall VecIndexCall(const AscendC::LocalTensor<T> &dst, T firstValue)
{
    SIMULATOR_TAKES(CreateVecIndex, T, half, float, int16_t, int32_t);
    VectorCall call = ScalarCallOf<T>("CreateVecIndex", nullptr, firstValue, dst.As("dst"));
    call.execute = ExecuteVecIndex;
    return call;
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void CreateVecIndex(LocalTensor<T> dst, const T &firstValue, uint32_t count,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector(Simulator::VecIndexCall(dst, firstValue), static_cast<int32_t>(count), where);
}

// A lane that the mask leaves out is counted all the same.
template <typename T, typename Mask>
void CreateVecIndex(LocalTensor<T> &dst, const T &firstValue, Mask mask, const Simulator::RepeatTime repeatTime,
                    uint16_t dstBlkStride, uint8_t dstRepStride,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<true>(mask);
    Simulator::IssueVector(Simulator::VecIndexCall(dst, firstValue),
                           {repeatTime, {{dstBlkStride, dstRepStride}, {}, {}}}, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_CREATE_VEC_INDEX_H
