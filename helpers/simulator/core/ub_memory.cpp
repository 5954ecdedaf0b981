// SPDX-License-Identifier: Apache-2.0
#include "ub_memory.h"

#include "checks/memory_life.h"
#include "checks/queue_life.h"
#include "flag_ops.h"

namespace Simulator {

namespace {

constexpr uint32_t ALL_POOLS = 0;

// Freed buffers whose pool lets go of them: their flags are waited for, so that nothing set is left behind.
void WaitForFreed(AiCore &core, uint32_t pool, const char *call, SourceLine where)
{
    for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
        Buffer &buffer = core.Buffers()[index];
        if (buffer.pool != pool && pool != ALL_POOLS) {
            continue;
        }
        if (buffer.state == BufferState::FREE && buffer.freeEvent != NO_EVENT) {
            const PipePair between{buffer.consumer, buffer.producer};
            IssueFlag(Instruction::Flag::WAIT, between, static_cast<uint8_t>(buffer.freeEvent), call, where);
            core.Events().Release(between, buffer.freeEvent);
            buffer.freeEvent = NO_EVENT;
        }
    }
}

void LetGo(AiCore &core, const char *call, SourceLine where)
{
    for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
        CheckLeftOver(core, core.Buffers()[index], index, call, where);
    }
    core.Buffers().Reset(core.Settings().ubBytes);
    core.Events().Reset();
}

}  // namespace

void OpenPipe(AscendC::TPipe *pipe, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckSinglePipe(core, pipe, where);
    InitSocState();
    core.tpipe = pipe;
    core.Buffers().Reset(core.Settings().ubBytes);
    core.Events().Reset();
}

void ResetPipe(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    WaitForFreed(core, ALL_POOLS, "Reset", where);
    LetGo(core, "Reset", where);
    InitSocState();
}

void ClosePipe(AscendC::TPipe *pipe, bool drains, bool unwinding, SourceLine where) noexcept
{
    AiCore &core = *AiCore::Current();
    if (core.tpipe != pipe) {
        return;
    }
    core.tpipe = nullptr;
    if (unwinding) {
        return;
    }
    try {
        WaitForFreed(core, ALL_POOLS, "~TPipe", where);
        if (drains) {
            core.DrainPipes();
        }
    } catch (const StopBlock &) {
        core.AbandonPipes();
        return;
    }
    LetGo(core, "end of kernel", where);
}

AscendC::TPipe *CurrentPipe(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckPipeExists(core, core.tpipe, "GetTPipePtr", where);
    return core.tpipe;
}

BufferPool &MemoryOf(const AscendC::TPipe *pipe, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckPipeExists(core, pipe, "InitBuffer", where);
    return core.Buffers().Main();
}

void InitSocState()
{
    AiCore &core = *AiCore::Current();
    core.atomicMode = AtomicMode();
    if (core.Settings().npuArch == 2201) {
        core.vectorMask = VectorMask();
    } else {
        core.padRegister = 0;
    }
}

void InitPool(BufferPool &pool, uint32_t lenBytes, uint32_t bufferLimit, BufferPool &from, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitPool(core, lenBytes, where);
    CheckPool(core, from, "TBufPool", 0, bytes, where);
    if (pool.id != 0) {
        core.Buffers().ReleasePool(pool.id);
    }
    pool = {core.Buffers().NextNumber(), from.nextBytes, from.nextBytes, from.nextBytes + bytes, 0, bufferLimit};
    from.nextBytes += bytes;
}

void SharePool(BufferPool &pool, uint32_t lenBytes, uint32_t bufferLimit, const BufferPool &shared, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckInitPool(core, lenBytes, where);
    CheckSharedPool(core, lenBytes, shared, where);
    core.Buffers().ShareMemory();
    if (pool.id != 0) {
        core.Buffers().ReleasePool(pool.id);
    }
    pool = {core.Buffers().NextNumber(), shared.beginBytes, shared.beginBytes, shared.endBytes, 0, bufferLimit};
}

void ResetPool(BufferPool &pool, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (pool.id < core.Buffers().Main().id) {
        return;  // never set up, or gone with its TPipe
    }
    WaitForFreed(core, pool.id, "TBufPool::Reset", where);
    for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
        if (core.Buffers()[index].pool == pool.id) {
            CheckLeftOver(core, core.Buffers()[index], index, "TBufPool::Reset", where);
        }
    }
    pool.beginBytes = pool.nextBytes = pool.endBytes = pool.bufferNum = 0;
}

LocalView InitWorkBuffer(BufferPool &pool, const char *position, uint8_t logicalPosition, uint32_t lenBytes,
                         SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitWorkBuffer(core, position, lenBytes, where);
    CheckPool(core, pool, position, 1, bytes, where);
    const uint32_t index = core.Buffers().Add(pool, {position, bytes, BufferState::WORK, Pipe::V, Pipe::V, where});
    const Buffer &buffer = core.Buffers()[index];
    return {buffer.address, bytes, static_cast<uint16_t>(index), buffer.generation, logicalPosition};
}

LocalView PlaceWorkBuffer(const BufferPool &pool, const char *position, uint8_t logicalPosition, uint32_t address,
                          uint32_t lenBytes, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t bytes = static_cast<uint32_t>(RoundUpToBlock(lenBytes));
    CheckInitWorkBuffer(core, position, lenBytes, where);
    CheckPlacement(core, pool, position, {0, 1, address, bytes}, where);
    BufferPool place = pool;
    place.nextBytes = address;
    const uint32_t index = core.Buffers().Add(place, {position, bytes, BufferState::WORK, Pipe::V, Pipe::V, where});
    return {address, bytes, static_cast<uint16_t>(index), core.Buffers()[index].generation, logicalPosition};
}

LocalView WorkView(const LocalView &whole, uint64_t offsetBytes, uint64_t bytes, uint32_t elementBytes,
                   SourceLine where)
{
    CheckWorkView(*AiCore::Current(), whole, offsetBytes, bytes, elementBytes, where);
    LocalView view = whole;
    view.address += static_cast<uint32_t>(offsetBytes);
    view.bytes = static_cast<uint32_t>(bytes);
    return view;
}

LocalView ViewAt(uint32_t address, uint64_t bytes, uint8_t logicalPosition, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckTensorAddress(core, address, bytes, call, where);
    const uint16_t whole = core.Buffers().WholeUb(core.Settings().ubBytes, where);
    return {address, static_cast<uint32_t>(bytes), whole, core.Buffers()[whole].generation, logicalPosition};
}

LocalView StaticView(uint32_t address, uint64_t bytes, uint8_t logicalPosition, const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckNoPipe(core, call, where);
    core.staticTensors = true;
    return ViewAt(address, bytes, logicalPosition, call, where);
}

LocalView RestOfUb(uint8_t logicalPosition, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t begin = core.Buffers().Main().nextBytes;
    CheckRestOfUb(core, begin, where);
    return ViewAt(begin, core.Settings().ubBytes - begin, logicalPosition, "PopStackBuffer", where);
}

}  // namespace Simulator
