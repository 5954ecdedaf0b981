// SPDX-License-Identifier: Apache-2.0
// Who hands out UB: TPipe, TBufPool, and the kernel itself by addresses of its own choice.
#ifndef SIMULATOR_CORE_UB_MEMORY_H
#define SIMULATOR_CORE_UB_MEMORY_H

#include <cstdint>

#include "ai_core.h"
#include "local_view.h"

namespace Simulator {

// TPipe: one at a time. It starts with UB empty and all event ids free.
void OpenPipe(AscendC::TPipe *pipe, SourceLine where);
// Its memory and events start afresh, as after OpenPipe.
void ResetPipe(SourceLine where);
// Its end: waits for the flags of freed buffers, lets all pipes finish if `drains`, reports buffers never freed.
void ClosePipe(AscendC::TPipe *pipe, bool drains, bool unwinding, SourceLine where) noexcept;
AscendC::TPipe *CurrentPipe(SourceLine where);
BufferPool &MemoryOf(const AscendC::TPipe *pipe, SourceLine where);

// Registers of a block at its start: all lanes take part, no atomic copies.
void InitSocState();

// TBufPool: a part of `from`, or the memory of another pool.
void InitPool(BufferPool &pool, uint32_t lenBytes, uint32_t bufferLimit, BufferPool &from, SourceLine where);
void SharePool(BufferPool &pool, uint32_t lenBytes, uint32_t bufferLimit, const BufferPool &shared, SourceLine where);
// Waits for the flags of its freed buffers. The buffers stay, but the pool has no memory to give out any more.
void ResetPool(BufferPool &pool, SourceLine where);

// One buffer without states or flags: TBuf.
LocalView InitWorkBuffer(BufferPool &pool, const char *position, uint8_t logicalPosition, uint32_t lenBytes,
                         SourceLine where);
// `bytes` of a work buffer from an offset on.
LocalView WorkView(const LocalView &whole, uint64_t offsetBytes, uint64_t bytes, uint32_t elementBytes,
                   SourceLine where);

// A tensor at an address that the kernel chooses: beside TPipe's memory, or without a TPipe at all.
LocalView ViewAt(uint32_t address, uint64_t bytes, uint8_t logicalPosition, const char *call, SourceLine where);
LocalView StaticView(uint32_t address, uint64_t bytes, uint8_t logicalPosition, const char *call, SourceLine where);
// What TPipe has not given out.
LocalView RestOfUb(uint8_t logicalPosition, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_UB_MEMORY_H
