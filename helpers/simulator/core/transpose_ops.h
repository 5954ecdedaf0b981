// SPDX-License-Identifier: Apache-2.0
// Transpositions in UB. Elements are copied bit for bit.
#ifndef SIMULATOR_CORE_TRANSPOSE_OPS_H
#define SIMULATOR_CORE_TRANSPOSE_OPS_H

#include "issue.h"

namespace Simulator {

// A matrix of 16 x 16 elements.
void IssueTranspose(const LocalOperand &dst, const LocalOperand &src, SourceLine where);

enum class TransposeKind : uint8_t { MATRIX, CHANNELS_LAST, CHANNELS_FIRST, MISSING };
struct TransposeShape {
    TransposeKind kind;
    uint8_t type;  // the value of AscendC::TransposeType
    uint16_t batches;
    uint16_t channels;
    uint16_t height;
    uint16_t width;
};
// A matrix of 16 x 16 elements, or channels brought behind or before the plane of height and width. Channels need
// scratch space; its contents are lost.
void IssueTranspose(const LocalOperand &dst, const LocalOperand &src, const LocalOperand &work,
                    const TransposeShape &shape, SourceLine where);

constexpr uint32_t TRANSPOSE_LIST_LENGTH = 16;

// TransDataTo5HD: in each repeat block i of the source list is row i, of as many elements as a block has (of 8 bits,
// half a block). The columns are written to the destination list one after the other: elements of 8 bits fill half a
// block, of 16 bits a block, of 32 bits two.
struct TransDataShape {
    uint32_t repeats;
    uint32_t dstRepeatStride;  // in data blocks; with one repeat they move it from where the lists say
    uint32_t srcRepeatStride;
    bool dstHighHalf;
    bool srcHighHalf;
};
void IssueTransData(const LocalOperand (&dst)[TRANSPOSE_LIST_LENGTH], const LocalOperand (&src)[TRANSPOSE_LIST_LENGTH],
                    const TransDataShape &shape, SourceLine where);
// Lists of addresses as GetPhyAddr gives them.
void IssueTransData(const uint64_t (&dst)[TRANSPOSE_LIST_LENGTH], const uint64_t (&src)[TRANSPOSE_LIST_LENGTH],
                    uint32_t elementBytes, const TransDataShape &shape, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TRANSPOSE_OPS_H
