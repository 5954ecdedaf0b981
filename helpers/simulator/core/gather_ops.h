// SPDX-License-Identifier: Apache-2.0
// Elements and data blocks brought together from, or spread to, places that a tensor of offsets names.
#ifndef SIMULATOR_CORE_GATHER_OPS_H
#define SIMULATOR_CORE_GATHER_OPS_H

#include "issue.h"

namespace Simulator {

// dst[i] = bytes at base + offset[i] of src; or for Scatter the bytes at base + offset[i] of dst = src[i].
struct GatherCall {
    const char *name;
    bool spreads;  // Scatter
    DataType type;
    LocalOperand dst;
    LocalOperand src;
    LocalOperand offset;
    uint32_t baseBytes;
};

// Level 2: exactly `count` elements.
void IssueGather(const GatherCall &call, uint32_t count, SourceLine where);
// Level 0, under the mask register. Offsets go on from repeat to repeat; `repeatStride` is that of the other tensor.
void IssueGather(const GatherCall &call, uint32_t repeats, uint32_t repeatStride, SourceLine where);

// Data blocks: block i of dst from offset[i] of src, eight to a repeat.
void IssueGatherBlocks(const GatherCall &call, const RepeatShape &shape, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_GATHER_OPS_H
