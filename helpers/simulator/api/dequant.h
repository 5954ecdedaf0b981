// SPDX-License-Identifier: Apache-2.0
// Calls on dav-2201 that multiply int32_t by a scale and round once, to half: the scale stands in a register.
#ifndef SIMULATOR_API_DEQUANT_H
#define SIMULATOR_API_DEQUANT_H

#include "../core/compound_loops.h"
#include "vector_call.h"

namespace Simulator {

// A call that takes the scale from its register.
template <typename T, typename U, typename... Sources>
VectorCall DequantCall(const char *name, LoopFunction loop, SourceLine where, const AscendC::LocalTensor<T> &dst,
                       const Sources &...sources)
{
#if __NPU_ARCH__ == 3002
    static_assert(DependentFalse<T>::value,
                  "AddDeqRelu, CastDequant and SetDeqScale are not on Atlas 200I/500 A2 (dav-3002): Cast to float and "
                  "multiply, or guard it by __NPU_ARCH__ == 2201");
#endif
    VectorCall call{name, loop, DataTypeOf<T>(), DataTypeOf<U>(), {dst.As("dst"), sources...}};
    call.scalarBits = DequantScale(name, where);
    return call;
}

template <typename T, typename U>
VectorCall CastDequantCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src,
                           SourceLine where)
{
    static_assert(IS_PAIR<T, U, half, int32_t>,
                  "CastDequant takes int32_t to half here. The device also has int16_t to int8_t and uint8_t, with "
                  "scales of 19 bits whose arithmetic is not published: Cast to float, multiply, Cast to the result");
    return DequantCall<T, U>(name, DequantLoop, where, dst, src.As("src"));
}

template <typename T, typename U>
VectorCall AddDeqReluCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                          const AscendC::LocalTensor<U> &src1, SourceLine where)
{
    static_assert(IS_PAIR<T, U, half, int32_t>, "AddDeqRelu takes int32_t to half");
    return DequantCall<T, U>("AddDeqRelu", AddDeqReluLoop, where, dst, src0.As("src0"), src1.As("src1"));
}

}  // namespace Simulator

namespace AscendC {

#if __NPU_ARCH__ == 2201
// The scale stays until it is set again.
inline void SetDeqScale(half scale)
{
    Simulator::SetDequantScale(Simulator::BitsOf(scale));
}
#endif

// Under its newer and its older name. isVecDeq and halfBlock concern results of 8 bits.
#define SIMULATOR_CAST_DEQUANT(Name)                                                                                   \
    template <typename T, typename U, bool isVecDeq = true, bool halfBlock = true>                                     \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src, const uint32_t count,                              \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::IssueVector(Simulator::CastDequantCall(#Name, dst, src, where), static_cast<int32_t>(count),        \
                               where);                                                                                 \
    }                                                                                                                  \
    template <typename T, typename U, bool isSetMask = true, bool isVecDeq = true, bool halfBlock = true,              \
              typename Mask>                                                                                           \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src, Mask mask, const Simulator::RepeatTime repeatTime, \
              const UnaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())      \
    {                                                                                                                  \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(Simulator::CastDequantCall(#Name, dst, src, where), repeatParams.Shape(repeatTime),     \
                               where);                                                                                 \
    }

SIMULATOR_CAST_DEQUANT(CastDequant)
SIMULATOR_CAST_DEQUANT(CastDeq)
#undef SIMULATOR_CAST_DEQUANT

// dst = Relu((src0 + src1) * scale)
template <typename T, typename U>
void AddDeqRelu(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, const int32_t &count,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector(Simulator::AddDeqReluCall(dst, src0, src1, where), count, where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void AddDeqRelu(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, Mask mask,
                const Simulator::RepeatTime repeatTime, const BinaryRepeatParams &repeatParams,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::AddDeqReluCall(dst, src0, src1, where), repeatParams.Shape(repeatTime), where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DEQUANT_H
