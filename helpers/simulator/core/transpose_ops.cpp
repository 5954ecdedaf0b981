// SPDX-License-Identifier: Apache-2.0
#include "transpose_ops.h"

#include <cstring>
#include <string>
#include <vector>

#include "ai_core.h"
#include "operand_list.h"

namespace Simulator {

namespace {

constexpr const char *TRANS_DATA = "TransDataTo5HD";
constexpr const char *DST_ROLES[TRANSPOSE_LIST_LENGTH] = {"dstList[0]",  "dstList[1]",  "dstList[2]",  "dstList[3]",
                                                          "dstList[4]",  "dstList[5]",  "dstList[6]",  "dstList[7]",
                                                          "dstList[8]",  "dstList[9]",  "dstList[10]", "dstList[11]",
                                                          "dstList[12]", "dstList[13]", "dstList[14]", "dstList[15]"};
constexpr const char *SRC_ROLES[TRANSPOSE_LIST_LENGTH] = {"srcList[0]",  "srcList[1]",  "srcList[2]",  "srcList[3]",
                                                          "srcList[4]",  "srcList[5]",  "srcList[6]",  "srcList[7]",
                                                          "srcList[8]",  "srcList[9]",  "srcList[10]", "srcList[11]",
                                                          "srcList[12]", "srcList[13]", "srcList[14]", "srcList[15]"};

constexpr uint32_t MATRIX_SIZE = 16;
constexpr uint32_t MAX_TRANSPOSE_SIZE = 4095;  // channels, and elements of a plane

// dst[j][i] = src[i][j] of matrices one behind the other.
struct TransposeParameters {
    uint32_t batches;
    uint32_t rows;
    uint32_t columns;
};

// Operands: dst, src[, work].
void ExecuteTranspose(const Instruction &instruction, AiCore &core)
{
    const TransposeParameters shape = instruction.ParametersAs<TransposeParameters>();
    const uint32_t bytes = instruction.operands[0].elementBytes;
    const uint8_t *src = core.Ub(instruction.operands[1].address);
    const uint64_t matrixBytes = uint64_t{shape.rows} * shape.columns * bytes;
    // The destination may be the source.
    std::vector<uint8_t> transposed(shape.batches * matrixBytes);
    for (uint32_t batch = 0; batch < shape.batches; ++batch) {
        const uint8_t *from = src + batch * matrixBytes;
        uint8_t *to = transposed.data() + batch * matrixBytes;
        for (uint32_t row = 0; row < shape.rows; ++row) {
            for (uint32_t column = 0; column < shape.columns; ++column) {
                std::memcpy(to + (uint64_t{column} * shape.rows + row) * bytes,
                            from + (uint64_t{row} * shape.columns + column) * bytes, bytes);
            }
        }
    }
    if (instruction.operandNum == 3) {
        constexpr int LOST = 0xFF;
        std::memset(core.Ub(instruction.operands[2].address), LOST, instruction.operands[2].runBytes);
    }
    std::memcpy(core.Ub(instruction.operands[0].address), transposed.data(), transposed.size());
}

struct TransDataParameters {
    uint16_t dstBlocks[TRANSPOSE_LIST_LENGTH];  // addresses in data blocks
    uint16_t srcBlocks[TRANSPOSE_LIST_LENGTH];
    uint16_t dstRepeatStride;
    uint16_t srcRepeatStride;
    uint8_t repeats;
    uint8_t elementBytes;
    bool dstHighHalf;
    bool srcHighHalf;
};

// Which step of a repeat stride a repeat is at: a single repeat is one step on from the lists.
uint32_t StepOf(uint32_t repeat, uint32_t repeats)
{
    return repeats == 1 ? 1 : repeat;
}

void ExecuteTransData(const Instruction &instruction, AiCore &core)
{
    const TransDataParameters parameters = instruction.ParametersAs<TransDataParameters>();
    const uint32_t bytes = parameters.elementBytes;
    // Of 8 bits a list entry is half a block, so that rows and columns are 16 elements, as of 16 bits.
    const uint32_t entryBytes = bytes == 1 ? DATA_BLOCK_BYTES / 2 : DATA_BLOCK_BYTES;
    const uint32_t entryElements = entryBytes / bytes;
    for (uint32_t repeat = 0; repeat < parameters.repeats; ++repeat) {
        const uint32_t step = StepOf(repeat, parameters.repeats);
        const auto entry = [&](uint16_t block, uint16_t stride, bool highHalf) {
            return core.Ub((uint64_t{block} + uint64_t{step} * stride) * DATA_BLOCK_BYTES +
                           (bytes == 1 && highHalf ? entryBytes : 0));
        };
        uint8_t rows[TRANSPOSE_LIST_LENGTH][DATA_BLOCK_BYTES];
        for (uint32_t row = 0; row < TRANSPOSE_LIST_LENGTH; ++row) {
            std::memcpy(rows[row], entry(parameters.srcBlocks[row], parameters.srcRepeatStride, parameters.srcHighHalf),
                        entryBytes);
        }
        for (uint32_t column = 0; column < entryElements; ++column) {
            for (uint32_t row = 0; row < TRANSPOSE_LIST_LENGTH; ++row) {
                const uint32_t place = column * TRANSPOSE_LIST_LENGTH + row;
                uint8_t *dst = entry(parameters.dstBlocks[place / entryElements], parameters.dstRepeatStride,
                                     parameters.dstHighHalf);
                std::memcpy(dst + place % entryElements * bytes, rows[row] + column * bytes, bytes);
            }
        }
    }
}

Instruction TransposeInstruction(const char *call, void (*execute)(const Instruction &, AiCore &), SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = execute;
    instruction.pipe = Pipe::V;
    instruction.type = DataType::OTHER;
    instruction.sourceType = DataType::OTHER;
    instruction.movesBits = true;
    return instruction;
}

// What all repeats touch at one entry of a list; `whole`: with the half of a block that they leave alone.
Operand EntryOperand(const LocalOperand &entry, const TransDataShape &shape, bool isDst, bool whole)
{
    constexpr uint32_t HALF_BYTES = DATA_BLOCK_BYTES / 2;
    const bool halved = entry.elementBytes == 1 && !whole;
    const uint64_t pitchBytes = uint64_t{isDst ? shape.dstRepeatStride : shape.srcRepeatStride} * DATA_BLOCK_BYTES;
    const uint64_t skippedBytes = (shape.repeats == 1 ? pitchBytes : 0) +
                                  (halved && (isDst ? shape.dstHighHalf : shape.srcHighHalf) ? HALF_BYTES : 0);
    Operand operand = InUb(entry, halved ? HALF_BYTES : DATA_BLOCK_BYTES, pitchBytes, shape.repeats, isDst);
    operand.address += skippedBytes;
    operand.viewBytes = operand.viewBytes > skippedBytes ? operand.viewBytes - skippedBytes : 0;
    return operand;
}

// The buffer that an address lies in, as an operand of what is left of it from there on.
LocalOperand OperandAt(AiCore &core, uint64_t address, uint32_t elementBytes, const char *role, SourceLine where)
{
    const uint64_t offset = address - reinterpret_cast<uint64_t>(core.Ub(0));
    if (offset >= core.Settings().ubBytes) {
        core.Report(
            {"address-outside-ub", role, "the address does not lie in UB",
             "take addresses from LocalTensor::GetPhyAddr", static_cast<int64_t>(offset), core.Settings().ubBytes},
            TRANS_DATA, where);
    }
    LocalOperand found{role, {}, elementBytes};
    found.view.address = static_cast<uint32_t>(offset);
    found.view.buffer = NO_BUFFER;
    for (uint32_t index = 0; index < core.Buffers().Count(); ++index) {
        const Buffer &buffer = core.Buffers()[index];
        if (offset >= buffer.address && offset < buffer.address + buffer.bytes) {
            found.view.bytes = buffer.address + buffer.bytes - static_cast<uint32_t>(offset);
            found.view.buffer = static_cast<uint16_t>(index);
            found.view.generation = buffer.generation;
        }
    }
    return found;
}

}  // namespace

namespace {

void IssueTransposeOf(const LocalOperand &dst, const LocalOperand &src, const LocalOperand &work, uint64_t workBytes,
                      const TransposeParameters &shape, SourceLine where)
{
    const uint64_t elements = uint64_t{shape.batches} * shape.rows * shape.columns;
    if (elements == 0) {
        return;
    }
    Instruction instruction = TransposeInstruction("Transpose", ExecuteTranspose, where);
    instruction.elements = static_cast<uint32_t>(elements);
    instruction.SetParameters(shape);
    const uint64_t bytes = elements * dst.elementBytes;
    instruction.operands[0] = InUb(dst, bytes, bytes, 1, true);
    instruction.operands[1] = InUb(src, bytes, bytes, 1, false);
    instruction.operandNum = 2;
    if (workBytes != 0) {
        instruction.operands[instruction.operandNum++] = InUb(work, workBytes, workBytes, 1, true);
    }
    AiCore::Current()->Issue(instruction);
}

}  // namespace

void IssueTranspose(const LocalOperand &dst, const LocalOperand &src, SourceLine where)
{
    IssueTransposeOf(dst, src, {}, 0, {1, MATRIX_SIZE, MATRIX_SIZE}, where);
}

void IssueTranspose(const LocalOperand &dst, const LocalOperand &src, const LocalOperand &work,
                    const TransposeShape &shape, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (shape.kind == TransposeKind::MISSING) {
        core.Report({"transpose-type", "transposeType",
                     "type " + std::to_string(shape.type) + " does not exist for this element type on this family",
                     "both families have TRANSPOSE_ND2ND_B16 of uint16_t, dav-2201 also TRANSPOSE_NCHW2NHWC and "
                     "TRANSPOSE_NHWC2NCHW",
                     shape.type, static_cast<int64_t>(TransposeKind::MISSING)},
                    "Transpose", where);
    }
    if (shape.kind == TransposeKind::MATRIX) {
        IssueTranspose(dst, src, where);
        return;
    }
    const uint32_t plane = uint32_t{shape.height} * shape.width;
    const uint32_t planeBytes = plane * dst.elementBytes;
    if (shape.channels > MAX_TRANSPOSE_SIZE || plane > MAX_TRANSPOSE_SIZE || planeBytes % DATA_BLOCK_BYTES != 0) {
        core.Report(
            {"transpose-shape", "transposeParams",
             "cSize is " + std::to_string(shape.channels) + " and hSize * wSize " + std::to_string(plane) +
                 ", at most 4095 each; the plane has " + std::to_string(planeBytes) +
                 " bytes, which has to be a multiple of 32",
             "pad the plane to whole data blocks", planeBytes, static_cast<int64_t>(RoundUpToBlock(planeBytes))},
            "Transpose", where);
    }
    const uint32_t tileBytes = (dst.elementBytes == 1 ? 2 * MATRIX_SIZE : MATRIX_SIZE) * DATA_BLOCK_BYTES;
    if (shape.kind == TransposeKind::CHANNELS_LAST) {
        IssueTransposeOf(dst, src, work, uint64_t{shape.channels + 2u} * tileBytes,
                         {shape.batches, shape.channels, plane}, where);
    } else {
        IssueTransposeOf(dst, src, work, uint64_t{shape.channels * 2u + 1u} * tileBytes,
                         {shape.batches, plane, shape.channels}, where);
    }
}

void IssueTransData(const LocalOperand (&dst)[TRANSPOSE_LIST_LENGTH], const LocalOperand (&src)[TRANSPOSE_LIST_LENGTH],
                    const TransDataShape &shape, SourceLine where)
{
    if (shape.repeats == 0) {
        return;
    }
    AiCore &core = *AiCore::Current();
    Instruction instruction = TransposeInstruction(TRANS_DATA, ExecuteTransData, where);
    TransDataParameters parameters{};
    parameters.dstRepeatStride = static_cast<uint16_t>(shape.dstRepeatStride);
    parameters.srcRepeatStride = static_cast<uint16_t>(shape.srcRepeatStride);
    parameters.repeats = static_cast<uint8_t>(shape.repeats);
    parameters.elementBytes = static_cast<uint8_t>(dst[0].elementBytes);
    parameters.dstHighHalf = shape.dstHighHalf;
    parameters.srcHighHalf = shape.srcHighHalf;
    Operand dstEntries[TRANSPOSE_LIST_LENGTH];
    Operand srcEntries[TRANSPOSE_LIST_LENGTH];
    for (uint32_t i = 0; i < TRANSPOSE_LIST_LENGTH; ++i) {
        dstEntries[i] = EntryOperand(dst[i], shape, true, false);
        srcEntries[i] = EntryOperand(src[i], shape, false, false);
        parameters.dstBlocks[i] = static_cast<uint16_t>(dst[i].view.address / DATA_BLOCK_BYTES);
        parameters.srcBlocks[i] = static_cast<uint16_t>(src[i].view.address / DATA_BLOCK_BYTES);
        Operand dstWhole = EntryOperand(dst[i], shape, true, true);
        Operand srcWhole = EntryOperand(src[i], shape, false, true);
        dstWhole.role = DST_ROLES[i];
        srcWhole.role = SRC_ROLES[i];
        CheckEntry(instruction, dstWhole, core);
        CheckEntry(instruction, srcWhole, core);
    }
    instruction.SetParameters(parameters);
    instruction.elements =
        shape.repeats * TRANSPOSE_LIST_LENGTH * static_cast<uint32_t>(dstEntries[0].runBytes / dst[0].elementBytes);
    instruction.operands[0] = JoinOperands(dstEntries, TRANSPOSE_LIST_LENGTH, "dstList");
    instruction.operands[1] = JoinOperands(srcEntries, TRANSPOSE_LIST_LENGTH, "srcList");
    instruction.operandNum = 2;
    core.Issue(instruction);
}

void IssueTransData(const uint64_t (&dst)[TRANSPOSE_LIST_LENGTH], const uint64_t (&src)[TRANSPOSE_LIST_LENGTH],
                    uint32_t elementBytes, const TransDataShape &shape, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    LocalOperand dstEntries[TRANSPOSE_LIST_LENGTH];
    LocalOperand srcEntries[TRANSPOSE_LIST_LENGTH];
    for (uint32_t i = 0; i < TRANSPOSE_LIST_LENGTH; ++i) {
        dstEntries[i] = OperandAt(core, dst[i], elementBytes, DST_ROLES[i], where);
        srcEntries[i] = OperandAt(core, src[i], elementBytes, SRC_ROLES[i], where);
    }
    IssueTransData(dstEntries, srcEntries, shape, where);
}

}  // namespace Simulator
