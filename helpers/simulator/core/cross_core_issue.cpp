// SPDX-License-Identifier: Apache-2.0
#include "cross_core_issue.h"

#include <cstring>
#include <string>

#include "ai_core.h"
#include "checks/check.h"
#include "cross_core.h"

namespace Simulator {

namespace {

using Outcome = BlockScheduler::Outcome;

constexpr int WORKSPACE_POISON = 0xFF;  // what a call leaves in UB is not to be relied on

// All blocks have to be on the device at once, each on a core of its own.
void RequireCores(AiCore &core, const char *call, SourceLine where)
{
    const LaunchSettings &settings = core.Settings();
    if (settings.coreNum == 0 || settings.blockNum <= settings.coreNum) {
        return;
    }
    core.Report({"sync-beyond-cores", "block_dim",
                 std::to_string(settings.blockNum) + " blocks wait for each other, and the device has " +
                     std::to_string(settings.coreNum) + " vector cores: the blocks without a core never come",
                 "launch at most as many blocks as the device has cores, and give each more work", settings.blockNum,
                 settings.coreNum},
                call, where);
}

// Ends a wait that cannot end.
void EndWait(AiCore &core, Outcome outcome, const Finding &finding, const char *call, SourceLine where)
{
    if (outcome == Outcome::PASSED) {
        return;
    }
    if (outcome == Outcome::AFTER_ERROR) {
        throw StopBlock();
    }
    if (outcome == Outcome::NO_THREADS) {
        core.Report({"no-threads", "block_dim",
                     "cores that wait for each other need a thread each, and the system gave no more",
                     "raise memory_limit_bytes, or launch fewer blocks", 0, core.Settings().blockNum},
                    call, where);
    }
    core.Report(finding, call, where);
}

Finding SyncAllDeadlock(AiCore &core, const std::vector<uint32_t> &missing, uint32_t coreNum)
{
    return {"sync-all-deadlock",
            "all cores",
            "waits for " + std::to_string(coreNum) + " cores, of which " + std::to_string(missing.size()) +
                " never came: " + core.Cross().Whereabouts(missing),
            "let every core call SyncAll equally often, one without work too: no return before it",
            static_cast<int64_t>(coreNum - missing.size()),
            coreNum};
}

// A call with workspaces: it lets all pipes finish, its operands are checked, and UB then holds nothing of use.
// `writtenBytes` of GM from `slotByte` on are written.
void IssueWithWorkspaces(const char *call, const GlobalOperand &gmWorkspace, uint64_t gmBytes, uint64_t slotByte,
                         uint64_t writtenBytes, const LocalOperand &ubWorkspace, uint64_t ubBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    core.DrainPipes();
    Instruction instruction = ScalarInstruction(call, where);
    instruction.operands[0] = InGm(gmWorkspace, gmBytes, gmBytes, 1, false);
    instruction.operands[1] = InUb(ubWorkspace, ubBytes, ubBytes, 1, true);
    instruction.operandNum = 2;
    instruction.ordersItself = true;  // the call waits for all pipes before and after
    instruction.synchronises = true;
    if (writtenBytes > 0) {
        const GlobalOperand slot = FromElement(gmWorkspace, slotByte / gmWorkspace.elementBytes);
        instruction.operands[2] = InGm(slot, writtenBytes, writtenBytes, 1, true);
        instruction.operands[2].overwrites = true;
        instruction.operandNum = 3;
    }
    if (!core.Settings().executes) {
        // The lengths are still checked; what the workspaces hold plays no part.
        RunChecks(instruction, core);
        instruction.operandNum = 0;
    }
    core.Issue(instruction);
    if (core.Settings().executes) {
        std::memset(core.Ub(ubWorkspace.view.address), WORKSPACE_POISON, ubBytes);
    }
}

}  // namespace

void IssueSyncAll(SourceLine where)
{
    constexpr const char *CALL = "SyncAll";
    AiCore &core = *AiCore::Current();
    RequireCores(core, CALL, where);
    core.DrainPipes();
    Instruction instruction = ScalarInstruction(CALL, where);
    core.Issue(instruction);
    core.SetCrossCoreFlag(SYNC_ALL_FLAG, core.Release(Pipe::S), CALL, where);
    const Outcome outcome = core.Cross().WaitFlag(core.BlockIdx(), SYNC_ALL_FLAG);
    if (outcome != Outcome::PASSED) {
        EndWait(
            core, outcome,
            SyncAllDeadlock(core, core.Cross().MissingAtFlag(core.BlockIdx(), SYNC_ALL_FLAG), core.Settings().blockNum),
            CALL, where);
    }
}

void IssueSyncAll(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, int32_t usedCores,
                  SourceLine where)
{
    constexpr const char *CALL = "SyncAll";
    AiCore &core = *AiCore::Current();
    const uint32_t blockNum = core.Settings().blockNum;
    RequireCores(core, CALL, where);
    if (usedCores < 0 || static_cast<uint32_t>(usedCores) > blockNum) {
        core.Report(
            {"sync-used-cores", "usedCores",
             "usedCores is " + std::to_string(usedCores) + ", the launch has " + std::to_string(blockNum) + " cores",
             "give 0 for all, or at most GetBlockNum()", usedCores, blockNum},
            CALL, where);
    }
    const uint32_t coreNum = usedCores == 0 ? blockNum : static_cast<uint32_t>(usedCores);
    const uint64_t bytes = uint64_t{blockNum} * DATA_BLOCK_BYTES;
    const uint64_t slotByte = uint64_t{core.BlockIdx()} * DATA_BLOCK_BYTES;
    IssueWithWorkspaces(CALL, gmWorkspace, bytes, slotByte, DATA_BLOCK_BYTES, ubWorkspace, bytes, where);
    const uint32_t arrivals = core.Cross().Arrivals(gmWorkspace.address, core.BlockIdx());
    if (core.Settings().executes) {
        int32_t *slot = reinterpret_cast<int32_t *>(gmWorkspace.address + slotByte);
        if (*slot != static_cast<int32_t>(arrivals)) {
            core.Report({"sync-workspace", "gmWorkspace",
                         "the core's slot in the workspace holds " + std::to_string(*slot) + " where " +
                             std::to_string(arrivals) + " calls before this one have counted",
                         "set the workspace to 0 before the launch, and keep other data out of it", *slot, arrivals},
                        CALL, where);
        }
        ++*slot;
    }
    const Outcome outcome = core.Cross().Arrive(gmWorkspace.address, core.Release(Pipe::S), coreNum);
    if (outcome != Outcome::PASSED) {
        EndWait(core, outcome,
                SyncAllDeadlock(core, core.Cross().MissingAtBarrier(gmWorkspace.address, core.BlockIdx(), coreNum),
                                coreNum),
                CALL, where);
    }
}

void IssueCrossCoreSet(Pipe pipe, uint16_t id, SourceLine where)
{
    Instruction instruction = ScalarInstruction("CrossCoreSetFlag", where);
    instruction.pipe = pipe;
    instruction.flag = Instruction::Flag::CROSS_CORE_SET;
    instruction.flagId = static_cast<uint8_t>(id % CROSS_CORE_FLAG_IDS);
    RequireCores(*AiCore::Current(), instruction.call, where);
    AiCore::Current()->Issue(instruction);
}

// What is issued goes on while the core waits, at the least up to the flags it sets.
void IssueCrossCoreWait(uint16_t flagId, SourceLine where)
{
    constexpr const char *CALL = "CrossCoreWaitFlag";
    AiCore &core = *AiCore::Current();
    const uint32_t id = flagId % CROSS_CORE_FLAG_IDS;
    RequireCores(core, CALL, where);
    Instruction instruction = ScalarInstruction(CALL, where);
    instruction.flagId = static_cast<uint8_t>(id);
    core.Issue(instruction);
    core.RunCrossCoreSets();
    const Outcome outcome = core.Cross().WaitFlag(core.BlockIdx(), id);
    if (outcome != Outcome::PASSED) {
        const std::vector<uint32_t> missing = core.Cross().MissingAtFlag(core.BlockIdx(), id);
        EndWait(core, outcome,
                {"cross-core-deadlock", "flag " + std::to_string(id),
                 "waits until all " + std::to_string(core.Settings().blockNum) + " cores have set the flag, and " +
                     std::to_string(missing.size()) + " never will: " + core.Cross().Whereabouts(missing),
                 "call CrossCoreSetFlag<0, pipe> with this id on every core, once for each wait",
                 static_cast<int64_t>(core.Settings().blockNum - missing.size()), core.Settings().blockNum},
                CALL, where);
    }
    core.Order().PassCrossCoreFlag(id);
}

void IssueMark(bool set, const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, int32_t blockIdx,
               int32_t eventId, SourceLine where)
{
    const char *call = set ? "IBSet" : "IBWait";
    AiCore &core = *AiCore::Current();
    RequireCores(core, call, where);
    const uint64_t slot =
        uint64_t{core.Settings().blockNum} * static_cast<uint32_t>(eventId) + static_cast<uint32_t>(blockIdx);
    const GlobalOperand mark = FromElement(gmWorkspace, slot * DATA_BLOCK_BYTES / gmWorkspace.elementBytes);
    IssueWithWorkspaces(call, mark, DATA_BLOCK_BYTES, 0, DATA_BLOCK_BYTES, ubWorkspace, DATA_BLOCK_BYTES, where);
    const Outcome outcome =
        core.Cross().FlipMark(mark.address, core.Release(Pipe::S), !set, set, core.Settings().executes);
    EndWait(core, outcome,
            {"cross-core-deadlock", "core " + std::to_string(blockIdx) + ", event " + std::to_string(eventId),
             set ? "the mark is set already, and no core that could wait for it is left"
                 : "waits for a mark that no core is left to set",
             "pair IBSet and IBWait: the same workspace, core and event on both sides, once for each", set ? 1 : 0,
             set ? 0 : 1},
            call, where);
}

namespace {

void IssueTurn(const char *call, const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, bool clears,
               SourceLine where)
{
    AiCore &core = *AiCore::Current();
    RequireCores(core, call, where);
    const uint64_t bytes = uint64_t{core.Settings().blockNum} * DATA_BLOCK_BYTES;
    IssueWithWorkspaces(call, gmWorkspace, bytes, 0, clears ? bytes : 0, ubWorkspace, bytes + DATA_BLOCK_BYTES, where);
    if (clears && core.Settings().executes) {
        std::memset(reinterpret_cast<void *>(gmWorkspace.address), 0, bytes);
    }
}

}  // namespace

void IssueTurnsBegin(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where)
{
    const bool isFirst = AiCore::Current()->BlockIdx() == 0;
    IssueTurn("InitDetermineComputeWorkspace", gmWorkspace, ubWorkspace, isFirst, where);
}

void IssueTurnWait(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where)
{
    constexpr const char *CALL = "WaitPreBlock";
    AiCore &core = *AiCore::Current();
    IssueTurn(CALL, gmWorkspace, ubWorkspace, false, where);
    EndWait(core, core.Cross().WaitTurn(gmWorkspace.address, core.BlockIdx()),
            {"cross-core-deadlock", "the cores before",
             "waits for its turn, and a core before it never calls NotifyNextBlock",
             "call WaitPreBlock and NotifyNextBlock equally often on every core", 0, 1},
            CALL, where);
}

void IssueTurnEnd(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where)
{
    IssueTurn("NotifyNextBlock", gmWorkspace, ubWorkspace, false, where);
    AiCore &core = *AiCore::Current();
    core.Cross().EndTurn(gmWorkspace.address, core.Release(Pipe::S));
}

}  // namespace Simulator
