// SPDX-License-Identifier: Apache-2.0
// The machine behind TPipe, TQue and TBuf: buffers carved from UB, their states, and the flags between pipes.
#ifndef SIMULATOR_CORE_QUEUE_H
#define SIMULATOR_CORE_QUEUE_H

#include <cstdint>

#include "ai_core.h"

namespace Simulator {

// A tensor in UB as the kernel holds it: a view into a buffer, valid for one generation of that buffer.
struct LocalView {
    uint32_t address = 0;
    uint32_t bytes = 0;
    uint16_t buffer = NO_BUFFER;
    uint16_t generation = 0;
};

// What the class template TQue does, free of its types.
class Queue {
public:
    Queue(const char *position, Pipe producer, Pipe consumer, uint32_t depth)
        : position_(position), producer_(producer), consumer_(consumer), depth_(depth)
    {
    }

    void InitBuffers(uint32_t num, uint32_t lenBytes, SourceLine where);
    LocalView Alloc(SourceLine where);
    void EnQue(const LocalView &view, SourceLine where);
    LocalView DeQue(SourceLine where);
    void Free(const LocalView &view, SourceLine where);

private:
    uint32_t Owned(const LocalView &view, const char *call, SourceLine where) const;
    void SetFlag(Pipe source, Pipe destination, int8_t &id, const char *call, SourceLine where);
    void WaitFlag(Pipe source, Pipe destination, int8_t &id, const char *call, SourceLine where);
    LocalView ViewOf(uint32_t buffer) const;

    const char *position_;  // for messages
    Pipe producer_;
    Pipe consumer_;
    uint32_t depth_;
    uint32_t firstBuffer_ = 0;
    uint32_t bufferNum_ = 0;
    uint32_t cursor_ = 0;
    uint32_t enqueued_[MAX_BUFFERS] = {};  // first in, first out
    uint32_t enqueuedHead_ = 0;
    uint32_t enqueuedNum_ = 0;
};

// One buffer without states or flags: TBuf.
LocalView InitWorkBuffer(const char *position, uint32_t lenBytes, SourceLine where);

// The first `bytes` of a work buffer.
LocalView WorkView(const LocalView &whole, uint64_t bytes, uint32_t elementBytes, SourceLine where);

// TPipe's end: waits for the flags of freed buffers, lets all pipes finish, reports buffers never freed.
void ClosePipe(bool unwinding, SourceLine where) noexcept;

// A flag the kernel names itself: SetFlag or WaitFlag with an id from 0 to 7.
void IssueUserFlag(Instruction::Flag flag, Pipe source, Pipe destination, int32_t id, SourceLine where);

// An event id of a pair of pipes, for the kernel's own flags.
int8_t TakeEventId(Pipe source, Pipe destination, bool occupies, const char *call, SourceLine where);

void IssueFlag(Instruction::Flag flag, Pipe source, Pipe destination, uint8_t id, const char *call, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_QUEUE_H
