// SPDX-License-Identifier: Apache-2.0
// The shape that a tensor is read by.
#ifndef SIMULATOR_API_SHAPE_INFO_H
#define SIMULATOR_API_SHAPE_INFO_H

#include "keywords.h"

namespace AscendC {

struct ShapeInfo {
    ShapeInfo() = default;
    ShapeInfo(uint8_t inputShapeDim, const uint32_t inputShape[]) : shapeDim(inputShapeDim)
    {
        for (uint32_t i = 0; i < shapeDim && i < K_MAX_SHAPE_DIM; ++i) {
            shape[i] = inputShape[i];
        }
    }
    uint8_t shapeDim = 0;
    uint32_t shape[K_MAX_SHAPE_DIM] = {};
};

}  // namespace AscendC

#endif  // SIMULATOR_API_SHAPE_INFO_H
