// SPDX-License-Identifier: Apache-2.0
// What a + b of two tensors is until it is assigned to a third: then it becomes the call, over the third one's size.
#ifndef SIMULATOR_API_TENSOR_EXPRESSION_H
#define SIMULATOR_API_TENSOR_EXPRESSION_H

#include "keywords.h"

namespace AscendC {

template <typename T>
class LocalTensor;

}  // namespace AscendC

namespace Simulator {

enum class TensorOperator : uint8_t { ADD, SUB, MUL, DIV, OR, AND, LT, GT, NE, EQ, LE, GE };

template <typename T, TensorOperator op>
struct TensorExpression {
    AscendC::LocalTensor<T> left;
    AscendC::LocalTensor<T> right;
    SourceLine where;
};

// A right operand, with the line it stands in: an operator has no place for a default argument.
template <typename T>
struct RightOperand {
    RightOperand(const AscendC::LocalTensor<T> &tensorIn, SourceLine whereIn = SourceLine::Here())
        : tensor(tensorIn), where(whereIn)
    {
    }
    const AscendC::LocalTensor<T> &tensor;
    SourceLine where;
};

// The calls are found where the expression is assigned. Comparisons go to AssignComparison(dst, expression), which the
// header of Compare declares.
template <typename U, typename T, TensorOperator op>
void Assign(const AscendC::LocalTensor<U> &dst, const TensorExpression<T, op> &from)
{
    if constexpr (op > TensorOperator::AND) {
        static_assert(__NPU_ARCH__ == 2201 || DependentFalse<T>::value,
                      "tensors are compared by operators only on Atlas A2 (dav-2201): call Compare");
        AssignComparison(dst, from);
    } else {
        static_assert(std::is_same<U, T>::value, "the operands and the destination are of one type");
        const int32_t count = static_cast<int32_t>(dst.GetSize());
        if constexpr (op == TensorOperator::ADD) {
            Add(dst, from.left, from.right, count, from.where);
        } else if constexpr (op == TensorOperator::SUB) {
            Sub(dst, from.left, from.right, count, from.where);
        } else if constexpr (op == TensorOperator::MUL) {
            Mul(dst, from.left, from.right, count, from.where);
        } else if constexpr (op == TensorOperator::DIV) {
            Div(dst, from.left, from.right, count, from.where);
        } else if constexpr (op == TensorOperator::OR) {
            Or(dst, from.left, from.right, count, from.where);
        } else {
            And(dst, from.left, from.right, count, from.where);
        }
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_API_TENSOR_EXPRESSION_H
