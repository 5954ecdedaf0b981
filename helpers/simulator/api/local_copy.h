// SPDX-License-Identifier: Apache-2.0
// Copy moves elements inside UB under a mask, on pipe V.
#ifndef SIMULATOR_API_LOCAL_COPY_H
#define SIMULATOR_API_LOCAL_COPY_H

#include "copy_params.h"
#include "vector_call.h"

namespace Simulator {

template <typename T>
VectorCall MaskedCopyCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<T> &src)
{
    SIMULATOR_TAKES(Copy, T, half, bfloat16_t, float, int16_t, uint16_t, int32_t, uint32_t);
    VectorCall call = CallOf<T>("Copy", CopyLoop<T>, dst.As("dst"), src.As("src"));
    call.movesBits = true;
    return call;
}

}  // namespace Simulator

namespace AscendC {

// With isSetMask = false the mask that is set already decides, and `mask` means nothing. In counter mode it counts the
// elements of each repeat, whose data blocks then all lie one block stride apart.
template <typename T, bool isSetMask = true, typename Mask>
void Copy(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const uint8_t repeatTime,
          const CopyRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueMaskedCopy(Simulator::MaskedCopyCall(dst, src), repeatParams.Shape(repeatTime), where);
}

template <typename T, bool isSetMask = true>
void Copy(const LocalTensor<T> &, const LocalTensor<T> &, const uint32_t)
{
    static_assert(Simulator::DependentFalse<T>::value,
                  "Copy by count is on neither family: use Copy with a mask, or DataCopy (dav-2201)");
}

}  // namespace AscendC

#endif  // SIMULATOR_API_LOCAL_COPY_H
