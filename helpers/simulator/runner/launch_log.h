// SPDX-License-Identifier: Apache-2.0
// What the cores have counted and logged, written for the parent.
#ifndef SIMULATOR_RUNNER_LAUNCH_LOG_H
#define SIMULATOR_RUNNER_LAUNCH_LOG_H

#include <memory>
#include <vector>

#include "../core/ai_core.h"
#include "request.h"

namespace Simulator {

// The instructions to the request's log, block by block in execution order, and to its timing file, block by block in
// program order; totals and names to `findings`.
void WriteLogs(const Request &request, const std::vector<std::unique_ptr<AiCore>> &cores, FindingLog &findings);

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_LAUNCH_LOG_H
