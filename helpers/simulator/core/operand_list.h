// SPDX-License-Identifier: Apache-2.0
// Lists of tensors that are one operand of an instruction: more of them than an instruction has operands.
#ifndef SIMULATOR_CORE_OPERAND_LIST_H
#define SIMULATOR_CORE_OPERAND_LIST_H

#include "instruction.h"

namespace Simulator {

// All entries as one operand. What lies between them counts as touched, unless they are alike and evenly spaced.
Operand JoinOperands(const Operand *entries, uint32_t count, const char *role);

// Runs the checks on an entry by itself, as the tensor it is.
void CheckEntry(const Instruction &instruction, const Operand &entry, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_OPERAND_LIST_H
