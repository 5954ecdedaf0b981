// SPDX-License-Identifier: Apache-2.0
// Every byte of an output tensor is written, and by one store of one core: fills and atomic stores may meet others.
#include <algorithm>

#include "check.h"

namespace Simulator {

namespace {

constexpr SourceLine WHOLE_KERNEL{"", 0};

void ReportUnwritten(const GlobalTensorArea &area, uint64_t begin, uint64_t end, FindingLog &findings)
{
    findings.Add(
        {"gm-unwritten", "global tensor " + area.name,
         std::to_string(end - begin) + " B from byte " + std::to_string(begin) + " to byte " + std::to_string(end) +
             " of " + area.name + " (" + std::to_string(area.bytes) + " B) were never written",
         "check that the cores' ranges and tiles cover the whole tensor, tail included", static_cast<int64_t>(begin),
         static_cast<int64_t>(end)},
        0, "end of kernel", WHOLE_KERNEL);
}

void ReportTwice(const GlobalTensorArea &area, const WrittenRange &first, const WrittenRange &second,
                 FindingLog &findings)
{
    const uint64_t end = first.end < second.end ? first.end : second.end;
    findings.Add({"gm-written-twice", "global tensor " + area.name,
                  std::to_string(end - second.begin) + " B from byte " + std::to_string(second.begin) + " of " +
                      area.name + " were written by core " + std::to_string(first.core) + " and again by core " +
                      std::to_string(second.core),
                  "give every element to one core and one tile", static_cast<int64_t>(second.begin),
                  static_cast<int64_t>(first.end)},
                 second.core, "end of kernel", WHOLE_KERNEL);
}

}  // namespace

void CheckCoverage(GlobalMemory &globalMemory, const std::vector<bool> &racing, FindingLog &findings)
{
    for (size_t index = 0; index < globalMemory.Areas().size(); ++index) {
        const GlobalTensorArea &area = globalMemory.Areas()[index];
        if (area.role != Role::OUT) {
            continue;
        }
        uint64_t coveredBytes = 0;              // written without a hole from the start of the tensor
        WrittenRange furthest{0, 0, 0, false};  // of those that may meet no other, the one that reaches furthest so far
        for (const WrittenRange &range : globalMemory.SortedWritten(index)) {
            if (range.begin > coveredBytes) {
                ReportUnwritten(area, coveredBytes, range.begin, findings);
            }
            coveredBytes = std::max(coveredBytes, range.end);
            if (range.overwrites) {
                continue;
            }
            if (range.begin < furthest.end && (range.core == furthest.core || !racing[index])) {
                ReportTwice(area, furthest, range, findings);
            }
            if (range.end > furthest.end) {
                furthest = range;
            }
        }
        if (coveredBytes < area.bytes) {
            ReportUnwritten(area, coveredBytes, area.bytes, findings);
        }
    }
}

}  // namespace Simulator
