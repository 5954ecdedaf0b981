// SPDX-License-Identifier: Apache-2.0
#include "resource_limits.h"

#include <sys/resource.h>

#include <algorithm>

namespace Simulator {

namespace {

constexpr uint64_t THREAD_MARGIN_BYTES = 1 << 27;  // address space that the C library reserves for a thread

// Soft limits: the hard ones could not be raised again for the next launch.
void Limit(int resource, rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    setrlimit(resource, &limit);
}

}  // namespace

ResourceLimits::ResourceLimits(const Request &request, uint64_t idleBytes)
    : memoryBytes_(request.memoryBytes > 0 ? request.memoryBytes + idleBytes : 0)
{
    if (memoryBytes_ > 0) {
        Limit(RLIMIT_AS, static_cast<rlim_t>(memoryBytes_));
    }
    if (request.fileBytes > 0) {
        Limit(RLIMIT_FSIZE, static_cast<rlim_t>(request.fileBytes));
    }
}

ResourceLimits::~ResourceLimits()
{
    Limit(RLIMIT_AS, RLIM_INFINITY);
    Limit(RLIMIT_FSIZE, RLIM_INFINITY);
}

void ResourceLimits::MakeRoomForThread(uint64_t coreBytes)
{
    if (memoryBytes_ > 0) {
        memoryBytes_ += THREAD_MARGIN_BYTES + coreBytes;
        Limit(RLIMIT_AS, static_cast<rlim_t>(memoryBytes_));
    }
}

}  // namespace Simulator
