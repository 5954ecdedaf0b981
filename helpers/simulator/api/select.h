// SPDX-License-Identifier: Apache-2.0
// Select: each element from one of two sources, by a bit of a selection mask such as Compare makes, on pipe V.
#ifndef SIMULATOR_API_SELECT_H
#define SIMULATOR_API_SELECT_H

#include "../core/select_loops.h"
#include "../core/select_ops.h"
#include "compare.h"

namespace AscendC {

// VSEL_CMPMASK_SPR: every repeat takes the same bits, as many as it has lanes. Otherwise the bits go on; the second
// source is a scalar or a tensor.
enum class SELMODE : uint8_t { VSEL_CMPMASK_SPR = 0, VSEL_TENSOR_SCALAR_MODE, VSEL_TENSOR_TENSOR_MODE };

}  // namespace AscendC

namespace Simulator {

template <typename T, bool withScalar>
SelectCall SelectCallOf(AscendC::SELMODE mode, const LocalOperand &dst, const LocalOperand &selMask,
                        const LocalOperand &src0, const LocalOperand &src1)
{
    SIMULATOR_TAKES(Select, T, half, float);
    const auto selectMode = static_cast<SelectMode>(mode);
    const bool fits = withScalar ? selectMode == SelectMode::TENSOR_SCALAR
                                 : selectMode == SelectMode::TENSOR_TENSOR || selectMode == SelectMode::COMPARE_MASK;
    using Storage = std::conditional_t<sizeof(T) == 2, uint16_t, uint32_t>;
    return {SelectLoop<Storage, withScalar>, selectMode, fits, DataTypeOf<T>(), dst, selMask, src0, src1};
}

constexpr LocalOperand NO_OPERAND{nullptr, {}, 0};

template <typename T, typename U>
SelectCall SelectCallOf(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &selMask,
                        const AscendC::LocalTensor<T> &src0, const AscendC::LocalTensor<T> &src1, AscendC::SELMODE mode)
{
    static_assert(std::is_integral<U>::value, "selMask holds bits: its elements are integers");
    return SelectCallOf<T, false>(mode, dst.As("dst"), selMask.As("selMask"), src0.As("src0"), src1.As("src1"));
}

template <typename T, typename U>
SelectCall SelectCallOf(const AscendC::LocalTensor<T> &dst, const AscendC::LocalTensor<U> &selMask,
                        const AscendC::LocalTensor<T> &src0, T src1, AscendC::SELMODE mode)
{
    static_assert(std::is_integral<U>::value, "selMask holds bits: its elements are integers");
    SelectCall call = SelectCallOf<T, true>(mode, dst.As("dst"), selMask.As("selMask"), src0.As("src0"), NO_OPERAND);
    call.scalarBits = BitsOf(src1);
    return call;
}

}  // namespace Simulator

namespace AscendC {

template <typename T, typename U>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &selMask, const LocalTensor<T> &src0,
            const LocalTensor<T> &src1, SELMODE selMode, uint32_t count,
            Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueSelect(Simulator::SelectCallOf(dst, selMask, src0, src1, selMode), count, where);
}

template <typename T, typename U>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &selMask, const LocalTensor<T> &src0, T src1,
            SELMODE selMode, uint32_t count, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueSelect(Simulator::SelectCallOf(dst, selMask, src0, src1, selMode), count, where);
}

// The mask argument is put into the mask register whatever isSetMask says, as in CANN.
template <typename T, typename U, bool isSetMask = true, typename Mask>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &selMask, const LocalTensor<T> &src0,
            const LocalTensor<T> &src1, SELMODE selMode, Mask mask, uint8_t repeatTime,
            const BinaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<true>(mask);
    Simulator::IssueSelect(Simulator::SelectCallOf(dst, selMask, src0, src1, selMode), repeatParams.Shape(repeatTime),
                           where);
}

template <typename T, typename U, bool isSetMask = true, typename Mask>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &selMask, const LocalTensor<T> &src0, T src1,
            SELMODE selMode, Mask mask, uint8_t repeatTime, const BinaryRepeatParams &repeatParams,
            Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::TakeMask<true>(mask);
    Simulator::IssueSelect(Simulator::SelectCallOf(dst, selMask, src0, src1, selMode), repeatParams.Shape(repeatTime),
                           where);
}

// The bits are in the compare-mask register, and the mask register holds what SetVectorMask put there.
template <typename T, SELMODE selMode>
void Select(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<T> &src1, uint8_t repeatTime,
            const BinaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_COMPARE_MASK || !std::is_same<T, T>::value,
                  "dav-3002 has no compare-mask register: give Select a selMask");
    static_assert(selMode == SELMODE::VSEL_CMPMASK_SPR || !std::is_same<T, T>::value,
                  "Select without selMask takes VSEL_CMPMASK_SPR here; VSEL_TENSOR_TENSOR_MODE would need the address "
                  "of the bits in the register: give Select a selMask");
    Simulator::IssueSelect(Simulator::SelectCallOf<T, false>(selMode, dst.As("dst"), Simulator::NO_OPERAND,
                                                             src0.As("src0"), src1.As("src1")),
                           repeatParams.Shape(repeatTime), where);
}

// The scalar is in the compare-mask register.
template <typename T, typename U>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &selMask, const LocalTensor<T> &src0, uint8_t repeatTime,
            const BinaryRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_COMPARE_MASK || !std::is_same<T, T>::value,
                  "dav-3002 has no compare-mask register: give Select the scalar");
    Simulator::SelectCall call = Simulator::SelectCallOf<T, true>(
        SELMODE::VSEL_TENSOR_SCALAR_MODE, dst.As("dst"), selMask.As("selMask"), src0.As("src0"), Simulator::NO_OPERAND);
    call.scalarInRegister = true;
    Simulator::IssueSelect(call, repeatParams.Shape(repeatTime), where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SELECT_H
