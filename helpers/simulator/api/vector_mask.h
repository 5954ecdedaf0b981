// SPDX-License-Identifier: Apache-2.0
// The vector mask, for level-0 calls with isSetMask = false and for counter mode.
#ifndef SIMULATOR_API_VECTOR_MASK_H
#define SIMULATOR_API_VECTOR_MASK_H

#include "types.h"

// The device compiler's own names.
inline void set_vector_mask(uint64_t maskHigh, uint64_t maskLow)
{
    const uint64_t bits[] = {maskLow, maskHigh};
    Simulator::SetMaskBits(bits);
}

inline void set_mask_count()
{
    Simulator::CurrentVectorMask().counter = true;
}

inline void set_mask_norm()
{
    Simulator::CurrentVectorMask().counter = false;
}

namespace AscendC {

// What stands for a mask argument that isSetMask = false leaves out of account.
constexpr uint64_t MASK_PLACEHOLDER = 0;
constexpr uint64_t MASK_PLACEHOLDER_LIST[2] = {0, 0};

inline void SetMaskCount()
{
    set_mask_count();
}

inline void SetMaskNorm()
{
    set_mask_norm();
}

// All lanes. The mode stays.
inline void ResetMask()
{
    set_vector_mask(UINT64_MAX, UINT64_MAX);
}

template <typename T, MaskMode mode = MaskMode::NORMAL>
void SetVectorMask(const uint64_t maskHigh, const uint64_t maskLow)
{
    set_vector_mask(maskHigh, maskLow);
}

// The first `len` lanes of each repeat; in counter mode `len` elements in all.
template <typename T, MaskMode mode = MaskMode::NORMAL>
void SetVectorMask(int32_t len)
{
    if constexpr (mode == MaskMode::COUNTER) {
        set_vector_mask(0, static_cast<uint64_t>(len));
    } else {
        const Simulator::VectorMask lanes = Simulator::FirstLanes(static_cast<uint64_t>(len));
        set_vector_mask(lanes.high, lanes.low);
    }
}

// Not part of the documented API, but published kernels call it.
class AscendCUtils {
public:
    template <typename T, bool isSetMask = true>
    static void SetMask(const uint64_t &maskHigh, const uint64_t &maskLow)
    {
        if constexpr (isSetMask) {
            set_vector_mask(maskHigh, maskLow);
        }
    }
    template <typename T, bool isSetMask = true>
    static void SetMask(int32_t len)
    {
        if constexpr (isSetMask) {
            SetVectorMask<T>(len);
        }
    }
    template <bool isSetMask = true>
    static void ResetMask()
    {
        if constexpr (isSetMask) {
            AscendC::ResetMask();
        }
    }
};

}  // namespace AscendC

#endif  // SIMULATOR_API_VECTOR_MASK_H
