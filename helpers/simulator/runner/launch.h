// SPDX-License-Identifier: Apache-2.0
// One launch: binds the arguments, runs the blocks on threads, reports.
#ifndef SIMULATOR_RUNNER_LAUNCH_H
#define SIMULATOR_RUNNER_LAUNCH_H

#include "mapped_tensor.h"
#include "request.h"

namespace Simulator {

// What stops the launch before its first block is reported as a refusal.
void RunLaunch(const Request &request, TensorMappings &mappings);
void Refuse(const Request &request, const std::string &reason);

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_LAUNCH_H
