// SPDX-License-Identifier: Apache-2.0
// Pipes and events under CANN's names. Those of the matrix unit have their names here, so that a kernel which uses one
// is told so.
#ifndef SIMULATOR_API_EVENT_H
#define SIMULATOR_API_EVENT_H

#include <cstdint>

#include "../core/event_ids.h"

enum pipe_t { PIPE_S, PIPE_V, PIPE_M, PIPE_MTE1, PIPE_MTE2, PIPE_MTE3, PIPE_ALL, PIPE_FIX = 10 };

using event_t = int32_t;
constexpr event_t EVENT_ID0 = 0, EVENT_ID1 = 1, EVENT_ID2 = 2, EVENT_ID3 = 3, EVENT_ID4 = 4, EVENT_ID5 = 5,
                  EVENT_ID6 = 6, EVENT_ID7 = 7;

namespace AscendC {

using TEventID = int8_t;
constexpr TEventID INVALID_TEVENTID = -1;

// The pipe that sets, then the pipe that waits.
enum class HardEvent : uint8_t {
    MTE2_MTE1,
    MTE1_MTE2,
    MTE1_M,
    M_MTE1,
    MTE2_V,
    V_MTE2,
    MTE3_V,
    V_MTE3,
    M_V,
    V_M,
    V_V,
    MTE3_MTE1,
    MTE1_MTE3,
    MTE1_V,
    MTE2_M,
    M_MTE2,
    V_MTE1,
    M_FIX,
    FIX_M,
    MTE3_MTE2,
    MTE2_MTE3,
    S_V,
    V_S,
    S_MTE2,
    MTE2_S,
    S_MTE3,
    MTE3_S,
    MTE2_FIX,
    FIX_MTE2,
    FIX_S,
    M_S,
    FIX_MTE3,
    MTE1_FIX,
    FIX_MTE1,
    FIX_FIX,
    MAX
};

}  // namespace AscendC

namespace Simulator {

constexpr bool OnVectorCore(pipe_t pipe)
{
    return pipe == PIPE_S || pipe == PIPE_V || pipe == PIPE_MTE2 || pipe == PIPE_MTE3;
}

constexpr Pipe PipeOf(pipe_t pipe)
{
    return pipe == PIPE_S ? Pipe::S : pipe == PIPE_V ? Pipe::V : pipe == PIPE_MTE2 ? Pipe::MTE2 : Pipe::MTE3;
}

struct EventPipes {
    AscendC::HardEvent event;
    PipePair pair;
};

constexpr EventPipes VECTOR_EVENTS[] = {
    {AscendC::HardEvent::MTE2_V, {Pipe::MTE2, Pipe::V}},
    {AscendC::HardEvent::V_MTE2, {Pipe::V, Pipe::MTE2}},
    {AscendC::HardEvent::MTE3_V, {Pipe::MTE3, Pipe::V}},
    {AscendC::HardEvent::V_MTE3, {Pipe::V, Pipe::MTE3}},
    {AscendC::HardEvent::MTE2_MTE3, {Pipe::MTE2, Pipe::MTE3}},
    {AscendC::HardEvent::MTE3_MTE2, {Pipe::MTE3, Pipe::MTE2}},
    {AscendC::HardEvent::S_V, {Pipe::S, Pipe::V}},
    {AscendC::HardEvent::V_S, {Pipe::V, Pipe::S}},
    {AscendC::HardEvent::S_MTE2, {Pipe::S, Pipe::MTE2}},
    {AscendC::HardEvent::MTE2_S, {Pipe::MTE2, Pipe::S}},
    {AscendC::HardEvent::S_MTE3, {Pipe::S, Pipe::MTE3}},
    {AscendC::HardEvent::MTE3_S, {Pipe::MTE3, Pipe::S}},
    {AscendC::HardEvent::V_V, {Pipe::V, Pipe::V}},
};

constexpr bool OnVectorCore(AscendC::HardEvent event)
{
    for (const EventPipes &known : VECTOR_EVENTS) {
        if (known.event == event) {
            return true;
        }
    }
    return false;
}

// The pipes of an event that a vector core has.
constexpr PipePair PairOf(AscendC::HardEvent event)
{
    PipePair pair{};
    for (const EventPipes &known : VECTOR_EVENTS) {
        if (known.event == event) {
            pair = known.pair;
        }
    }
    return pair;
}

}  // namespace Simulator

#endif  // SIMULATOR_API_EVENT_H
