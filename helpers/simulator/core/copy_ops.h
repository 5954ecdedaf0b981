// SPDX-License-Identifier: Apache-2.0
// What the copies between global memory and UB do to bytes. Operands: dst, src.
#ifndef SIMULATOR_CORE_COPY_OPS_H
#define SIMULATOR_CORE_COPY_OPS_H

#include "instruction.h"

namespace Simulator {

void ExecuteCopyToUb(const Instruction &instruction, AiCore &core);
void ExecuteCopyToGm(const Instruction &instruction, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COPY_OPS_H
