// SPDX-License-Identifier: Apache-2.0
// The structures that describe copies.
#ifndef SIMULATOR_API_COPY_PARAMS_H
#define SIMULATOR_API_COPY_PARAMS_H

#include "../core/copy_issue.h"
#include "../core/slice_copy.h"
#include "types.h"

namespace AscendC {

// For DataCopy all fields count 32-byte blocks; for DataCopyPad blockLen counts bytes, and a gap counts bytes in GM and
// 32-byte blocks in UB. The same structure, two units: the classic trap.
struct DataCopyParams {
    DataCopyParams() = default;
    DataCopyParams(const uint16_t count, const uint16_t len, const uint16_t srcGapIn, const uint16_t dstGapIn)
        : blockCount(count), blockLen(len), srcGap(srcGapIn), dstGap(dstGapIn)
    {
    }
    uint16_t blockCount = 1;
    uint16_t blockLen = 0;
    union {
        uint16_t srcGap = 0;
        uint16_t srcStride;
    };
    union {
        uint16_t dstGap = 0;
        uint16_t dstStride;
    };

    Simulator::CopyShape Blocks() const
    {
        constexpr uint64_t BLOCK = Simulator::DATA_BLOCK_BYTES;
        return {Simulator::CopyForm::BLOCKS, blockCount, blockLen * BLOCK, srcGap * BLOCK, dstGap * BLOCK};
    }
};

// blockLen counts bytes; a gap (end of a block to start of the next) counts bytes in GM and 32-byte blocks in UB.
struct DataCopyExtParams {
    DataCopyExtParams() = default;
    DataCopyExtParams(const uint16_t count, const uint32_t len, const uint32_t srcStrideIn, const uint32_t dstStrideIn,
                      const uint32_t rsvIn)
        : blockCount(count), blockLen(len), srcStride(srcStrideIn), dstStride(dstStrideIn), rsv(rsvIn)
    {
    }
    uint16_t blockCount = 1;
    uint32_t blockLen = 0;
    uint32_t srcStride = 0;
    uint32_t dstStride = 0;
    uint32_t rsv = 0;
};

// Paddings count elements.
struct DataCopyPadParams {
    DataCopyPadParams() = default;
    DataCopyPadParams(const bool isPadIn, const uint8_t left, const uint8_t right, const uint64_t value)
        : isPad(isPadIn), leftPadding(left), rightPadding(right), paddingValue(value)
    {
    }
    bool isPad = false;
    uint8_t leftPadding = 0;
    uint8_t rightPadding = 0;
    uint64_t paddingValue = 0;
};

template <typename T>
struct DataCopyPadExtParams {
    DataCopyPadExtParams() = default;
    DataCopyPadExtParams(const bool isPadIn, const uint8_t left, const uint8_t right, T value)
        : isPad(isPadIn), leftPadding(left), rightPadding(right), paddingValue(value)
    {
    }
    bool isPad = false;
    uint8_t leftPadding = 0;
    uint8_t rightPadding = 0;
    T paddingValue = T(0);
};

// Strides of Copy in data blocks: from block to block of one repeat, and from repeat to repeat. CANN's defaults.
struct CopyRepeatParams {
    CopyRepeatParams() = default;
    CopyRepeatParams(const uint16_t dstStrideIn, const uint16_t srcStrideIn, uint16_t dstRepeatSizeIn,
                     uint16_t srcRepeatSizeIn)
        : dstStride(dstStrideIn), srcStride(srcStrideIn), dstRepeatSize(dstRepeatSizeIn), srcRepeatSize(srcRepeatSizeIn)
    {
    }
    uint16_t dstStride = 0;
    uint16_t srcStride = 0;
    uint16_t dstRepeatSize = 8;
    uint16_t srcRepeatSize = 8;

    Simulator::RepeatShape Shape(uint32_t repeats) const
    {
        return {repeats, {{dstStride, dstRepeatSize}, {srcStride, srcRepeatSize}, {}}};
    }
};

using SliceInfo = Simulator::SliceInfo;

enum class BlockMode : uint8_t {
    BLOCK_MODE_NORMAL = 0,
    BLOCK_MODE_MATRIX,
    BLOCK_MODE_VECTOR,
    BLOCK_MODE_SMALL_CHANNEL,
    BLOCK_MODE_DEPTHWISE
};

// Steers copies of the cube unit. Copies between GM and UB take it and leave it alone.
struct DataCopyEnhancedParams {
    BlockMode blockMode = BlockMode::BLOCK_MODE_NORMAL;
    uint64_t deqValue = 0;
    uint8_t sidStoreMode = 0;
    bool isRelu = false;
    uint64_t padValue = 0;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_COPY_PARAMS_H
