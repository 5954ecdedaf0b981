// SPDX-License-Identifier: Apache-2.0
// The special registers of a core's vector unit. Instructions read and write them as they execute.
#ifndef SIMULATOR_CORE_VECTOR_REGISTERS_H
#define SIMULATOR_CORE_VECTOR_REGISTERS_H

#include <cstdint>

namespace Simulator {

constexpr uint32_t COMPARE_MASK_BYTES = 16;

struct VectorRegisters {
    uint8_t compareMask[COMPARE_MASK_BYTES];  // a bit for each lane, the first in the lowest bit of the first byte
    uint64_t sumBits;                         // the result of the last ReduceSum over a count, in its element type
    uint32_t extremeBits;                     // value and index of the last maximum or minimum
    uint32_t extremeIndex;
    uint64_t gatheredElements;   // how many elements the last GatherMask kept
    uint16_t mergedElements[4];  // how many elements of each list the last MrgSort took
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_REGISTERS_H
