// SPDX-License-Identifier: Apache-2.0
#include "access_map.h"

namespace Simulator {

namespace {

// Two scalar accesses of the same line of the kernel that follow each other: a loop over elements.
bool SameLoop(const Access &first, const Access &second)
{
    return first.site == second.site && first.pipe == Pipe::S && second.pipe == Pipe::S;
}

bool SameAccess(const Access &first, const Access &second)
{
    return first.site == second.site && (!first.Exists() || first.sequence == second.sequence);
}

}  // namespace

void AccessMap::Read(uint64_t begin, uint64_t end, const Access &access)
{
    if (begin >= end) {
        return;
    }
    const size_t first = Cover(begin, end);
    for (size_t i = first; i < ranges_.size() && ranges_[i].begin < end; ++i) {
        ranges_[i].readers[static_cast<uint32_t>(access.pipe)] = access;
    }
    if (access.pipe == Pipe::S) {
        JoinWithPrevious(first);
    }
}

void AccessMap::Write(uint64_t begin, uint64_t end, const Access &access, bool unwritten)
{
    if (begin >= end) {
        return;
    }
    const size_t first = Cover(begin, end);
    size_t behind = first;
    for (; behind < ranges_.size() && ranges_[behind].begin < end; ++behind) {
        AccessedRange &range = ranges_[behind];
        range = {range.begin, range.end, access, {}, unwritten};
    }
    if (ranges_.size() > MANY) {
        ranges_[first].end = end;
        ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                      ranges_.begin() + static_cast<std::ptrdiff_t>(behind));
    }
    if (access.pipe == Pipe::S) {
        JoinWithPrevious(first);
    }
}

void AccessMap::Forget(uint64_t begin, uint64_t end)
{
    if (begin >= end) {
        return;
    }
    for (size_t i = Cover(begin, end); i < ranges_.size() && ranges_[i].begin < end; ++i) {
        ranges_[i].unwritten = true;
    }
}

// The first range at or behind `position`, where one now begins if any held it.
size_t AccessMap::SplitAt(uint64_t position)
{
    const size_t index = FirstBehind(position);
    if (index == ranges_.size() || ranges_[index].begin >= position) {
        return index;
    }
    const AccessedRange range = ranges_[index];
    ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(index), range);
    ranges_[index].end = position;
    ranges_[index + 1].begin = position;
    return index + 1;
}

// Makes ranges fill [begin, end) exactly; the index of the first.
size_t AccessMap::Cover(uint64_t begin, uint64_t end)
{
    const size_t first = SplitAt(begin);
    SplitAt(end);
    uint64_t covered = begin;
    for (size_t i = first; covered < end; ++i) {
        const uint64_t next = i < ranges_.size() ? std::min(ranges_[i].begin, end) : end;
        if (covered < next) {
            ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(i), {covered, next, {}, {}, false});
        }
        covered = ranges_[i].end;
    }
    return first;
}

// A loop that touches element after element leaves one range, as if all were touched with the last one.
void AccessMap::JoinWithPrevious(size_t index)
{
    if (index == 0 || ranges_[index - 1].end != ranges_[index].begin) {
        return;
    }
    const AccessedRange &previous = ranges_[index - 1];
    const AccessedRange &range = ranges_[index];
    const auto joins = [](const Access &first, const Access &second) {
        return SameAccess(first, second) || SameLoop(first, second);
    };
    bool same = previous.unwritten == range.unwritten && joins(previous.writer, range.writer);
    for (uint32_t pipe = 0; same && pipe < PIPE_NUM; ++pipe) {
        same = joins(previous.readers[pipe], range.readers[pipe]);
    }
    if (same) {
        ranges_[index].begin = previous.begin;
        ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(index) - 1);
    }
}

}  // namespace Simulator
