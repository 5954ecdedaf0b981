// SPDX-License-Identifier: Apache-2.0
// Flags between pipes in program order: those set and not yet waited for, and by which lines.
#ifndef SIMULATOR_CORE_PENDING_FLAGS_H
#define SIMULATOR_CORE_PENDING_FLAGS_H

#include <cstdint>
#include <vector>

#include "event_ids.h"
#include "instruction.h"

namespace Simulator {

class PendingFlags {
public:
    struct Flag {
        std::vector<SourceLine> sets;  // first in, first out
        uint32_t early = 0;            // waits issued before their sets
        bool byKernel = false;         // the last SetFlag is the kernel's own, not that of a queue
    };

    void Reset()
    {
        ForEach([](PipePair, uint32_t, Flag &flag) { flag = Flag(); });
    }
    Flag &Of(PipePair pair, uint32_t id) { return flags_[Index(pair.source)][Index(pair.destination)][id]; }
    template <typename Visit>
    void ForEach(const Visit &visit)
    {
        for (uint32_t source = 0; source < PIPE_NUM; ++source) {
            for (uint32_t destination = 0; destination < PIPE_NUM; ++destination) {
                for (uint32_t id = 0; id < FLAG_IDS; ++id) {
                    visit({static_cast<Pipe>(source), static_cast<Pipe>(destination)}, id,
                          flags_[source][destination][id]);
                }
            }
        }
    }

private:
    static constexpr uint32_t Index(Pipe pipe) { return static_cast<uint32_t>(pipe); }

    Flag flags_[PIPE_NUM][PIPE_NUM][FLAG_IDS];
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_PENDING_FLAGS_H
