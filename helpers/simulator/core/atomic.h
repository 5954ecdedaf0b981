// SPDX-License-Identifier: Apache-2.0
// What a store does with the elements that are in global memory already: replace them, or combine with them.
#ifndef SIMULATOR_CORE_ATOMIC_H
#define SIMULATOR_CORE_ATOMIC_H

#include "data_type.h"

namespace Simulator {

class AiCore;

enum class AtomicOperation : uint8_t { ADD, MAX, MIN };

// The state of one core. Like the device's register it has two fields: stores combine as soon as there is a type.
struct AtomicMode {
    DataType type = DataType::NONE;
    AtomicOperation operation = AtomicOperation::ADD;

    bool IsOn() const { return type != DataType::NONE; }
};

// Element by element: target = operation(target, source), under the numeric modes of the launch as a vector operation
// does it. Other cores see each element before or after, never in between.
void StoreAtomically(uint8_t *target, const uint8_t *source, uint64_t bytes, AtomicMode mode, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ATOMIC_H
