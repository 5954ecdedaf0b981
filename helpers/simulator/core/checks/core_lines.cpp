// SPDX-License-Identifier: Apache-2.0
// The scalar unit writes in its cache; the line is written back some time later, whole, or at once by
// DataCacheCleanAndInvalid. What it has loaded once it does not load again without that call. So cores have to keep a
// line apart (page of GlobalTensor::SetValue), or to clean it before they tell the other one, and before they look.
#include "core_lines.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "access_sweep.h"
#include "check.h"

namespace Simulator {

namespace {

class CoreLines {
public:
    CoreLines(const GlobalTensorArea &area, uint64_t deviceAddress, const std::vector<std::vector<CoreClean>> &cleans,
              const CoreOrder &order, LineCodes codes, FindingLog &findings)
        : area_(area), deviceAddress_(deviceAddress), cleans_(cleans), order_(order), codes_(codes), findings_(findings)
    {
    }

    void Judge(const CoreAccess &first, const CoreAccess &second)
    {
        if (ComesAfter(second, first, order_)) {
            ordered_.emplace_back(&first, &second);
        } else if (ComesAfter(first, second, order_)) {
            ordered_.emplace_back(&second, &first);
        } else if (first.written != second.written) {
            polled_.insert(first.written ? PlacesOf(first, second) : PlacesOf(second, first));
        } else if (first.written && second.written && !Meet(first, second)) {
            const bool namesFirst = first.stamp.block > second.stamp.block;
            const CoreAccess &named = namesFirst ? first : second;
            const CoreAccess &other = namesFirst ? second : first;
            Report("core-shared-line",
                   OfCore(named) + " and " + OfCore(other) + " write different bytes of the 64 B from byte " +
                       std::to_string(FirstLine(named, other)) + " of " + area_.name +
                       ": the scalar unit writes its cache back line by line, old bytes included",
                   "keep cores 64 bytes apart where one of them uses SetValue, or store with DataCopyPad", named,
                   other);
        }
    }

    // Once all pairs were judged. A core that polls a word reads it once more or not, whichever comes first: such words
    // are left to the check of races.
    void JudgeOrdered()
    {
        for (const auto &[first, second] : ordered_) {
            const bool isWord = first->pipe == Pipe::S && second->pipe == Pipe::S;
            if (!second->written && (!isWord || polled_.count(PlacesOf(*first, *second)) == 0)) {
                JudgeOrdered(*first, *second);
            }
        }
        for (const auto &[first, second] : ordered_) {
            if (second->written && stale_.count({first, second->stamp.block}) == 0) {
                JudgeOrdered(*first, *second);
            }
        }
    }

private:
    // Two lines of the kernel and the cores that ran them.
    using Places = std::tuple<int, uint32_t, int, uint32_t>;
    static Places PlacesOf(const CoreAccess &one, const CoreAccess &other)
    {
        return {one.where.line, one.stamp.block, other.where.line, other.stamp.block};
    }
    static bool Meet(const CoreAccess &one, const CoreAccess &other)
    {
        return one.begin < other.end && other.begin < one.end;
    }
    // Where the first line starts that both touch.
    static uint64_t FirstLine(const CoreAccess &one, const CoreAccess &other)
    {
        return std::max(one.begin, other.begin) / SCALAR_LINE_BYTES * SCALAR_LINE_BYTES;
    }

    void JudgeOrdered(const CoreAccess &first, const CoreAccess &second)
    {
        if (!second.written && !Meet(first, second)) {
            return;
        }
        const std::string call = "call DataCacheCleanAndInvalid for the line on core ";
        const char *code = second.written ? "core-shared-line" : "stale-line";
        if (first.cached && first.written && !IsCleaned(first, second)) {
            Report(code,
                   OfCore(second) +
                       (second.written ? " writes to a line of 64 B that the cache of " : " reads what the cache of ") +
                       OfCore(first) +
                       (second.written ? " still holds: written back later, and whole, it replaces the new bytes"
                                       : " still holds: global memory has the old value"),
                   call + std::to_string(first.stamp.block) + ", between its write and the synchronisation", second,
                   first);
        } else if (second.cached && first.written && !LoadedAfter(first, second)) {
            Report(code,
                   OfCore(second) + " uses a line of its cache that it loaded before " + OfCore(first) +
                       " wrote to it" +
                       (second.written ? ": written back, and whole, it replaces the new bytes"
                                       : ": it reads the value from before"),
                   call + std::to_string(second.stamp.block) + ", between the synchronisation and this", second, first);
        }
    }

