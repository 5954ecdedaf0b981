// SPDX-License-Identifier: Apache-2.0
// GatherMask keeps the elements whose bit of a pattern is set, side by side.
#ifndef SIMULATOR_CORE_GATHER_MASK_OPS_H
#define SIMULATOR_CORE_GATHER_MASK_OPS_H

#include "issue.h"

namespace Simulator {

struct GatherMaskCall {
    DataType type;
    LocalOperand dst;
    LocalOperand src;
    LocalOperand pattern;  // without a role: one of the seven built-in ones
    uint8_t builtInPattern;
};

struct GatherMaskShape {
    bool counts;        // `elements` elements to a repeat, else 256 bytes
    uint32_t elements;  // the mask argument
    uint32_t repeats;
    uint32_t srcBlockStride;
    uint32_t srcRepeatStride;
    uint32_t patternRepeatStride;
};

// Returns how many elements were kept, for which the scalar unit waits until pipe V has run it.
uint64_t IssueGatherMask(const GatherMaskCall &call, const GatherMaskShape &shape, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_GATHER_MASK_OPS_H
