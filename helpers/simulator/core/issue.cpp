// SPDX-License-Identifier: Apache-2.0
#include "issue.h"

#include <algorithm>
#include <string>

#include "ai_core.h"
#include "checks/check.h"
#include "vector_ops.h"

namespace Simulator {

LocalOperand FromElement(const LocalOperand &local, uint64_t index)
{
    LocalOperand rest = local;
    const uint64_t skipped = index * local.elementBytes;
    rest.view.address += static_cast<uint32_t>(skipped);
    rest.view.bytes = skipped < local.view.bytes ? local.view.bytes - static_cast<uint32_t>(skipped) : 0;
    return rest;
}

GlobalOperand FromElement(const GlobalOperand &global, uint64_t index)
{
    GlobalOperand rest = global;
    const uint64_t skipped = index * global.elementBytes;
    rest.address += skipped;
    if (global.viewBytes != UNDECLARED) {
        rest.viewBytes = skipped < global.viewBytes ? global.viewBytes - skipped : 0;
    }
    return rest;
}

Operand InUb(const LocalOperand &local, uint64_t runBytes, uint64_t pitchBytes, uint32_t runs, bool written)
{
    Operand operand{};
    operand.role = local.role;
    operand.address = local.view.address;
    operand.viewBytes = local.view.bytes;
    operand.runBytes = runBytes;
    operand.pitchBytes = pitchBytes;
    operand.runs = runs;
    operand.elementBytes = local.elementBytes;
    operand.buffer = local.view.buffer;
    operand.generation = local.view.generation;
    operand.space = Space::UB;
    operand.written = written;
    return operand;
}

Operand InGm(const GlobalOperand &global, uint64_t runBytes, uint64_t pitchBytes, uint32_t runs, bool written)
{
    Operand operand{};
    operand.role = global.role;
    operand.address = global.address;
    operand.viewBytes = global.viewBytes;
    operand.runBytes = runBytes;
    operand.pitchBytes = pitchBytes;
    operand.runs = runs;
    operand.elementBytes = global.elementBytes;
    operand.buffer = NO_BUFFER;
    operand.space = Space::GM;
    operand.written = written;
    return operand;
}

namespace {

Instruction VectorInstruction(const VectorCall &call, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call.name;
    instruction.where = where;
    instruction.execute = call.execute;
    instruction.pipe = Pipe::V;
    instruction.loop = call.loop;
    instruction.type = call.type;
    instruction.sourceType = call.sourceType;
    instruction.readsDst = call.readsDst;
    instruction.movesBits = call.movesBits;
    instruction.mode = call.roundMode;
    instruction.modesTaken = call.modesTaken;
    instruction.scalarBits = call.scalarBits;
    return instruction;
}

// Bytes from an operand's start to the end of its last lane. A counter's last repeat may end before an earlier one.
uint64_t Span(const VectorGeometry &geometry, uint32_t operand, uint32_t lanesUsed, uint32_t elementBytes)
{
    const VectorGeometry::Stride &stride = geometry.strides[operand];
    const uint32_t lastByte = lanesUsed * elementBytes - 1;
    const uint64_t inRepeat = uint64_t{lastByte / DATA_BLOCK_BYTES} * stride.block * DATA_BLOCK_BYTES;
    const uint32_t wholeBefore = geometry.lastLanes != 0 && geometry.lastLanes < geometry.lanes && geometry.repeats > 1;
    uint64_t span = uint64_t{geometry.repeats - 1 - wholeBefore} * stride.repeat * DATA_BLOCK_BYTES + inRepeat +
                    lastByte % DATA_BLOCK_BYTES + 1;
    if (wholeBefore != 0) {
        const uint32_t tailByte = geometry.lastLanes * elementBytes - 1;
        const uint64_t tail =
            uint64_t{geometry.repeats - 1} * stride.repeat + tailByte / DATA_BLOCK_BYTES * stride.block;
        span = std::max(span, tail * DATA_BLOCK_BYTES + tailByte % DATA_BLOCK_BYTES + 1);
    }
    return span;
}

}  // namespace

void IssueVector(const VectorCall &call, int32_t count, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (count < 0) {
        core.Report(
            {"count-negative", "count", "the element count is " + std::to_string(count) + ", at least 0 is needed",
             "check the subtraction that made it, and its type", count, 0},
            call.name, where);
    }
    Instruction instruction = VectorInstruction(call, where);
    instruction.elements = static_cast<uint32_t>(count);
    for (const LocalOperand &local : call.operands) {
        if (local.role == nullptr) {
            break;
        }
        const uint64_t bytes = uint64_t{instruction.elements} * local.elementBytes;
        instruction.operands[instruction.operandNum] = InUb(local, bytes, bytes, 1, instruction.operandNum == 0);
        ++instruction.operandNum;
    }
    core.Issue(instruction);
    if (core.Settings().npuArch == 2201) {
        core.vectorMask = VectorMask();
    }
}

void IssueVector(const VectorCall &call, const RepeatShape &shape, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (!core.vectorMask.counter) {
        CheckRepeatTimes(call.name, shape.repeats, where);
    }
    Instruction instruction = VectorInstruction(call, where);
    VectorGeometry &geometry = instruction.geometry;
    uint32_t widest = 0;
    for (const LocalOperand &local : call.operands) {
        widest = std::max(widest, local.elementBytes);
    }
    geometry.lanes = REPEAT_BYTES / widest;
    geometry.repeats = shape.repeats;
    geometry.mask[0] = core.vectorMask.low;
    geometry.mask[1] = core.vectorMask.high;
    geometry.lanesGiven = core.vectorMask.lanesGiven;
    if (core.vectorMask.counter) {
        const uint64_t count = core.vectorMask.low;
        geometry.repeats = static_cast<uint32_t>((count + geometry.lanes - 1) / geometry.lanes);
        geometry.lastLanes = count == 0 ? 0 : static_cast<uint32_t>((count - 1) % geometry.lanes + 1);
    }
    // The last lane that takes part in any repeat; with none there is nothing to do.
    uint32_t lanesUsed = 0;
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        if (geometry.repeats > 1 && geometry.lastLanes != 0) {
            lanesUsed = geometry.lanes;
        } else if (geometry.Takes(geometry.repeats - 1, lane)) {
            lanesUsed = lane + 1;
        }
        instruction.elements += geometry.repeats > 0 && geometry.Takes(0, lane) ? 1 : 0;
    }
    instruction.elements *= geometry.repeats;
    if (geometry.lastLanes != 0) {
        instruction.elements = static_cast<uint32_t>(core.vectorMask.low);
    }
    if (instruction.elements == 0) {
        geometry.repeats = 0;
    }
    for (const LocalOperand &local : call.operands) {
        if (local.role == nullptr) {
            break;
        }
        geometry.strides[instruction.operandNum] = shape.strides[instruction.operandNum];
        const uint64_t span =
            geometry.repeats == 0 ? 0 : Span(geometry, instruction.operandNum, lanesUsed, local.elementBytes);
        instruction.operands[instruction.operandNum] = InUb(local, span, span, 1, instruction.operandNum == 0);
        ++instruction.operandNum;
    }
    core.Issue(instruction);
}

