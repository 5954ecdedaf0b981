// SPDX-License-Identifier: Apache-2.0
// The buffers of UB in one block, and the pools they are carved from.
#ifndef SIMULATOR_CORE_BUFFER_TABLE_H
#define SIMULATOR_CORE_BUFFER_TABLE_H

#include <cstdint>
#include <vector>

#include "event_ids.h"
#include "finding.h"
#include "instruction.h"

namespace Simulator {

constexpr uint32_t MAX_BUFFERS = 64;       // all TQue and TBuf buffers of one TPipe together
constexpr uint32_t MAX_POOL_BUFFERS = 16;  // of one TBufPool
constexpr int32_t NO_TAG = -1;

// The life of a queue buffer. Buffers without a life stay WORK: those of a TBuf, and UB as a whole.
enum class BufferState : uint8_t { FREE, OCCUPIED, ENQUEUED, DEQUEUED, WORK, RELEASED };

constexpr const char *BUFFER_STATE_NAMES[] = {"free", "allocated", "enqueued", "dequeued", "work", "released"};

// A stretch of UB that buffers are carved from one after the other: TPipe has all of UB, a TBufPool a part of it.
struct BufferPool {
    uint32_t id = 0;  // 0: not set up
    uint32_t beginBytes = 0;
    uint32_t nextBytes = 0;
    uint32_t endBytes = 0;
    uint32_t bufferNum = 0;
    uint32_t bufferLimit = 0;
};

struct Buffer {
    const char *position;  // "VECIN", "VECOUT", "VECCALC"
    uint32_t bytes;
    BufferState state;
    Pipe producer;  // the pipe that fills it, and the one that empties it
    Pipe consumer;
    SourceLine changedAt;  // the call that put it into this state
    uint32_t owner = 0;    // which call of InitBuffer made it
    uint32_t pool = 0;
    uint32_t address = 0;
    uint16_t generation = 0;     // which allocation, so that a stale tensor is recognised
    PipePair enqueuedBetween{};  // the pipes that EnQue set a flag between
    int8_t enqueueEvent = NO_EVENT;
    int8_t freeEvent = NO_EVENT;
    int32_t userTag = NO_TAG;

    bool Overlaps(const Buffer &other) const
    {
        return address < other.address + other.bytes && other.address < address + bytes;
    }
};

class BufferTable {
public:
    // Numbers go on, so that what is left of earlier buffers is never taken for a later one.
    void Reset(uint32_t ubBytes)
    {
        buffers_.clear();
        main_ = {NextNumber(), 0, 0, ubBytes, 0, MAX_BUFFERS};
        wholeUb_ = NO_BUFFER;
        sharesMemory_ = false;
    }
    bool SharesMemory() const { return sharesMemory_; }
    void ShareMemory() { sharesMemory_ = true; }
    BufferPool &Main() { return main_; }
    Buffer &operator[](uint32_t index) { return buffers_[index]; }
    uint32_t Count() const { return static_cast<uint32_t>(buffers_.size()); }
    bool Holds(uint32_t index) const { return index < buffers_.size(); }

    uint32_t Add(BufferPool &pool, const Buffer &buffer)
    {
        buffers_.push_back(buffer);
        buffers_.back().pool = pool.id;
        buffers_.back().address = pool.nextBytes;
        buffers_.back().generation = NextGeneration();
        pool.nextBytes += buffer.bytes;
        ++pool.bufferNum;
        return Count() - 1;
    }
    // All of UB as one buffer: what tensors at addresses of the kernel's own choice are views of.
    uint16_t WholeUb(uint32_t ubBytes, SourceLine where)
    {
        if (wholeUb_ == NO_BUFFER) {
            wholeUb_ = static_cast<uint16_t>(Count());
            buffers_.push_back({"UB", ubBytes, BufferState::WORK, Pipe::V, Pipe::V, where});
            buffers_.back().generation = NextGeneration();
        }
        return wholeUb_;
    }
    // A pool is set up again: the buffers it had are gone.
    void ReleasePool(uint32_t pool)
    {
        for (Buffer &buffer : buffers_) {
            if (buffer.pool == pool) {
                buffer.state = BufferState::RELEASED;
                buffer.owner = 0;
            }
        }
        while (!buffers_.empty() && buffers_.back().state == BufferState::RELEASED) {
            buffers_.pop_back();
        }
    }
    uint16_t NextGeneration() { return ++generation_; }
    uint32_t NextNumber() { return ++number_; }

private:
    std::vector<Buffer> buffers_;
    BufferPool main_;
    uint16_t wholeUb_ = NO_BUFFER;
    bool sharesMemory_ = false;  // some TBufPool has the memory of another
    uint16_t generation_ = 0;
    uint32_t number_ = 0;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BUFFER_TABLE_H
