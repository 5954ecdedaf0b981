// SPDX-License-Identifier: Apache-2.0
// Who touched which bytes of a memory last, as ranges: a range ends where the history of its bytes differs.
#ifndef SIMULATOR_CORE_ACCESS_MAP_H
#define SIMULATOR_CORE_ACCESS_MAP_H

#include <algorithm>
#include <cstdint>
#include <vector>

#include "instruction.h"
#include "site_table.h"

namespace Simulator {

// One operand of one instruction.
struct Access {
    uint32_t sequence = 0;
    uint16_t site = NO_SITE;  // where in the kernel; see SiteTable
    uint8_t operand = 0;      // which one
    Pipe pipe = Pipe::S;
    bool atomic = false;
    bool ordersItself = false;  // a scalar access that CANN's default build orders with the other pipes

    bool Exists() const { return site != NO_SITE; }
};

struct AccessedRange {
    uint64_t begin;
    uint64_t end;
    Access writer;             // the last
    Access readers[PIPE_NUM];  // since then, the last of each pipe
    bool unwritten;            // nothing of use was written there yet
};

class AccessMap {
public:
    // Of [0, bytes), which nobody has written yet.
    void Reset(uint64_t bytes)
    {
        ranges_.clear();
        if (bytes > 0) {
            ranges_.push_back({0, bytes, {}, {}, true});
        }
    }
    void Read(uint64_t begin, uint64_t end, const Access &access);
    void Write(uint64_t begin, uint64_t end, const Access &access, bool unwritten = false);
    // Whoever reads these bytes next reads what the kernel has not written.
    void Forget(uint64_t begin, uint64_t end);

    // Calls visit(range, from, to) for what meets [begin, end), in order: of each range the part from `from` to `to`.
    template <typename Visit>
    void Over(uint64_t begin, uint64_t end, const Visit &visit) const
    {
        for (size_t i = FirstBehind(begin); i < ranges_.size() && ranges_[i].begin < end; ++i) {
            visit(ranges_[i], std::max(ranges_[i].begin, begin), std::min(ranges_[i].end, end));
        }
    }

private:
    // The first range that ends behind `position`. A kernel comes back to the same places, and ranges rarely change.
    size_t FirstBehind(uint64_t position) const
    {
        if (ranges_.empty() || position >= ranges_.back().end) {
            return ranges_.size();
        }
        uint32_t &guess = guesses_[position * GUESS_MIX >> GUESS_SHIFT];
        if (guess < ranges_.size() && ranges_[guess].begin <= position && position < ranges_[guess].end) {
            return guess;
        }
        const auto behind = std::upper_bound(ranges_.begin(), ranges_.end(), position,
                                             [](uint64_t at, const AccessedRange &range) { return at < range.end; });
        guess = static_cast<uint32_t>(behind - ranges_.begin());
        return guess;
    }
    size_t SplitAt(uint64_t position);
    size_t Cover(uint64_t begin, uint64_t end);
    void JoinWithPrevious(size_t index);

    static constexpr size_t GUESSES = 256;
    static constexpr uint64_t GUESS_MIX = 0x9E3779B97F4A7C15u;  // spreads addresses over the upper bits
    static constexpr uint32_t GUESS_SHIFT = 64 - 8;
    // Ranges with the same history stay apart, since the kernel will touch them apart again, unless they get many.
    static constexpr size_t MANY = 1024;

    std::vector<AccessedRange> ranges_;  // sorted, apart; bytes in none were never touched
    mutable uint32_t guesses_[GUESSES] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ACCESS_MAP_H
