// SPDX-License-Identifier: Apache-2.0
// Plans one call of MseLossGradV1: how many cores, which core owns what, how large a tile. Plain C++17, no CANN.
//
// CANN's tiling function, the direct launch and the simulator all call PlanTiling. It returns a status, never throws.
#ifndef MSE_LOSS_GRAD_V1_TILING_H
#define MSE_LOSS_GRAD_V1_TILING_H

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "mse_loss_grad_v1_tiling_data.h"

namespace NsMseLossGradV1 {

constexpr uint32_t BUFFER_NUM = 2;           // double buffering; three would need nine event ids, there are eight
constexpr uint32_t LINE_BYTES = 512;         // GM serves requests by 512-byte lines; cores must not share one
constexpr uint32_t MAX_CHUNK_LENGTH = 4096;  // float32 work buffers of the float16 path: 2 x 16 KiB

// Tiles come in steps of one chunk of float16, or the 16 KiB of float32 from where on copies are fast.
constexpr uint32_t TILE_STEP_LENGTH = MAX_CHUNK_LENGTH;
constexpr uint32_t TWO_STEPS_LENGTH = 35 * 1024;  // what a core owns from where on two steps are better than one
constexpr uint32_t FEW_TILES = 12;                // of fewer it matters how long the last one is
constexpr uint32_t MIN_SPLIT_BYTES = 4096;  // up to here, what a core owns is not worth the latency of a second tile

// What further cores cost, from the table in helpers/soc_costs.py, where both are assumed.
constexpr uint32_t CORE_START_NS = 120;  // head_per_core: a launch takes longer by this for each core
constexpr uint32_t ONE_CORE_NS = 2850;   // start_span, 2000, and the starts of the few cores that would share so little
constexpr uint32_t SPARE_START_SHARE = 50;  // all cores are started where that takes a 50th of the time
// A core's pace: it loads 64 B of float32 a cycle, 16 / 3 elements, and computes 20 / 3 elements of float16.
constexpr uint32_t ELEMENTS_PER_CYCLE = 6;

enum class Reduction : uint32_t { MEAN = 1, SUM = 2 };

enum class PlanStatus : uint32_t {
    SUCCESS = 0,
    EMPTY_TENSOR = 1,     // N = 0: nothing to launch, and 2 / N must not be evaluated
    INVALID_ELEMENT = 2,  // elementBytes is neither 2 (float16) nor 4 (float32)
    INVALID_REDUCTION = 3,
    NO_CORE = 4,
    UB_TOO_SMALL = 5,  // no room for a bank and one 512-byte tile per buffer
    NO_CLOCK = 6,
};

struct PlanRequest {
    uint64_t totalLength = 0;  // elements
    uint32_t elementBytes = 0;
    Reduction reduction = Reduction::MEAN;
    uint32_t coreNum = 0;
    uint32_t fullBandwidthCores = 0;  // float32 streams of so many cores fill the memory's bandwidth; 0: not known
    uint32_t clockMhz = 1800;
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

// More cores share the work, but each takes its time to start: the sum is least at the root. Beyond the cores that fill
// the memory's bandwidth, more bring little, and come as far as their starts do not matter: all for large tensors.
inline uint32_t ChooseCores(const PlanRequest &request)
{
    const uint64_t elementsPerMs = uint64_t{ELEMENTS_PER_CYCLE} * request.clockMhz * 1000;
    const uint64_t workNs = request.totalLength * 1000000 / elementsPerMs;  // of one core alone
    if (workNs <= ONE_CORE_NS) {
        return 1;
    }
    uint64_t filling = request.fullBandwidthCores == 0 ? request.coreNum : request.fullBandwidthCores;
    if (request.elementBytes == sizeof(uint16_t)) {
        filling += filling / 2;  // float16 takes longer to compute than to load
    }
    const uint64_t starts = workNs / CORE_START_NS;
    uint64_t cores = static_cast<uint64_t>(std::sqrt(static_cast<double>(starts)) + 0.5);
    if (cores > filling) {
        cores = filling + starts / (SPARE_START_SHARE * filling);
    }
    return static_cast<uint32_t>(std::min<uint64_t>(cores, request.coreNum));
}

// The tile of a core that owns `coreLength` elements. Long ones mean few waits for the next, short ones a short end,
// when the last is computed and stored and nothing overlaps: the sum is least at the root. Where there are few, they
// are cut so that the last has about half of the others' length, unless that tears the only chunk of a tile.
inline uint32_t ChooseTile(uint64_t coreLength, uint32_t longestTile, uint32_t elementBytes)
{
    const uint64_t lineLength = LINE_BYTES / elementBytes;
    const uint64_t mostSteps = std::max<uint64_t>(longestTile / TILE_STEP_LENGTH, 1);
    const double growth = std::sqrt(static_cast<double>(coreLength) / TWO_STEPS_LENGTH);
    const uint64_t steps = std::min(1 + static_cast<uint64_t>(growth), mostSteps);
    const uint64_t limit = std::min<uint64_t>(steps * TILE_STEP_LENGTH, longestTile);
    uint64_t tileLength = limit;
    if (coreLength <= std::min<uint64_t>(MIN_SPLIT_BYTES / elementBytes, limit)) {
        tileLength = coreLength;
    } else if (elementBytes == sizeof(uint16_t) && steps == 1) {
        tileLength = coreLength < 2 * limit ? CeilDivide<uint64_t>(coreLength, 2) : limit;
    } else if (coreLength < FEW_TILES * limit) {
        const uint64_t cut = elementBytes == sizeof(float) ? 6 : 5;  // tenths of a tile off the last
        const uint64_t tileNum = std::max<uint64_t>(CeilDivide(10 * coreLength + cut * limit, 10 * limit), 2);
        tileLength = CeilDivide(10 * coreLength, 10 * tileNum - cut);
    }
    return static_cast<uint32_t>(CeilDivide(tileLength, lineLength) * lineLength);
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
    if (request.clockMhz == 0) {
        return PlanStatus::NO_CLOCK;
    }
    const uint32_t longestTile = LongestTile(request);
    if (longestTile == 0) {
        return PlanStatus::UB_TOO_SMALL;
    }

    // Work is dealt in 512-byte lines.
    const uint64_t lineLength = LINE_BYTES / request.elementBytes;
    const uint64_t lineNum = CeilDivide(request.totalLength, lineLength);
    const uint64_t coreNum = std::min<uint64_t>(ChooseCores(request), lineNum);

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
