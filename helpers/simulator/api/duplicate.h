// SPDX-License-Identifier: Apache-2.0
// Duplicate fills a tensor with one value, on pipe V.
#ifndef SIMULATOR_API_DUPLICATE_H
#define SIMULATOR_API_DUPLICATE_H

#include "vector_call.h"

namespace Simulator {

template <typename T>
VectorCall DuplicateCall(const AscendC::LocalTensor<T> &dst, const T &scalarValue)
{
    SIMULATOR_TAKES(Duplicate, T, half, bfloat16_t, float, int16_t, uint16_t, int32_t, uint32_t);
    VectorCall call = ScalarCallOf<T>("Duplicate", DuplicateLoop<T>, scalarValue, dst.As("dst"));
    call.movesBits = true;
    return call;
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void Duplicate(const LocalTensor<T> &dst, const T &scalarValue, const int32_t &count,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector(Simulator::DuplicateCall(dst, scalarValue), count, where);
}

template <typename T, bool isSetMask = true, typename Mask>
void Duplicate(const LocalTensor<T> &dst, const T &scalarValue, Mask mask, const Simulator::RepeatTime repeatTime,
               const uint16_t dstBlockStride, const uint8_t dstRepeatStride,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::DuplicateCall(dst, scalarValue),
                           {repeatTime, {{dstBlockStride, dstRepeatStride}, {}, {}}}, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DUPLICATE_H
