// SPDX-License-Identifier: Apache-2.0
// The vector mask registers of a core, set by the scalar unit and taken along by each instruction it issues.
#ifndef SIMULATOR_CORE_VECTOR_MASK_H
#define SIMULATOR_CORE_VECTOR_MASK_H

#include <cstdint>

namespace Simulator {

// Normal mode: a bit for each lane of a repeat. Counter mode: `low` is the number of elements in all.
struct VectorMask {
    uint64_t low = UINT64_MAX;
    uint64_t high = UINT64_MAX;
    bool counter = false;
    uint64_t lanesGiven = 0;  // the argument of a call that set the mask by a number of lanes; 0: set otherwise
};

// The mask of the first `lanes` lanes.
constexpr VectorMask FirstLanes(uint64_t lanes)
{
    const uint64_t low = lanes >= 64 ? UINT64_MAX : (uint64_t{1} << lanes) - 1;
    const uint64_t high = lanes >= 128 ? UINT64_MAX : lanes > 64 ? (uint64_t{1} << (lanes - 64)) - 1 : 0;
    return {low, high};
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_MASK_H
