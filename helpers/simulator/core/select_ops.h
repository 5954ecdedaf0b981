// SPDX-License-Identifier: Apache-2.0
// Select chooses each element from one of two sources by a bit of a selection mask.
#ifndef SIMULATOR_CORE_SELECT_OPS_H
#define SIMULATOR_CORE_SELECT_OPS_H

#include "issue.h"

namespace Simulator {

// The values of AscendC::SELMODE. By the first every repeat uses the same bits, as many as it has lanes; by the others
// the bits go on from repeat to repeat.
enum class SelectMode : uint8_t { COMPARE_MASK, TENSOR_SCALAR, TENSOR_TENSOR };

struct SelectCall {
    LoopFunction loop;
    SelectMode mode;
    bool fitsSource;  // the second source is of the kind the mode takes
    DataType type;
    LocalOperand dst;
    LocalOperand selMask;  // without a role: the bits are in the compare-mask register
    LocalOperand src0;
    LocalOperand src1;        // without a role: the scalar
    uint64_t scalarBits = 0;  // of one element
    bool scalarInRegister = false;
};

// Level 2: exactly the first `count` elements. On dav-2201 the mask register is all ones afterwards.
void IssueSelect(const SelectCall &call, uint32_t count, SourceLine where);
// Level 0, under the mask register.
void IssueSelect(const SelectCall &call, const RepeatShape &shape, SourceLine where);

// Whether the instruction puts its scalar or an address into the UB that CANN keeps for itself.
bool UsesReservedUb(const Instruction &instruction);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SELECT_OPS_H
