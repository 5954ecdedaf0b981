// SPDX-License-Identifier: Apache-2.0
#include "queue_life.h"

#include <cstdio>
#include <string>

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

void CheckInitBuffer(AiCore &core, const char *position, uint32_t num, uint32_t lenBytes, uint32_t roundedBytes,
                     SourceLine where)
{
    const std::string operand = std::string(position) + " buffers";
    if (num == 0 || lenBytes == 0) {
        core.Report(
            {"buffer-length", operand,
             std::to_string(num) + " buffers of " + std::to_string(lenBytes) + " B: there is nothing to allocate",
             "give InitBuffer a number and a length in bytes above 0", num == 0 ? num : lenBytes, 1},
            "InitBuffer", where);
    }
    const uint64_t total = uint64_t{core.Buffers().Count()} + num;
    if (total > MAX_BUFFERS) {
        core.Report(
            {"buffer-count", operand,
             "the TPipe would hold " + std::to_string(total) + " buffers, the limit is " + std::to_string(MAX_BUFFERS),
             "use fewer queues, or fewer buffers in each", static_cast<int64_t>(total), MAX_BUFFERS},
            "InitBuffer", where);
    }
    const uint64_t end = core.Buffers().EndBytes() + uint64_t{num} * roundedBytes;
    if (end > core.Settings().ubBytes) {
        core.Report({"ub-capacity", operand,
                     std::to_string(num) + " x " + std::to_string(roundedBytes) + " B after the " +
                         std::to_string(core.Buffers().EndBytes()) + " B in use need " + std::to_string(end) +
                         " B of UB, which has " + std::to_string(core.Settings().ubBytes) +
                         " B. The device does not check: addresses run past the end of UB",
                     "make tiles shorter, or use fewer buffers", static_cast<int64_t>(end),
                     static_cast<int64_t>(core.Settings().ubBytes)},
                    "InitBuffer", where);
    }
}

void CheckQueueReady(AiCore &core, uint32_t bufferNum, const char *position, const char *call, SourceLine where)
{
    if (bufferNum == 0) {
        core.Report({"queue-not-initialised", std::string(position) + " queue",
                     "the queue has 0 buffers: InitBuffer was not called for it",
                     "call pipe.InitBuffer(queue, num, bytes)", 0, 1},
                    call, where);
    }
}

void CheckOwner(AiCore &core, const LocalView &view, uint32_t firstBuffer, uint32_t bufferNum, const char *position,
                const char *call, SourceLine where)
{
    if (view.buffer < firstBuffer || view.buffer >= firstBuffer + bufferNum) {
        const std::string from = view.buffer == NO_BUFFER ? std::string("no queue (was it ever allocated?)")
                                                          : BufferName(core.Buffers()[view.buffer], view.buffer);
        core.Report({"queue-foreign-tensor", std::string(position) + " queue",
                     "the tensor belongs to " + from + ", this queue owns buffers " + std::to_string(firstBuffer) +
                         " to " + std::to_string(firstBuffer + bufferNum - 1),
                     "give the tensor back to the queue it was allocated from",
                     view.buffer == NO_BUFFER ? -1 : view.buffer, firstBuffer},
                    call, where);
    }
}

void CheckEnQue(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, uint32_t enqueuedNum,
                uint32_t depth, SourceLine where)
{
    const bool mayEnqueue = buffer.state == BufferState::OCCUPIED || buffer.state == BufferState::DEQUEUED;
    if (!mayEnqueue || view.generation != buffer.generation) {
        core.Report({"queue-wrong-state", BufferName(buffer, index),
                     "EnQue of a tensor that is " + StateOf(buffer) + "; it must be allocated or dequeued",
                     "EnQue each tensor once, between AllocTensor and FreeTensor", static_cast<int64_t>(buffer.state),
                     static_cast<int64_t>(BufferState::OCCUPIED)},
                    "EnQue", where);
    }
    if (enqueuedNum >= depth) {
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

void CheckFlagId(AiCore &core, int32_t id, const char *call, SourceLine where)
{
    if (id < 0 || id >= static_cast<int32_t>(FLAG_IDS)) {
        core.Report({"flag-id", "eventID",
                     "the id is " + std::to_string(id) + ", each pair of pipes has the ids 0 to " +
                         std::to_string(FLAG_IDS - 1),
                     "take the id from FetchEventID", id, FLAG_IDS - int64_t{1}},
                    call, where);
    }
}

void CheckEventId(AiCore &core, int8_t id, Pipe source, Pipe destination, const char *call, SourceLine where)
{
    if (id == NO_EVENT) {
        const std::string pair = std::string(PIPE_NAMES[static_cast<uint32_t>(source)]) + "_" +
                                 PIPE_NAMES[static_cast<uint32_t>(destination)];
        core.Report({"event-ids", "event ids of " + pair,
                     "all " + std::to_string(FLAG_IDS) + " event ids of " + pair + " are in use, one more is needed",
                     "keep at most " + std::to_string(FLAG_IDS) + " queue buffers per position", FLAG_IDS + int64_t{1},
                     FLAG_IDS},
                    call, where);
    }
}

void CheckWorkView(AiCore &core, const LocalView &whole, uint64_t bytes, uint32_t elementBytes, SourceLine where)
{
    if (bytes == 0 || bytes % DATA_BLOCK_BYTES != 0 || bytes > whole.bytes) {
        core.Report(
            {"work-view", "TBuf",
             "Get asks for " + std::to_string(bytes / elementBytes) + " elements (" + std::to_string(bytes) +
                 " B): it takes multiples of 32 B from 32 to the buffer's " + std::to_string(whole.bytes) + " B",
             "round the length up to 32 bytes, and give InitBuffer that many", static_cast<int64_t>(bytes),
             whole.bytes},
            "TBuf::Get", where);
    }
}

void CheckLeftOver(AiCore &core, const Buffer &buffer, uint32_t index, SourceLine where)
{
    if (buffer.state == BufferState::FREE || buffer.state == BufferState::WORK) {
        return;
    }
    core.ReportAtEnd(
        {"queue-leak", BufferName(buffer, index), "at the end of the kernel the tensor is still " + StateOf(buffer),
         "call FreeTensor on every tensor from AllocTensor or DeQue", static_cast<int64_t>(buffer.state),
         static_cast<int64_t>(BufferState::FREE)},
        "end of kernel", buffer.changedAt.line > 0 ? buffer.changedAt : where);
}

void ReportNoFreeBuffer(AiCore &core, const char *position, uint32_t firstBuffer, uint32_t bufferNum, SourceLine where)
{
    std::string states;
    for (uint32_t i = 0; i < bufferNum; ++i) {
        states += (i == 0 ? "" : ", ") + StateOf(core.Buffers()[firstBuffer + i]);
    }
    core.Report({"queue-no-free-buffer", std::string(position) + " queue",
                 "AllocTensor finds 0 free of " + std::to_string(bufferNum) + " buffers (" + states +
                     "). The device waits for ever",
                 "free a tensor first, or give InitBuffer one buffer more", bufferNum + int64_t{1}, bufferNum},
                "AllocTensor", where);
}

}  // namespace Simulator
