// SPDX-License-Identifier: Apache-2.0
// What copies do to bytes. Operands: dst, src.
#ifndef SIMULATOR_CORE_COPY_OPS_H
#define SIMULATOR_CORE_COPY_OPS_H

#include "atomic.h"
#include "instruction.h"

namespace Simulator {

// What the kernel counts in.
enum class CopyForm : uint8_t {
    COUNT,   // elements
    BLOCKS,  // 32-byte blocks: DataCopy with DataCopyParams
    BYTES,   // DataCopyPad
};

// What a copy needs besides its operands.
struct CopyParameters {
    CopyForm form;
    uint32_t droppedBytes;  // COUNT: the tail that was asked for and is no whole block
    // Into UB: bytes of filler on either side of each run; whether this call sets the value of the filler.
    uint16_t leftPadBytes;
    uint16_t rightPadBytes;
    bool padsWithValue;
    AtomicMode atomic;  // into global memory
};

void ExecuteCopyToUb(const Instruction &instruction, AiCore &core);
void ExecuteCopyToGm(const Instruction &instruction, AiCore &core);
void ExecuteCopyInUb(const Instruction &instruction, AiCore &core);
// Operand: dst.
void ExecuteFill(const Instruction &instruction, AiCore &core);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_COPY_OPS_H
