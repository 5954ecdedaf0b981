// SPDX-License-Identifier: Apache-2.0
// Elementwise arithmetic on pipe V: one, two operands, or one and a scalar.
// Source of the types: the pages of CANN's basic API on basic arithmetic, for Atlas A2 (dav-2201) and Atlas
// 200I/500 A2 (dav-3002).
#ifndef SIMULATOR_API_VECTOR_H
#define SIMULATOR_API_VECTOR_H

#include "vector_call.h"

namespace AscendC {

SIMULATOR_BINARY(Add, AddOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Sub, SubOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Mul, MulOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Div, DivOperation, half, float)
SIMULATOR_BINARY(Max, MaxOperation, half, float, int16_t, int32_t)
SIMULATOR_BINARY(Min, MinOperation, half, float, int16_t, int32_t)

SIMULATOR_SCALAR(Adds, AddOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Muls, MulOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Maxs, MaxOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(Mins, MinOperation, half, float, int16_t, int32_t)
SIMULATOR_SCALAR(LeakyRelu, LeakyReluOperation, half, float)

#if __NPU_ARCH__ == 3002
SIMULATOR_UNARY(Abs, AbsOperation, half, float, int16_t)
#else
SIMULATOR_UNARY(Abs, AbsOperation, half, float)
#endif
SIMULATOR_UNARY(Relu, ReluOperation, half, float, int32_t)
SIMULATOR_UNARY(Exp, ExpOperation, half, float)
SIMULATOR_UNARY(Ln, LnOperation, half, float)
SIMULATOR_UNARY(Sqrt, SqrtOperation, half, float)
SIMULATOR_UNARY(Rsqrt, RsqrtOperation, half, float)
SIMULATOR_UNARY(Reciprocal, ReciprocalOperation, half, float)

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_H
