// SPDX-License-Identifier: Apache-2.0
// Turns the API's copies into instructions.
#ifndef SIMULATOR_CORE_COPY_ISSUE_H
#define SIMULATOR_CORE_COPY_ISSUE_H

#include "copy_ops.h"
#include "issue.h"

namespace Simulator {

// Runs of runBytes. A gap lies between the end of one and the start of the next; in UB a run ends with its data block.
struct CopyShape {
    CopyForm form;
    uint32_t runs;
    uint64_t runBytes;
    uint64_t srcGapBytes;
    uint64_t dstGapBytes;
    uint32_t droppedBytes = 0;  // asked for behind the last whole block, where the instruction moves whole blocks
};

// The count form: one run, rounded down to whole blocks.
constexpr CopyShape WholeBlocks(uint64_t bytes)
{
    return {
        CopyForm::COUNT, 1, bytes - bytes % DATA_BLOCK_BYTES, 0, 0, static_cast<uint32_t>(bytes % DATA_BLOCK_BYTES)};
}

struct CopyPadding {
    bool withValue;
    uint16_t leftBytes;
    uint16_t rightBytes;
    uint64_t valueBits;
};

// A copy as the API names it, with the type of its elements.
struct CopyCall {
    const char *name;
    DataType type;
};

void IssueCopyToUb(const CopyCall &call, const LocalOperand &dst, const GlobalOperand &src, const CopyShape &shape,
                   const CopyPadding &padding, SourceLine where);
void IssueCopyToGm(const CopyCall &call, const GlobalOperand &dst, const LocalOperand &src, const CopyShape &shape,
                   SourceLine where);
void IssueCopyInUb(const CopyCall &call, const LocalOperand &dst, const LocalOperand &src, const CopyShape &shape,
                   SourceLine where);

// Copy under the mask register.
void IssueMaskedCopy(const VectorCall &call, const RepeatShape &shape, SourceLine where);

// `count` elements of global memory become the value.
void IssueFill(const CopyCall &call, const GlobalOperand &dst, uint64_t count, uint64_t valueBits, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COPY_ISSUE_H
