// SPDX-License-Identifier: Apache-2.0
// The UB buffers that TPipe handed out in one block, and the hardware event ids in use.
#ifndef SIMULATOR_CORE_BUFFER_TABLE_H
#define SIMULATOR_CORE_BUFFER_TABLE_H

#include <cstdint>
#include <vector>

#include "finding.h"
#include "instruction.h"
#include "pipes.h"

namespace Simulator {

constexpr uint32_t MAX_BUFFERS = 64;  // all TQue and TBuf buffers of one TPipe together

// The life of a queue buffer. Buffers of a TBuf stay WORK.
enum class BufferState : uint8_t { FREE, OCCUPIED, ENQUEUED, DEQUEUED, WORK };

constexpr const char *BUFFER_STATE_NAMES[] = {"free", "allocated", "enqueued", "dequeued", "work"};

constexpr int8_t NO_EVENT = -1;

struct Buffer {
    const char *position;  // "VECIN", "VECOUT", "VECCALC"
    uint32_t address;
    uint32_t bytes;
    BufferState state;
    uint16_t generation;  // counts AllocTensor, so that a stale tensor is recognised
    Pipe producer;        // the pipe that fills it, and the one that empties it
    Pipe consumer;
    int8_t enqueueEvent;
    int8_t freeEvent;
    SourceLine changedAt;  // the call that put it into this state
};

class BufferTable {
public:
    void Reset()
    {
        buffers_.clear();
        endBytes_ = 0;
    }
    Buffer &operator[](uint32_t index) { return buffers_[index]; }
    uint32_t Count() const { return static_cast<uint32_t>(buffers_.size()); }
    uint32_t EndBytes() const { return endBytes_; }
    uint32_t Add(const Buffer &buffer)
    {
        buffers_.push_back(buffer);
        buffers_.back().address = endBytes_;
        endBytes_ += buffer.bytes;
        return Count() - 1;
    }

private:
    std::vector<Buffer> buffers_;
    uint32_t endBytes_ = 0;
};

// Ids 0..7 of every ordered pair of pipes.
class EventIds {
public:
    void Reset() { *this = EventIds(); }
    // The lowest free id, or NO_EVENT.
    int8_t Allocate(Pipe source, Pipe destination)
    {
        uint8_t &used = used_[static_cast<uint32_t>(source)][static_cast<uint32_t>(destination)];
        for (uint32_t id = 0; id < FLAG_IDS; ++id) {
            if ((used & (1u << id)) == 0) {
                used = static_cast<uint8_t>(used | (1u << id));
                return static_cast<int8_t>(id);
            }
        }
        return NO_EVENT;
    }
    // The lowest free id, which stays free: for a set and a wait that follow each other.
    int8_t Lowest(Pipe source, Pipe destination)
    {
        const int8_t id = Allocate(source, destination);
        if (id != NO_EVENT) {
            Release(source, destination, id);
        }
        return id;
    }
    void Release(Pipe source, Pipe destination, int8_t id)
    {
        uint8_t &used = used_[static_cast<uint32_t>(source)][static_cast<uint32_t>(destination)];
        used = static_cast<uint8_t>(used & ~(1u << id));
    }

private:
    uint8_t used_[PIPE_NUM][PIPE_NUM] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BUFFER_TABLE_H
