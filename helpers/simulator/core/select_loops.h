// SPDX-License-Identifier: Apache-2.0
// Chooses elements side by side by bits: element i by bit i % 8 of byte i / 8, set for the first source. Elements are
// copied bit for bit.
#ifndef SIMULATOR_CORE_SELECT_LOOPS_H
#define SIMULATOR_CORE_SELECT_LOOPS_H

#include "element_loops.h"

namespace Simulator {

constexpr uint32_t WORD_BITS = 64;

// dst[i] = bit i of src2 ? src0[i] : src1[i], or the scalar for src1[i].
template <typename Storage, bool withScalar>
void SelectLoop(const LoopArguments &arguments)
{
    Storage scalar;
    std::memcpy(&scalar, &arguments.scalarBits, sizeof(scalar));
    for (uint32_t start = 0; start < arguments.elements; start += WORD_BITS) {
        const uint32_t count = std::min(WORD_BITS, arguments.elements - start);
        uint64_t word = 0;
        std::memcpy(&word, static_cast<const uint8_t *>(arguments.src2) + start / 8, (count + 7) / 8);
        const auto *first = static_cast<const Storage *>(arguments.src0) + start;
        const auto *second = static_cast<const Storage *>(arguments.src1) + (withScalar ? 0 : start);
        auto *dst = static_cast<Storage *>(arguments.dst) + start;
        SIMULATOR_INDEPENDENT
        for (uint32_t i = 0; i < count; ++i) {
            const Storage other = withScalar ? scalar : second[i];
            dst[i] = (word >> i & 1) != 0 ? first[i] : other;
        }
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SELECT_LOOPS_H
