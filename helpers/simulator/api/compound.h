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

template <typename T, typename U>
VectorCall MulAddDstCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                         const AscendC::LocalTensor<U> &src1)
{
    static_assert(
        IsMulAddDst<T, U>(),
        "MulAddDst takes half to half and float to float; on Atlas A2 (dav-2201) also half to float, on Atlas "
        "200I/500 A2 (dav-3002) int16_t, uint16_t, int32_t, uint32_t: Cast to float where the types differ");
    return CompoundCall<T, U>("MulAddDst", MulAddDstLoop<T, U>, true, dst, src0.As("src0"), src1.As("src1"));
}

template <typename T>
VectorCall ThenReluCall(const char *name, LoopFunction loop, const AscendC::LocalTensor<T> &dst,
                        const AscendC::LocalTensor<T> &src0, const AscendC::LocalTensor<T> &src1)
{
#if __NPU_ARCH__ == 3002
    static_assert(ONE_OF<T, half, float>, "AddRelu and SubRelu take half, float");
#else
    static_assert(ONE_OF<T, half, float, int16_t>, "AddRelu and SubRelu take half, float, int16_t");
#endif
    return CallOf<T>(name, loop, dst.As("dst"), src0.As("src0"), src1.As("src1"));
}

// dst * src0 + src1
template <typename T>
VectorCall FusedCall(const char *name, LoopFunction loop, const AscendC::LocalTensor<T> &dst,
                     const AscendC::LocalTensor<T> &src0, const AscendC::LocalTensor<T> &src1)
{
    static_assert(ONE_OF<T, half, float>, "FusedMulAdd, MulAddRelu and FusedMulAddRelu take half, float");
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
VectorCall MulCastCall(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &src0,
                       const AscendC::LocalTensor<U> &src1)
{
    static_assert(IS_PAIR<T, U, int8_t, half> || IS_PAIR<T, U, uint8_t, half>,
                  "MulCast takes half to int8_t, half to uint8_t");
    return CompoundCall<T, U>("MulCast", ThenCastLoop<T, U, BinaryLoop<U, MulOperation>>, false, dst, src0.As("src0"),
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

// A call on dst and two sources: Types are the template parameters in front of isSetMask, U the sources' type, and
// Call(...) its description.
#define SIMULATOR_COMPOUND(Name, Types, U, Call)                                                                       \
    template <Types>                                                                                                   \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::IssueVector(Call, count, where);                                                                    \
    }                                                                                                                  \
    template <Types, bool isSetMask = true, typename Mask>                                                             \
    void Name(const LocalTensor<T> &dst, const LocalTensor<U> &src0, const LocalTensor<U> &src1, Mask mask,            \
              const Simulator::RepeatTime repeatTime, const BinaryRepeatParams &repeatParams,                          \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(Call, repeatParams.Shape(repeatTime), where);                                           \
    }
#define SIMULATOR_ONE_TYPE typename T
#define SIMULATOR_TWO_TYPES typename T, typename U

SIMULATOR_COMPOUND(
    AddRelu, SIMULATOR_ONE_TYPE, T,
    (Simulator::ThenReluCall("AddRelu", Simulator::ThenReluLoop<T, Simulator::BinaryLoop<T, Simulator::AddOperation>>,
                             dst, src0, src1)))
SIMULATOR_COMPOUND(
    SubRelu, SIMULATOR_ONE_TYPE, T,
    (Simulator::ThenReluCall("SubRelu", Simulator::ThenReluLoop<T, Simulator::BinaryLoop<T, Simulator::SubOperation>>,
                             dst, src0, src1)))
// dst = src0 * dst + src1
SIMULATOR_COMPOUND(FusedMulAdd, SIMULATOR_ONE_TYPE, T,
                   Simulator::FusedCall("FusedMulAdd", Simulator::FusedMulAddLoop<T>, dst, src0, src1))
SIMULATOR_COMPOUND(MulAddRelu, SIMULATOR_ONE_TYPE, T,
                   (Simulator::FusedCall("MulAddRelu", Simulator::ThenReluLoop<T, Simulator::FusedMulAddLoop<T>>, dst,
                                         src0, src1)))
// The older name of MulAddRelu.
SIMULATOR_COMPOUND(FusedMulAddRelu, SIMULATOR_ONE_TYPE, T,
                   (Simulator::FusedCall("FusedMulAddRelu", Simulator::ThenReluLoop<T, Simulator::FusedMulAddLoop<T>>,
                                         dst, src0, src1)))
// dst += src0 * src1
SIMULATOR_COMPOUND(MulAddDst, SIMULATOR_TWO_TYPES, U, Simulator::MulAddDstCall(dst, src0, src1))
SIMULATOR_COMPOUND(AddReluCast, SIMULATOR_TWO_TYPES, U,
                   Simulator::ReluCastCall<Simulator::AddOperation>("AddReluCast", dst, src0, src1))
SIMULATOR_COMPOUND(SubReluCast, SIMULATOR_TWO_TYPES, U,
                   Simulator::ReluCastCall<Simulator::SubOperation>("SubReluCast", dst, src0, src1))
SIMULATOR_COMPOUND(MulCast, SIMULATOR_TWO_TYPES, U, Simulator::MulCastCall(dst, src0, src1))

#undef SIMULATOR_COMPOUND
#undef SIMULATOR_ONE_TYPE
#undef SIMULATOR_TWO_TYPES

}  // namespace AscendC

#endif  // SIMULATOR_API_COMPOUND_H
