// SPDX-License-Identifier: Apache-2.0
// Checks on who hands out UB, and how much of it. They hold at every level: nothing else keeps tensors inside UB.
#ifndef SIMULATOR_CORE_CHECKS_MEMORY_LIFE_H
#define SIMULATOR_CORE_CHECKS_MEMORY_LIFE_H

#include "../ub_memory.h"

namespace Simulator {

void CheckSinglePipe(AiCore &core, const AscendC::TPipe *pipe, SourceLine where);
void CheckPipeExists(AiCore &core, const AscendC::TPipe *pipe, const char *call, SourceLine where);
void CheckNoPipe(AiCore &core, const char *call, SourceLine where);
void CheckPool(AiCore &core, const BufferPool &pool, const char *position, uint32_t num, uint32_t bytes,
               SourceLine where);
void CheckInitPool(AiCore &core, uint32_t lenBytes, SourceLine where);
void CheckSharedPool(AiCore &core, uint32_t lenBytes, const BufferPool &shared, SourceLine where);
void CheckInitWorkBuffer(AiCore &core, const char *position, uint32_t lenBytes, SourceLine where);
void CheckWorkView(AiCore &core, const LocalView &whole, uint64_t offsetBytes, uint64_t bytes, uint32_t elementBytes,
                   SourceLine where);
void CheckTensorAddress(AiCore &core, uint32_t address, uint64_t bytes, const char *call, SourceLine where);
void CheckRestOfUb(AiCore &core, uint32_t beginBytes, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_MEMORY_LIFE_H
