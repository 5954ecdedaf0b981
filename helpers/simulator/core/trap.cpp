// SPDX-License-Identifier: Apache-2.0
#include "trap.h"

#include "ai_core.h"

namespace Simulator {

void ReportTrap(SourceLine where)
{
    AiCore::Current()->Report(
        {"trap", "kernel", "the kernel stopped itself by Trap", "look at the condition that leads there", 0, 0}, "Trap",
        where);
}

int64_t NextCycle()
{
    thread_local uint32_t block = UINT32_MAX;
    thread_local int64_t cycle = 0;
    if (block != AiCore::Current()->BlockIdx()) {
        block = AiCore::Current()->BlockIdx();
        cycle = 0;
    }
    return cycle++;
}

}  // namespace Simulator
