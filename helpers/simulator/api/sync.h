// SPDX-License-Identifier: Apache-2.0
// Flags between pipes, set and waited for by hand, and barriers.
#ifndef SIMULATOR_API_SYNC_H
#define SIMULATOR_API_SYNC_H

#include "../core/flag_ops.h"
#include "../core/issue.h"
#include "event.h"
#include "keywords.h"

namespace AscendC {

template <HardEvent event>
void SetFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || event != event, "SetFlag is not on dav-3002: use TQueSync");
    static_assert(Simulator::OnVectorCore(event),
                  "this HardEvent belongs to the matrix unit: a vector core has those "
                  "between S, V, MTE2 and MTE3");
    Simulator::IssueUserFlag(Simulator::Instruction::Flag::SET, Simulator::PairOf(event), eventID, "SetFlag", where);
}

template <HardEvent event>
void WaitFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || event != event, "WaitFlag is not on dav-3002: use TQueSync");
    static_assert(Simulator::OnVectorCore(event),
                  "this HardEvent belongs to the matrix unit: a vector core has those "
                  "between S, V, MTE2 and MTE3");
    Simulator::IssueUserFlag(Simulator::Instruction::Flag::WAIT, Simulator::PairOf(event), eventID, "WaitFlag", where);
}

// The same on both families.
template <pipe_t source, pipe_t destination>
class TQueSync {
    static_assert(source != destination, "TQueSync joins two different pipes");
    static_assert(Simulator::OnVectorCore(source) && Simulator::OnVectorCore(destination),
                  "a vector core has PIPE_S, PIPE_V, PIPE_MTE2 and PIPE_MTE3; the others belong to the matrix unit");

public:
    void SetFlag(TEventID id, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::IssueUserFlag(Simulator::Instruction::Flag::SET, PAIR, id, "SetFlag", where);
    }
    void WaitFlag(TEventID id, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::IssueUserFlag(Simulator::Instruction::Flag::WAIT, PAIR, id, "WaitFlag", where);
    }

private:
    static constexpr Simulator::PipePair PAIR{Simulator::PipeOf(source), Simulator::PipeOf(destination)};
};

// A pipe starts its instructions in order, yet one may start before the one ahead has finished: a barrier waits for
// that.
template <pipe_t pipe>
void PipeBarrier(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(pipe != PIPE_S, "PipeBarrier<PIPE_S> is illegal: the scalar unit runs in order");
    static_assert(pipe == PIPE_ALL || Simulator::OnVectorCore(pipe),
                  "a vector core has PIPE_V, PIPE_MTE2, PIPE_MTE3 and PIPE_ALL; the others belong to the matrix unit");
    if constexpr (pipe == PIPE_ALL) {
        Simulator::IssueBarrierAll(where);
    } else {
        Simulator::IssueBarrier(Simulator::PipeOf(pipe), where);
    }
}

}  // namespace AscendC

namespace Simulator {

inline void IssueNamedFlag(Instruction::Flag flag, pipe_t source, pipe_t destination, int32_t id, const char *call,
                           SourceLine where)
{
    if (!OnVectorCore(source) || !OnVectorCore(destination)) {
        ReportForeignPipe(OnVectorCore(source) ? "the pipe that waits" : "the pipe that sets", call, where);
    }
    IssueUserFlag(flag, {PipeOf(source), PipeOf(destination)}, id, call, where);
}

}  // namespace Simulator

// The same as the device compiler spells it.
inline void set_flag(pipe_t source, pipe_t destination, event_t id,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueNamedFlag(Simulator::Instruction::Flag::SET, source, destination, id, "set_flag", where);
}

inline void wait_flag(pipe_t source, pipe_t destination, event_t id,
                      Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueNamedFlag(Simulator::Instruction::Flag::WAIT, source, destination, id, "wait_flag", where);
}

inline void pipe_barrier(pipe_t pipe, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    if (pipe == PIPE_ALL) {
        Simulator::IssueBarrierAll(where);
    } else if (!Simulator::OnVectorCore(pipe)) {
        Simulator::ReportForeignPipe("the pipe", "pipe_barrier", where);
    } else {
        Simulator::IssueBarrier(Simulator::PipeOf(pipe), where);
    }
}

#endif  // SIMULATOR_API_SYNC_H
