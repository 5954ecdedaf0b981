// SPDX-License-Identifier: Apache-2.0
#include "queue.h"

#include "checks/queue_life.h"

namespace Simulator {

void IssueFlag(Instruction::Flag flag, Pipe source, Pipe destination, uint8_t id, const char *call, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.flag = flag;
    instruction.pipe = flag == Instruction::Flag::SET ? source : destination;
    instruction.flagSource = source;
    instruction.flagDestination = destination;
    instruction.flagId = id;
    AiCore::Current()->Issue(instruction);
}

void IssueUserFlag(Instruction::Flag flag, Pipe source, Pipe destination, int32_t id, SourceLine where)
{
    const char *call = flag == Instruction::Flag::SET ? "SetFlag" : "WaitFlag";
    CheckFlagId(*AiCore::Current(), id, call, where);
    IssueFlag(flag, source, destination, static_cast<uint8_t>(id), call, where);
}

int8_t TakeEventId(Pipe source, Pipe destination, bool occupies, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    EventIds &events = core.Events();
    const int8_t id = occupies ? events.Allocate(source, destination) : events.Lowest(source, destination);
    CheckEventId(core, id, source, destination, call, where);
    return id;
}

void Queue::InitBuffers(uint32_t num, uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitBuffer(core, position_, num, lenBytes, bytes, where);
    firstBuffer_ = core.Buffers().Count();
    bufferNum_ = num;
    for (uint32_t i = 0; i < num; ++i) {
        core.Buffers().Add(
            {position_, 0, bytes, BufferState::FREE, 0, producer_, consumer_, NO_EVENT, NO_EVENT, where});
    }
}

LocalView Queue::Alloc(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckQueueReady(core, bufferNum_, position_, "AllocTensor", where);
    for (uint32_t tried = 0; tried < bufferNum_; ++tried) {
        const uint32_t index = firstBuffer_ + cursor_;
        cursor_ = (cursor_ + 1) % bufferNum_;
        Buffer &buffer = core.Buffers()[index];
        if (buffer.state == BufferState::FREE) {
            WaitFlag(consumer_, producer_, buffer.freeEvent, "AllocTensor", where);
            buffer.state = BufferState::OCCUPIED;
            buffer.generation = static_cast<uint16_t>(buffer.generation + 1);
            buffer.changedAt = where;
            return ViewOf(index);
        }
    }
    ReportNoFreeBuffer(core, position_, firstBuffer_, bufferNum_, where);
    return {};
}

void Queue::EnQue(const LocalView &view, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t index = Owned(view, "EnQue", where);
    Buffer &buffer = core.Buffers()[index];
    CheckEnQue(core, buffer, index, view, enqueuedNum_, depth_, where);
    SetFlag(producer_, consumer_, buffer.enqueueEvent, "EnQue", where);
    buffer.state = BufferState::ENQUEUED;
    buffer.changedAt = where;
    enqueued_[(enqueuedHead_ + enqueuedNum_++) % MAX_BUFFERS] = index;
}

LocalView Queue::DeQue(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckQueueReady(core, bufferNum_, position_, "DeQue", where);
    CheckDeQue(core, enqueuedNum_, position_, where);
    const uint32_t index = enqueued_[enqueuedHead_];
    enqueuedHead_ = (enqueuedHead_ + 1) % MAX_BUFFERS;
    --enqueuedNum_;
    Buffer &buffer = core.Buffers()[index];
    WaitFlag(producer_, consumer_, buffer.enqueueEvent, "DeQue", where);
    buffer.state = BufferState::DEQUEUED;
    buffer.changedAt = where;
    return ViewOf(index);
}

void Queue::Free(const LocalView &view, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t index = Owned(view, "FreeTensor", where);
    Buffer &buffer = core.Buffers()[index];
    CheckFree(core, buffer, index, view, where);
    SetFlag(consumer_, producer_, buffer.freeEvent, "FreeTensor", where);
    buffer.state = BufferState::FREE;
    buffer.changedAt = where;
}

// The buffer a tensor came from, which must be one of this queue's.
uint32_t Queue::Owned(const LocalView &view, const char *call, SourceLine where) const
{
    AiCore &core = *AiCore::Current();
    CheckQueueReady(core, bufferNum_, position_, call, where);
    CheckOwner(core, view, firstBuffer_, bufferNum_, position_, call, where);
    return view.buffer;
}

void Queue::SetFlag(Pipe source, Pipe destination, int8_t &id, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    id = core.Events().Allocate(source, destination);
    CheckEventId(core, id, source, destination, call, where);
    IssueFlag(Instruction::Flag::SET, source, destination, static_cast<uint8_t>(id), call, where);
}

void Queue::WaitFlag(Pipe source, Pipe destination, int8_t &id, const char *call, SourceLine where)
{
    if (id == NO_EVENT) {
        return;
    }
    IssueFlag(Instruction::Flag::WAIT, source, destination, static_cast<uint8_t>(id), call, where);
    AiCore::Current()->Events().Release(source, destination, id);
    id = NO_EVENT;
}

LocalView Queue::ViewOf(uint32_t index) const
{
    const Buffer &buffer = AiCore::Current()->Buffers()[index];
    return {buffer.address, buffer.bytes, static_cast<uint16_t>(index), buffer.generation};
}

LocalView InitWorkBuffer(const char *position, uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitBuffer(core, position, 1, lenBytes, bytes, where);
    const uint32_t index =
        core.Buffers().Add({position, 0, bytes, BufferState::WORK, 0, Pipe::V, Pipe::V, NO_EVENT, NO_EVENT, where});
    return {core.Buffers()[index].address, bytes, static_cast<uint16_t>(index), 0};
}

LocalView WorkView(const LocalView &whole, uint64_t bytes, uint32_t elementBytes, SourceLine where)
{
    CheckWorkView(*AiCore::Current(), whole, bytes, elementBytes, where);
    LocalView view = whole;
    view.bytes = static_cast<uint32_t>(bytes);
    return view;
}

void ClosePipe(bool unwinding, SourceLine where) noexcept
{
    AiCore &core = *AiCore::Current();
    if (unwinding) {
        return;
    }
    try {
        for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
            Buffer &buffer = core.Buffers()[index];
            if (buffer.freeEvent != NO_EVENT) {
                IssueFlag(Instruction::Flag::WAIT, buffer.consumer, buffer.producer,
                          static_cast<uint8_t>(buffer.freeEvent), "~TPipe", where);
            }
        }
        core.DrainPipes();
    } catch (const StopBlock &) {
        core.AbandonPipes();
        return;
    }
    for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
        CheckLeftOver(core, core.Buffers()[index], index, where);
    }
    core.Buffers().Reset();
    core.Events().Reset();
}

}  // namespace Simulator
