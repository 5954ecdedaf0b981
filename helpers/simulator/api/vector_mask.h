// SPDX-License-Identifier: Apache-2.0
// The vector mask, for level-0 calls with isSetMask = false and for counter mode.
#ifndef SIMULATOR_API_VECTOR_MASK_H
#define SIMULATOR_API_VECTOR_MASK_H

#include "types.h"

namespace AscendC {

inline void SetMaskCount()
{
    Simulator::CurrentVectorMask().counter = true;
}

inline void SetMaskNorm()
{
    Simulator::CurrentVectorMask().counter = false;
}

// All lanes. The mode stays.
inline void ResetMask()
{
    Simulator::VectorMask &mask = Simulator::CurrentVectorMask();
    mask.low = mask.high = UINT64_MAX;
}

template <typename T, MaskMode mode = MaskMode::NORMAL>
void SetVectorMask(const uint64_t maskHigh, const uint64_t maskLow)
{
    Simulator::VectorMask &mask = Simulator::CurrentVectorMask();
    mask.high = maskHigh;
    mask.low = maskLow;
}

// The first `len` lanes of each repeat; in counter mode `len` elements in all.
template <typename T, MaskMode mode = MaskMode::NORMAL>
void SetVectorMask(int32_t len)
{
    if constexpr (mode == MaskMode::COUNTER) {
        SetVectorMask<T, mode>(0, static_cast<uint64_t>(len));
    } else {
        const Simulator::VectorMask lanes = Simulator::FirstLanes(static_cast<uint64_t>(len));
        SetVectorMask<T, mode>(lanes.high, lanes.low);
    }
}

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_MASK_H
