// SPDX-License-Identifier: Apache-2.0
// The scalar unit's cache calls: no value is cached, so they check their arguments and say which lines are clean.
#ifndef SIMULATOR_CORE_CACHE_CONTROL_H
#define SIMULATOR_CORE_CACHE_CONTROL_H

#include "issue.h"

namespace Simulator {

// `oneLine`: the line at the operand's start, which has to lie in a tensor; else the whole cache.
void IssueCacheControl(const char *call, const GlobalOperand &line, bool oneLine, SourceLine where);

// A scalar access by address, past the cache. As on the device it waits for no pipe. Returns where the element lies.
void *AccessByPass(const char *call, const GlobalOperand &element, bool written, SourceLine where);

// Warns where more instructions are asked for than the instruction cache of a vector core holds.
void CheckInstructionPreload(int64_t lengthUnits, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CACHE_CONTROL_H
