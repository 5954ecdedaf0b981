// SPDX-License-Identifier: Apache-2.0
// Calls that stand for several operations, on pipe V. Those that add to the destination read it as well.
// Source of the types: the pages of CANN's basic API on compound computation.
#ifndef SIMULATOR_API_COMPOUND_H
#define SIMULATOR_API_COMPOUND_H

#include "../core/compound_loops.h"
#include "vector_call.h"

namespace Simulator {

template <typename Dst, typename Src, typename... Sources>
VectorCall CompoundCall(const char *name, LoopFunction loop, bool readsDst, const AscendC::LocalTensor<Dst> &dst,
                        const Sources &...sources)
{
    VectorCall call{name, loop, DataTypeOf<Dst>(), DataTypeOf<Src>(), {dst.As("dst"), sources...}};
    call.readsDst = readsDst;
    return call;
}

template <typename T, typename U>
VectorCall AxpyCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src, U scalarValue)
{
    static_assert(IS_PAIR<T, U, half, half> || IS_PAIR<T, U, float, float> || IS_PAIR<T, U, float, half>,
                  "Axpy takes half to half, float to float, half to float");
    VectorCall call = CompoundCall<T, U>("Axpy", AxpyLoop<T, U>, true, dst, src.As("src"));
    call.scalarBits = BitsOf(scalarValue);
    return call;
}

// The two families have other tables.
template <typename T, typename U>
constexpr bool IsMulAddDst()
{
    constexpr bool isFloating = IS_PAIR<T, U, half, half> || IS_PAIR<T, U, float, float>;
#if __NPU_ARCH__ == 3002
    return isFloating || (std::is_same<T, U>::value && ONE_OF<T, int16_t, uint16_t, int32_t, uint32_t>);
#else
    return isFloating || IS_PAIR<T, U, float, half>;
#endif
}

// dst += src0 * src1
template <typename T, typename U>
VectorCall MulAddDstCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                         const AscendC::LocalTensor<U> &src1)
{
    static_assert(
        IsMulAddDst<T, U>(),
        "MulAddDst takes half to half and float to float; on Atlas A2 (dav-2201) also half to float, on Atlas "
        "200I/500 A2 (dav-3002) int16_t, uint16_t, int32_t, uint32_t: Cast to float where the types differ");
    return CompoundCall<T, U>(name, MulAddDstLoop<T, U>, true, dst, src0.As("src0"), src1.As("src1"));
}

template <typename Operation, typename T>
VectorCall ThenReluCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<T> &src0,
                        const AscendC::LocalTensor<T> &src1)
{
#if __NPU_ARCH__ == 3002
    static_assert(ONE_OF<T, half, float>, "AddRelu and SubRelu take half, float");
#else
    static_assert(ONE_OF<T, half, float, int16_t>, "AddRelu and SubRelu take half, float, int16_t");
#endif
    constexpr LoopFunction loop = ThenReluLoop<T, BinaryLoop<T, Operation>>;
    return CallOf<T>(name, loop, dst.As("dst"), src0.As("src0"), src1.As("src1"));
}

// dst = src0 * dst + src1
template <typename T>
VectorCall FusedMulAddCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<T> &src0,
                           const AscendC::LocalTensor<T> &src1)
{
    static_assert(ONE_OF<T, half, float>, "FusedMulAdd takes half, float");
    return CompoundCall<T, T>(name, FusedMulAddLoop<T>, true, dst, src0.As("src0"), src1.As("src1"));
}

template <typename T>
VectorCall MulAddReluCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<T> &src0,
                          const AscendC::LocalTensor<T> &src1)
{
    static_assert(ONE_OF<T, half, float>, "MulAddRelu takes half, float");
    constexpr LoopFunction loop = ThenReluLoop<T, FusedMulAddLoop<T>>;
    return CompoundCall<T, T>(name, loop, true, dst, src0.As("src0"), src1.As("src1"));
}

