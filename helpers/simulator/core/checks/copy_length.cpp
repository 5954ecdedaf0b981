// SPDX-License-Identifier: Apache-2.0
// The lengths of copies: whole blocks where the instruction moves blocks, whole elements, fields within their limits.
#include <algorithm>
#include <cstring>

#include "../copy_ops.h"
#include "check.h"

namespace Simulator {

namespace {

constexpr uint64_t MAX_BLOCK_COUNT = 4095;    // DataCopyParams and DataCopyExtParams
constexpr uint64_t MAX_COUNT_BLOCKS = 65535;  // data blocks of the count form
constexpr uint64_t MAX_PAD_BYTES = 2097151;   // DataCopyExtParams::blockLen
constexpr uint64_t MAX_REPEAT_STRIDE = 4095;  // CopyRepeatParams::dstRepeatSize and srcRepeatSize
constexpr uint32_t WIDEST_PADDED_BYTES = 4;   // elements of 64 bits take no pad value but 0

void CheckField(const Instruction &instruction, AiCore &core, const char *field, uint64_t value, uint64_t limit)
{
    if (value <= limit) {
        return;
    }
    core.Report({"copy-field-limit", field,
                 std::string(field) + " is " + std::to_string(value) + ", the instruction takes at most " +
                     std::to_string(limit),
                 "copy less at a time", static_cast<int64_t>(value), static_cast<int64_t>(limit)},
                instruction.call, instruction.where);
}

// Bytes that the tensor holds from the operand's start on.
uint64_t RoomOf(const Operand &operand, AiCore &core)
{
    if (operand.space == Space::UB) {
        return operand.viewBytes;
    }
    const GlobalTensorArea &area = core.Gm().Nearest(operand.address);
    const uint64_t end = area.address + area.bytes;
    const bool inside = operand.address >= area.address && operand.address <= end;
    return inside ? std::min(operand.viewBytes, end - operand.address) : 0;
}

// A length in bytes where blocks are counted asks for 32 times too much: far beyond a tensor that bytes would fit.
void CheckBlockUnits(const Instruction &instruction, AiCore &core)
{
    constexpr uint64_t FAR = 2;  // times the room: less than that is a length that is a little too long
    bool far = false;
    for (const Operand &operand : {instruction.operands[0], instruction.operands[1]}) {
        const uint64_t room = RoomOf(operand, core);
        far = far || operand.SpanBytes() > FAR * room;
        if (operand.SpanBytes() / DATA_BLOCK_BYTES > room) {
            return;
        }
    }
    if (!far) {
        return;
    }
    const Operand &dst = instruction.operands[0];
    const uint64_t blocks = dst.runBytes / DATA_BLOCK_BYTES;
    core.Report(
        {"copy-bytes-for-blocks", "blockLen",
         "blockLen is " + std::to_string(blocks) + ": DataCopy counts data blocks of 32 bytes, that is " +
             Amount(dst.runBytes, dst.elementBytes) + ", more than the tensors hold",
         "if " + std::to_string(blocks) + " bytes are meant, give blockLen " +
             std::to_string((blocks + DATA_BLOCK_BYTES - 1) / DATA_BLOCK_BYTES) +
             " (gaps count blocks too), or use DataCopyPad, whose length is in bytes",
         static_cast<int64_t>(blocks), static_cast<int64_t>((blocks + DATA_BLOCK_BYTES - 1) / DATA_BLOCK_BYTES)},
        instruction.call, instruction.where);
}

void CheckCount(const Instruction &instruction, uint32_t droppedBytes, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    if (droppedBytes != 0) {
        const uint64_t moved = dst.runBytes;
        const uint64_t wanted = moved + droppedBytes;
        core.Report({"copy-not-32-bytes", "count",
                     "a count of " + Amount(wanted, dst.elementBytes) +
                         " is no multiple of 32 bytes: the device rounds down, moves " +
                         Amount(moved, dst.elementBytes) + " and leaves the tail out without a word",
                     "use DataCopyPad, whose length is in bytes, for a tail", static_cast<int64_t>(wanted),
                     static_cast<int64_t>(moved)},
                    instruction.call, instruction.where);
    }
    CheckField(instruction, core, "count (data blocks)", dst.runBytes / DATA_BLOCK_BYTES, MAX_COUNT_BLOCKS);
}

void CheckBytes(const Instruction &instruction, const CopyParameters &parameters, AiCore &core)
{
    const Operand &gm = instruction.operands[0].space == Space::GM ? instruction.operands[0] : instruction.operands[1];
    CheckField(instruction, core, "blockCount", gm.runs, MAX_BLOCK_COUNT);
    CheckField(instruction, core, "blockLen", gm.runBytes, MAX_PAD_BYTES);
    CheckField(instruction, core, "leftPadding (bytes)", parameters.leftPadBytes, DATA_BLOCK_BYTES);
    CheckField(instruction, core, "rightPadding (bytes)", parameters.rightPadBytes, DATA_BLOCK_BYTES);
    if (parameters.padsWithValue && gm.elementBytes > WIDEST_PADDED_BYTES) {
        CheckField(instruction, core, "paddingValue of a 64-bit type", instruction.scalarBits, 0);
    }
    if (gm.runBytes % gm.elementBytes != 0) {
        core.Report({"copy-not-elements", "blockLen",
                     "blockLen is " + std::to_string(gm.runBytes) + " B, no multiple of the element's " +
                         std::to_string(gm.elementBytes) + " B: what the device makes of it is not documented",
                     "copy whole elements: count * sizeof(T)", static_cast<int64_t>(gm.runBytes),
                     static_cast<int64_t>(gm.runBytes / gm.elementBytes * gm.elementBytes), Severity::WARNING},
                    instruction.call, instruction.where);
    }
}

}  // namespace

void CheckCopyLength(const Instruction &instruction, AiCore &core)
{
    if (std::strcmp(instruction.call, "Copy") == 0 && instruction.geometry.lastLanes == 0) {
        CheckField(instruction, core, "dstRepeatSize", instruction.geometry.strides[0].repeat, MAX_REPEAT_STRIDE);
        CheckField(instruction, core, "srcRepeatSize", instruction.geometry.strides[1].repeat, MAX_REPEAT_STRIDE);
    }
    if (instruction.execute != ExecuteCopyToUb && instruction.execute != ExecuteCopyToGm &&
        instruction.execute != ExecuteCopyInUb) {
        return;
    }
    const CopyParameters parameters = instruction.ParametersAs<CopyParameters>();
    if (parameters.form == CopyForm::COUNT) {
        CheckCount(instruction, parameters.droppedBytes, core);
    } else if (parameters.form == CopyForm::BLOCKS) {
        CheckField(instruction, core, "blockCount", instruction.operands[0].runs, MAX_BLOCK_COUNT);
        CheckBlockUnits(instruction, core);
    } else {
        CheckBytes(instruction, parameters, core);
    }
}

}  // namespace Simulator
