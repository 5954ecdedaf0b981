// SPDX-License-Identifier: Apache-2.0
// Level-2 vector instructions: exactly elements [0, count), on pipe V. Types: half and float.
#ifndef SIMULATOR_API_VECTOR_H
#define SIMULATOR_API_VECTOR_H

#include "../core/vector_ops.h"
#include "local_tensor.h"

namespace AscendC {

template <typename T>
void Add(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count,
         Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector("Add", Simulator::ExecuteAdd, Simulator::DataTypeOf<T>(), count,
                           {dst.As("dst"), src0.As("src0"), src1.As("src1")}, 0, 0, where);
}

template <typename T>
void Sub(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count,
         Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector("Sub", Simulator::ExecuteSub, Simulator::DataTypeOf<T>(), count,
                           {dst.As("dst"), src0.As("src0"), src1.As("src1")}, 0, 0, where);
}

template <typename T>
void Mul(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, const int32_t &count,
         Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector("Mul", Simulator::ExecuteMul, Simulator::DataTypeOf<T>(), count,
                           {dst.As("dst"), src0.As("src0"), src1.As("src1")}, 0, 0, where);
}

template <typename T>
void Adds(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector("Adds", Simulator::ExecuteAdds, Simulator::DataTypeOf<T>(), count,
                           {dst.As("dst"), src.As("src")}, Simulator::BitsOf(scalarValue), 0, where);
}

template <typename T>
void Muls(const LocalTensor<T> &dst, const LocalTensor<T> &src, const T &scalarValue, const int32_t &count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueVector("Muls", Simulator::ExecuteMuls, Simulator::DataTypeOf<T>(), count,
                           {dst.As("dst"), src.As("src")}, Simulator::BitsOf(scalarValue), 0, where);
}

template <typename T, typename U>
void Cast(const LocalTensor<T> &dst, const LocalTensor<U> &src, const RoundMode &roundMode, const uint32_t count,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    constexpr bool WIDENS = std::is_same<U, half>::value && std::is_same<T, float>::value;
    constexpr bool NARROWS = std::is_same<U, float>::value && std::is_same<T, half>::value;
    static_assert(WIDENS || NARROWS, "this simulator casts half to float and float to half");
    Simulator::IssueVector("Cast", WIDENS ? Simulator::ExecuteCastHalfToFloat : Simulator::ExecuteCastFloatToHalf,
                           Simulator::DataTypeOf<T>(), static_cast<int32_t>(count), {dst.As("dst"), src.As("src")}, 0,
                           static_cast<uint8_t>(roundMode), where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_H
