// SPDX-License-Identifier: Apache-2.0
#include "copy_ops.h"

#include <algorithm>
#include <cstring>

#include "ai_core.h"
#include "bulk_copy.h"

namespace Simulator {

namespace {

// Elements of 64 bits are moved, and padded, as two of 32.
constexpr uint32_t WIDEST_FILLER_BYTES = 4;
constexpr uint64_t FILL_CHUNK_BYTES = 4096;

uint8_t *GmPointer(const Operand &operand, uint32_t run)
{
    return reinterpret_cast<uint8_t *>(operand.address + run * operand.pitchBytes);
}

uint8_t *UbPointer(const Operand &operand, uint32_t run, AiCore &core)
{
    return core.Ub(operand.address + run * operand.pitchBytes);
}

// `value` repeated element by element over [target, target + bytes).
void Repeat(uint8_t *target, uint64_t bytes, const void *value, uint32_t elementBytes)
{
    for (uint64_t done = 0; done < bytes; done += elementBytes) {
        std::memcpy(target + done, value, std::min<uint64_t>(elementBytes, bytes - done));
    }
}

void Store(uint8_t *target, const uint8_t *source, uint64_t bytes, AtomicMode atomic, AiCore &core)
{
    if (atomic.IsOn()) {
        StoreAtomically(target, source, bytes, atomic, core);
    } else {
        CopyPastCaches(target, source, bytes);
    }
}

}  // namespace

// In UB each run starts on a 32-byte block: left padding, data, right padding, completed to the next block.
// The filler is the run's first element without padding, else the pad register (DataCopyPad page, "dummy" rules).
void ExecuteCopyToUb(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    const CopyParameters parameters = instruction.ParametersAs<CopyParameters>();
    const bool padded = parameters.leftPadBytes != 0 || parameters.rightPadBytes != 0 || parameters.padsWithValue;
    const uint32_t fillerBytes = std::min(src.elementBytes, WIDEST_FILLER_BYTES);
    for (uint32_t run = 0; run < src.runs; ++run) {
        uint8_t *start = UbPointer(dst, run, core);
        uint8_t *data = start + parameters.leftPadBytes;
        CopyFetchingAhead(data, GmPointer(src, run), src.runBytes);
        const void *filler = padded ? static_cast<const void *>(&instruction.scalarBits) : data;
        Repeat(start, parameters.leftPadBytes, filler, fillerBytes);
        uint8_t *end = data + src.runBytes;
        Repeat(end, static_cast<uint64_t>(start + dst.runBytes - end), filler, fillerBytes);
    }
}

void ExecuteCopyToGm(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    const AtomicMode atomic = instruction.ParametersAs<CopyParameters>().atomic;
    for (uint32_t run = 0; run < dst.runs; ++run) {
        Store(GmPointer(dst, run), UbPointer(src, run, core), dst.runBytes, atomic, core);
    }
}

// Run after run: a run that another one reads must not overlap it on the device.
void ExecuteCopyInUb(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[1];
    for (uint32_t run = 0; run < dst.runs; ++run) {
        std::memmove(UbPointer(dst, run, core), UbPointer(src, run, core), dst.runBytes);
    }
}

void ExecuteFill(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    const AtomicMode atomic = instruction.ParametersAs<CopyParameters>().atomic;
    alignas(uint64_t) uint8_t chunk[FILL_CHUNK_BYTES];
    Repeat(chunk, std::min(FILL_CHUNK_BYTES, dst.runBytes), &instruction.scalarBits, dst.elementBytes);
    for (uint64_t done = 0; done < dst.runBytes; done += FILL_CHUNK_BYTES) {
        Store(GmPointer(dst, 0) + done, chunk, std::min(FILL_CHUNK_BYTES, dst.runBytes - done), atomic, core);
    }
}

}  // namespace Simulator
