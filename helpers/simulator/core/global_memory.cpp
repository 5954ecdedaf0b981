// SPDX-License-Identifier: Apache-2.0
#include "global_memory.h"

#include <algorithm>
#include <cstring>

namespace Simulator {

void Poison(const GlobalTensorArea &area, uint64_t begin, uint64_t end)
{
    std::memset(reinterpret_cast<uint8_t *>(area.address) + begin, POISON_BYTE, end - begin);
}

const GlobalTensorArea &GlobalMemory::Nearest(uint64_t address) const
{
    for (const GlobalTensorArea &area : areas_) {
        if (address - area.address < area.bytes) {
            return area;
        }
    }
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

void GlobalMemory::PoisonUnwritten()
{
    for (size_t index = 0; index < areas_.size(); ++index) {
        const GlobalTensorArea &area = areas_[index];
        if (!area.startsPoisoned) {
            continue;
        }
        uint64_t covered = 0;
        for (const WrittenRange &range : SortedWritten(index)) {
            if (range.begin >= area.bytes) {
                break;
            }
            if (range.begin > covered) {
                Poison(area, covered, range.begin);
            }
            covered = std::max(covered, range.end);
        }
        if (covered < area.bytes) {
            Poison(area, covered, area.bytes);
        }
    }
}

void WriteMap::Add(size_t area, uint64_t begin, uint64_t end, uint32_t core, bool overwrites)
{
    std::vector<WrittenRange> &ranges = ranges_[area];
    if (!ranges.empty() && ranges.back().end == begin && ranges.back().core == core &&
        ranges.back().overwrites == overwrites) {
        ranges.back().end = end;
    } else if (begin != end) {
        ranges.push_back({begin, end, core, overwrites});
    }
}

}  // namespace Simulator
