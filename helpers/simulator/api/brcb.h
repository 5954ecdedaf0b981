// SPDX-License-Identifier: Apache-2.0
// Brcb spreads each element over a data block, on pipe V, 8 elements to a repeat.
#ifndef SIMULATOR_API_BRCB_H
#define SIMULATOR_API_BRCB_H

#include "../core/broadcast_ops.h"
#include "vector_call.h"

namespace AscendC {

// Strides of the destination in data blocks; the source lies side by side.
struct BrcbRepeatParams {
    BrcbRepeatParams() = default;
    BrcbRepeatParams(uint16_t dstBlk, uint16_t dstRep) : dstRepStride(dstRep), dstBlkStride(dstBlk) {}
    uint16_t dstRepStride = 8;
    uint16_t dstBlkStride = 1;
};

template <typename T>
void Brcb(const LocalTensor<T> &dst, const LocalTensor<T> &src, const Simulator::RepeatTime repeatTime,
          const BrcbRepeatParams &repeatParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
#if __NPU_ARCH__ == 3002
    static_assert(Simulator::DependentFalse<T>::value,
                  "Brcb is not on Atlas 200I/500 A2 (dav-3002): Duplicate each element, or guard it by __NPU_ARCH__ == "
                  "2201");
#endif
    SIMULATOR_TAKES(Brcb, T, half, bfloat16_t, float, int16_t, uint16_t, int32_t, uint32_t);
    Simulator::IssueBroadcastToBlocks("Brcb", dst.As("dst"), src.As("src"), repeatTime,
                                      {repeatParams.dstBlkStride, repeatParams.dstRepStride}, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_BRCB_H
