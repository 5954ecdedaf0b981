// SPDX-License-Identifier: Apache-2.0
// Checks on flags between pipes: each is set once for each wait, and each wait ends.
#ifndef SIMULATOR_CORE_CHECKS_FLAG_LIFE_H
#define SIMULATOR_CORE_CHECKS_FLAG_LIFE_H

#include "../ai_core.h"

namespace Simulator {

// Follows a flag in program order, and reports one that is set while it is set.
void CheckFlagLife(AiCore &core, const Instruction &instruction, bool byKernel);
// At the end of a block: flags that the kernel set and never waited for.
void CheckFlagsLeft(AiCore &core);

// A wait at which a pipe stands for good; null where the pipe has run all it was given.
struct StandingWait {
    const Instruction *wait;
    bool setBehind;  // the pipe that should set the flag has the SetFlag behind a wait of its own
};
void CheckDeadlock(AiCore &core, const StandingWait (&waits)[PIPE_NUM]);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_FLAG_LIFE_H