    // Whether all lines that both touch were written back by the time of which the core of `second` knows.
    bool IsCleaned(const CoreAccess &first, const CoreAccess &second) const
    {
        const uint32_t knownEnd = order_.KnownEnd(second.stamp.block, second.stamp.epoch, first.stamp.block, Pipe::S);
        const std::vector<CoreClean> &cleans = cleans_[first.stamp.block];
        const auto from =
            std::lower_bound(cleans.begin(), cleans.end(), first.sequence,
                             [](const CoreClean &clean, uint32_t sequence) { return clean.sequence <= sequence; });
        const uint64_t end = std::min(LineEnd(first.end), LineEnd(second.end));
        for (uint64_t line = FirstLine(first, second); line < end; line += SCALAR_LINE_BYTES) {
            const bool isCleaned = std::any_of(from, cleans.end(), [&](const CoreClean &clean) {
                const bool isMeant = clean.address == CoreClean::ALL_LINES ||
                                     clean.address / SCALAR_LINE_BYTES == (deviceAddress_ + line) / SCALAR_LINE_BYTES;
                return clean.sequence < knownEnd && isMeant;
            });
            if (!isCleaned) {
                return false;
            }
        }
        return true;
    }
    static uint64_t LineEnd(uint64_t end)
    {
        return (end + SCALAR_LINE_BYTES - 1) / SCALAR_LINE_BYTES * SCALAR_LINE_BYTES;
    }

    bool LoadedAfter(const CoreAccess &first, const CoreAccess &second) const
    {
        return order_.KnownEnd(second.stamp.block, second.stamp.loadedEpoch, first.stamp.block, first.pipe) >
               first.sequence;
    }

    void Report(const char *code, const std::string &message, const std::string &remedy, const CoreAccess &named,
                const CoreAccess &other)
    {
        const bool isShared = std::string(code) == "core-shared-line";
        if (!(isShared ? codes_.sharedLine : codes_.staleLine)) {
            return;
        }
        stale_.emplace(&other, named.stamp.block);
        Finding finding{};
        finding.code = code;
        finding.operand = "global tensor " + area_.name;
        finding.operandIndex = named.operandIndex;
        finding.message = message;
        finding.remedy = remedy;
        finding.actual = static_cast<int64_t>(std::max(named.begin, other.begin) - std::min(named.begin, other.begin));
        finding.expected = SCALAR_LINE_BYTES;
        finding.otherCall = other.call;
        finding.otherWhere = other.where;
        for (const uint32_t core : {other.stamp.block, named.stamp.block}) {
            if (said_.emplace(isShared, named.where.line, other.where.line, core).second) {
                findings_.Add(finding, core, named.call, named.where);
            }
        }
    }

    const GlobalTensorArea &area_;
    const uint64_t deviceAddress_;
    const std::vector<std::vector<CoreClean>> &cleans_;
    const CoreOrder &order_;
    const LineCodes codes_;
    FindingLog &findings_;
    std::vector<std::pair<const CoreAccess *, const CoreAccess *>> ordered_;  // the one that comes first, first
    std::set<Places> polled_;
    std::set<std::pair<const CoreAccess *, uint32_t>> stale_;  // what a core has read too early: one finding says it
    std::set<std::tuple<bool, int, int, uint32_t>> said_;      // each place once for each core
};

}  // namespace

void CheckCoreLines(const GlobalTensorArea &area, uint64_t deviceAddress,
                    const std::vector<const CoreAccess *> &accesses, const std::vector<std::vector<CoreClean>> &cleans,
                    const CoreOrder &order, LineCodes codes, FindingLog &findings)
{
    const auto isCached = [](const CoreAccess &access) { return access.cached; };
    if (std::none_of(accesses.begin(), accesses.end(), [](const CoreAccess *access) { return access->cached; })) {
        return;
    }
    CoreLines lines(area, deviceAddress, cleans, order, codes, findings);
    SweepAccesses(accesses, SCALAR_LINE_BYTES, isCached,
                  [&lines](const CoreAccess &first, const CoreAccess &second) { lines.Judge(first, second); });
    lines.JudgeOrdered();
}

}  // namespace Simulator
