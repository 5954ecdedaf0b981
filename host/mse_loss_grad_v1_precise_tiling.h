// SPDX-License-Identifier: Apache-2.0
// Plans one call of the precise variant: the plain plan in the UB that its work buffers leave, and its factor.
#ifndef MSE_LOSS_GRAD_V1_PRECISE_TILING_H
#define MSE_LOSS_GRAD_V1_PRECISE_TILING_H

#include "mse_loss_grad_v1_tiling.h"
#include "precise/mse_loss_grad_v1_precise_tiling_data.h"

namespace NsMseLossGradV1 {

constexpr uint32_t PRECISE_CHUNK_LENGTH = 2048;  // 32 repeats of 256 bytes: the start of an instruction weighs little

inline PlanStatus PlanPreciseTiling(const PlanRequest &request, MseLossGradV1PreciseTilingData &tiling)
{
    tiling = {};
    if (request.elementBytes != sizeof(float)) {
        return PlanStatus::INVALID_ELEMENT;
    }
    // Of each element in the work buffers: seven floats and a bit of the mask, which is given a whole 512-byte line.
    const uint32_t workBytes = PRECISE_WORK_BUFFERS * PRECISE_CHUNK_LENGTH * uint32_t{sizeof(float)} + LINE_BYTES;
    PlanRequest plain = request;
    plain.ubBytes = request.ubBytes > workBytes ? request.ubBytes - workBytes : 0;
    const PlanStatus status = PlanTiling(plain, tiling.plain);
    if (status != PlanStatus::SUCCESS) {
        return status;
    }
    tiling.plain.chunkLength = std::min(tiling.plain.tileLength, PRECISE_CHUNK_LENGTH);
    const double scale = request.reduction == Reduction::MEAN ? 2.0 / static_cast<double>(request.totalLength) : 2.0;
    tiling.scaleRest = static_cast<float>(scale - static_cast<double>(tiling.plain.scale));
    const float spread = tiling.plain.scale * 4097.0f;  // Veltkamp: 2^12 + 1
    tiling.scaleHead = spread - (spread - tiling.plain.scale);
    tiling.scaleTail = tiling.plain.scale - tiling.scaleHead;
    return PlanStatus::SUCCESS;
}

}  // namespace NsMseLossGradV1

#endif  // MSE_LOSS_GRAD_V1_PRECISE_TILING_H
