// SPDX-License-Identifier: Apache-2.0
// Comparisons on pipe V: of two tensors, or of a tensor and a scalar. Element i of the result is bit i % 8 of byte
// i / 8. The count form needs a multiple of 256 bytes.
#ifndef SIMULATOR_API_COMPARE_H
#define SIMULATOR_API_COMPARE_H

#include "../core/compare_loops.h"
#include "../core/compare_ops.h"
#include "vector_call.h"

namespace AscendC {

enum class CMPMODE : uint8_t { LT = 0, GT, EQ, LE, GE, NE };

}  // namespace AscendC

namespace Simulator {

constexpr bool HAS_COMPARE_MASK = __NPU_ARCH__ == 2201;  // the register

// Of dav-2201 int32_t has EQ alone.
template <typename T>
constexpr bool HasCompareMode(AscendC::CMPMODE mode)
{
    return __NPU_ARCH__ != 2201 || !std::is_same<T, int32_t>::value || mode == AscendC::CMPMODE::EQ;
}

template <typename T, typename U>
CompareCall CompareCallOf(const AscendC::LocalTensor<U> &dst, const AscendC::LocalTensor<T> &src0,
                          const AscendC::LocalTensor<T> &src1, AscendC::CMPMODE mode)
{
    static_assert(ONE_OF<U, int8_t, uint8_t>, "the result of Compare is bits in a tensor of uint8_t or int8_t");
    if constexpr (__NPU_ARCH__ == 2201) {
        SIMULATOR_TAKES(Compare, T, half, float, int32_t);
    } else {
        SIMULATOR_TAKES(Compare, T, half, float);
    }
    const uint8_t number = static_cast<uint8_t>(mode);
    return {"Compare",
            FindCompareLoop<T, false>(number),
            HasCompareMode<T>(mode),
            number,
            DataTypeOf<T>(),
            dst.As("dst"),
            src0.As("src0"),
            src1.As("src1")};
}

template <typename T, typename U>
CompareCall CompareCallOf(const char *name, const AscendC::LocalTensor<U> &dst, const AscendC::LocalTensor<T> &src0,
                          T scalar, AscendC::CMPMODE mode)
{
    static_assert(ONE_OF<U, uint8_t>, "the result of Compares and CompareScalar is bits in a tensor of uint8_t");
    if constexpr (__NPU_ARCH__ == 2201) {
        static_assert(ONE_OF<T, half, float, int32_t>, "Compares and CompareScalar take half, float, int32_t");
    } else {
        static_assert(ONE_OF<T, half, float, int16_t, uint16_t, int32_t, uint32_t>,
                      "Compares and CompareScalar take half, float, int16_t, uint16_t, int32_t, uint32_t");
    }
    const uint8_t number = static_cast<uint8_t>(mode);
    return {name,
            FindCompareLoop<T, true>(number),
            HasCompareMode<T>(mode),
            number,
            DataTypeOf<T>(),
            dst.As("dst"),
            src0.As("src0"),
            {nullptr, {}, 0},
            BitsOf(scalar)};
}

// dst = a < b and its like: over the size of a.
template <typename U, typename T, TensorOperator op>
void AssignComparison(const AscendC::LocalTensor<U> &dst, const TensorExpression<T, op> &from)
{
    using AscendC::CMPMODE;
    constexpr CMPMODE MODES[] = {CMPMODE::LT, CMPMODE::GT, CMPMODE::NE, CMPMODE::EQ, CMPMODE::LE, CMPMODE::GE};
    constexpr CMPMODE MODE = MODES[static_cast<uint32_t>(op) - static_cast<uint32_t>(TensorOperator::LT)];
    IssueCompare(CompareCallOf(dst, from.left, from.right, MODE), from.left.GetSize(), from.where);
}

// On dav-2201 comparisons into UB leave the mask argument out of account, and the mask register alone.
template <bool isSetMask, typename Mask>
void TakeCompareMask(Mask mask)
{
    TakeMask<isSetMask && __NPU_ARCH__ != 2201>(mask);
}

}  // namespace Simulator

namespace AscendC {

template <typename T, typename U>
void Compare(const LocalTensor<U> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, CMPMODE cmpMode,
             uint32_t count, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCompare(Simulator::CompareCallOf(dst, src0, src1, cmpMode), count, where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void Compare(const LocalTensor<U> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, CMPMODE cmpMode,
             Mask mask, uint8_t repeatTime, const BinaryRepeatParams &repeatParams,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeCompareMask<isSetMask>(mask);
    Simulator::IssueCompare(Simulator::CompareCallOf(dst, src0, src1, cmpMode), repeatParams.Shape(repeatTime), where);
}

// One repeat, into the compare-mask register.
template <typename T, bool isSetMask = true, typename Mask>
void Compare(const LocalTensor<T> &src0, const LocalTensor<T> &src1, CMPMODE cmpMode, Mask mask,
             const BinaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_COMPARE_MASK || !std::is_same<T, T>::value,
                  "dav-3002 has no compare-mask register: give Compare a destination");
    static_assert(Simulator::ONE_OF<T, half, float>, "Compare into the register takes half, float");
    Simulator::TakeMask<isSetMask>(mask);
    const uint8_t number = static_cast<uint8_t>(cmpMode);
    Simulator::IssueCompareToRegister({"Compare",
                                       Simulator::FindCompareLoop<T, false>(number),
                                       true,
                                       number,
                                       Simulator::DataTypeOf<T>(),
                                       {nullptr, {}, 0},
                                       src0.As("src0"),
                                       src1.As("src1")},
                                      repeatParams.Shape(1), where);
}

template <typename T>
void GetCmpMask(const LocalTensor<T> &dst, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_COMPARE_MASK || !std::is_same<T, T>::value,
                  "dav-3002 has no compare-mask register: give Compare a destination");
    Simulator::IssueGetCompareMask(dst.As("dst"), where);
}

template <typename T>
void SetCmpMask(const LocalTensor<T> &src, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_COMPARE_MASK || !std::is_same<T, T>::value,
                  "dav-3002 has no compare-mask register: give Select a selMask");
    Simulator::IssueSetCompareMask(src.As("src"), where);
}

// Compares, and CompareScalar, its older name.
#define SIMULATOR_COMPARE_SCALAR(Name)                                                                               \
    template <typename T, typename U>                                                                                \
    void Name(const LocalTensor<U> &dst, const LocalTensor<T> &src0, const T src1Scalar, CMPMODE cmpMode,            \
              uint32_t count, Simulator::SourceLine where = Simulator::SourceLine::Here())                           \
    {                                                                                                                \
        Simulator::IssueCompare(Simulator::CompareCallOf(#Name, dst, src0, src1Scalar, cmpMode), count, where);      \
    }                                                                                                                \
    template <typename T, typename U, bool isSetMask = true, typename Mask>                                          \
    void Name(const LocalTensor<U> &dst, const LocalTensor<T> &src0, const T src1Scalar, CMPMODE cmpMode, Mask mask, \
              uint8_t repeatTime, const UnaryRepeatParams &repeatParams,                                             \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                           \
    {                                                                                                                \
        Simulator::TakeCompareMask<isSetMask>(mask);                                                                 \
        Simulator::IssueCompare(Simulator::CompareCallOf(#Name, dst, src0, src1Scalar, cmpMode),                     \
                                repeatParams.Shape(repeatTime), where);                                              \
    }

SIMULATOR_COMPARE_SCALAR(Compares)
SIMULATOR_COMPARE_SCALAR(CompareScalar)

#undef SIMULATOR_COMPARE_SCALAR

}  // namespace AscendC

#endif  // SIMULATOR_API_COMPARE_H
