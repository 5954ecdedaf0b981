// SPDX-License-Identifier: Apache-2.0
// Comparisons: bits in UB, or in the compare-mask register. The numeric model is in compare_loops.h.
#ifndef SIMULATOR_CORE_COMPARE_OPS_H
#define SIMULATOR_CORE_COMPARE_OPS_H

#include "issue.h"

namespace Simulator {

struct CompareCall {
    const char *name;
    LoopFunction loop;  // null: the mode does not exist
    bool modeExists;    // for the sources' type, on this family
    uint8_t mode;
    DataType type;  // of the sources
    LocalOperand dst;
    LocalOperand src0;
    LocalOperand src1;  // without a role where src0 is compared with the scalar
    uint64_t scalarBits = 0;
};

// Level 2: the whole repeats of 256 bytes in `count` elements; what is behind the last one is not compared.
void IssueCompare(const CompareCall &call, uint32_t count, SourceLine where);
// Level 0: the bits of all repeats side by side, whatever the strides of dst. On dav-2201 every lane takes part; on
// dav-3002 the bit of a lane that the mask leaves out is 0.
void IssueCompare(const CompareCall &call, const RepeatShape &shape, SourceLine where);
// One repeat under the mask into the compare-mask register; the bit of a lane left out is 0.
void IssueCompareToRegister(const CompareCall &call, const RepeatShape &shape, SourceLine where);
// Between UB and the compare-mask register.
void IssueGetCompareMask(const LocalOperand &dst, SourceLine where);
void IssueSetCompareMask(const LocalOperand &src, SourceLine where);

// What level 2 was asked for and does not compare, in elements; 0 for other instructions.
uint32_t ElementsNotCompared(const Instruction &instruction);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COMPARE_OPS_H
