// SPDX-License-Identifier: Apache-2.0
#ifndef SIMULATOR_TIMING_STAMP_H
#define SIMULATOR_TIMING_STAMP_H

#include <cstdint>

namespace Simulator {

// A moment, and the instruction that brought it about; NOTHING at the start.
struct Stamp {
    double time;
    int64_t instruction;
};

inline const Stamp &Later(const Stamp &left, const Stamp &right)
{
    return right.time > left.time ? right : left;
}

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_STAMP_H
