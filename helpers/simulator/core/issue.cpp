// SPDX-License-Identifier: Apache-2.0
#include "issue.h"

#include <algorithm>
#include <string>

#include "ai_core.h"
#include "checks/check.h"
#include "copy_ops.h"
#include "vector_arguments.h"
#include "vector_ops.h"

namespace Simulator {

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

namespace {

Operand InGm(const GlobalOperand &global, const CopyShape &shape, bool written)
{
    Operand operand{};
    operand.role = global.role;
    operand.address = global.address;
    operand.viewBytes = global.viewBytes;
    operand.runBytes = shape.runBytes;
    operand.pitchBytes = shape.runBytes + shape.gmGapBytes;
    operand.runs = shape.runs;
    operand.elementBytes = global.elementBytes;
    operand.buffer = NO_BUFFER;
    operand.space = Space::GM;
    operand.written = written;
    return operand;
}

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

void IssueCopyToUb(const char *call, const LocalOperand &dst, const GlobalOperand &src, const CopyShape &shape,
                   const CopyPadding &padding, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = ExecuteCopyToUb;
    instruction.pipe = Pipe::MTE2;
    instruction.type = DataType::OTHER;
    instruction.droppedBytes = shape.droppedBytes;
    const uint64_t ubRunBytes = RoundUpToBlock(padding.leftBytes + shape.runBytes + padding.rightBytes);
    const uint64_t ubPitchBytes = ubRunBytes + shape.ubGapBlocks * DATA_BLOCK_BYTES;
    const uint32_t runs = shape.runBytes == 0 ? 0 : shape.runs;
    instruction.operands[0] = InUb(dst, ubRunBytes, ubPitchBytes, runs, true);
    instruction.operands[1] = InGm(src, shape, false);
    instruction.operands[1].runs = runs;
    instruction.operandNum = 2;
    instruction.elements = static_cast<uint32_t>(runs * shape.runBytes / src.elementBytes);
    instruction.scalarBits = padding.valueBits;
    instruction.leftPadBytes = padding.leftBytes;
    instruction.rightPadBytes = padding.rightBytes;
    instruction.padsWithValue = padding.withValue;
    AiCore::Current()->Issue(instruction);
}

void IssueCopyToGm(const char *call, const GlobalOperand &dst, const LocalOperand &src, const CopyShape &shape,
                   SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = ExecuteCopyToGm;
    instruction.pipe = Pipe::MTE3;
    instruction.type = DataType::OTHER;
    instruction.droppedBytes = shape.droppedBytes;
    const uint64_t ubPitchBytes = RoundUpToBlock(shape.runBytes) + shape.ubGapBlocks * DATA_BLOCK_BYTES;
    const uint32_t runs = shape.runBytes == 0 ? 0 : shape.runs;
    instruction.operands[0] = InGm(dst, shape, true);
    instruction.operands[0].runs = runs;
    instruction.operands[1] = InUb(src, shape.runBytes, ubPitchBytes, runs, false);
    instruction.operandNum = 2;
    instruction.elements = static_cast<uint32_t>(runs * shape.runBytes / dst.elementBytes);
    AiCore::Current()->Issue(instruction);
}

namespace {

void IssueScalar(const char *call, const Operand &operand, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.pipe = Pipe::S;
    instruction.elements = 1;
    instruction.operands[0] = operand;
    instruction.operandNum = 1;
    core.DrainPipes();
    core.Issue(instruction);
}

}  // namespace

void *AccessElement(const char *call, const LocalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    // The view may end before the element: what is left of it then is nothing, and the bounds check says so.
    LocalOperand element = tensor;
    const uint64_t skipped = index * tensor.elementBytes;
    element.view.address += static_cast<uint32_t>(skipped);
    element.view.bytes = skipped < tensor.view.bytes ? tensor.view.bytes - static_cast<uint32_t>(skipped) : 0;
    IssueScalar(call, InUb(element, tensor.elementBytes, tensor.elementBytes, 1, written), where);
    return AiCore::Current()->Ub(element.view.address);
}

void *AccessElement(const char *call, const GlobalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    GlobalOperand element = tensor;
    const uint64_t skipped = index * tensor.elementBytes;
    element.address += skipped;
    if (tensor.viewBytes != UNDECLARED) {
        element.viewBytes = skipped < tensor.viewBytes ? tensor.viewBytes - skipped : 0;
    }
    IssueScalar(call, InGm(element, {1, tensor.elementBytes, 0, 0}, written), where);
    return reinterpret_cast<void *>(element.address);
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
