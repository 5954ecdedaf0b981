// SPDX-License-Identifier: Apache-2.0
// Elementwise arithmetic on pipe V: one, two operands, or one and a scalar. Each operation has three forms:
//   level 2: exactly elements [0, count);
//   level 0 with a number of lanes, or with a mask of bits: `repeatTime` times 256 bytes, with strides.
// With isSetMask = false the mask argument is left out of account and the mask register decides.
#ifndef SIMULATOR_API_VECTOR_H
#define SIMULATOR_API_VECTOR_H

#include "vector_call.h"

namespace AscendC {

// The types a call takes stand in the tables below. One macro for each form of operands keeps them readable: the calls
// of a form differ in nothing else.
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
    template <typename T, bool isSetMask = true, typename Mask>                                                        \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, Mask mask,            \
              const uint8_t repeatTime, const BinaryRepeatParams &repeatParams,                                        \
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
        Simulator::IssueVector(Simulator::ScalarCallOf<T>(#Name, Simulator::ScalarLoop<T, Simulator::Operation>, \
                                                          scalarValue, dst.As("dst"), src.As("src")),            \
                               count, where);                                                                    \
    }                                                                                                            \
    template <typename T, bool isSetMask = true, typename Mask>                                                  \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, Mask mask,             \
              const uint8_t repeatTime, const UnaryRepeatParams &repeatParams,                                   \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                       \
    {                                                                                                            \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                   \
        Simulator::TakeMask<isSetMask>(mask);                                                                    \
        Simulator::IssueVector(Simulator::ScalarCallOf<T>(#Name, Simulator::ScalarLoop<T, Simulator::Operation>, \
                                                          scalarValue, dst.As("dst"), src.As("src")),            \
                               repeatParams.Shape(repeatTime), where);                                           \
    }

#define SIMULATOR_UNARY(Name, Operation, ...)                                                                         \
    template <typename T>                                                                                             \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const int32_t &count,                             \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                            \
    {                                                                                                                 \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                        \
        Simulator::IssueVector(                                                                                       \
            Simulator::CallOf<T>(#Name, Simulator::UnaryLoop<T, Simulator::Operation>, dst.As("dst"), src.As("src")), \
            count, where);                                                                                            \
    }                                                                                                                 \
    template <typename T, bool isSetMask = true, typename Mask>                                                       \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const uint8_t repeatTime,              \
              const UnaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())     \
    {                                                                                                                 \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                        \
        Simulator::TakeMask<isSetMask>(mask);                                                                         \
        Simulator::IssueVector(                                                                                       \
            Simulator::CallOf<T>(#Name, Simulator::UnaryLoop<T, Simulator::Operation>, dst.As("dst"), src.As("src")), \
            repeatParams.Shape(repeatTime), where);                                                                   \
    }

SIMULATOR_BINARY(Add, AddOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Sub, SubOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Mul, MulOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Div, DivOperation, half, float)
SIMULATOR_BINARY(Max, MaxOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Min, MinOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(And, AndOperation, int16_t, uint16_t)
SIMULATOR_BINARY(Or, OrOperation, int16_t, uint16_t)

SIMULATOR_SCALAR(Adds, AddOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Muls, MulOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Maxs, MaxOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Mins, MinOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(LeakyRelu, LeakyReluOperation, half, float)
SIMULATOR_SCALAR(ShiftLeft, ShiftLeftOperation, int16_t, uint16_t, int32_t, uint32_t)
SIMULATOR_SCALAR(ShiftRight, ShiftRightOperation, int16_t, uint16_t, int32_t, uint32_t)

SIMULATOR_UNARY(Abs, AbsOperation, half, float)
SIMULATOR_UNARY(Relu, ReluOperation, half, float, int32_t)
SIMULATOR_UNARY(Exp, ExpOperation, half, float)
SIMULATOR_UNARY(Ln, LnOperation, half, float)
SIMULATOR_UNARY(Sqrt, SqrtOperation, half, float)
SIMULATOR_UNARY(Rsqrt, RsqrtOperation, half, float)
SIMULATOR_UNARY(Reciprocal, ReciprocalOperation, half, float)
SIMULATOR_UNARY(Not, NotOperation, int16_t, uint16_t)

#undef SIMULATOR_BINARY
#undef SIMULATOR_SCALAR
#undef SIMULATOR_UNARY

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_H
