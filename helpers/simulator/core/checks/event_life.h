// SPDX-License-Identifier: Apache-2.0
// Checks on event ids. They hold at every level: a flag needs an id.
#ifndef SIMULATOR_CORE_CHECKS_EVENT_LIFE_H
#define SIMULATOR_CORE_CHECKS_EVENT_LIFE_H

#include <string>

#include "../ai_core.h"

namespace Simulator {

void CheckFlagId(AiCore &core, int32_t id, const char *call, SourceLine where);
// Where the kernel sets a flag; the wait for it would say the same.
void CheckReservedId(AiCore &core, int32_t id, const char *call, SourceLine where);
void CheckEventId(AiCore &core, int8_t id, PipePair between, const char *call, SourceLine where);

// "MTE2 to V"
std::string PairName(PipePair pair);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_EVENT_LIFE_H