template <typename Operation, typename T, typename U>
VectorCall ReluCastCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                        const AscendC::LocalTensor<U> &src1)
{
#if __NPU_ARCH__ == 3002
    static_assert(IS_PAIR<T, U, int8_t, half> || IS_PAIR<T, U, half, float>,
                  "AddReluCast and SubReluCast take half to int8_t, float to half");
#else
    static_assert(IS_PAIR<T, U, int8_t, half> || IS_PAIR<T, U, half, float> || IS_PAIR<T, U, int8_t, int16_t>,
                  "AddReluCast and SubReluCast take half to int8_t, float to half, int16_t to int8_t");
#endif
    constexpr LoopFunction relu = ThenReluLoop<U, BinaryLoop<U, Operation>>;
    return CompoundCall<T, U>(name, ThenCastLoop<T, U, relu>, false, dst, src0.As("src0"), src1.As("src1"));
}

template <typename T, typename U>
VectorCall MulCastCall(const char *name, const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                       const AscendC::LocalTensor<U> &src1)
{
    static_assert(IS_PAIR<T, U, int8_t, half> || IS_PAIR<T, U, uint8_t, half>,
                  "MulCast takes half to int8_t, half to uint8_t");
    return CompoundCall<T, U>(name, ThenCastLoop<T, U, BinaryLoop<U, MulOperation>>, false, dst, src0.As("src0"),
                              src1.As("src1"));
}

}  // namespace Simulator

namespace AscendC {

// dst += src * scalarValue. With half sources and a float destination a repeat has 64 lanes, and reads 4 data blocks.
template <typename T, typename U>
void Axpy(const LocalTensor<T> &dst, const LocalTensor<U> &src, const U &scalarValue, const int32_t &count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector(Simulator::AxpyCall(dst, src, scalarValue), count, where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void Axpy(const LocalTensor<T> &dst, const LocalTensor<U> &src, const U &scalarValue, Mask mask,
          const Simulator::RepeatTime repeatTime, const UnaryRepeatParams &repeatParams,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(Simulator::AxpyCall(dst, src, scalarValue), repeatParams.Shape(repeatTime), where);
}

// A call on dst and two sources of the same type, described by Call.
#define SIMULATOR_COMPOUND(Name, Call)                                                                                 \
    template <typename T>                                                                                              \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::IssueVector(Simulator::Call(#Name, dst, src0, src1), count, where);                                 \
    }                                                                                                                  \
    template <typename T, bool isSetMask = true, typename Mask>                                                        \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, Mask mask,            \
              const Simulator::RepeatTime repeatTime, const BinaryRepeatParams &repeatParams,                          \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(Simulator::Call(#Name, dst, src0, src1), repeatParams.Shape(repeatTime), where);        \
    }

// The same where the sources may have another type.
#define SIMULATOR_COMPOUND_MIXED(Name, Call)                                                                           \
    template <typename T, typename U>                                                                                  \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::IssueVector(Simulator::Call(#Name, dst, src0, src1), count, where);                                 \
    }                                                                                                                  \
    template <typename T, typename U, bool isSetMask = true, typename Mask>                                            \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, Mask mask,            \
              const Simulator::RepeatTime repeatTime, const BinaryRepeatParams &repeatParams,                          \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(Simulator::Call(#Name, dst, src0, src1), repeatParams.Shape(repeatTime), where);        \
    }

SIMULATOR_COMPOUND(AddRelu, ThenReluCall<Simulator::AddOperation>)
SIMULATOR_COMPOUND(SubRelu, ThenReluCall<Simulator::SubOperation>)
SIMULATOR_COMPOUND(FusedMulAdd, FusedMulAddCall)
SIMULATOR_COMPOUND(MulAddRelu, MulAddReluCall)
SIMULATOR_COMPOUND(FusedMulAddRelu, MulAddReluCall)  // the older name

SIMULATOR_COMPOUND_MIXED(MulAddDst, MulAddDstCall)
SIMULATOR_COMPOUND_MIXED(AddReluCast, ReluCastCall<Simulator::AddOperation>)
SIMULATOR_COMPOUND_MIXED(SubReluCast, ReluCastCall<Simulator::SubOperation>)
SIMULATOR_COMPOUND_MIXED(MulCast, MulCastCall)

#undef SIMULATOR_COMPOUND
#undef SIMULATOR_COMPOUND_MIXED

}  // namespace AscendC

#endif  // SIMULATOR_API_COMPOUND_H
