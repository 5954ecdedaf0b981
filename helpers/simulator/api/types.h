// SPDX-License-Identifier: Apache-2.0
// Which element types an API takes, and the structures that describe repeats.
#ifndef SIMULATOR_API_TYPES_H
#define SIMULATOR_API_TYPES_H

#include "../core/issue.h"
#include "keywords.h"

namespace Simulator {

template <typename T, typename... Allowed>
constexpr bool ONE_OF = (std::is_same<T, Allowed>::value || ...);

// The bits of a scalar operand, as the instruction takes them.
template <typename T>
uint64_t BitsOf(T value)
{
    static_assert(sizeof(T) <= sizeof(uint64_t), "a scalar operand has at most 64 bits");
    uint64_t bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return bits;
}

}  // namespace Simulator

namespace AscendC {

// Integers of 4 bits, two to a byte. Only the name is here, for kernels that ask whether a type is this one.
struct int4b_t;

enum class MaskMode : uint8_t { NORMAL = 0, COUNTER };

// Strides in data blocks of 32 bytes: from block to block of one repeat, and from repeat to repeat.
struct UnaryRepeatParams {
    UnaryRepeatParams() = default;
    UnaryRepeatParams(uint16_t dstBlk, uint16_t srcBlk, uint8_t dstRep, uint8_t srcRep)
        : dstBlkStride(dstBlk), srcBlkStride(srcBlk), dstRepStride(dstRep), srcRepStride(srcRep)
    {
    }
    uint16_t dstBlkStride = 1;
    uint16_t srcBlkStride = 1;
    uint8_t dstRepStride = 8;
    uint8_t srcRepStride = 8;

    Simulator::RepeatShape Shape(uint32_t repeats) const
    {
        return {repeats, {{dstBlkStride, dstRepStride}, {srcBlkStride, srcRepStride}, {}}};
    }
};

struct BinaryRepeatParams {
    BinaryRepeatParams() = default;
    BinaryRepeatParams(uint8_t dstBlk, uint8_t src0Blk, uint8_t src1Blk, uint8_t dstRep, uint8_t src0Rep,
                       uint8_t src1Rep)
        : dstBlkStride(dstBlk),
          src0BlkStride(src0Blk),
          src1BlkStride(src1Blk),
          dstRepStride(dstRep),
          src0RepStride(src0Rep),
          src1RepStride(src1Rep)
    {
    }
    uint8_t dstBlkStride = 1;
    uint8_t src0BlkStride = 1;
    uint8_t src1BlkStride = 1;
    uint8_t dstRepStride = 8;
    uint8_t src0RepStride = 8;
    uint8_t src1RepStride = 8;

    Simulator::RepeatShape Shape(uint32_t repeats) const
    {
        return {repeats,
                {{dstBlkStride, dstRepStride}, {src0BlkStride, src0RepStride}, {src1BlkStride, src1RepStride}}};
    }
};

}  // namespace AscendC

#endif  // SIMULATOR_API_TYPES_H
