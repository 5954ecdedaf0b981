// SPDX-License-Identifier: Apache-2.0
// The bytes of an operand as ranges, where those of a strided one lie apart. Masked lanes between others count as
// touched.
#ifndef SIMULATOR_CORE_OPERAND_RANGES_H
#define SIMULATOR_CORE_OPERAND_RANGES_H

#include <algorithm>
#include <cstdint>

#include "instruction.h"

namespace Simulator {

// Hands ranges on, neighbours joined.
template <typename Visit>
class RangeJoiner {
public:
    explicit RangeJoiner(const Visit &visit) : visit_(visit) {}
    void Add(uint64_t begin, uint64_t end)
    {
        if (begin == end_ || (begin >= begin_ && end <= end_)) {
            end_ = std::max(end_, end);
            return;
        }
        Finish();
        begin_ = begin;
        end_ = end;
    }
    void Finish()
    {
        if (begin_ < end_) {
            visit_(begin_, end_);
        }
    }

private:
    const Visit &visit_;
    uint64_t begin_ = 0;
    uint64_t end_ = 0;
};

// visit(begin, end) for addresses in UB or GM, in the order of repeats or runs.
template <typename Visit>
void ForEachRange(const Instruction &instruction, const Operand &operand, const Visit &visit)
{
    RangeJoiner<Visit> ranges(visit);
    if (!operand.byLanes) {
        for (uint32_t run = 0; run < operand.runs; ++run) {
            const uint64_t begin = operand.address + run * operand.pitchBytes;
            ranges.Add(begin, begin + operand.runBytes);
        }
        ranges.Finish();
        return;
    }
    const VectorGeometry &geometry = instruction.geometry;
    if (geometry.repeats == 0) {
        return;
    }
    const uint64_t wholeBytes = uint64_t{geometry.LanesUsed(0)} * operand.elementBytes;
    const uint64_t lastBytes = uint64_t{geometry.LanesUsed(geometry.repeats - 1)} * operand.elementBytes;
    for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
        uint64_t begin = operand.address + uint64_t{repeat} * operand.stride.repeat * DATA_BLOCK_BYTES;
        const uint64_t bytes = repeat + 1 < geometry.repeats ? wholeBytes : lastBytes;
        if (operand.stride.block == 1) {
            ranges.Add(begin, begin + bytes);
            continue;
        }
        for (uint64_t done = 0; done < bytes; done += DATA_BLOCK_BYTES) {
            ranges.Add(begin, begin + std::min<uint64_t>(DATA_BLOCK_BYTES, bytes - done));
            begin += uint64_t{operand.stride.block} * DATA_BLOCK_BYTES;
        }
    }
    ranges.Finish();
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_OPERAND_RANGES_H
