// SPDX-License-Identifier: Apache-2.0
// Cast converts elements to another type, on pipe V. Lanes are those of the wider type: 64 to a repeat for half to
// float. On dav-2201 int32_t to half multiplies by the scale that SetDeqScale sets, whatever the rounding mode.
#ifndef SIMULATOR_API_CAST_H
#define SIMULATOR_API_CAST_H

#include "../core/cast_loops.h"
#include "dequant.h"
#include "vector_call.h"

namespace Simulator {

template <typename T, typename U>
VectorCall CastCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src,
                    AscendC::RoundMode roundMode, SourceLine where)
{
    static_assert(CastModes<T, U>() != 0,
                  "Cast takes half to float, int32_t, int16_t, int8_t, uint8_t; bfloat16_t to float, int32_t; float to "
                  "half, bfloat16_t, float, int64_t, int32_t, int16_t; int8_t and uint8_t to half; int16_t to half, "
                  "float; int32_t to float, int64_t, int16_t, half; int64_t to float, int32_t");
#if __NPU_ARCH__ == 2201
    if constexpr (IS_PAIR<T, U, half, int32_t>) {
        return DequantCall<T, U>("Cast", DequantLoop, where, dst, src.As("src"));
    }
#endif
    (void)where;
    const uint8_t mode = static_cast<uint8_t>(roundMode);
    VectorCall call{"Cast", FindCastLoop<T, U>(mode), DataTypeOf<T>(), DataTypeOf<U>(), {dst.As("dst"), src.As("src")}};
    call.roundMode = mode;
    call.modesTaken = CastModes<T, U>();
    return call;
}

}  // namespace Simulator

namespace AscendC {

template <typename T, typename U>
void Cast(const LocalTensor<T> &dst, const LocalTensor<U> &src, const RoundMode &roundMode, const uint32_t count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector(Simulator::CastCall(dst, src, roundMode, where), static_cast<int32_t>(count), where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void Cast(const LocalTensor<T> &dst, const LocalTensor<U> &src, const RoundMode &roundMode, Mask mask,
          const Simulator::RepeatTime repeatTime, const UnaryRepeatParams &repeatParams,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::CastCall(dst, src, roundMode, where), repeatParams.Shape(repeatTime), where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_CAST_H