void SetMaskLanes(uint64_t lanes)
{
    VectorMask &mask = CurrentVectorMask();
    if (mask.counter) {
        mask.low = lanes;
    } else {
        mask = FirstLanes(lanes);
        mask.lanesGiven = lanes;
    }
}

void SetMaskBits(const uint64_t *bits)
{
    VectorMask &mask = CurrentVectorMask();
    mask.low = bits[0];
    mask.high = bits[1];
    mask.lanesGiven = 0;
}

VectorMask &CurrentVectorMask()
{
    return AiCore::Current()->vectorMask;
}

void CheckRepeatTimes(const char *call, uint32_t repeats, SourceLine where)
{
    constexpr uint32_t MAX_REPEATS = UINT8_MAX;
    if (repeats > MAX_REPEATS) {
        AiCore::Current()->Report(
            {"repeat-times", "repeatTime",
             "repeatTime is " + std::to_string(repeats) + ", which has 8 bits on the device: it repeats " +
                 std::to_string(repeats % (MAX_REPEATS + 1)) + " times",
             "repeat at most 255 times in one call, or pass a count of elements", repeats, MAX_REPEATS},
            call, where);
    }
}

void SetDequantScale(uint64_t bits)
{
    AiCore::Current()->dequantScale = {bits, true};
}

