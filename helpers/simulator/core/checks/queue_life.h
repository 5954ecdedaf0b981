// SPDX-License-Identifier: Apache-2.0
// Checks on the life cycle of queue buffers. They hold at every level: without them the queue has no next state.
#ifndef SIMULATOR_CORE_CHECKS_QUEUE_LIFE_H
#define SIMULATOR_CORE_CHECKS_QUEUE_LIFE_H

#include "../queue.h"

namespace Simulator {

void CheckInitBuffer(AiCore &core, const QueueKind &kind, uint32_t num, uint32_t lenBytes, SourceLine where);
void CheckQueueReady(AiCore &core, uint32_t bufferNum, bool wasReady, const char *position, const char *call,
                     SourceLine where);
void CheckOwner(AiCore &core, const LocalView &view, uint32_t firstBuffer, uint32_t bufferNum, const char *position,
                const char *call, SourceLine where);
void CheckEnQue(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, uint32_t enqueuedNum,
                int32_t depth, SourceLine where);
void CheckDeQue(AiCore &core, uint32_t enqueuedNum, const char *position, SourceLine where);
void CheckDeQueInPlace(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, SourceLine where);
void CheckSamePipes(AiCore &core, const Buffer &buffer, uint32_t index, PipePair between, SourceLine where);
void CheckNotEnqueued(AiCore &core, const Buffer &buffer, uint32_t index, const char *call, SourceLine where);
void CheckFree(AiCore &core, const Buffer &buffer, uint32_t index, const LocalView &view, SourceLine where);
void CheckLeftOver(AiCore &core, const Buffer &buffer, uint32_t index, const char *call, SourceLine where);
void CheckSharedMemory(AiCore &core, const Buffer &buffer, uint32_t index, SourceLine where);
void CheckHeld(AiCore &core, const LocalView &view, const char *call, SourceLine where);
void ReportNoFreeBuffer(AiCore &core, const QueueKind &kind, uint32_t firstBuffer, uint32_t bufferNum,
                        SourceLine where);

// "VECIN buffer 3 (UB 0x5a00, 23040 B)": how findings name a buffer.
std::string BufferName(const Buffer &buffer, uint32_t index);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_QUEUE_LIFE_H
