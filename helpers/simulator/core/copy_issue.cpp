// SPDX-License-Identifier: Apache-2.0
#include "copy_issue.h"

#include <algorithm>

#include "ai_core.h"

namespace Simulator {

namespace {

Instruction CopyInstruction(const CopyCall &call, void (*execute)(const Instruction &, AiCore &), Pipe pipe,
                            SourceLine where)
{
    Instruction instruction{};
    instruction.call = call.name;
    instruction.where = where;
    instruction.execute = execute;
    instruction.pipe = pipe;
    instruction.type = instruction.sourceType = call.type;
    return instruction;
}

// An instruction with nothing to move has no runs.
uint32_t RunsOf(const CopyShape &shape)
{
    return shape.runBytes == 0 ? 0 : shape.runs;
}

void IssueTwoOperands(Instruction &instruction, const CopyShape &shape, const CopyParameters &parameters,
                      const Operand &dst, const Operand &src)
{
    instruction.operands[0] = dst;
    instruction.operands[1] = src;
    instruction.operandNum = 2;
    instruction.elements = static_cast<uint32_t>(RunsOf(shape) * shape.runBytes / src.elementBytes);
    instruction.SetParameters(parameters);
    AiCore::Current()->Issue(instruction);
}

}  // namespace

void IssueCopyToUb(const CopyCall &call, const LocalOperand &dst, const GlobalOperand &src, const CopyShape &shape,
                   const CopyPadding &padding, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    core.NoteRead(src.address);
    if (padding.withValue) {
        core.padRegister = padding.valueBits;
    }
    Instruction instruction = CopyInstruction(call, ExecuteCopyToUb, Pipe::MTE2, where);
    instruction.scalarBits = core.padRegister;
    CopyParameters parameters{};
    parameters.form = shape.form;
    parameters.droppedBytes = shape.droppedBytes;
    parameters.leftPadBytes = padding.leftBytes;
    parameters.rightPadBytes = padding.rightBytes;
    parameters.padsWithValue = padding.withValue;
    const uint64_t ubRunBytes = RoundUpToBlock(padding.leftBytes + shape.runBytes + padding.rightBytes);
    IssueTwoOperands(instruction, shape, parameters,
                     InUb(dst, ubRunBytes, ubRunBytes + shape.dstGapBytes, RunsOf(shape), true),
                     InGm(src, shape.runBytes, shape.runBytes + shape.srcGapBytes, RunsOf(shape), false));
}

void IssueCopyToGm(const CopyCall &call, const GlobalOperand &dst, const LocalOperand &src, const CopyShape &shape,
                   SourceLine where)
{
    Instruction instruction = CopyInstruction(call, ExecuteCopyToGm, Pipe::MTE3, where);
    CopyParameters parameters{};
    parameters.form = shape.form;
    parameters.droppedBytes = shape.droppedBytes;
    parameters.atomic = AiCore::Current()->atomicMode;
    Operand target = InGm(dst, shape.runBytes, shape.runBytes + shape.dstGapBytes, RunsOf(shape), true);
    target.overwrites = target.atomic = parameters.atomic.IsOn();
    IssueTwoOperands(
        instruction, shape, parameters, target,
        InUb(src, shape.runBytes, RoundUpToBlock(shape.runBytes) + shape.srcGapBytes, RunsOf(shape), false));
}

void IssueCopyInUb(const CopyCall &call, const LocalOperand &dst, const LocalOperand &src, const CopyShape &shape,
                   SourceLine where)
{
    Instruction instruction = CopyInstruction(call, ExecuteCopyInUb, Pipe::V, where);
    CopyParameters parameters{};
    parameters.form = shape.form;
    parameters.droppedBytes = shape.droppedBytes;
    IssueTwoOperands(instruction, shape, parameters,
                     InUb(dst, shape.runBytes, shape.runBytes + shape.dstGapBytes, RunsOf(shape), true),
                     InUb(src, shape.runBytes, shape.runBytes + shape.srcGapBytes, RunsOf(shape), false));
}

// In counter mode each repeat is an instruction here: the block strides go on through all its elements.
void IssueMaskedCopy(const VectorCall &call, const RepeatShape &shape, SourceLine where)
{
    if (!CurrentVectorMask().counter) {
        IssueVector(call, shape, where);
        return;
    }
    RepeatShape one{1, {}};
    for (uint32_t i = 0; i < 2; ++i) {
        const uint32_t repeatBlocks = uint32_t{shape.strides[i].block} * REPEAT_BLOCKS;
        one.strides[i] = {shape.strides[i].block, static_cast<uint16_t>(std::min<uint32_t>(repeatBlocks, UINT16_MAX))};
    }
    for (uint32_t repeat = 0; repeat < shape.repeats; ++repeat) {
        VectorCall part = call;
        for (uint32_t i = 0; i < 2; ++i) {
            const uint64_t bytes = uint64_t{repeat} * shape.strides[i].repeat * DATA_BLOCK_BYTES;
            part.operands[i] = FromElement(call.operands[i], bytes / call.operands[i].elementBytes);
        }
        IssueVector(part, one, where);
    }
}

void IssueFill(const CopyCall &call, const GlobalOperand &dst, uint64_t count, uint64_t valueBits, SourceLine where)
{
    Instruction instruction = CopyInstruction(call, ExecuteFill, Pipe::MTE3, where);
    instruction.scalarBits = valueBits;
    CopyParameters parameters{};
    parameters.atomic = AiCore::Current()->atomicMode;
    const uint64_t bytes = count * dst.elementBytes;
    instruction.operands[0] = InGm(dst, bytes, bytes, 1, true);
    instruction.operands[0].overwrites = true;
    instruction.operands[0].atomic = parameters.atomic.IsOn();
    instruction.operandNum = 1;
    instruction.elements = static_cast<uint32_t>(count);
    instruction.SetParameters(parameters);
    AiCore::Current()->Issue(instruction);
    IssueBarrier(Pipe::MTE3, where);  // the library call ends with it
}

}  // namespace Simulator
