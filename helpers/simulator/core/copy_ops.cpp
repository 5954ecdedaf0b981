// SPDX-License-Identifier: Apache-2.0
#include "copy_ops.h"

#include <algorithm>
#include <cstring>

#include "ai_core.h"
#include "bulk_copy.h"

namespace Simulator {

namespace {

const uint8_t *GmPointer(const Operand &operand, uint32_t run)
{
    return reinterpret_cast<const uint8_t *>(operand.address + run * operand.pitchBytes);
}

// `value` repeated element by element over [target, target + bytes).
void Fill(uint8_t *target, uint64_t bytes, const void *value, uint32_t elementBytes)
{
    for (uint64_t done = 0; done < bytes; done += elementBytes) {
        std::memcpy(target + done, value, std::min<uint64_t>(elementBytes, bytes - done));
    }
}

}  // namespace

// In UB each run starts on a 32-byte block: left padding, data, right padding, completed to the next block.
// The filler is the run's first element without padding, else the pad register (DataCopyPad page, "dummy" rules).
void ExecuteCopyToUb(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    const bool padded = instruction.leftPadBytes != 0 || instruction.rightPadBytes != 0;
    if (instruction.padsWithValue) {
        core.padRegister = instruction.scalarBits;
    }
    for (uint32_t run = 0; run < src.runs; ++run) {
        uint8_t *start = core.Ub(dst.address + run * dst.pitchBytes);
        uint8_t *data = start + instruction.leftPadBytes;
        CopyFetchingAhead(data, GmPointer(src, run), src.runBytes);
        const void *filler = padded || instruction.padsWithValue ? static_cast<const void *>(&core.padRegister) : data;
        Fill(start, instruction.leftPadBytes, filler, src.elementBytes);
        uint8_t *end = data + src.runBytes;
        Fill(end, static_cast<uint64_t>(start + dst.runBytes - end), filler, src.elementBytes);
    }
}

void ExecuteCopyToGm(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    for (uint32_t run = 0; run < dst.runs; ++run) {
        uint8_t *target = reinterpret_cast<uint8_t *>(dst.address + run * dst.pitchBytes);
        CopyPastCaches(target, core.Ub(src.address + run * src.pitchBytes), dst.runBytes);
    }
}

}  // namespace Simulator
