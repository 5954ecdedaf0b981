// SPDX-License-Identifier: Apache-2.0
// Accesses of one core whose order nothing settles: of two pipes, or of two copies in the same pipe. Judged in program
// order, from flags and barriers alone.
#include <cinttypes>
#include <cstdio>

#include "check.h"

namespace Simulator {

namespace {

enum class Hazard { READ_AFTER_WRITE, WRITE_AFTER_READ, WRITE_AFTER_WRITE };

constexpr const char *CODES[] = {"race-raw", "race-war", "race-waw"};
constexpr const char *NOW[] = {"reads", "writes", "writes"};
constexpr const char *BEFORE[] = {"writing", "reading", "writing"};

std::string Name(Pipe pipe)
{
    return PIPE_NAMES[static_cast<uint32_t>(pipe)];
}

std::string Bytes(const Operand &operand, uint64_t begin, uint64_t end, const AiCore &core)
{
    char text[96];
    if (operand.space == Space::UB) {
        std::snprintf(text, sizeof(text), "%" PRIu64 " B from UB 0x%" PRIx64, end - begin, begin);
        return text;
    }
    std::snprintf(text, sizeof(text), "%" PRIu64 " B from byte %" PRIu64 " of ", end - begin, begin);
    return text + core.Gm().Nearest(operand.address).name;
}

std::string Remedy(Hazard hazard, Pipe now, Pipe before, const Site &earlier, const AiCore &core)
{
    const std::string line = "line " + std::to_string(earlier.where.line);
    if (now == before) {
        return "put PipeBarrier<PIPE_" + Name(now) + ">() between " + line + " and this one";
    }
    const bool hasFlags = core.Settings().npuArch == 2201;
    const std::string flags = hasFlags ? "SetFlag and WaitFlag<HardEvent::" + Name(before) + "_" + Name(now) + ">"
                                       : "TQueSync<PIPE_" + Name(before) + ", PIPE_" + Name(now) + ">";
    const std::string queue = now == Pipe::S || before == Pipe::S ? ""
                              : hazard == Hazard::READ_AFTER_WRITE
                                  ? "EnQue the tensor after " + line + " and DeQue it before this one, or use "
                                  : "FreeTensor after " + line + " and AllocTensor before this one, or use ";
    return queue.empty() ? "use " + flags + " between " + line + " and this one" : queue + flags;
}

class RaceCheck {
public:
    RaceCheck(const Instruction &instruction, const Operand &operand, AiCore &core)
        : instruction_(instruction), operand_(operand), core_(core)
    {
    }
    void Judge(const AccessedRange &range, uint64_t from, uint64_t to)
    {
        from_ = from;
        to_ = to;
        if (!operand_.written || instruction_.readsDst) {
            Judge(range.writer, Hazard::READ_AFTER_WRITE);
        }
        if (!operand_.written) {
            return;
        }
        // Who comes after a reader comes after the writer that the reader waited for.
        bool read = false;
        for (const Access &reader : range.readers) {
            Judge(reader, Hazard::WRITE_AFTER_READ);
            read = read || reader.Exists();
        }
        if (!read) {
            Judge(range.writer, Hazard::WRITE_AFTER_WRITE);
        }
    }

private:
    void Judge(const Access &earlier, Hazard hazard)
    {
        const bool ordered = !earlier.Exists() ||
                             core_.Order().Knows(instruction_.pipe, earlier.pipe, earlier.sequence) ||
                             instruction_.ordersItself || earlier.ordersItself || (operand_.atomic && earlier.atomic);
        if (ordered) {
            return;
        }
        const auto kind = static_cast<uint32_t>(hazard);
        if (core_.Accesses().IsNew(CODES[kind], earlier.site, core_.Accesses().SiteOf(instruction_))) {
            const Site &site = core_.Accesses().SiteOf(earlier);
            Finding finding{};
            finding.code = CODES[kind];
            finding.operand = operand_.role;
            finding.message = "pipe " + Name(instruction_.pipe) + " " + NOW[kind] + " " +
                              Bytes(operand_, from_, to_, core_) + " while pipe " + Name(earlier.pipe) +
                              " may still be " + BEFORE[kind] + " them (" + site.call + " in line " +
                              std::to_string(site.where.line) + ", " + core_.Accesses().RoleOf(earlier) + ")";
            finding.remedy = Remedy(hazard, instruction_.pipe, earlier.pipe, site, core_);
            finding.actual = static_cast<int64_t>(to_ - from_);
            finding.otherCall = site.call;
            finding.otherWhere = site.where;
            core_.Note(finding, instruction_, operand_);
        }
        // One finding for each missing synchronisation: what follows from it is not said again.
        core_.Order().Learn(instruction_.pipe, earlier.pipe, earlier.sequence);
    }

    const Instruction &instruction_;
    const Operand &operand_;
    AiCore &core_;
    uint64_t from_ = 0;  // the bytes in question
    uint64_t to_ = 0;
};

}  // namespace

void CheckRace(const Instruction &instruction, AiCore &core)
{
    for (const bool written : {false, true}) {  // what is read first: with dst = src + 1 the read is the one to name
        for (uint32_t i = 0; i < instruction.operandNum; ++i) {
            const Operand &operand = instruction.operands[i];
            if (operand.written == written) {
                RaceCheck check(instruction, operand, core);
                core.Accesses().Over(
                    instruction, operand,
                    [&check](const AccessedRange &range, uint64_t from, uint64_t to) { check.Judge(range, from, to); });
            }
        }
    }
}

}  // namespace Simulator
