// SPDX-License-Identifier: Apache-2.0
#include "issue.h"

#include <string>

#include "ai_core.h"
#include "copy_ops.h"

namespace Simulator {

namespace {

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

}  // namespace

void IssueVector(const char *call, ExecuteFunction execute, DataType type, int32_t count,
                 std::initializer_list<LocalOperand> operands, uint64_t scalarBits, uint8_t mode, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (count < 0) {
        core.Report(
            {"count-negative", "count", "the element count is " + std::to_string(count) + ", at least 0 is needed",
             "check the subtraction that made it, and its type", count, 0},
            call, where);
    }
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = execute;
    instruction.pipe = Pipe::V;
    instruction.type = type;
    instruction.mode = mode;
    instruction.elements = static_cast<uint32_t>(count);
    instruction.scalarBits = scalarBits;
    for (const LocalOperand &local : operands) {
        const uint64_t bytes = uint64_t{instruction.elements} * local.elementBytes;
        instruction.operands[instruction.operandNum] = InUb(local, bytes, bytes, 1, instruction.operandNum == 0);
        ++instruction.operandNum;
    }
    core.Issue(instruction);
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

void IssueBarrierAll()
{
    AiCore::Current()->DrainPipes();
}

}  // namespace Simulator
