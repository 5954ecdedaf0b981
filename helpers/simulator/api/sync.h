// SPDX-License-Identifier: Apache-2.0
// Flags between pipes, set and waited for by hand.
#ifndef SIMULATOR_API_SYNC_H
#define SIMULATOR_API_SYNC_H

#include "../core/queue.h"
#include "keywords.h"

namespace AscendC {

// The pipe that sets, then the pipe that waits.
enum class HardEvent : uint8_t {
    MTE2_V,
    V_MTE2,
    MTE3_V,
    V_MTE3,
    MTE2_MTE3,
    MTE3_MTE2,
    S_V,
    V_S,
    S_MTE2,
    MTE2_S,
    S_MTE3,
    MTE3_S,
    V_V
};

}  // namespace AscendC

using event_t = int32_t;
constexpr event_t EVENT_ID0 = 0, EVENT_ID1 = 1, EVENT_ID2 = 2, EVENT_ID3 = 3, EVENT_ID4 = 4, EVENT_ID5 = 5,
                  EVENT_ID6 = 6, EVENT_ID7 = 7;

namespace Simulator {

struct PipePair {
    Pipe source;
    Pipe destination;
};

constexpr PipePair PairOf(AscendC::HardEvent event)
{
    constexpr PipePair PAIRS[] = {{Pipe::MTE2, Pipe::V}, {Pipe::V, Pipe::MTE2},    {Pipe::MTE3, Pipe::V},
                                  {Pipe::V, Pipe::MTE3}, {Pipe::MTE2, Pipe::MTE3}, {Pipe::MTE3, Pipe::MTE2},
                                  {Pipe::S, Pipe::V},    {Pipe::V, Pipe::S},       {Pipe::S, Pipe::MTE2},
                                  {Pipe::MTE2, Pipe::S}, {Pipe::S, Pipe::MTE3},    {Pipe::MTE3, Pipe::S},
                                  {Pipe::V, Pipe::V}};
    return PAIRS[static_cast<uint32_t>(event)];
}

constexpr Pipe PipeOf(pipe_t pipe)
{
    return pipe == PIPE_S ? Pipe::S : pipe == PIPE_V ? Pipe::V : pipe == PIPE_MTE2 ? Pipe::MTE2 : Pipe::MTE3;
}

}  // namespace Simulator

namespace AscendC {

template <HardEvent event>
void SetFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || event != event, "SetFlag is not on dav-3002: use TQueSync");
    constexpr Simulator::PipePair PAIR = Simulator::PairOf(event);
    Simulator::IssueUserFlag(Simulator::Instruction::Flag::SET, PAIR.source, PAIR.destination, eventID, where);
}

template <HardEvent event>
void WaitFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || event != event, "WaitFlag is not on dav-3002: use TQueSync");
    constexpr Simulator::PipePair PAIR = Simulator::PairOf(event);
    Simulator::IssueUserFlag(Simulator::Instruction::Flag::WAIT, PAIR.source, PAIR.destination, eventID, where);
}

// The same on both families.
template <pipe_t source, pipe_t destination>
class TQueSync {
public:
    void SetFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::IssueUserFlag(Simulator::Instruction::Flag::SET, Simulator::PipeOf(source),
                                 Simulator::PipeOf(destination), eventID, where);
    }
    void WaitFlag(int32_t eventID, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::IssueUserFlag(Simulator::Instruction::Flag::WAIT, Simulator::PipeOf(source),
                                 Simulator::PipeOf(destination), eventID, where);
    }
};

}  // namespace AscendC

#endif  // SIMULATOR_API_SYNC_H
