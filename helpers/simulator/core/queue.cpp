// SPDX-License-Identifier: Apache-2.0
#include "queue.h"

#include "checks/memory_life.h"
#include "checks/queue_life.h"
#include "flag_ops.h"

namespace Simulator {

namespace {

constexpr PipePair Reverse(PipePair pair)
{
    return {pair.destination, pair.source};
}

}  // namespace

void Queue::InitBuffers(BufferPool &pool, uint32_t num, uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitBuffer(core, *kind_, num, lenBytes, where);
    CheckPool(core, pool, kind_->position, num, bytes, where);
    const Buffer buffer = NewBuffers(num, bytes, where);
    for (uint32_t i = 0; i < num; ++i) {
        Buffer &added = core.Buffers()[core.Buffers().Add(pool, buffer)];
        if (InPlace()) {
            added.enqueueEvent = TakeEventId(kind_->between, true, "InitBuffer", where);
            SetFlag(Reverse(kind_->between), added.freeEvent, "InitBuffer", where);
        }
    }
}

void Queue::StartBuffers(uint32_t num, uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckInitBuffer(core, *kind_, num, lenBytes, where);
    BufferPool nowhere;
    const Buffer buffer = NewBuffers(num, 0, where);
    for (uint32_t i = 0; i < num; ++i) {
        core.Buffers().Add(nowhere, buffer);
    }
}

void Queue::PlaceBuffer(const BufferPool &pool, uint32_t index, uint32_t address, uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    RequireBuffers("InitBufHandle", where);
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckPlacement(core, pool, kind_->position, {index, bufferNum_, address, bytes}, where);
    core.Buffers().Place(firstBuffer_ + index, pool, address, bytes);
}

// Starts afresh; the description that all its new buffers have.
Buffer Queue::NewBuffers(uint32_t num, uint32_t bytes, SourceLine where)
{
    BufferTable &buffers = AiCore::Current()->Buffers();
    owner_ = buffers.NextNumber();
    firstBuffer_ = buffers.Count();
    bufferNum_ = num;
    cursor_ = heldNum_ = enqueuedHead_ = enqueuedNum_ = 0;
    Buffer buffer{kind_->position, bytes, BufferState::FREE, kind_->between.source, kind_->between.destination, where};
    buffer.owner = owner_;
    return buffer;
}

LocalView Queue::Alloc(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    RequireBuffers("AllocTensor", where);
    for (uint32_t tried = 0; tried < bufferNum_; ++tried) {
        const uint32_t index = firstBuffer_ + cursor_;
        // With one buffer set at compile time the device leaves its cursor where it is.
        cursor_ = kind_->setNum == 1 ? cursor_ : (cursor_ + 1) % bufferNum_;
        Buffer &buffer = core.Buffers()[index];
        if (buffer.state == BufferState::FREE) {
            CheckSharedMemory(core, buffer, index, where);
            WaitFlag(Reverse(kind_->between), buffer.freeEvent, "AllocTensor", where);
            buffer.state = BufferState::OCCUPIED;
            core.Accesses().Forget(buffer.address, buffer.bytes);
            buffer.generation = core.Buffers().NextGeneration();
            buffer.changedAt = where;
            ++heldNum_;
            return ViewOf(index);
        }
    }
    ReportNoFreeBuffer(core, *kind_, firstBuffer_, bufferNum_, where);
    return {};
}

void Queue::EnQue(const LocalView &view, PipePair between, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t index = Owned(view, "EnQue", where);
    Buffer &buffer = core.Buffers()[index];
    CheckEnQue(core, buffer, index, view, enqueuedNum_, kind_->depth, where);
    SetFlag(between, buffer.enqueueEvent, "EnQue", where);
    buffer.enqueuedBetween = between;
    buffer.state = BufferState::ENQUEUED;
    buffer.changedAt = where;
    if (!InPlace()) {
        enqueued_[(enqueuedHead_ + enqueuedNum_++) % MAX_BUFFERS] = index;
    }
}

LocalView Queue::DeQue(PipePair between, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    RequireBuffers("DeQue", where);
    CheckDeQue(core, enqueuedNum_, kind_->position, where);
    const uint32_t index = enqueued_[enqueuedHead_];
    Dequeued(index, between, where);
    enqueuedHead_ = (enqueuedHead_ + 1) % MAX_BUFFERS;
    --enqueuedNum_;
    return ViewOf(index);
}

void Queue::DeQueInPlace(const LocalView &view, SourceLine where)
{
    const uint32_t index = Owned(view, "DeQue", where);
    CheckDeQueInPlace(*AiCore::Current(), AiCore::Current()->Buffers()[index], index, view, where);
    Dequeued(index, kind_->between, where);
}

void Queue::Dequeued(uint32_t index, PipePair between, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Buffer &buffer = core.Buffers()[index];
    CheckSamePipes(core, buffer, index, between, where);
    WaitFlag(between, buffer.enqueueEvent, "DeQue", where);
    buffer.state = BufferState::DEQUEUED;
    buffer.changedAt = where;
}

void Queue::Free(const LocalView &view, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t index = Owned(view, "FreeTensor", where);
    Buffer &buffer = core.Buffers()[index];
    CheckFree(core, buffer, index, view, where);
    SetFlag(Reverse(kind_->between), buffer.freeEvent, "FreeTensor", where);
    buffer.state = BufferState::FREE;
    buffer.changedAt = where;
    --heldNum_;
}

void Queue::FreeAllEvents(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    RequireBuffers("FreeAllEvent", where);
    for (uint32_t index = firstBuffer_; index < firstBuffer_ + bufferNum_; ++index) {
        Buffer &buffer = core.Buffers()[index];
        CheckNotEnqueued(core, buffer, index, "FreeAllEvent", where);
        WaitFlag(Reverse(kind_->between), buffer.freeEvent, "FreeAllEvent", where);
    }
}

uint32_t Queue::Owned(const LocalView &view, const char *call, SourceLine where) const
{
    RequireBuffers(call, where);
    CheckOwner(*AiCore::Current(), view, firstBuffer_, bufferNum_, kind_->position, call, where);
    return view.buffer;
}

// InitBuffer was called, and the TPipe or TBufPool that it was called for has not let go of the memory since.
void Queue::RequireBuffers(const char *call, SourceLine where) const
{
    AiCore &core = *AiCore::Current();
    const bool valid = core.Buffers().Holds(firstBuffer_) && core.Buffers()[firstBuffer_].owner == owner_;
    CheckQueueReady(core, valid ? bufferNum_ : 0, owner_ != 0, kind_->position, call, where);
}

void Queue::SetFlag(PipePair between, int8_t &id, const char *call, SourceLine where)
{
    if (id == NO_EVENT) {
        id = TakeEventId(between, true, call, where);
    }
    IssueFlag(Instruction::Flag::SET, between, static_cast<uint8_t>(id), call, where);
}

// In place an id stays with its buffer; otherwise others may have it as soon as the wait is issued.
void Queue::WaitFlag(PipePair between, int8_t &id, const char *call, SourceLine where)
{
    if (id == NO_EVENT) {
        return;
    }
    IssueFlag(Instruction::Flag::WAIT, between, static_cast<uint8_t>(id), call, where);
    if (!InPlace()) {
        AiCore::Current()->Events().Release(between, id);
        id = NO_EVENT;
    }
}

LocalView Queue::ViewOf(uint32_t index) const
{
    const Buffer &buffer = AiCore::Current()->Buffers()[index];
    return {buffer.address, buffer.bytes, static_cast<uint16_t>(index), buffer.generation, kind_->logicalPosition};
}

namespace {

Buffer &BufferOf(const LocalView &view, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckHeld(core, view, call, where);
    return core.Buffers()[view.buffer];
}

}  // namespace

void SetUserTag(const LocalView &view, int32_t tag, SourceLine where)
{
    BufferOf(view, "SetUserTag", where).userTag = tag;
}

int32_t GetUserTag(const LocalView &view, SourceLine where)
{
    return BufferOf(view, "GetUserTag", where).userTag;
}

}  // namespace Simulator
