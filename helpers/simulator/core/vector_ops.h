// SPDX-License-Identifier: Apache-2.0
// What the vector instructions do to bytes. Numerics live here and nowhere else:
//   each instruction rounds once to its result type, to nearest even;
//   overflow mode "saturate" turns a half result of +-infinity into +-65504 and of NaN into 0, and leaves float alone;
//   flush-to-zero takes subnormal operands as zero and turns subnormal results into zero, keeping the sign.
#ifndef SIMULATOR_CORE_VECTOR_OPS_H
#define SIMULATOR_CORE_VECTOR_OPS_H

#include "instruction.h"

namespace Simulator {

constexpr uint8_t CAST_MODE_NONE = 0;
constexpr uint8_t CAST_MODE_RINT = 1;

// Operands: dst, src0[, src1]. The scalar forms take src1 from Instruction::scalarBits, as bits of the element type.
void ExecuteAdd(const Instruction &instruction, AiCore &core);
void ExecuteSub(const Instruction &instruction, AiCore &core);
void ExecuteMul(const Instruction &instruction, AiCore &core);
void ExecuteAdds(const Instruction &instruction, AiCore &core);
void ExecuteMuls(const Instruction &instruction, AiCore &core);
void ExecuteCastHalfToFloat(const Instruction &instruction, AiCore &core);
void ExecuteCastFloatToHalf(const Instruction &instruction, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_OPS_H
