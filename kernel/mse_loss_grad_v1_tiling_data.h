// SPDX-License-Identifier: Apache-2.0
// The tiling of one call: filled by the host's planner, read by every core. Lengths count elements.
#ifndef MSE_LOSS_GRAD_V1_TILING_DATA_H
#define MSE_LOSS_GRAD_V1_TILING_DATA_H

#include <cstdint>

// Bits 17:16 of a UB address select the bank, bits 8:5 the group in it. An instruction waits where two sources need one
// group, and where its result goes to the bank and group that it reads next.
constexpr uint32_t BANK_BYTES = 64 * 1024;
constexpr uint32_t BANK_GAP_BYTES = 256;  // half the groups: sources this far apart, modulo 512, never meet

// The first longCoreNum cores own longCoreLength elements each, every further core owns shortCoreLength, and the
// last core stops at totalLength. Both lengths are multiples of 512 bytes, so no two cores share a 512-byte line.
struct MseLossGradV1TilingData {
    uint64_t totalLength;     // N, the elements of each tensor
    uint64_t longCoreLength;  // 512 bytes more than shortCoreLength, where longCoreNum > 0
    uint64_t shortCoreLength;
    uint32_t longCoreNum;
    uint32_t coreNum;      // cores with work; a block past them returns at once
    uint32_t tileLength;   // one transfer between global memory and UB, a multiple of 512 bytes
    uint32_t bufferNum;    // UB buffers per queue: 2 lets a copy overlap the compute of the tile before
    uint32_t chunkLength;  // float16 only: elements widened to float32 at a time; 0 for float32
    float scale;           // 2 / N for mean, 2 for sum, rounded once from double
};

static_assert(sizeof(MseLossGradV1TilingData) == 48, "host and device must agree on the layout");

#endif  // MSE_LOSS_GRAD_V1_TILING_DATA_H
