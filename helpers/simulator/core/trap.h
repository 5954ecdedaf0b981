// SPDX-License-Identifier: Apache-2.0
// How a kernel stops itself, and the counter it can read.
#ifndef SIMULATOR_CORE_TRAP_H
#define SIMULATOR_CORE_TRAP_H

#include <cstdint>

#include "finding.h"

namespace Simulator {

void ReportTrap(SourceLine where);

// The number of earlier calls in this block.
int64_t NextCycle();

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TRAP_H
