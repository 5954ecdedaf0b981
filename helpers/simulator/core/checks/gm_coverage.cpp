// SPDX-License-Identifier: Apache-2.0
// Every byte of an output tensor is written by exactly one copy of one core.
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

void CheckCoverage(GlobalMemory &globalMemory, FindingLog &findings)
{
    for (size_t index = 0; index < globalMemory.Areas().size(); ++index) {
        const GlobalTensorArea &area = globalMemory.Areas()[index];
        if (area.role != Role::OUT) {
            continue;
        }
        WrittenRange covered{0, 0, 0};  // the range that reaches furthest so far
        for (const WrittenRange &range : globalMemory.SortedWritten(index)) {
            if (range.begin > covered.end) {
                ReportUnwritten(area, covered.end, range.begin, findings);
            } else if (range.begin < covered.end) {
                ReportTwice(area, covered, range, findings);
            }
            if (range.end > covered.end) {
                covered = range;
            }
        }
        if (covered.end < area.bytes) {
            ReportUnwritten(area, covered.end, area.bytes, findings);
        }
    }
}

}  // namespace Simulator
