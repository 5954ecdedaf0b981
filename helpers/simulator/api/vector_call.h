// SPDX-License-Identifier: Apache-2.0
// What the calls of elementwise vector operations have in common: their description, and what their mask argument does.
#ifndef SIMULATOR_API_VECTOR_CALL_H
#define SIMULATOR_API_VECTOR_CALL_H

#include "local_tensor.h"
#include "types.h"
#include "vector_mask.h"

#define SIMULATOR_TAKES(Name, T, ...) static_assert(Simulator::ONE_OF<T, __VA_ARGS__>, #Name " takes " #__VA_ARGS__)

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

}  // namespace Simulator

#endif  // SIMULATOR_API_VECTOR_CALL_H
