// SPDX-License-Identifier: Apache-2.0
// Reductions: sums, maxima and minima of half and float elements. The numeric model:
//   a sum adds neighbours in a binary tree: elements 0 and 1, 2 and 3, ..., then those sums in the same way. Each
//   addition rounds to the element type. An element that the mask leaves out passes its neighbour on;
//   a maximum or minimum is NaN if there is one, with +0 above -0, and its index is that of the first such element.
#ifndef SIMULATOR_CORE_REDUCE_OPS_H
#define SIMULATOR_CORE_REDUCE_OPS_H

#include "issue.h"

namespace Simulator {

enum class Reduction : uint8_t { SUM, MAX, MIN };
// What one result is made of: two neighbours, a data block, a repeat.
enum class ReduceUnit : uint8_t { PAIR, BLOCK, REPEAT };
// The values of AscendC::ReduceOrder: what a maximum or minimum of a repeat stores.
enum class ReduceOrder : uint8_t { VALUE_INDEX, INDEX_VALUE, ONLY_VALUE, ONLY_INDEX };

struct ReduceCall {
    const char *name;
    Reduction reduction;
    DataType type;
    LocalOperand dst;
    LocalOperand src;
};

// An instruction of a reduction that touches nothing yet.
Instruction ReduceInstruction(const ReduceCall &call, SourceLine where);

// Under the mask register. The results of a repeat lie side by side; `dstRepeatStride` counts in such groups of
// results, the strides of the source in data blocks.
struct ReduceShape {
    uint32_t repeats;
    uint32_t dstRepeatStride;
    uint32_t srcBlockStride;
    uint32_t srcRepeatStride;
    ReduceOrder order = ReduceOrder::VALUE_INDEX;
};
void IssueReduce(const ReduceCall &call, ReduceUnit unit, const ReduceShape &shape, SourceLine where);

// One result of all elements. `work` is scratch space; its contents are lost. Sums:
//   over a count on dav-2201: a tree for each repeat, their results one after the other; `work` is not used;
//   over a count on dav-3002: a tree of trees over the whole repeats, a tree over the rest, and their sum;
//   over repeats: a tree of trees. The results of each 256 bytes are the elements of the next level.
void IssueReduceAll(const ReduceCall &call, const LocalOperand &work, int32_t count, bool withIndex, SourceLine where);
// The sum over a count, of the elements that the mask register of dav-2201 lets take part; it stays as it is.
void IssueReduceSumUnderMask(const ReduceCall &call, SourceLine where);
struct ReduceAllShape {
    VectorMask lanes;
    uint32_t repeats;
    uint32_t srcRepeatStride;
};
void IssueReduceAll(const ReduceCall &call, const LocalOperand &work, const ReduceAllShape &shape, bool withIndex,
                    SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_REDUCE_OPS_H
