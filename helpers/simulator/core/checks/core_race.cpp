// SPDX-License-Identifier: Apache-2.0
#include "core_race.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "check.h"

namespace Simulator {

namespace {

// BYTES: the same ones. LINE: others of a line that the scalar unit writes in its cache, and writes back whole, so that
// other cores have to keep out of it (page of GlobalTensor::SetValue).
enum class Conflict { BYTES, LINE };

class CoreRaces {
public:
    CoreRaces(const GlobalTensorArea &area, const CoreOrder &order, FindingLog &findings)
        : area_(area), order_(order), findings_(findings)
    {
    }

    // Accesses by where they begin, each against those that still reach so far.
    void Sweep(std::vector<const CoreAccess *> accesses, Conflict conflict)
    {
        conflict_ = conflict;
        std::sort(accesses.begin(), accesses.end(), [this](const CoreAccess *left, const CoreAccess *right) {
            return std::make_tuple(Begin(*left), left->block, left->sequence) <
                   std::make_tuple(Begin(*right), right->block, right->sequence);
        });
        std::vector<const CoreAccess *> writes;
        std::vector<const CoreAccess *> reads;
        for (const CoreAccess *access : accesses) {
            Compare(writes, *access);
            if (access->written) {
                Compare(reads, *access);
            }
            (access->written ? writes : reads).push_back(access);
        }
    }
    bool WritesMet() const { return writesMet_; }

private:
    uint64_t Begin(const CoreAccess &access) const
    {
        return conflict_ == Conflict::BYTES ? access.begin : access.begin / SCALAR_LINE_BYTES * SCALAR_LINE_BYTES;
    }
    uint64_t End(const CoreAccess &access) const
    {
        return conflict_ == Conflict::BYTES
                   ? access.end
                   : (access.end + SCALAR_LINE_BYTES - 1) / SCALAR_LINE_BYTES * SCALAR_LINE_BYTES;
    }

    void Compare(std::vector<const CoreAccess *> &earlier, const CoreAccess &access)
    {
        size_t kept = 0;
        for (const CoreAccess *other : earlier) {
            if (End(*other) > Begin(access)) {
                earlier[kept++] = other;
                Judge(*other, access);
            }
        }
        earlier.resize(kept);
    }

    bool Ordered(const CoreAccess &first, const CoreAccess &second) const
    {
        return order_.Knows(second.block, second.epoch, first.block, first.pipe, first.sequence) ||
               order_.Knows(first.block, first.epoch, second.block, second.pipe, second.sequence);
    }

    void Judge(const CoreAccess &first, const CoreAccess &second)
    {
        const bool meet = first.begin < second.end && second.begin < first.end;
        const bool lineOnly = !meet && (first.cached || second.cached);
        if (first.block == second.block || (conflict_ == Conflict::BYTES ? !meet : !lineOnly) ||
            (first.atomic && second.atomic) || Ordered(first, second)) {
            return;
        }
        writesMet_ = writesMet_ || (conflict_ == Conflict::BYTES && first.written && second.written);
        // The read is the one to name, else the access of the higher core.
        const bool namesFirst = first.written != second.written ? !first.written : first.block > second.block;
        Report(namesFirst ? second : first, namesFirst ? first : second);
    }

    void Report(const CoreAccess &other, const CoreAccess &named)
    {
        Finding finding{};
        finding.operand = "global tensor " + area_.name;
        finding.operandIndex = named.operandIndex;
        finding.otherCall = other.call;
        finding.otherWhere = other.where;
        const std::string others = "core " + std::to_string(other.block) + " (" + other.call + " in line " +
                                   std::to_string(other.where.line) + ")";
        if (conflict_ == Conflict::LINE) {
            const uint64_t line = Begin(named.begin > other.begin ? named : other);
            finding.code = "core-shared-line";
            finding.message = "core " + std::to_string(named.block) + " and " + others +
                              " write different bytes of the 64 B from byte " + std::to_string(line) + " of " +
                              area_.name + ": the scalar unit writes its cache back line by line, old bytes included";
            finding.remedy = "keep cores 64 bytes apart where one of them uses SetValue, or store with DataCopyPad";
            finding.actual =
                static_cast<int64_t>(std::max(named.begin, other.begin) - std::min(named.begin, other.begin));
            finding.expected = SCALAR_LINE_BYTES;
        } else {
            const uint64_t begin = std::max(named.begin, other.begin);
            const uint64_t end = std::min(named.end, other.end);
            const bool isWord = named.pipe == Pipe::S && other.pipe == Pipe::S && !named.written;
            finding.code = "core-race";
            finding.message = "core " + std::to_string(named.block) + (named.written ? " writes " : " reads ") +
                              Amount(end - begin, named.elementBytes) + " from byte " + std::to_string(begin) + " of " +
                              area_.name + ", " + others + (named.written && !other.written ? " reads" : " writes") +
                              " them, and nothing says which comes first";
            finding.remedy = named.written && other.written
                                 ? "give every element to one core, or add them up with SetAtomicAdd"
                                 : "let the cores wait for each other in between, for example with SyncAll";
            finding.remedy += isWord ? "; a word that is polled as a flag may stay as it is" : "";
            finding.actual = static_cast<int64_t>(end - begin);
            finding.severity = isWord ? Severity::WARNING : Severity::ERROR;
        }
        for (const uint32_t core : {other.block, named.block}) {
            if (said_.emplace(finding.code, named.where.line, other.where.line, core).second) {
                findings_.Add(finding, core, named.call, named.where);
            }
        }
    }

    const GlobalTensorArea &area_;
    const CoreOrder &order_;
    FindingLog &findings_;
    Conflict conflict_ = Conflict::BYTES;
    bool writesMet_ = false;
    std::set<std::tuple<const char *, int, int, uint32_t>> said_;  // each place once for each core
};

}  // namespace

// Accesses are compared when all blocks have ended: this names the check among the others.
void CheckBetweenCores(const Instruction &, AiCore &) {}

bool CheckCoreRaces(const GlobalTensorArea &area, const std::vector<const CoreAccess *> &accesses,
                    const CoreOrder &order, FindingLog &findings)
{
    CoreRaces races(area, order, findings);
    races.Sweep(accesses, Conflict::BYTES);
    if (std::any_of(accesses.begin(), accesses.end(), [](const CoreAccess *access) { return access->cached; })) {
        std::vector<const CoreAccess *> writes;
        std::copy_if(accesses.begin(), accesses.end(), std::back_inserter(writes),
                     [](const CoreAccess *access) { return access->written; });
        races.Sweep(writes, Conflict::LINE);
    }
    return races.WritesMet();
}

}  // namespace Simulator
