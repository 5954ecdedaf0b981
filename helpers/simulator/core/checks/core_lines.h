// SPDX-License-Identifier: Apache-2.0
// After all blocks: lines of 64 bytes that the scalar unit of one core holds in its cache and another core touches.
#ifndef SIMULATOR_CORE_CHECKS_CORE_LINES_H
#define SIMULATOR_CORE_CHECKS_CORE_LINES_H

#include <vector>

#include "../core_accesses.h"
#include "../core_order.h"
#include "../report.h"

namespace Simulator {

// Which of the two codes are looked for.
struct LineCodes {
    bool sharedLine;
    bool staleLine;
};

// Of one tensor, whose first byte lies at `deviceAddress`. `cleans` are those of each block, in program order.
void CheckCoreLines(const GlobalTensorArea &area, uint64_t deviceAddress,
                    const std::vector<const CoreAccess *> &accesses, const std::vector<std::vector<CoreClean>> &cleans,
                    const CoreOrder &order, LineCodes codes, FindingLog &findings);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_CORE_LINES_H
