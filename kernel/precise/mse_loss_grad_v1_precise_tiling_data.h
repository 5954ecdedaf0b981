// SPDX-License-Identifier: Apache-2.0
// The tiling of one call of the precise variant: that of the plain kernel, and its factor to twice the digits.
#ifndef MSE_LOSS_GRAD_V1_PRECISE_TILING_DATA_H
#define MSE_LOSS_GRAD_V1_PRECISE_TILING_DATA_H

#include "../mse_loss_grad_v1_tiling_data.h"

constexpr uint32_t PRECISE_WORK_BUFFERS = 4;  // float32 tiles in UB beside the queues, and a bit for each element

struct MseLossGradV1PreciseTilingData {
    MseLossGradV1TilingData plain;  // with tiles that leave room for the work buffers
    float scaleRest;                // 2 / N - plain.scale, rounded once: together 48 bits; 0 for sum
    float scaleHead;                // the upper 12 bits of plain.scale, so that its products with 12 bits are exact
    float scaleTail;                // plain.scale - scaleHead, exactly
    uint32_t reserved;
};

static_assert(sizeof(MseLossGradV1PreciseTilingData) == 64, "host and device must agree on the layout");

#endif  // MSE_LOSS_GRAD_V1_PRECISE_TILING_DATA_H
