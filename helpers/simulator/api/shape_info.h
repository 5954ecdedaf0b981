// SPDX-License-Identifier: Apache-2.0
// The shape that a kernel notes on a tensor for its own use; no instruction looks at it.
#ifndef SIMULATOR_API_SHAPE_INFO_H
#define SIMULATOR_API_SHAPE_INFO_H

#include "keywords.h"

namespace AscendC {

enum class DataFormat : uint8_t { ND = 0, NZ, NCHW, NC1HWC0, NHWC, NCDHW, NDC1HWC0, FRACTAL_Z_3D };

struct ShapeInfo {
    ShapeInfo() = default;
    ShapeInfo(const uint8_t inputShapeDim, const uint32_t inputShape[], const uint8_t inputOriginalShapeDim,
              const uint32_t inputOriginalShape[], const DataFormat inputFormat)
        : shapeDim(inputShapeDim), originalShapeDim(inputOriginalShapeDim), dataFormat(inputFormat)
    {
        for (uint32_t i = 0; i < inputShapeDim && i < K_MAX_SHAPE_DIM; ++i) {
            shape[i] = inputShape[i];
        }
        for (uint32_t i = 0; i < inputOriginalShapeDim && i < K_MAX_SHAPE_DIM; ++i) {
            originalShape[i] = inputOriginalShape[i];
        }
    }
    ShapeInfo(const uint8_t inputShapeDim, const uint32_t inputShape[], const DataFormat inputFormat = DataFormat::ND)
        : ShapeInfo(inputShapeDim, inputShape, inputShapeDim, inputShape, inputFormat)
    {
    }

    uint8_t shapeDim = 0;
    uint8_t originalShapeDim = 0;
    uint32_t shape[K_MAX_SHAPE_DIM] = {};
    uint32_t originalShape[K_MAX_SHAPE_DIM] = {};
    DataFormat dataFormat = DataFormat::ND;
};

inline uint64_t GetShapeSize(const ShapeInfo &shapeInfo)
{
    uint64_t elements = 1;
    for (uint32_t i = 0; i < shapeInfo.shapeDim; ++i) {
        elements *= shapeInfo.shape[i];
    }
    return elements;
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SHAPE_INFO_H
