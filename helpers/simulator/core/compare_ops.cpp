// SPDX-License-Identifier: Apache-2.0
#include "compare_ops.h"

#include <cstring>
#include <string>

#include "ai_core.h"
#include "compare_loops.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr const char *COMPARE_MODE_NAMES[] = {"LT", "GT", "EQ", "LE", "GE", "NE"};

struct CompareParameters {
    uint32_t droppedElements;
    uint32_t firstSource;  // which operand is src0
    bool toRegister;
};

// The sources of one repeat side by side, and their bits.
void CompareRepeat(const Instruction &instruction, AiCore &core, uint32_t repeat, uint8_t *bits)
{
    const uint32_t first = instruction.ParametersAs<CompareParameters>().firstSource;
    const NumericModes modes(core.Settings().overflow, core.Settings().flushToZero);
    const VectorGeometry &geometry = instruction.geometry;
    alignas(REPEAT_BYTES) uint8_t sources[2][REPEAT_BYTES] = {};
    for (uint32_t i = first; i < instruction.operandNum; ++i) {
        GatherLanes(instruction, i, repeat, core, sources[i - first]);
        modes.OnOperands(sources[i - first], geometry.lanes, instruction.type);
    }
    uint64_t scalarBits = instruction.scalarBits;
    modes.OnOperands(&scalarBits, 1, instruction.type);
    instruction.loop({bits, sources[0], sources[1], nullptr, scalarBits, geometry.lanes, nullptr});
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        if (!geometry.Takes(repeat, lane)) {
            bits[lane / 8] = static_cast<uint8_t>(bits[lane / 8] & ~(1u << lane % 8));
        }
    }
}

void ExecuteCompare(const Instruction &instruction, AiCore &core)
{
    const VectorGeometry &geometry = instruction.geometry;
    const CompareParameters parameters = instruction.ParametersAs<CompareParameters>();
    if (parameters.toRegister) {
        std::memset(core.registers.compareMask, 0, COMPARE_MASK_BYTES);
        if (geometry.repeats != 0) {
            CompareRepeat(instruction, core, 0, core.registers.compareMask);
        }
        return;
    }
    uint8_t *dst = core.Ub(instruction.operands[0].address);
    bool sideBySide = !core.Settings().flushToZero;
    for (uint32_t i = parameters.firstSource; i < instruction.operandNum; ++i) {
        sideBySide = sideBySide && IsContiguous(instruction, i);
    }
    if (sideBySide && instruction.elements == geometry.repeats * geometry.lanes) {
        const void *src1 = instruction.operandNum == 3 ? core.Ub(instruction.operands[2].address) : nullptr;
        instruction.loop({dst, core.Ub(instruction.operands[1].address), src1, nullptr, instruction.scalarBits,
                          instruction.elements, nullptr});
        return;
    }
    for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
        uint8_t bits[REPEAT_BYTES / 8];
        CompareRepeat(instruction, core, repeat, bits);
        std::memcpy(dst + repeat * geometry.lanes / 8, bits, geometry.lanes / 8);
    }
}

void ExecuteGetCompareMask(const Instruction &instruction, AiCore &core)
{
    std::memcpy(core.Ub(instruction.operands[0].address), core.registers.compareMask, COMPARE_MASK_BYTES);
}

void ExecuteSetCompareMask(const Instruction &instruction, AiCore &core)
{
    std::memcpy(core.registers.compareMask, core.Ub(instruction.operands[0].address), COMPARE_MASK_BYTES);
}

Instruction CompareInstruction(const CompareCall &call, SourceLine where)
{
    if (!call.modeExists || call.loop == nullptr) {
        const bool named = call.mode < COMPARE_MODE_NUM;
        const std::string mode = named ? COMPARE_MODE_NAMES[call.mode] : "number " + std::to_string(call.mode);
        AiCore::Current()->Report(
            {"compare-mode", "cmpMode",
             "comparison " + mode + " does not exist for this type" + (named ? ": int32_t has EQ alone" : ""),
             "convert the sources to float with Cast, or compare by EQ", call.mode,
             static_cast<int64_t>(CompareMode::EQ)},
            call.name, where);
    }
    Instruction instruction{};
    instruction.call = call.name;
    instruction.where = where;
    instruction.execute = ExecuteCompare;
    instruction.pipe = Pipe::V;
    instruction.type = call.type;
    instruction.sourceType = call.type;
    instruction.loop = call.loop;
    instruction.scalarBits = call.scalarBits;
    return instruction;
}

