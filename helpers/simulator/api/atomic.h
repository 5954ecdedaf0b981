// SPDX-License-Identifier: Apache-2.0
// Atomic stores: from SetAtomicAdd on, what copies from UB to GM bring is combined with what is there, until
// SetAtomicNone. The order in which cores come is the schedule's: sums of floating-point numbers depend on it.
#ifndef SIMULATOR_API_ATOMIC_H
#define SIMULATOR_API_ATOMIC_H

#include "types.h"

namespace Simulator {

template <typename T>
void SetAtomic(AtomicOperation operation)
{
    static_assert(ONE_OF<T, half, float, int16_t, int32_t> || (__NPU_ARCH__ == 2201 && ONE_OF<T, int8_t, bfloat16_t>),
                  "atomic stores take half, float, int16_t, int32_t, and on dav-2201 int8_t, bfloat16_t");
    AiCore::Current()->atomicMode = {DataTypeOf<T>(), operation};
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void SetAtomicAdd()
{
    Simulator::SetAtomic<T>(Simulator::AtomicOperation::ADD);
}

template <typename T>
void SetAtomicMax()
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "SetAtomicMax is not on dav-3002, which has SetAtomicAdd: reduce with Max in UB");
    Simulator::SetAtomic<T>(Simulator::AtomicOperation::MAX);
}

template <typename T>
void SetAtomicMin()
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "SetAtomicMin is not on dav-3002, which has SetAtomicAdd: reduce with Min in UB");
    Simulator::SetAtomic<T>(Simulator::AtomicOperation::MIN);
}

// Keeps the operation, which is addition until another one is set.
template <typename T>
void SetAtomicType()
{
    Simulator::SetAtomic<T>(Simulator::AiCore::Current()->atomicMode.operation);
}

inline void DisableDmaAtomic()
{
    Simulator::AiCore::Current()->atomicMode = Simulator::AtomicMode();
}

inline void SetAtomicNone()
{
    DisableDmaAtomic();
}

// Scalar atomics on global memory came with another family.
#define SIMULATOR_SCALAR_ATOMIC(Name)                            \
    template <typename T, typename... Values>                    \
    T Name(__gm__ T *, Values...)                                \
    {                                                            \
        static_assert(Simulator::DependentFalse<T>::value, #Name \
                      " on an address is on Ascend 950 only: "   \
                      "store from UB under SetAtomicAdd");       \
        return T();                                              \
    }
SIMULATOR_SCALAR_ATOMIC(AtomicAdd)
SIMULATOR_SCALAR_ATOMIC(AtomicMax)
SIMULATOR_SCALAR_ATOMIC(AtomicMin)
SIMULATOR_SCALAR_ATOMIC(AtomicCas)
SIMULATOR_SCALAR_ATOMIC(AtomicExch)
#undef SIMULATOR_SCALAR_ATOMIC

}  // namespace AscendC

#endif  // SIMULATOR_API_ATOMIC_H
