// SPDX-License-Identifier: Apache-2.0
// What the calls of elementwise vector operations have in common: their description, what their mask argument does, and
// macros that declare a call in all its forms:
//   level 2: exactly elements [0, count);
//   level 0 with a number of lanes, or with a mask of bits: `repeatTime` times 256 bytes, with strides.
// With isSetMask = false the count or mask argument is left out of account and the mask register decides.
#ifndef SIMULATOR_API_VECTOR_CALL_H
#define SIMULATOR_API_VECTOR_CALL_H

#include "../core/vector_arguments.h"
#include "local_tensor.h"
#include "types.h"
#include "vector_mask.h"

#define SIMULATOR_TAKES(Name, T, ...) static_assert(Simulator::ONE_OF<T, __VA_ARGS__>, #Name " takes " #__VA_ARGS__)

namespace Simulator {

// The device takes eight bits of it: 256 would be 0. It is wider here so that this can be noticed.
using RepeatTime = uint32_t;

template <bool isSetMask>
void TakeMask(uint64_t lanes)
{
    if constexpr (isSetMask) {
        SetMaskLanes(lanes);
    } else {
        CurrentVectorMask().lanesGiven = 0;  // it was the argument of another call
    }
}

template <bool isSetMask>
void TakeMask(const uint64_t *bits)
{
    if constexpr (isSetMask) {
        SetMaskBits(bits);
    } else {
        CurrentVectorMask().lanesGiven = 0;
    }
}

// A call of level 2 that has isSetMask.
template <bool isSetMask>
void IssueByCount(const VectorCall &call, int32_t count, SourceLine where)
{
    if constexpr (isSetMask) {
        IssueVector(call, count, where);
    } else {
        IssueVector(call, AscendC::BinaryRepeatParams().Shape(1), where);
    }
}

// An operation on elements of one type.
template <typename T, typename... Operands>
VectorCall CallOf(const char *name, LoopFunction loop, const Operands &...operands)
{
    return {name, loop, DataTypeOf<T>(), DataTypeOf<T>(), {operands...}};
}

template <typename T, typename... Operands>
VectorCall ScalarCallOf(const char *name, LoopFunction loop, T scalarValue, const Operands &...operands)
{
    VectorCall call = CallOf<T>(name, loop, operands...);
    call.scalarBits = BitsOf(scalarValue);
    return call;
}

// A call that is handed on as a function, as in `Apply<Exp>`, has exactly the type it has in CANN: without a line of
// the source. An ordinary call prefers the form that knows its line, which is the more special one.
constexpr SourceLine CALLED_BY_ADDRESS{"", 0};

template <typename Tensor>
using IfLocalTensor = std::enable_if_t<std::is_same<Tensor, AscendC::LocalTensor<typename Tensor::PrimType>>::value>;

template <typename Tensor, typename T>
using IfLocalTensorOf = std::enable_if_t<std::is_same<Tensor, AscendC::LocalTensor<T>>::value>;

}  // namespace Simulator

// The types a call takes stand in tables of these macros. The calls of a form differ in nothing else.
#define SIMULATOR_BINARY(Name, Operation, ...)                                                                         \
    template <typename T>                                                                                              \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        Simulator::IssueVector(Simulator::CallOf<T>(#Name, Simulator::BinaryLoop<T, Simulator::Operation>,             \
                                                    dst.As("dst"), src0.As("src0"), src1.As("src1")),                  \
                               count, where);                                                                          \
    }                                                                                                                  \
    template <typename Tensor, typename = Simulator::IfLocalTensor<Tensor>>                                            \
    void Name(const Tensor &dst, const Tensor &src0, const Tensor &src1, const int32_t &count)                         \
    {                                                                                                                  \
        Name(dst, src0, src1, count, Simulator::CALLED_BY_ADDRESS);                                                    \
    }                                                                                                                  \
    template <typename T, bool isSetMask = true, typename Mask>                                                        \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, Mask mask,            \
              const Simulator::RepeatTime repeatTime, const BinaryRepeatParams &repeatParams,                          \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(Simulator::CallOf<T>(#Name, Simulator::BinaryLoop<T, Simulator::Operation>,             \
                                                    dst.As("dst"), src0.As("src0"), src1.As("src1")),                  \
                               repeatParams.Shape(repeatTime), where);                                                 \
    }

#define SIMULATOR_SCALAR(Name, Operation, ...)                                                                   \
    template <typename T, bool isSetMask = true>                                                                 \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count,  \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                       \
    {                                                                                                            \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                   \
        Simulator::IssueByCount<isSetMask>(                                                                      \
            Simulator::ScalarCallOf<T>(#Name, Simulator::ScalarLoop<T, Simulator::Operation>, scalarValue,       \
                                       dst.As("dst"), src.As("src")),                                            \
            count, where);                                                                                       \
    }                                                                                                            \
    template <typename Tensor, typename T, typename = Simulator::IfLocalTensorOf<Tensor, T>>                     \
    void Name(const Tensor &dst, const Tensor &src, const T &scalarValue, const int32_t &count)                  \
    {                                                                                                            \
        Name(dst, src, scalarValue, count, Simulator::CALLED_BY_ADDRESS);                                        \
    }                                                                                                            \
    template <typename T, bool isSetMask = true, typename Mask>                                                  \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, Mask mask,             \
              const Simulator::RepeatTime repeatTime, const UnaryRepeatParams &repeatParams,                     \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                       \
    {                                                                                                            \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                   \
        Simulator::TakeMask<isSetMask>(mask);                                                                    \
        Simulator::IssueVector(Simulator::ScalarCallOf<T>(#Name, Simulator::ScalarLoop<T, Simulator::Operation>, \
                                                          scalarValue, dst.As("dst"), src.As("src")),            \
                               repeatParams.Shape(repeatTime), where);                                           \
    }

#define SIMULATOR_UNARY(Name, Operation, ...)                                                                          \
    template <typename T>                                                                                              \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const int32_t &count,                              \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        Simulator::IssueVector(                                                                                        \
            Simulator::CallOf<T>(#Name, Simulator::UnaryLoop<T, Simulator::Operation>, dst.As("dst"), src.As("src")),  \
            count, where);                                                                                             \
    }                                                                                                                  \
    template <typename Tensor, typename = Simulator::IfLocalTensor<Tensor>>                                            \
    void Name(const Tensor &dst, const Tensor &src, const int32_t &count)                                              \
    {                                                                                                                  \
        Name(dst, src, count, Simulator::CALLED_BY_ADDRESS);                                                           \
    }                                                                                                                  \
    template <typename T, bool isSetMask = true, typename Mask>                                                        \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const Simulator::RepeatTime repeatTime, \
              const UnaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())      \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(                                                                                        \
            Simulator::CallOf<T>(#Name, Simulator::UnaryLoop<T, Simulator::Operation>, dst.As("dst"), src.As("src")),  \
            repeatParams.Shape(repeatTime), where);                                                                    \
    }

#endif  // SIMULATOR_API_VECTOR_CALL_H
