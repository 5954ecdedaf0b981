// SPDX-License-Identifier: Apache-2.0
// What one launch may take of the system.
#ifndef SIMULATOR_RUNNER_RESOURCE_LIMITS_H
#define SIMULATOR_RUNNER_RESOURCE_LIMITS_H

#include "request.h"

namespace Simulator {

// In force from construction to destruction.
class ResourceLimits {
public:
    // `idleBytes`: address space that is taken beside what the request counts.
    ResourceLimits(const Request &request, uint64_t idleBytes);
    ResourceLimits(const ResourceLimits &) = delete;
    ResourceLimits &operator=(const ResourceLimits &) = delete;
    ~ResourceLimits();

    // For a thread beyond those that the request counts with, and its core.
    void MakeRoomForThread(uint64_t coreBytes);

private:
    uint64_t memoryBytes_;  // 0: no limit
};

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_RESOURCE_LIMITS_H