uint64_t DequantScale(const char *call, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (!core.dequantScale.isSet) {
        core.Report({"dequant-scale", "scale",
                     "int32_t to half multiplies by a scale, which this block has not set: the device takes what its "
                     "register holds",
                     "call SetDeqScale(static_cast<half>(1.0f)) before", 0, 1},
                    call, where);
    }
    return core.dequantScale.bits;
}

void CheckShiftDistance(const char *call, int64_t distance, uint32_t bits, SourceLine where)
{
    if (distance < 0 || distance > bits) {
        AiCore::Current()->Report({"shift-distance", "scalarValue",
                                   "shifts by " + std::to_string(distance) + ", elements of " + std::to_string(bits) +
                                       " bits shift by 0 to " + std::to_string(bits),
                                   "check where the distance comes from", distance, bits},
                                  call, where);
    }
}

void CheckShiftRounding(SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (core.Settings().npuArch == 3002) {
        core.Report({"shift-rounding", "roundEn",
                     "roundEn is true, and this SoC (dav-3002) does not round when it shifts: only false is taken",
                     "add half of the last place before the shift", 1, 0},
                    "ShiftRight", where);
    }
}

Instruction ScalarInstruction(const char *call, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.pipe = Pipe::S;
    return instruction;
}

namespace {

void IssueScalar(const char *call, const Operand &operand, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction = ScalarInstruction(call, where);
    instruction.elements = 1;
    instruction.operands[0] = operand;
    instruction.operandNum = 1;
    core.DrainPipes();
    core.Issue(instruction);
}

}  // namespace

void *AccessElement(const char *call, const LocalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    const LocalOperand element = FromElement(tensor, index);
    IssueScalar(call, InUb(element, tensor.elementBytes, tensor.elementBytes, 1, written), where);
    return AiCore::Current()->Ub(element.view.address);
}

void *AccessElement(const char *call, const GlobalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    const GlobalOperand element = FromElement(tensor, index);
    if (!written) {
        AiCore::Current()->NoteRead(element.address);
    }
    IssueScalar(call, InGm(element, tensor.elementBytes, tensor.elementBytes, 1, written), where);
    return reinterpret_cast<void *>(element.address);
}

void *ReferToElement(const char *call, const GlobalOperand &tensor, uint64_t index, SourceLine where)
{
    const GlobalTensorArea &area = AiCore::Current()->Gm().Nearest(tensor.address + index * tensor.elementBytes);
    return AccessElement(call, tensor, index, area.role != Role::IN, where);
}

void ReportAssertion(const char *condition, const char *text, SourceLine where)
{
    std::string words = text;
    while (!words.empty() && words.back() == '\n') {
        words.pop_back();
    }
    AiCore::Current()->Report({"assertion", "condition",
                               "the kernel asserts " + std::string(condition) + ", which is false" +
                                   (words.empty() ? "" : " (" + words + ")"),
                               "look at the values that enter the condition", 0, 1},
                              "ASSERT", where);
}

void IssueBarrierAll()
{
    AiCore::Current()->DrainPipes();
}

}  // namespace Simulator
