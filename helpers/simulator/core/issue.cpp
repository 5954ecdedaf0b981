// SPDX-License-Identifier: Apache-2.0
#include "issue.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "ai_core.h"
#include "checks/check.h"
#include "flag_ops.h"
#include "vector_arguments.h"
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
    operand.alignment = global.elementBytes;
    operand.buffer = NO_BUFFER;
    operand.space = Space::GM;
    operand.written = written;
    operand.bypassesL2 = written ? global.writesBypassL2 : global.readsBypassL2;
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
uint64_t Span(const VectorGeometry &geometry, const VectorGeometry::Stride &stride, uint32_t elementBytes)
{
    const uint32_t lastByte = geometry.LanesUsed(0) * elementBytes - 1;
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
    operand.alignment = DATA_BLOCK_BYTES;
    operand.buffer = local.view.buffer;
    operand.generation = local.view.generation;
    operand.space = Space::UB;
    operand.written = written;
    return operand;
}

VectorGeometry GeometryUnderMask(uint32_t lanes, uint32_t repeats)
{
    const VectorMask &mask = CurrentVectorMask();
    VectorGeometry geometry{};
    geometry.lanes = lanes;
    geometry.repeats = repeats;
    geometry.mask[0] = mask.low;
    geometry.mask[1] = mask.high;
    geometry.lanesGiven = mask.lanesGiven;
    if (mask.counter) {
        geometry.repeats = static_cast<uint32_t>((mask.low + lanes - 1) / lanes);
        geometry.lastLanes = mask.low == 0 ? 0 : static_cast<uint32_t>((mask.low - 1) % lanes + 1);
    }
    if (ElementsIn(geometry) == 0) {
        geometry.repeats = 0;
    }
    return geometry;
}

uint32_t ElementsIn(const VectorGeometry &geometry)
{
    if (geometry.repeats == 0) {
        return 0;
    }
    if (geometry.lastLanes != 0) {
        return (geometry.repeats - 1) * geometry.lanes + geometry.lastLanes;
    }
    uint32_t taken = 0;
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        taken += geometry.Takes(0, lane) ? 1 : 0;
    }
    return geometry.repeats * taken;
}

Operand InUb(const LocalOperand &local, const VectorGeometry &geometry, const VectorGeometry::Stride &stride,
             bool written)
{
    const uint64_t span = geometry.repeats == 0 ? 0 : Span(geometry, stride, local.elementBytes);
    Operand operand = InUb(local, span, span, 1, written);
    operand.byLanes = true;
    operand.stride = stride;
    return operand;
}

void CheckCount(const char *call, int32_t count, SourceLine where)
{
    if (count < 0) {
        AiCore::Current()->Report(
            {"count-negative", "count", "the element count is " + std::to_string(count) + ", at least 0 is needed",
             "check the subtraction that made it, and its type", count, 0},
            call, where);
    }
}

void WaitForVector(const char *call, SourceLine where)
{
    constexpr PipePair VECTOR_TO_SCALAR{Pipe::V, Pipe::S};
    const auto id = static_cast<uint8_t>(TakeEventId(VECTOR_TO_SCALAR, false, call, where));
    IssueFlag(Instruction::Flag::SET, VECTOR_TO_SCALAR, id, call, where);
    IssueFlag(Instruction::Flag::WAIT, VECTOR_TO_SCALAR, id, call, where);
}

void IssueVector(const VectorCall &call, int32_t count, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    CheckCount(call.name, count, where);
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
    uint32_t widest = 0;
    for (const LocalOperand &local : call.operands) {
        widest = std::max(widest, local.elementBytes);
    }
    instruction.geometry = GeometryUnderMask(REPEAT_BYTES / widest, shape.repeats);
    instruction.elements = ElementsIn(instruction.geometry);
    for (const LocalOperand &local : call.operands) {
        if (local.role == nullptr) {
            break;
        }
        const uint32_t operand = instruction.operandNum++;
        instruction.geometry.strides[operand] = shape.strides[operand];
        instruction.operands[operand] = InUb(local, instruction.geometry, shape.strides[operand], operand == 0);
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

Instruction ScalarInstruction(const char *call, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.pipe = Pipe::S;
    return instruction;
}

namespace {

// What CANN's default build inserts: S waits for the accesses of other pipes to the same bytes.
void WaitForOthers(const Instruction &instruction, AiCore &core)
{
    const Operand &operand = instruction.operands[0];
    uint32_t ends[PIPE_NUM] = {};
    const auto waitFor = [&ends](const Access &access) {
        uint32_t &end = ends[static_cast<uint32_t>(access.pipe)];
        end = access.Exists() ? std::max(end, access.sequence + 1) : end;
    };
    core.Accesses().Over(instruction, operand, [&](const AccessedRange &range, uint64_t, uint64_t) {
        waitFor(range.writer);
        for (const Access &reader : range.readers) {
            waitFor(operand.written ? reader : Access());
        }
    });
    for (const Pipe pipe : {Pipe::V, Pipe::MTE2, Pipe::MTE3}) {
        if (ends[static_cast<uint32_t>(pipe)] > 0) {
            core.WaitFor(pipe, ends[static_cast<uint32_t>(pipe)]);
        }
    }
}

void IssueScalar(const char *call, const Operand &operand, bool ordersItself, bool refers, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction = ScalarInstruction(call, where);
    instruction.elements = 1;
    instruction.operands[0] = operand;
    instruction.operandNum = 1;
    instruction.cached = operand.space == Space::GM;
    instruction.refers = refers;
    instruction.ordersItself = ordersItself && !core.Settings().strictSync;
    if (instruction.ordersItself && core.Settings().checked) {
        WaitForOthers(instruction, core);
    }
    core.Issue(instruction);
}

}  // namespace

void *AccessElement(const char *call, const LocalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    const LocalOperand element = FromElement(tensor, index);
    IssueScalar(call, InUb(element, tensor.elementBytes, tensor.elementBytes, 1, written), true, false, where);
    return AiCore::Current()->Ub(element.view.address);
}

void *AccessElement(const char *call, const GlobalOperand &tensor, uint64_t index, bool written, SourceLine where)
{
    const GlobalOperand element = FromElement(tensor, index);
    AiCore &core = *AiCore::Current();
    if (!written) {
        core.NoteRead(element.address);
    }
    // SetValue of a global tensor is not among the calls that the build orders.
    const bool isSet = std::strcmp(call, "SetValue") == 0;
    IssueScalar(call, InGm(element, tensor.elementBytes, tensor.elementBytes, 1, written), !isSet, written && !isSet,
                where);
    core.NoteWord(element.address, tensor.elementBytes, written);
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

void IssueBarrier(Pipe pipe, SourceLine where)
{
    Instruction instruction = ScalarInstruction("PipeBarrier", where);
    instruction.pipe = pipe;
    instruction.flag = Instruction::Flag::BARRIER;
    AiCore::Current()->Issue(instruction);
}

void IssueBarrierAll(SourceLine where)
{
    AiCore::Current()->DrainPipes();
    IssueBarrier(Pipe::S, where);
}

}  // namespace Simulator
