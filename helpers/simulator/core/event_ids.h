// SPDX-License-Identifier: Apache-2.0
// The hardware event ids in use: 0..7 of every ordered pair of pipes.
#ifndef SIMULATOR_CORE_EVENT_IDS_H
#define SIMULATOR_CORE_EVENT_IDS_H

#include <cstdint>

#include "pipes.h"

namespace Simulator {

constexpr int8_t NO_EVENT = -1;

struct PipePair {
    Pipe source;
    Pipe destination;
};

class EventIds {
public:
    void Reset() { *this = EventIds(); }
    // The lowest free id, or NO_EVENT.
    int8_t Allocate(PipePair pair, SourceLine where)
    {
        uint8_t &used = Used(pair);
        for (uint32_t id = 0; id < FLAG_IDS; ++id) {
            if ((used & (1u << id)) == 0) {
                used = static_cast<uint8_t>(used | (1u << id));
                LineOf(pair, id) = where.line;
                return static_cast<int8_t>(id);
            }
        }
        return NO_EVENT;
    }
    // The lowest free id, which stays free: for a set and a wait that follow each other.
    int8_t Lowest(PipePair pair)
    {
        const int8_t id = Allocate(pair, {"", 0});
        if (id != NO_EVENT) {
            Release(pair, id);
        }
        return id;
    }
    void Release(PipePair pair, int8_t id) { Used(pair) = static_cast<uint8_t>(Used(pair) & ~(1u << id)); }

    // Who took it.
    int &LineOf(PipePair pair, uint32_t id)
    {
        return lines_[static_cast<uint32_t>(pair.source)][static_cast<uint32_t>(pair.destination)][id];
    }

private:
    uint8_t &Used(PipePair pair)
    {
        return used_[static_cast<uint32_t>(pair.source)][static_cast<uint32_t>(pair.destination)];
    }

    uint8_t used_[PIPE_NUM][PIPE_NUM] = {};
    int lines_[PIPE_NUM][PIPE_NUM][FLAG_IDS] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_EVENT_IDS_H
