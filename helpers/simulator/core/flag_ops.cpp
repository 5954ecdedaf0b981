// SPDX-License-Identifier: Apache-2.0
#include "flag_ops.h"

#include "checks/event_life.h"
#include "checks/flag_life.h"

namespace Simulator {

namespace {

void IssueFlag(Instruction::Flag flag, PipePair between, uint8_t id, bool byKernel, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.flag = flag;
    instruction.pipe = flag == Instruction::Flag::SET ? between.source : between.destination;
    instruction.flagSource = between.source;
    instruction.flagDestination = between.destination;
    instruction.flagId = id;
    if (core.Settings().checked) {
        CheckFlagLife(core, instruction, byKernel);
    }
    core.Issue(instruction);
}

}  // namespace

void IssueFlag(Instruction::Flag flag, PipePair between, uint8_t id, const char *call, SourceLine where)
{
    IssueFlag(flag, between, id, false, call, where);
}

void IssueUserFlag(Instruction::Flag flag, PipePair between, int32_t id, const char *call, SourceLine where)
{
    CheckFlagId(*AiCore::Current(), id, call, where);
    if (flag == Instruction::Flag::SET) {
        CheckReservedId(*AiCore::Current(), id, call, where);
    }
    IssueFlag(flag, between, static_cast<uint8_t>(id), true, call, where);
}

int8_t TakeEventId(PipePair between, bool occupies, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    EventIds &events = core.Events();
    const int8_t id = occupies ? events.Allocate(between, where) : events.Lowest(between);
    CheckEventId(core, id, between, call, where);
    return id;
}

void ReleaseEventId(PipePair between, int32_t id, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckFlagId(core, id, "ReleaseEventID", where);
    core.Events().Release(between, static_cast<int8_t>(id));
}

void ReportForeignPipe(const char *what, const char *call, SourceLine where)
{
    AiCore::Current()->Report(
        {"foreign-pipe", what,
         std::string(what) + " belongs to the matrix unit: a vector core has the pipes S, V, "
                             "MTE2 and MTE3",
         "name a vector pipe, or leave the call out where the kernel runs on a vector core", 0, 1},
        call, where);
}

}  // namespace Simulator
