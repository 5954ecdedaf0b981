// SPDX-License-Identifier: Apache-2.0
#include "core_race.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "access_sweep.h"
#include "check.h"

namespace Simulator {

namespace {

class CoreRaces {
public:
    CoreRaces(const GlobalTensorArea &area, const CoreOrder &order, FindingLog &findings)
        : area_(area), order_(order), findings_(findings)
    {
    }

    void Judge(const CoreAccess &first, const CoreAccess &second)
    {
        if ((first.atomic && second.atomic) || ComesAfter(second, first, order_) || ComesAfter(first, second, order_)) {
            return;
        }
        writesMet_ = writesMet_ || (first.written && second.written);
        // The read is the one to name, else the access of the higher core.
        const bool namesFirst =
            first.written != second.written ? !first.written : first.stamp.block > second.stamp.block;
        Report(namesFirst ? second : first, namesFirst ? first : second);
    }
    bool WritesMet() const { return writesMet_; }

private:
    void Report(const CoreAccess &other, const CoreAccess &named)
    {
        const uint64_t begin = std::max(named.begin, other.begin);
        const uint64_t end = std::min(named.end, other.end);
        const bool isWord = named.pipe == Pipe::S && other.pipe == Pipe::S && !named.written;
        Finding finding{};
        finding.code = "core-race";
        finding.operand = "global tensor " + area_.name;
        finding.operandIndex = named.operandIndex;
        finding.otherCall = other.call;
        finding.otherWhere = other.where;
        finding.message = "core " + std::to_string(named.stamp.block) + (named.written ? " writes " : " reads ") +
                          Amount(end - begin, named.elementBytes) + " from byte " + std::to_string(begin) + " of " +
                          area_.name + ", " + OfCore(other) + " writes them, and nothing says which comes first";
        finding.remedy = named.written ? "give every element to one core, or add them up with SetAtomicAdd"
                                       : "let the cores wait for each other in between, for example with SyncAll";
        finding.remedy += isWord ? "; a word that is polled as a flag may stay as it is" : "";
        finding.actual = static_cast<int64_t>(end - begin);
        finding.severity = isWord ? Severity::WARNING : Severity::ERROR;
        for (const uint32_t core : {other.stamp.block, named.stamp.block}) {
            if (said_.emplace(named.where.line, other.where.line, core).second) {
                findings_.Add(finding, core, named.call, named.where);
            }
        }
    }

    const GlobalTensorArea &area_;
    const CoreOrder &order_;
    FindingLog &findings_;
    bool writesMet_ = false;
    std::set<std::tuple<int, int, uint32_t>> said_;  // each place once for each core
};

}  // namespace

// Accesses are compared when all blocks have ended: this names the check among the others.
void CheckBetweenCores(const Instruction &, AiCore &) {}

bool CheckCoreRaces(const GlobalTensorArea &area, const std::vector<const CoreAccess *> &accesses,
                    const CoreOrder &order, FindingLog &findings)
{
    CoreRaces races(area, order, findings);
    SweepAccesses(
        accesses, 1, [](const CoreAccess &) { return true; },
        [&races](const CoreAccess &first, const CoreAccess &second) { races.Judge(first, second); });
    return races.WritesMet();
}

}  // namespace Simulator
