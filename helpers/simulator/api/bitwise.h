// SPDX-License-Identifier: Apache-2.0
// Bitwise operations and shifts on pipe V. Source of the types: the pages of CANN's basic API on logical computation.
#ifndef SIMULATOR_API_BITWISE_H
#define SIMULATOR_API_BITWISE_H

#include "vector_call.h"

namespace AscendC {

SIMULATOR_BINARY(And, AndOperation, int16_t, uint16_t)
SIMULATOR_BINARY(Or, OrOperation, int16_t, uint16_t)
SIMULATOR_UNARY(Not, NotOperation, int16_t, uint16_t)

}  // namespace AscendC

namespace Simulator {

template <typename T>
VectorCall ShiftCall(const char *name, LoopFunction loop, const AscendC::LocalTensor<T> &dst,
                     const AscendC::LocalTensor<T> &src, T distance, SourceLine where)
{
    static_assert(ONE_OF<T, int16_t, uint16_t, int32_t, uint32_t>,
                  "ShiftLeft and ShiftRight take int16_t, uint16_t, int32_t, uint32_t");
    CheckShiftDistance(name, static_cast<int64_t>(distance), 8 * sizeof(T), where);
    return ScalarCallOf<T>(name, loop, distance, dst.As("dst"), src.As("src"));
}

template <typename T>
LoopFunction ShiftRightLoop(bool roundEn, SourceLine where)
{
    if constexpr (std::is_signed<T>::value) {  // the others leave it out of account
        if (roundEn) {
            CheckShiftRounding(where);
            return ScalarLoop<T, RoundingShiftRightOperation>;
        }
    }
    return ScalarLoop<T, ShiftRightOperation>;
}

}  // namespace Simulator

namespace AscendC {

template <typename T, bool isSetMask = true>
void ShiftLeft(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    constexpr Simulator::LoopFunction loop = Simulator::ScalarLoop<T, Simulator::ShiftLeftOperation>;
    Simulator::IssueByCount<isSetMask>(Simulator::ShiftCall("ShiftLeft", loop, dst, src, scalarValue, where), count,
                                       where);
}

template <typename T, bool isSetMask = true, typename Mask>
void ShiftLeft(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, Mask mask,
               const Simulator::RepeatTime repeatTime, const UnaryRepeatParams &repeatParams,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    constexpr Simulator::LoopFunction loop = Simulator::ScalarLoop<T, Simulator::ShiftLeftOperation>;
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::ShiftCall("ShiftLeft", loop, dst, src, scalarValue, where),
                           repeatParams.Shape(repeatTime), where);
}

template <typename T, bool isSetMask = true>
void ShiftRight(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::LoopFunction loop = Simulator::ShiftRightLoop<T>(false, where);
    Simulator::IssueByCount<isSetMask>(Simulator::ShiftCall("ShiftRight", loop, dst, src, scalarValue, where), count,
                                       where);
}

// roundEn adds the last bit that is shifted out.
template <typename T, bool isSetMask = true, typename Mask>
void ShiftRight(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, Mask mask,
                const Simulator::RepeatTime repeatTime, const UnaryRepeatParams &repeatParams, bool roundEn = false,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::LoopFunction loop = Simulator::ShiftRightLoop<T>(roundEn, where);
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::ShiftCall("ShiftRight", loop, dst, src, scalarValue, where),
                           repeatParams.Shape(repeatTime), where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_BITWISE_H
