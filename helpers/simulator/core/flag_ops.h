// SPDX-License-Identifier: Apache-2.0
// Flags between pipes as instructions, and who may use which event id.
#ifndef SIMULATOR_CORE_FLAG_OPS_H
#define SIMULATOR_CORE_FLAG_OPS_H

#include <cstdint>

#include "ai_core.h"

namespace Simulator {

void IssueFlag(Instruction::Flag flag, PipePair between, uint8_t id, const char *call, SourceLine where);

// A flag the kernel names itself: with an id from 0 to 7.
void IssueUserFlag(Instruction::Flag flag, PipePair between, int32_t id, const char *call, SourceLine where);

// An event id of a pair of pipes, for the kernel's own flags.
int8_t TakeEventId(PipePair between, bool occupies, const char *call, SourceLine where);
void ReleaseEventId(PipePair between, int32_t id, SourceLine where);

// A pipe or event that vector cores do not have, named where the compiler cannot see it.
void ReportForeignPipe(const char *what, const char *call, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_FLAG_OPS_H
