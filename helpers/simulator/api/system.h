// SPDX-License-Identifier: Apache-2.0
// Which block this is, and waiting for pipes.
#ifndef SIMULATOR_API_SYSTEM_H
#define SIMULATOR_API_SYSTEM_H

#include "../core/issue.h"
#include "keywords.h"

namespace AscendC {

inline int64_t GetBlockIdx()
{
    return Simulator::AiCore::Current()->BlockIdx();
}

inline int64_t GetBlockNum()
{
    return Simulator::AiCore::Current()->Settings().blockNum;
}

// Each pipe runs its instructions in order, so a barrier on one pipe has nothing to do; PIPE_ALL joins them.
template <pipe_t pipe>
void PipeBarrier()
{
    static_assert(pipe != PIPE_S, "PipeBarrier<PIPE_S> is illegal: the scalar unit runs in order");
    if constexpr (pipe == PIPE_ALL) {
        Simulator::IssueBarrierAll();
    }
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SYSTEM_H
