// SPDX-License-Identifier: Apache-2.0
// The machine behind TQue and TQueBind: the states of their buffers, and the flags between pipes.
#ifndef SIMULATOR_CORE_QUEUE_H
#define SIMULATOR_CORE_QUEUE_H

#include <cstdint>

#include "ai_core.h"
#include "local_view.h"

namespace Simulator {

// What the template arguments of a queue say.
struct QueueKind {
    const char *position;  // for messages
    uint8_t logicalPosition;
    PipePair between;  // the pipe that fills a buffer, and the one that empties it
    int32_t depth;     // tensors enqueued at a time; 0: in place, the flags of a buffer keep their ids
    uint32_t setNum;   // TQueConfig: bufferNumber and bufferLen, 0 where they are left open
    uint32_t setBytes;
};

// What the class template TQueBind does, free of its types.
class Queue {
public:
    explicit Queue(const QueueKind &kind) : kind_(&kind) {}

    void InitBuffers(BufferPool &pool, uint32_t num, uint32_t lenBytes, SourceLine where);
    LocalView Alloc(SourceLine where);
    void EnQue(const LocalView &view, PipePair between, SourceLine where);
    LocalView DeQue(PipePair between, SourceLine where);
    void DeQueInPlace(const LocalView &view, SourceLine where);
    void Free(const LocalView &view, SourceLine where);
    void FreeAllEvents(SourceLine where);

    uint32_t EnqueuedNum() const { return enqueuedNum_; }
    bool HasIdleBuffer() const { return heldNum_ < bufferNum_; }
    // The index of the buffer a tensor came from, which must be one of this queue's.
    uint32_t Owned(const LocalView &view, const char *call, SourceLine where) const;

private:
    bool InPlace() const { return kind_->depth == 0; }
    void RequireBuffers(const char *call, SourceLine where) const;
    void Dequeued(uint32_t index, PipePair between, SourceLine where);
    void SetFlag(PipePair between, int8_t &id, const char *call, SourceLine where);
    void WaitFlag(PipePair between, int8_t &id, const char *call, SourceLine where);
    LocalView ViewOf(uint32_t buffer) const;

    const QueueKind *kind_;
    uint32_t owner_ = 0;
    uint32_t firstBuffer_ = 0;
    uint32_t bufferNum_ = 0;
    uint32_t cursor_ = 0;
    uint32_t heldNum_ = 0;                 // buffers that are not free
    uint32_t enqueued_[MAX_BUFFERS] = {};  // first in, first out
    uint32_t enqueuedHead_ = 0;
    uint32_t enqueuedNum_ = 0;
};

// The tag of a tensor's buffer: what one stage tells the next.
void SetUserTag(const LocalView &view, int32_t tag, SourceLine where);
int32_t GetUserTag(const LocalView &view, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_QUEUE_H
