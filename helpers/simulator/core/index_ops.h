// SPDX-License-Identifier: Apache-2.0
// CreateVecIndex: a first value and its successors.
#ifndef SIMULATOR_CORE_INDEX_OPS_H
#define SIMULATOR_CORE_INDEX_OPS_H

#include "instruction.h"

namespace Simulator {

// The first value is scalarBits. CANN makes the first data block from it, each further block of the first repeat by
// adding the elements of a block to the one before, each further repeat by adding the elements of a repeat: in half
// and float each of these additions rounds.
void ExecuteVecIndex(const Instruction &instruction, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_INDEX_OPS_H
