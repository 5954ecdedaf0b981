// SPDX-License-Identifier: Apache-2.0
// Vector instructions, on pipe V. Each operation has three forms:
//   level 2: exactly elements [0, count);
//   level 0 with a number of lanes, or with a mask of bits: `repeatTime` times 256 bytes, with strides.
// With isSetMask = false the mask argument is left out of account and the mask register decides.
#ifndef SIMULATOR_API_VECTOR_H
#define SIMULATOR_API_VECTOR_H

#include "local_tensor.h"
#include "types.h"
#include "vector_mask.h"

namespace Simulator {

template <bool isSetMask>
void TakeMask(uint64_t lanes)
{
    if constexpr (isSetMask) {
        SetMaskLanes(lanes);
    }
}

template <bool isSetMask>
void TakeMask(const uint64_t *bits)
{
    if constexpr (isSetMask) {
        SetMaskBits(bits);
    }
}

}  // namespace Simulator

namespace AscendC {

// The types a call takes follow its opcode. One macro for each form of operands keeps the table below readable: the
// calls of a form differ in nothing else.
#define SIMULATOR_TAKES(Name, T, ...) static_assert(Simulator::ONE_OF<T, __VA_ARGS__>, #Name " takes " #__VA_ARGS__)

#define SIMULATOR_BINARY(Name, OPCODE, ...)                                                                            \
    template <typename T>                                                                                              \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                               \
        Simulator::IssueVector(                                                                                        \
            {#Name, Simulator::Opcode::OPCODE, TYPE, TYPE, {dst.As("dst"), src0.As("src0"), src1.As("src1")}, 0, 0},   \
            count, where);                                                                                             \
    }                                                                                                                  \
    template <typename T, bool isSetMask = true, typename Mask>                                                        \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, Mask mask,            \
              const uint8_t repeatTime, const BinaryRepeatParams &repeatParams,                                        \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                         \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                               \
        Simulator::TakeMask<isSetMask>(mask);                                                                          \
        Simulator::IssueVector(                                                                                        \
            {#Name, Simulator::Opcode::OPCODE, TYPE, TYPE, {dst.As("dst"), src0.As("src0"), src1.As("src1")}, 0, 0},   \
            repeatParams.Shape(repeatTime), where);                                                                    \
    }

#define SIMULATOR_SCALAR(Name, OPCODE, ...)                                                                     \
    template <typename T, bool isSetMask = true>                                                                \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count, \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                      \
    {                                                                                                           \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                  \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                        \
        Simulator::IssueVector({#Name,                                                                          \
                                Simulator::Opcode::OPCODE,                                                      \
                                TYPE,                                                                           \
                                TYPE,                                                                           \
                                {dst.As("dst"), src.As("src")},                                                 \
                                Simulator::BitsOf(scalarValue),                                                 \
                                0},                                                                             \
                               count, where);                                                                   \
    }                                                                                                           \
    template <typename T, bool isSetMask = true, typename Mask>                                                 \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, Mask mask,            \
              const uint8_t repeatTime, const UnaryRepeatParams &repeatParams,                                  \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                      \
    {                                                                                                           \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                  \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                        \
        Simulator::TakeMask<isSetMask>(mask);                                                                   \
        Simulator::IssueVector({#Name,                                                                          \
                                Simulator::Opcode::OPCODE,                                                      \
                                TYPE,                                                                           \
                                TYPE,                                                                           \
                                {dst.As("dst"), src.As("src")},                                                 \
                                Simulator::BitsOf(scalarValue),                                                 \
                                0},                                                                             \
                               repeatParams.Shape(repeatTime), where);                                          \
    }

#define SIMULATOR_UNARY(Name, OPCODE, ...)                                                                           \
    template <typename T>                                                                                            \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const int32_t &count,                            \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                           \
    {                                                                                                                \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                       \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                             \
        Simulator::IssueVector({#Name, Simulator::Opcode::OPCODE, TYPE, TYPE, {dst.As("dst"), src.As("src")}, 0, 0}, \
                               count, where);                                                                        \
    }                                                                                                                \
    template <typename T, bool isSetMask = true, typename Mask>                                                      \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const uint8_t repeatTime,             \
              const UnaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())    \
    {                                                                                                                \
        SIMULATOR_TAKES(Name, T, __VA_ARGS__);                                                                       \
        constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();                                             \
        Simulator::TakeMask<isSetMask>(mask);                                                                        \
        Simulator::IssueVector({#Name, Simulator::Opcode::OPCODE, TYPE, TYPE, {dst.As("dst"), src.As("src")}, 0, 0}, \
                               repeatParams.Shape(repeatTime), where);                                               \
    }

SIMULATOR_BINARY(Add, ADD, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Sub, SUB, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Mul, MUL, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Div, DIV, half, float)
SIMULATOR_BINARY(Max, MAX, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Min, MIN, half, float, int16_t, int32_t)
SIMULATOR_BINARY(And, AND, int16_t, uint16_t)
SIMULATOR_BINARY(Or, OR, int16_t, uint16_t)

SIMULATOR_SCALAR(Adds, ADDS, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Muls, MULS, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Maxs, MAXS, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Mins, MINS, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(LeakyRelu, LEAKY_RELU, half, float)
SIMULATOR_SCALAR(ShiftLeft, SHIFT_LEFT, int16_t, uint16_t, int32_t, uint32_t)
SIMULATOR_SCALAR(ShiftRight, SHIFT_RIGHT, int16_t, uint16_t, int32_t, uint32_t)

SIMULATOR_UNARY(Abs, ABS, half, float)
SIMULATOR_UNARY(Relu, RELU, half, float, int32_t)
SIMULATOR_UNARY(Exp, EXP, half, float)
SIMULATOR_UNARY(Ln, LN, half, float)
SIMULATOR_UNARY(Sqrt, SQRT, half, float)
SIMULATOR_UNARY(Rsqrt, RSQRT, half, float)
SIMULATOR_UNARY(Reciprocal, RECIPROCAL, half, float)
SIMULATOR_UNARY(Not, NOT, int16_t, uint16_t)

#undef SIMULATOR_BINARY
#undef SIMULATOR_SCALAR
#undef SIMULATOR_UNARY

template <typename T, bool isSetMask = true>
void Duplicate(const LocalTensor<T> &dst, const T &scalarValue, const int32_t &count,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(Duplicate, T, half, float, int16_t, uint16_t, int32_t, uint32_t);
    constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();
    Simulator::IssueVector(
        {"Duplicate", Simulator::Opcode::DUPLICATE, TYPE, TYPE, {dst.As("dst")}, Simulator::BitsOf(scalarValue), 0},
        count, where);
}

template <typename T, bool isSetMask = true, typename Mask>
void Duplicate(const LocalTensor<T> &dst, const T &scalarValue, Mask mask, const uint8_t repeatTime,
               const uint16_t dstBlockStride, const uint8_t dstRepeatStride,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(Duplicate, T, half, float, int16_t, uint16_t, int32_t, uint32_t);
    constexpr Simulator::DataType TYPE = Simulator::DataTypeOf<T>();
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector(
        {"Duplicate", Simulator::Opcode::DUPLICATE, TYPE, TYPE, {dst.As("dst")}, Simulator::BitsOf(scalarValue), 0},
        {repeatTime, {{dstBlockStride, dstRepeatStride}, {}, {}}}, where);
}

template <typename T, typename U>
constexpr bool CAST_EXISTS = (Simulator::ONE_OF<T, float> && Simulator::ONE_OF<U, half, float, int32_t>) ||
                             (Simulator::ONE_OF<T, half> && Simulator::ONE_OF<U, float>) ||
                             (Simulator::ONE_OF<T, int32_t> && Simulator::ONE_OF<U, half, float>);

#define SIMULATOR_CAST_EXISTS(T, U)  \
    static_assert(CAST_EXISTS<T, U>, \
                  "Cast takes half to float or int32_t, float to half, float or int32_t, and int32_t to float")

template <typename T, typename U>
void Cast(const LocalTensor<T> &dst, const LocalTensor<U> &src, const RoundMode &roundMode, const uint32_t count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_CAST_EXISTS(T, U);
    Simulator::IssueVector({"Cast",
                            Simulator::Opcode::CAST,
                            Simulator::DataTypeOf<T>(),
                            Simulator::DataTypeOf<U>(),
                            {dst.As("dst"), src.As("src")},
                            0,
                            static_cast<uint8_t>(roundMode)},
                           static_cast<int32_t>(count), where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void Cast(const LocalTensor<T> &dst, const LocalTensor<U> &src, const RoundMode &roundMode, Mask mask,
          const uint8_t repeatTime, const UnaryRepeatParams &repeatParams,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_CAST_EXISTS(T, U);
    Simulator::TakeMask<isSetMask>(mask);
    Simulator::IssueVector({"Cast",
                            Simulator::Opcode::CAST,
                            Simulator::DataTypeOf<T>(),
                            Simulator::DataTypeOf<U>(),
                            {dst.As("dst"), src.As("src")},
                            0,
                            static_cast<uint8_t>(roundMode)},
                           repeatParams.Shape(repeatTime), where);
}

#undef SIMULATOR_CAST_EXISTS
#undef SIMULATOR_TAKES

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_H
