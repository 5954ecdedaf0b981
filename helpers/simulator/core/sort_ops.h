// SPDX-License-Identifier: Apache-2.0
// Sorting by descending score. A sorted element takes 8 bytes: the score in the low bytes (of half with two bytes of
// 0 behind it), the index in the high four. Of equal scores the earlier one comes first, +0 equals -0; NaN comes
// before all other scores, which no public source settles.
#ifndef SIMULATOR_CORE_SORT_OPS_H
#define SIMULATOR_CORE_SORT_OPS_H

#include "issue.h"

namespace Simulator {

constexpr uint32_t SORTED_BYTES = 8;
constexpr uint32_t SORT_ELEMENTS = 32;  // of one repeat
constexpr uint32_t MERGE_LISTS = 4;

struct SortCall {
    const char *name;
    DataType type;
    LocalOperand dst;
    LocalOperand score;
    LocalOperand index;
    LocalOperand work;  // without a role: each repeat is sorted by itself, else all elements together
};
void IssueSort(const SortCall &call, uint32_t repeats, SourceLine where);

// Merges lists of sorted elements into one: those that `validBits` has a bit for.
struct MergeCall {
    DataType type;
    LocalOperand dst;
    LocalOperand lists[MERGE_LISTS];
    uint16_t lengths[MERGE_LISTS];  // in sorted elements
    uint16_t validBits;
    uint32_t repeats;      // more than 1 only for four equal lists one behind the other, and without suspension
    bool stopsAtFirstEnd;  // as soon as one list is used up
};
void IssueMerge(const MergeCall &call, SourceLine where);

// Scores and indices apart again, 32 to a repeat. The scalar unit waits until pipe V has run it.
struct ExtractCall {
    DataType type;
    LocalOperand value;
    LocalOperand index;
    LocalOperand sorted;
};
void IssueExtract(const ExtractCall &call, uint32_t repeats, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SORT_OPS_H
