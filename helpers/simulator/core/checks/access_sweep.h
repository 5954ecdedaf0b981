// SPDX-License-Identifier: Apache-2.0
// Accesses of the cores to one tensor, compared where they meet.
#ifndef SIMULATOR_CORE_CHECKS_ACCESS_SWEEP_H
#define SIMULATOR_CORE_CHECKS_ACCESS_SWEEP_H

#include <algorithm>
#include <tuple>
#include <vector>

#include "../core_accesses.h"
#include "../core_order.h"

namespace Simulator {

// Whether the core of `second` knew that `first` had finished.
inline bool ComesAfter(const CoreAccess &second, const CoreAccess &first, const CoreOrder &order)
{
    return order.KnownEnd(second.stamp.block, second.stamp.epoch, first.stamp.block, first.pipe) > first.sequence;
}

// Calls judge(one, other) for accesses of different cores whose ranges, rounded to `grainBytes`, meet. Of each such
// pair one is special and one writes.
template <typename IsSpecial, typename Judge>
void SweepAccesses(std::vector<const CoreAccess *> accesses, uint64_t grainBytes, const IsSpecial &isSpecial,
                   const Judge &judge)
{
    const auto begin = [grainBytes](const CoreAccess &access) { return access.begin / grainBytes * grainBytes; };
    const auto end = [grainBytes](const CoreAccess &access) {
        return (access.end + grainBytes - 1) / grainBytes * grainBytes;
    };
    std::sort(accesses.begin(), accesses.end(), [&begin](const CoreAccess *left, const CoreAccess *right) {
        return std::make_tuple(begin(*left), left->stamp.block, left->sequence) <
               std::make_tuple(begin(*right), right->stamp.block, right->sequence);
    });
    std::vector<const CoreAccess *> open[2][2];  // those that still reach so far: special or not, written or not
    for (const CoreAccess *access : accesses) {
        const bool special = isSpecial(*access);
        for (const bool otherIsSpecial : {true, false}) {
            for (const bool otherWrites : {true, false}) {
                if (!(special || otherIsSpecial) || !(access->written || otherWrites)) {
                    continue;
                }
                std::vector<const CoreAccess *> &others = open[otherIsSpecial][otherWrites];
                size_t kept = 0;
                for (const CoreAccess *other : others) {
                    if (end(*other) > begin(*access)) {
                        others[kept++] = other;
                        if (other->stamp.block != access->stamp.block) {
                            judge(*other, *access);
                        }
                    }
                }
                others.resize(kept);
            }
        }
        open[special][access->written].push_back(access);
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CHECKS_ACCESS_SWEEP_H
