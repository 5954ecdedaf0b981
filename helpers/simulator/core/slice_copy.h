// SPDX-License-Identifier: Apache-2.0
// Copies of slices of tensors with several dimensions: one copy instruction for each row.
#ifndef SIMULATOR_CORE_SLICE_COPY_H
#define SIMULATOR_CORE_SLICE_COPY_H

#include "copy_issue.h"

namespace Simulator {

// One dimension: elements startIndex to endIndex of shapeValue, in pieces of burstLen data blocks with `stride`
// elements between them. Above the first dimension these are rows, and burstLen is 1.
struct SliceInfo {
    SliceInfo() = default;
    SliceInfo(const uint32_t startIndexIn, const uint32_t endIndexIn, const uint32_t strideIn,
              const uint32_t burstLenIn, const uint32_t shapeValueIn = 0)
        : startIndex(startIndexIn),
          endIndex(endIndexIn),
          stride(strideIn),
          burstLen(burstLenIn),
          shapeValue(shapeValueIn)
    {
    }
    uint32_t startIndex = 0;
    uint32_t endIndex = 31;
    uint32_t stride = 0;
    uint32_t burstLen = 32;
    uint32_t shapeValue = 0;
};

struct SlicePair {
    const SliceInfo *dst;
    const SliceInfo *src;
    uint32_t dimensions;
};

void IssueSlicesToUb(const CopyCall &call, const LocalOperand &dst, const GlobalOperand &src, const SlicePair &slices,
                     SourceLine where);
void IssueSlicesToGm(const CopyCall &call, const GlobalOperand &dst, const LocalOperand &src, const SlicePair &slices,
                     SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SLICE_COPY_H
