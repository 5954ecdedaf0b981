// SPDX-License-Identifier: Apache-2.0
// Executes a vector instruction: brings its elements side by side, applies the loop of its operation and the numeric
// modes, and stores what the mask lets through.
#ifndef SIMULATOR_CORE_VECTOR_OPS_H
#define SIMULATOR_CORE_VECTOR_OPS_H

#include "instruction.h"

namespace Simulator {

// Operands: dst, src0[, src1]. Numeric modes, applied here and nowhere else:
//   overflow mode "saturate" turns a half result of +-infinity into +-65504 and of NaN into 0, and leaves float alone;
//   flush-to-zero takes subnormal operands as zero and turns subnormal results into zero, keeping the sign.
void ExecuteVector(const Instruction &instruction, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_OPS_H
