// SPDX-License-Identifier: Apache-2.0
// Plans one call of MseLossGradV1: how many cores, which core owns what, how large a tile. Plain C++17, no CANN.
//
// CANN's tiling function, the direct launch and the simulator all call PlanTiling. It returns a status, never throws.
#ifndef MSE_LOSS_GRAD_V1_TILING_H
#define MSE_LOSS_GRAD_V1_TILING_H

#include <algorithm>
#include <cstdint>

#include "mse_loss_grad_v1_tiling_data.h"

namespace NsMseLossGradV1 {

constexpr uint32_t BUFFER_NUM = 2;                  // double buffering
constexpr uint32_t LINE_BYTES = 512;                // GM serves requests by 512-byte lines; cores must not share one
constexpr uint32_t MIN_TRANSFER_BYTES = 16 * 1024;  // shorter transfers do not reach the full bandwidth
constexpr uint32_t MAX_CHUNK_LENGTH = 4096;         // float32 work buffers of the float16 path: 2 x 16 KiB

enum class Reduction : uint32_t { MEAN = 1, SUM = 2 };

enum class PlanStatus : uint32_t {
    SUCCESS = 0,
    EMPTY_TENSOR = 1,     // N = 0: nothing to launch, and 2 / N must not be evaluated
    INVALID_ELEMENT = 2,  // elementBytes is neither 2 (float16) nor 4 (float32)
    INVALID_REDUCTION = 3,
    NO_CORE = 4,
    UB_TOO_SMALL = 5,  // no room for a bank and one 512-byte tile per buffer
};

struct PlanRequest {
    uint64_t totalLength = 0;  // elements
    uint32_t elementBytes = 0;
    Reduction reduction = Reduction::MEAN;
    uint32_t coreNum = 0;
    uint32_t ubBytes = 0;  // what the kernel may use of UB
};

template <typename T>
constexpr T CeilDivide(T value, T divisor)
{
    return value / divisor + (value % divisor != 0 ? 1 : 0);
}

// The longest tile (elements, whole 512-byte lines) for which all queue and work buffers fit into UB; 0 if none does.
inline uint32_t LongestTile(const PlanRequest &request)
{
    const bool widen = request.elementBytes == sizeof(uint16_t);
    const uint32_t workBytes = BANK_GAP_BYTES + (widen ? 2 * MAX_CHUNK_LENGTH * uint32_t{sizeof(float)} : 0);
    if (request.ubBytes <= workBytes + BANK_BYTES) {
        return 0;
    }
    // Two queues on each side of the gap, which makes up a whole bank with the first two.
    const uint32_t queueBytes = request.ubBytes - workBytes;
    const uint32_t sideBytes = std::min(queueBytes / 2, queueBytes - BANK_BYTES);
    return sideBytes / (2 * BUFFER_NUM) / LINE_BYTES * (LINE_BYTES / request.elementBytes);
}

// Tiles of a core are cut equal, but never shorter than MIN_TRANSFER_BYTES where the core owns that much.
inline uint32_t ChooseTile(uint64_t coreLength, uint32_t longestTile, uint32_t elementBytes)
{
    const uint64_t lineLength = LINE_BYTES / elementBytes;
    const uint64_t tileNum = CeilDivide(coreLength, uint64_t{longestTile});
    const uint64_t equalTile = CeilDivide(CeilDivide(coreLength, tileNum), lineLength) * lineLength;
    const uint64_t shortestTile = std::min<uint64_t>(MIN_TRANSFER_BYTES / elementBytes, longestTile);
    return static_cast<uint32_t>(
        std::min(std::max(equalTile, shortestTile), CeilDivide(coreLength, lineLength) * lineLength));
}

inline PlanStatus PlanTiling(const PlanRequest &request, MseLossGradV1TilingData &tiling)
{
    tiling = {};
    if (request.elementBytes != sizeof(uint16_t) && request.elementBytes != sizeof(float)) {
        return PlanStatus::INVALID_ELEMENT;
    }
    if (request.reduction != Reduction::MEAN && request.reduction != Reduction::SUM) {
        return PlanStatus::INVALID_REDUCTION;
    }
    if (request.totalLength == 0) {
        return PlanStatus::EMPTY_TENSOR;
    }
    if (request.coreNum == 0) {
        return PlanStatus::NO_CORE;
    }
    const uint32_t longestTile = LongestTile(request);
    if (longestTile == 0) {
        return PlanStatus::UB_TOO_SMALL;
    }

    // Work is dealt in 512-byte lines, to no more cores than can each make one full-bandwidth transfer.
    const uint64_t lineLength = LINE_BYTES / request.elementBytes;
    const uint64_t lineNum = CeilDivide(request.totalLength, lineLength);
    const uint64_t usefulCores = CeilDivide(lineNum, uint64_t{MIN_TRANSFER_BYTES / LINE_BYTES});
    const uint64_t coreNum = std::min<uint64_t>(request.coreNum, usefulCores);

    tiling.totalLength = request.totalLength;
    tiling.coreNum = static_cast<uint32_t>(coreNum);
    tiling.longCoreNum = static_cast<uint32_t>(lineNum % coreNum);
    tiling.shortCoreLength = lineNum / coreNum * lineLength;
    tiling.longCoreLength = tiling.shortCoreLength + (tiling.longCoreNum > 0 ? lineLength : 0);
    tiling.tileLength = ChooseTile(tiling.longCoreLength, longestTile, request.elementBytes);
    tiling.bufferNum = BUFFER_NUM;
    tiling.chunkLength = request.elementBytes == sizeof(uint16_t) ? std::min(tiling.tileLength, MAX_CHUNK_LENGTH) : 0;
    const double scale = request.reduction == Reduction::MEAN ? 2.0 / static_cast<double>(request.totalLength) : 2.0;
    tiling.scale = static_cast<float>(scale);
    return PlanStatus::SUCCESS;
}

}  // namespace NsMseLossGradV1

#endif  // MSE_LOSS_GRAD_V1_TILING_H
