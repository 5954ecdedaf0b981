// SPDX-License-Identifier: Apache-2.0
// After all blocks: accesses of different cores to the same global memory that no synchronisation orders.
#ifndef SIMULATOR_CORE_CHECKS_CORE_RACE_H
#define SIMULATOR_CORE_CHECKS_CORE_RACE_H

#include <vector>

#include "../core_accesses.h"
#include "../core_order.h"
#include "../report.h"

namespace Simulator {

// Of one tensor. Returns whether two cores were found to write the same bytes.
bool CheckCoreRaces(const GlobalTensorArea &area, const std::vector<const CoreAccess *> &accesses,
                    const CoreOrder &order, FindingLog &findings);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_CORE_RACE_H
