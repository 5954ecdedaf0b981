// SPDX-License-Identifier: Apache-2.0
#include "global_memory.h"

#include <algorithm>

namespace Simulator {

const GlobalTensorArea &GlobalMemory::Nearest(uint64_t address) const
{
    const auto distance = [address](const GlobalTensorArea &area) -> uint64_t {
        if (address < area.address) {
            return area.address - address;
        }
        const uint64_t end = area.address + area.bytes;
        return address < end ? 0 : address - end + 1;
    };
    return *std::min_element(areas_.begin(), areas_.end(),
                             [&](const auto &left, const auto &right) { return distance(left) < distance(right); });
}

void GlobalMemory::AddWritten(size_t area, const std::vector<WrittenRange> &ranges)
{
    written_[area].insert(written_[area].end(), ranges.begin(), ranges.end());
}

std::vector<WrittenRange> GlobalMemory::SortedWritten(size_t area) const
{
    std::vector<WrittenRange> ranges = written_[area];
    std::sort(ranges.begin(), ranges.end(), [](const WrittenRange &left, const WrittenRange &right) {
        return left.begin != right.begin ? left.begin < right.begin
                                         : (left.end != right.end ? left.end < right.end : left.core < right.core);
    });
    return ranges;
}

void WriteMap::Add(size_t area, uint64_t begin, uint64_t end, uint32_t core)
{
    std::vector<WrittenRange> &ranges = ranges_[area];
    if (!ranges.empty() && ranges.back().end == begin && ranges.back().core == core) {
        ranges.back().end = end;
    } else if (begin != end) {
        ranges.push_back({begin, end, core});
    }
}

}  // namespace Simulator
