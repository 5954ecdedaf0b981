// SPDX-License-Identifier: Apache-2.0
#include "queue_life.h"

#include <cstdio>
#include <string>

#include "event_life.h"

namespace Simulator {

namespace {

std::string StateOf(const Buffer &buffer)
{
    std::string text = BUFFER_STATE_NAMES[static_cast<uint32_t>(buffer.state)];
    return text + " since line " + std::to_string(buffer.changedAt.line);
}

}  // namespace

std::string BufferName(const Buffer &buffer, uint32_t index)
{
    char text[80];
    std::snprintf(text, sizeof(text), "%s buffer %u (UB 0x%x, %u B)", buffer.position, index, buffer.address,
                  buffer.bytes);
    return text;
}

void CheckInitBuffer(AiCore &core, const QueueKind &kind, uint32_t num, uint32_t lenBytes, SourceLine where)
{
    const std::string operand = std::string(kind.position) + " buffers";
    if (num == 0 || lenBytes == 0) {
        core.Report(
            {"buffer-length", operand,
             std::to_string(num) + " buffers of " + std::to_string(lenBytes) + " B: there is nothing to allocate",
             "give InitBuffer a number and a length in bytes above 0", num == 0 ? num : lenBytes, 1},
            "InitBuffer", where);
    }
    const bool numDiffers = kind.setNum != 0 && kind.setNum != num;
    if (numDiffers || (kind.setBytes != 0 && kind.setBytes != lenBytes)) {
        const std::string member = numDiffers ? "bufferNumber" : "bufferLen";
        const uint32_t set = numDiffers ? kind.setNum : kind.setBytes;
        const uint32_t given = numDiffers ? num : lenBytes;
        core.Report({"queue-config", operand,
                     "InitBuffer is given " + std::to_string(given) + ", " + member + " of the queue's TQueConfig is " +
                         std::to_string(set) +
                         (kind.setNum == 1 ? ". With bufferNumber 1 only the first buffer is ever used" : ""),
                     "give both the same value, or leave " + member + " at 0", given, set, Severity::WARNING},
                    "InitBuffer", where);
    }
}

void CheckQueueReady(AiCore &core, uint32_t bufferNum, bool wasReady, const char *position, const char *call,
                     SourceLine where)
{
    if (bufferNum == 0) {
        core.Report(
            {"queue-not-initialised", std::string(position) + " queue",
             wasReady ? "the queue has 0 buffers left: its TPipe or TBufPool was reset, destroyed or set up again"
                      : "the queue has 0 buffers: InitBuffer was not called for it",
             "call pipe.InitBuffer(queue, num, bytes)", 0, 1},
            call, where);
    }
}

void CheckOwner(AiCore &core, const LocalView &view, uint32_t firstBuffer, uint32_t bufferNum, const char *position,
                const char *call, SourceLine where)
{
    if (view.buffer < firstBuffer || view.buffer >= firstBuffer + bufferNum) {
        const std::string from = core.Buffers().Holds(view.buffer)
                                     ? BufferName(core.Buffers()[view.buffer], view.buffer)
                                     : std::string("no queue (was it ever allocated?)");
        core.Report({"queue-foreign-tensor", std::string(position) + " queue",
                     "the tensor belongs to " + from + ", this queue owns buffers " + std::to_string(firstBuffer) +
                         " to " + std::to_string(firstBuffer + bufferNum - 1),
                     "give the tensor back to the queue it was allocated from",
                     view.buffer == NO_BUFFER ? -1 : view.buffer, firstBuffer},
                    call, where);
    }
}

void CheckEnQue(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, uint32_t enqueuedNum,
                int32_t depth, SourceLine where)
{
    const bool mayEnqueue = buffer.state == BufferState::OCCUPIED || buffer.state == BufferState::DEQUEUED;
    if (!mayEnqueue || view.generation != buffer.generation) {
        core.Report({"queue-wrong-state", BufferName(buffer, index),
                     "EnQue of a tensor that is " + StateOf(buffer) + "; it must be allocated or dequeued",
                     "EnQue each tensor once, between AllocTensor and FreeTensor", static_cast<int64_t>(buffer.state),
                     static_cast<int64_t>(BufferState::OCCUPIED)},
                    "EnQue", where);
    }
    if (depth > 0 && enqueuedNum >= static_cast<uint32_t>(depth)) {
        core.Report({"queue-depth", BufferName(buffer, index),
                     "the queue already holds " + std::to_string(enqueuedNum) + " enqueued tensors and its depth is " +
                         std::to_string(depth),
                     "DeQue before the next EnQue, or raise the depth of the TQue", enqueuedNum + int64_t{1}, depth},
                    "EnQue", where);
    }
}

void CheckDeQue(AiCore &core, uint32_t enqueuedNum, const char *position, SourceLine where)
{
    if (enqueuedNum == 0) {
        core.Report(
            {"queue-empty", std::string(position) + " queue", "DeQue from a queue that holds 0 enqueued tensors",
             "EnQue the tensor first, once for each DeQue", 0, 1},
            "DeQue", where);
    }
}

void CheckDeQueInPlace(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, SourceLine where)
{
    if (buffer.state != BufferState::ENQUEUED || view.generation != buffer.generation) {
        core.Report({"queue-wrong-state", BufferName(buffer, index),
                     "DeQue of a tensor that is " + StateOf(buffer) + "; it must be enqueued",
                     "EnQue the tensor first, once for each DeQue", static_cast<int64_t>(buffer.state),
                     static_cast<int64_t>(BufferState::ENQUEUED)},
                    "DeQue", where);
    }
}

void CheckSamePipes(AiCore &core, const Buffer &buffer, uint32_t index, PipePair between, SourceLine where)
{
    const PipePair set = buffer.enqueuedBetween;
    if (set.source != between.source || set.destination != between.destination) {
        core.Report({"queue-wrong-pipes", BufferName(buffer, index),
                     "DeQue waits for a flag from " + PairName(between) + ", EnQue in line " +
                         std::to_string(buffer.changedAt.line) + " set one from " + PairName(set) +
                         ". The device waits for ever",
                     "give DeQue the positions that EnQue was given", static_cast<int64_t>(between.destination),
                     static_cast<int64_t>(set.destination)},
                    "DeQue", where);
    }
}

void CheckNotEnqueued(AiCore &core, const Buffer &buffer, uint32_t index, const char *call, SourceLine where)
{
    if (buffer.state == BufferState::ENQUEUED) {
        core.Report({"queue-wrong-state", BufferName(buffer, index),
                     std::string(call) + " while a tensor is " + StateOf(buffer),
                     "DeQue and free all tensors of the queue first", static_cast<int64_t>(buffer.state),
                     static_cast<int64_t>(BufferState::FREE)},
                    call, where);
    }
}

void CheckFree(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, SourceLine where)
{
    if (buffer.state == BufferState::FREE || view.generation != buffer.generation) {
        core.Report(
            {"queue-double-free", BufferName(buffer, index),
             "FreeTensor of a tensor that is already free (" + StateOf(buffer) + ")", "free each allocated tensor once",
             static_cast<int64_t>(buffer.state), static_cast<int64_t>(BufferState::DEQUEUED)},
            "FreeTensor", where);
    }
    if (buffer.state == BufferState::ENQUEUED) {
        core.Report({"queue-wrong-state", BufferName(buffer, index),
                     "FreeTensor of a tensor that is " + StateOf(buffer) + ": its consumer has not taken it yet",
                     "DeQue it before FreeTensor", static_cast<int64_t>(buffer.state),
                     static_cast<int64_t>(BufferState::DEQUEUED)},
                    "FreeTensor", where);
    }
}

void CheckLeftOver(AiCore &core, const Buffer &buffer, uint32_t index, const char *call, SourceLine where)
{
    const bool held = buffer.state == BufferState::OCCUPIED || buffer.state == BufferState::ENQUEUED ||
                      buffer.state == BufferState::DEQUEUED;
    if (held) {
        core.Note({"queue-leak", BufferName(buffer, index),
                   "at the " + std::string(call) + " the tensor is still " + StateOf(buffer),
                   "call FreeTensor on every tensor from AllocTensor or DeQue", static_cast<int64_t>(buffer.state),
                   static_cast<int64_t>(BufferState::FREE)},
                  call, buffer.changedAt.line > 0 ? buffer.changedAt : where);
    }
}

// Pools may share memory: a buffer of one may be used once those of the other are free and their flags waited for.
void CheckSharedMemory(AiCore &core, const Buffer &buffer, uint32_t index, SourceLine where)
{
    if (!core.Buffers().SharesMemory()) {
        return;
    }
    for (uint32_t other = 0; other < core.Buffers().Count(); ++other) {
        const Buffer &candidate = core.Buffers()[other];
        const bool inUse = candidate.freeEvent != NO_EVENT ||
                           (candidate.state != BufferState::FREE && candidate.state != BufferState::WORK);
        if (candidate.owner != 0 && candidate.pool != buffer.pool && candidate.Overlaps(buffer) && inUse) {
            core.Report({"pool-overlap", BufferName(buffer, index),
                         "its memory is also that of " + BufferName(candidate, other) + ", which is " +
                             StateOf(candidate) + " and whose TBufPool was not reset since",
                         "free the tensors of one TBufPool and call its Reset before using the other", other, index},
                        "AllocTensor", where);
        }
    }
}

// A call on the buffer behind a tensor: the tensor has one.
void CheckHeld(AiCore &core, const LocalView &view, const char *call, SourceLine where)
{
    if (!core.Buffers().Holds(view.buffer) || core.Buffers()[view.buffer].generation != view.generation) {
        core.Report({"ub-unallocated", "tensor", "the tensor belongs to 0 buffers: it was never allocated, or is freed",
                     "get it from AllocTensor, DeQue or TBuf::Get", 0, 1},
                    call, where);
    }
}

void ReportNoFreeBuffer(AiCore &core, const QueueKind &kind, uint32_t firstBuffer, uint32_t bufferNum, SourceLine where)
{
    std::string states;
    for (uint32_t i = 0; i < bufferNum; ++i) {
        states += (i == 0 ? "" : ", ") + StateOf(core.Buffers()[firstBuffer + i]);
    }
    const std::string fixed =
        kind.setNum == 1 && bufferNum > 1 ? "; TQueConfig has bufferNumber 1, so only the first is tried" : "";
    core.Report({"queue-no-free-buffer", std::string(kind.position) + " queue",
                 "AllocTensor finds 0 free of " + std::to_string(bufferNum) + " buffers (" + states + fixed +
                     "). The device waits for ever",
                 "free a tensor first, or give InitBuffer one buffer more", bufferNum + int64_t{1}, bufferNum},
                "AllocTensor", where);
}

}  // namespace Simulator
