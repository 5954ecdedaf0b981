// SPDX-License-Identifier: Apache-2.0
// Turns calls of the API into instructions. Nothing here is a template, so that kernels compile fast.
#ifndef SIMULATOR_CORE_ISSUE_H
#define SIMULATOR_CORE_ISSUE_H

#include <cstdint>

#include "ai_core.h"
#include "instruction.h"
#include "local_view.h"
#include "vector_ops.h"

namespace Simulator {

struct LocalOperand {
    const char *role;
    LocalView view;
    uint32_t elementBytes;
};

struct GlobalOperand {
    const char *role;
    uint64_t address;    // host address
    uint64_t viewBytes;  // declared from there on, or UNDECLARED
    uint32_t elementBytes;
    bool readsBypassL2 = false;
    bool writesBypassL2 = false;
};

// The operand from one of its elements on. Behind the end of the view nothing is left, which the bounds checks notice.
LocalOperand FromElement(const LocalOperand &local, uint64_t index);
GlobalOperand FromElement(const GlobalOperand &global, uint64_t index);

// What they touch, as an instruction's operands: `runs` ranges of runBytes, their starts pitchBytes apart.
Operand InUb(const LocalOperand &local, uint64_t runBytes, uint64_t pitchBytes, uint32_t runs, bool written);
Operand InGm(const GlobalOperand &global, uint64_t runBytes, uint64_t pitchBytes, uint32_t runs, bool written);

// An elementwise vector operation as the API names it.
struct VectorCall {
    const char *name;
    LoopFunction loop;
    DataType type;                        // of the destination
    DataType sourceType;                  // of the sources
    LocalOperand operands[MAX_OPERANDS];  // the destination first; those behind the last one have no role
    uint64_t scalarBits = 0;
    bool readsDst = false;   // the destination is a source as well: dst += src * scalar
    bool movesBits = false;  // see Instruction
    uint8_t roundMode = 0;   // Cast
    uint8_t modesTaken = 0;
    void (*execute)(const Instruction &, AiCore &) = ExecuteVector;
};

// Level 2: exactly the first `count` elements. On dav-2201 the mask register is all ones afterwards.
void IssueVector(const VectorCall &call, int32_t count, SourceLine where);

// Level 0: `repeats` times 256 bytes under a mask, with strides in data blocks. In counter mode the mask's number of
// elements decides, and `repeats` is ignored.
struct RepeatShape {
    uint32_t repeats;
    VectorGeometry::Stride strides[MAX_OPERANDS];
};
void IssueVector(const VectorCall &call, const RepeatShape &shape, SourceLine where);

// For instructions of other kinds: what the mask register lets take part of `repeats` repeats (in counter mode as many
// as the count needs), how many elements those are, and an operand in UB by its lanes and strides.
VectorGeometry GeometryUnderMask(uint32_t lanes, uint32_t repeats);
uint32_t ElementsIn(const VectorGeometry &geometry);
Operand InUb(const LocalOperand &local, const VectorGeometry &geometry, const VectorGeometry::Stride &stride,
             bool written);

// A negative count is a finding.
void CheckCount(const char *call, int32_t count, SourceLine where);
// The scalar unit waits until pipe V has run what was issued to it, as calls do that end with a scalar step.
void WaitForVector(const char *call, SourceLine where);

// What a mask argument of a level-0 call does: it stays in the register until something else is put there.
void SetMaskLanes(uint64_t lanes);
void SetMaskBits(const uint64_t *mask);
VectorMask &CurrentVectorMask();

// An instruction of the scalar unit that touches nothing yet.
Instruction ScalarInstruction(const char *call, SourceLine where);

// One element, touched by the scalar unit. As CANN's default build inserts it, S waits for other accesses to its bytes.
// Returns where the element lies; the caller reads or writes it there.
void *AccessElement(const char *call, const LocalOperand &tensor, uint64_t index, bool written, SourceLine where);
void *AccessElement(const char *call, const GlobalOperand &tensor, uint64_t index, bool written, SourceLine where);

// The same for a reference to an element: written, unless the tensor is one that the launch only lets be read.
void *ReferToElement(const char *call, const GlobalOperand &tensor, uint64_t index, SourceLine where);

// A condition that the kernel asserts does not hold.
void ReportAssertion(const char *condition, const char *text, SourceLine where);

// Holds the pipe back until what was issued to it before has finished.
void IssueBarrier(Pipe pipe, SourceLine where);
// S waits until every pipe has finished.
void IssueBarrierAll(SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ISSUE_H
