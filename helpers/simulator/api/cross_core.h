// SPDX-License-Identifier: Apache-2.0
// Synchronisation between cores, on dav-2201 only: all blocks of the launch run at once, each on a core of its own.
#ifndef SIMULATOR_API_CROSS_CORE_H
#define SIMULATOR_API_CROSS_CORE_H

#include "../core/cross_core_issue.h"
#include "global_tensor.h"
#include "local_tensor.h"
#include "sync.h"

// `always` is a template argument: what depends on it is looked at where the call is used.
#define SIMULATOR_ONLY_2201(always, Name)                       \
    static_assert(__NPU_ARCH__ == 2201 || (always) != (always), \
                  #Name " is not on dav-3002, which has no synchronisation between cores: split the kernel in two")

namespace AscendC {

template <bool isAIVOnly = true>
void SyncAll(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(isAIVOnly, SyncAll);
    static_assert(isAIVOnly, "SyncAll<false>() waits for cube cores, which a vector kernel has not: call SyncAll()");
    Simulator::IssueSyncAll(where);
}

// Both workspaces have GetBlockNum() * 32 bytes; that in GM is 0 before the launch. With usedCores cores 0 to
// usedCores - 1 wait for each other.
template <bool isAIVOnly = true>
void SyncAll(const GlobalTensor<int32_t> &gmWorkspace, const LocalTensor<int32_t> &ubWorkspace,
             const int32_t usedCores = 0, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(isAIVOnly, SyncAll);
    Simulator::IssueSyncAll(gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), usedCores, where);
}

// Mode 0: all cores. The flag is set when `pipe` has finished what was issued to it before.
template <uint8_t modeId, pipe_t pipe>
void CrossCoreSetFlag(uint16_t flagId, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(modeId, CrossCoreSetFlag);
    static_assert(modeId == 0, "modes 1 and 2 join the cores of one AI core in a mix kernel: a vector kernel uses 0");
    static_assert(pipe != PIPE_S && pipe != PIPE_ALL, "CrossCoreSetFlag takes one pipe, and not PIPE_S");
    Simulator::IssueCrossCoreSet(Simulator::PipeOf(pipe), flagId, where);
}

// Mode and pipe have no effect on this family: all pipes wait.
template <uint8_t modeId = 0, pipe_t pipe = PIPE_S>
void CrossCoreWaitFlag(uint16_t flagId, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(modeId, CrossCoreWaitFlag);
    Simulator::IssueCrossCoreWait(flagId, where);
}

// One core waits for another: both give the same workspace, core and event.
template <bool isAIVOnly = true>
void IBSet(const GlobalTensor<int32_t> &gmWorkspace, const LocalTensor<int32_t> &ubWorkspace, int32_t blockIdx,
           int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(isAIVOnly, IBSet);
    Simulator::IssueMark(true, gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), blockIdx, eventID, where);
}

template <bool isAIVOnly = true>
void IBWait(const GlobalTensor<int32_t> &gmWorkspace, const LocalTensor<int32_t> &ubWorkspace, int32_t blockIdx,
            int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(isAIVOnly, IBWait);
    Simulator::IssueMark(false, gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), blockIdx, eventID, where);
}

// The cores go on in ascending order between WaitPreBlock and NotifyNextBlock.
template <bool onFamily = __NPU_ARCH__ == 2201>
void InitDetermineComputeWorkspace(GlobalTensor<int32_t> &gmWorkspace, LocalTensor<int32_t> &ubWorkspace,
                                   Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(onFamily, InitDetermineComputeWorkspace);
    Simulator::IssueTurnsBegin(gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), where);
}

template <bool onFamily = __NPU_ARCH__ == 2201>
void WaitPreBlock(GlobalTensor<int32_t> &gmWorkspace, LocalTensor<int32_t> &ubWorkspace,
                  Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(onFamily, WaitPreBlock);
    Simulator::IssueTurnWait(gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), where);
}

template <bool onFamily = __NPU_ARCH__ == 2201>
void NotifyNextBlock(GlobalTensor<int32_t> &gmWorkspace, LocalTensor<int32_t> &ubWorkspace,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_ONLY_2201(onFamily, NotifyNextBlock);
    Simulator::IssueTurnEnd(gmWorkspace.As("gmWorkspace"), ubWorkspace.As("ubWorkspace"), where);
}

}  // namespace AscendC

#undef SIMULATOR_ONLY_2201

#endif  // SIMULATOR_API_CROSS_CORE_H