VectorGeometry AllLanes(uint32_t lanes, uint32_t repeats)
{
    VectorGeometry geometry{};
    geometry.lanes = lanes;
    geometry.repeats = repeats;
    const VectorMask mask = FirstLanes(lanes);
    geometry.mask[0] = mask.low;
    geometry.mask[1] = mask.high;
    return geometry;
}

void AddSource(Instruction &instruction, const LocalOperand &local, const VectorGeometry::Stride &stride)
{
    if (local.role != nullptr) {
        instruction.geometry.strides[instruction.operandNum] = stride;
        instruction.operands[instruction.operandNum++] = InUb(local, instruction.geometry, stride, false);
    }
}

void IssueCompareRepeats(const CompareCall &call, const VectorGeometry &geometry, const RepeatShape &shape,
                         uint32_t droppedElements, SourceLine where)
{
    Instruction instruction = CompareInstruction(call, where);
    instruction.geometry = geometry;
    instruction.elements = ElementsIn(geometry);
    instruction.SetParameters(CompareParameters{droppedElements, 1, false});
    const uint64_t bytes = uint64_t{geometry.repeats} * geometry.lanes / 8;
    instruction.operands[instruction.operandNum++] = InUb(call.dst, bytes, bytes, 1, true);
    instruction.geometry.strides[0] = {1, 1};  // the bits lie side by side
    AddSource(instruction, call.src0, shape.strides[1]);
    AddSource(instruction, call.src1, shape.strides[2]);
    AiCore::Current()->Issue(instruction);
}

}  // namespace

void IssueCompare(const CompareCall &call, uint32_t count, SourceLine where)
{
    constexpr VectorGeometry::Stride SIDE_BY_SIDE{1, REPEAT_BLOCKS};
    const uint32_t lanes = REPEAT_BYTES / call.src0.elementBytes;
    IssueCompareRepeats(call, AllLanes(lanes, count / lanes), {0, {{}, SIDE_BY_SIDE, SIDE_BY_SIDE, {}}}, count % lanes,
                        where);
}

void IssueCompare(const CompareCall &call, const RepeatShape &shape, SourceLine where)
{
    const uint32_t lanes = REPEAT_BYTES / call.src0.elementBytes;
    const bool masked = AiCore::Current()->Settings().npuArch == 3002;
    IssueCompareRepeats(call, masked ? GeometryUnderMask(lanes, shape.repeats) : AllLanes(lanes, shape.repeats), shape,
                        0, where);
}

void IssueCompareToRegister(const CompareCall &call, const RepeatShape &shape, SourceLine where)
{
    Instruction instruction = CompareInstruction(call, where);
    instruction.geometry = GeometryUnderMask(REPEAT_BYTES / call.src0.elementBytes, 1);
    instruction.elements = ElementsIn(instruction.geometry);
    instruction.SetParameters(CompareParameters{0, 0, true});
    AddSource(instruction, call.src0, shape.strides[1]);
    AddSource(instruction, call.src1, shape.strides[2]);
    AiCore::Current()->Issue(instruction);
}

namespace {

void IssueCompareMaskCopy(const char *call, const LocalOperand &local, bool written, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = written ? ExecuteGetCompareMask : ExecuteSetCompareMask;
    instruction.pipe = Pipe::V;
    instruction.type = DataType::OTHER;
    instruction.elements = COMPARE_MASK_BYTES / local.elementBytes;
    instruction.operands[0] = InUb(local, COMPARE_MASK_BYTES, COMPARE_MASK_BYTES, 1, written);
    instruction.operandNum = 1;
    AiCore::Current()->Issue(instruction);
}

}  // namespace

void IssueGetCompareMask(const LocalOperand &dst, SourceLine where)
{
    IssueCompareMaskCopy("GetCmpMask", dst, true, where);
}

void IssueSetCompareMask(const LocalOperand &src, SourceLine where)
{
    IssueCompareMaskCopy("SetCmpMask", src, false, where);
}

uint32_t ElementsNotCompared(const Instruction &instruction)
{
    return instruction.execute == ExecuteCompare ? instruction.ParametersAs<CompareParameters>().droppedElements : 0;
}

}  // namespace Simulator
