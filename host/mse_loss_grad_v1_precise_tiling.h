// SPDX-License-Identifier: Apache-2.0
// Plans one call of the precise variant: the plain plan with shorter tiles, and its factor to twice the digits.
#ifndef MSE_LOSS_GRAD_V1_PRECISE_TILING_H
#define MSE_LOSS_GRAD_V1_PRECISE_TILING_H

#include <cstring>

#include "mse_loss_grad_v1_tiling.h"
#include "precise/mse_loss_grad_v1_precise_tiling_data.h"

namespace NsMseLossGradV1 {

// A core computes 64 elements in about 54 cycles, a fifth of ELEMENTS_PER_CYCLE: as many cores help as if the clock
// were that much slower, and there are none that fill the memory's bandwidth.
constexpr uint32_t PRECISE_SLOWDOWN = 5;

// The longest tile (float32 elements, whole lines) that fits UB with the work buffers; 0 if none does.
inline uint32_t LongestPreciseTile(uint32_t ubBytes)
{
    const uint32_t lineLength = LINE_BYTES / sizeof(float);
    const uint32_t tileNum = 4 * BUFFER_NUM + PRECISE_WORK_BUFFERS;
    const uint32_t lineBytes = tileNum * LINE_BYTES + lineLength / 8;  // in UB, of one line of each tensor
    const uint32_t fixedBytes = BANK_GAP_BYTES + 32;                   // the bits are given whole 32-byte blocks
    return ubBytes > fixedBytes ? (ubBytes - fixedBytes) / lineBytes * lineLength : 0;
}

inline PlanStatus PlanPreciseTiling(const PlanRequest &request, MseLossGradV1PreciseTilingData &tiling)
{
    tiling = {};
    if (request.elementBytes != sizeof(float)) {
        return PlanStatus::INVALID_ELEMENT;
    }
    PlanRequest slower = request;
    slower.fullBandwidthCores = 0;
    slower.clockMhz = CeilDivide(request.clockMhz, PRECISE_SLOWDOWN);
    const PlanStatus status = PlanTiling(slower, tiling.plain);
    if (status != PlanStatus::SUCCESS) {
        return status;
    }
    const uint32_t longestTile = LongestPreciseTile(request.ubBytes);
    if (longestTile == 0) {
        tiling = {};
        return PlanStatus::UB_TOO_SMALL;
    }
    tiling.plain.tileLength = ChooseTile(tiling.plain.longCoreLength, longestTile, request.elementBytes);
    const float scale = tiling.plain.scale;
    const double exact = request.reduction == Reduction::MEAN ? 2.0 / static_cast<double>(request.totalLength) : 2.0;
    tiling.scaleRest = static_cast<float>(exact - static_cast<double>(scale));
    uint32_t bits = 0;
    std::memcpy(&bits, &scale, sizeof(bits));
    bits &= 0xFFFFF000;
    std::memcpy(&tiling.scaleHead, &bits, sizeof(bits));
    tiling.scaleTail = scale - tiling.scaleHead;
    return PlanStatus::SUCCESS;
}

}  // namespace NsMseLossGradV1

#endif  // MSE_LOSS_GRAD_V1_PRECISE_TILING_H
