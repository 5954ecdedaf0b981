// SPDX-License-Identifier: Apache-2.0
#include "select_ops.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "ai_core.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr const char *SELECT_MODE_NAMES[] = {"VSEL_CMPMASK_SPR", "VSEL_TENSOR_SCALAR_MODE", "VSEL_TENSOR_TENSOR_MODE"};

struct SelectParameters {
    SelectMode mode;
    bool bitsInRegister;
    bool scalarInRegister;
    bool withScalar;
};

// Where the operands stand in the instruction: those that a call does not have leave no gap.
struct SelectOperands {
    explicit SelectOperands(const SelectParameters &parameters)
        : src0(parameters.bitsInRegister ? 1 : 2), src1(src0 + 1)
    {
    }
    static constexpr uint32_t SEL_MASK = 1;
    uint32_t src0;
    uint32_t src1;
};

// What the call leaves in the compare-mask register of dav-2201: the bits, or copies of the scalar or of an address.
void LeaveInRegister(const Instruction &instruction, const SelectParameters &parameters, AiCore &core)
{
    uint8_t *compareMask = core.registers.compareMask;
    if (parameters.bitsInRegister || parameters.scalarInRegister) {
        return;
    }
    const Operand &selMask = instruction.operands[SelectOperands::SEL_MASK];
    if (parameters.mode == SelectMode::COMPARE_MASK) {
        std::memcpy(compareMask, core.Ub(selMask.address), std::min<uint64_t>(selMask.runBytes, COMPARE_MASK_BYTES));
        return;
    }
    const bool scalar = parameters.mode == SelectMode::TENSOR_SCALAR;
    const uint64_t value = scalar ? instruction.scalarBits : selMask.address;
    const uint32_t bytes = scalar ? instruction.operands[0].elementBytes : sizeof(uint32_t);
    for (uint32_t i = 0; i < COMPARE_MASK_BYTES; i += bytes) {
        std::memcpy(compareMask + i, &value, bytes);
    }
}

void ExecuteSelect(const Instruction &instruction, AiCore &core)
{
    const SelectParameters parameters = instruction.ParametersAs<SelectParameters>();
    const SelectOperands at(parameters);
    const VectorGeometry &geometry = instruction.geometry;
    uint8_t compareMask[COMPARE_MASK_BYTES];
    std::memcpy(compareMask, core.registers.compareMask, COMPARE_MASK_BYTES);
    uint64_t scalarBits = instruction.scalarBits;
    if (parameters.scalarInRegister) {
        std::memcpy(&scalarBits, compareMask, sizeof(scalarBits));
    }
    const uint8_t *bits =
        parameters.bitsInRegister ? compareMask : core.Ub(instruction.operands[SelectOperands::SEL_MASK].address);
    const bool bitsGoOn = parameters.mode != SelectMode::COMPARE_MASK;
    const uint32_t elementBytes = instruction.operands[0].elementBytes;
    const uint32_t lanes = REPEAT_BYTES / elementBytes;

    const bool sideBySide = IsContiguous(instruction, 0) && IsContiguous(instruction, at.src0) &&
                            (parameters.withScalar || IsContiguous(instruction, at.src1));
    if (sideBySide && (geometry.repeats == 0 || IsInOrder(instruction))) {
        const uint32_t step = bitsGoOn ? instruction.elements : lanes;
        for (uint32_t start = 0; start < instruction.elements; start += step) {
            const auto from = [&](uint32_t operand) {
                return core.Ub(instruction.operands[operand].address + start * elementBytes);
            };
            instruction.loop({from(0), from(at.src0), parameters.withScalar ? nullptr : from(at.src1), bits, scalarBits,
                              std::min(step, instruction.elements - start), nullptr});
        }
    } else {
        for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
            alignas(REPEAT_BYTES) uint8_t elements[3][REPEAT_BYTES] = {};
            GatherLanes(instruction, at.src0, repeat, core, elements[1]);
            if (!parameters.withScalar) {
                GatherLanes(instruction, at.src1, repeat, core, elements[2]);
            }
            const uint8_t *repeatBits = bits + (bitsGoOn ? repeat * lanes / 8 : 0);
            uint8_t used[REPEAT_BYTES / 8];
            const uint32_t usedLanes =
                geometry.lastLanes != 0 && repeat + 1 == geometry.repeats ? geometry.lastLanes : lanes;
            std::memcpy(used, repeatBits, (usedLanes + 7) / 8);
            instruction.loop({elements[0], elements[1], elements[2], used, scalarBits, usedLanes, nullptr});
            ScatterLanes(instruction, 0, repeat, core, elements[0]);
        }
    }
    LeaveInRegister(instruction, parameters, core);
}

Instruction SelectInstruction(const SelectCall &call, SourceLine where)
{
    if (!call.fitsSource) {
        const uint8_t mode = static_cast<uint8_t>(call.mode);
        const bool exists = mode <= static_cast<uint8_t>(SelectMode::TENSOR_TENSOR);
        const bool scalar = call.src1.role == nullptr;
        AiCore::Current()->Report(
            {"select-mode", "selMode",
             std::string("mode ") + (exists ? SELECT_MODE_NAMES[mode] : "unknown") + " (" + std::to_string(mode) +
                 ") does not go with a second source that is a " + (scalar ? "scalar" : "tensor"),
             scalar ? "pass VSEL_TENSOR_SCALAR_MODE" : "pass VSEL_TENSOR_TENSOR_MODE or VSEL_CMPMASK_SPR", mode,
             static_cast<int64_t>(scalar ? SelectMode::TENSOR_SCALAR : SelectMode::TENSOR_TENSOR)},
            "Select", where);
    }
    Instruction instruction{};
    instruction.call = "Select";
    instruction.where = where;
    instruction.execute = ExecuteSelect;
    instruction.pipe = Pipe::V;
    instruction.type = call.type;
    instruction.sourceType = call.type;
    instruction.loop = call.loop;
    instruction.movesBits = true;
    instruction.scalarBits = call.scalarBits;
    instruction.SetParameters(
        SelectParameters{call.mode, call.selMask.role == nullptr, call.scalarInRegister, call.src1.role == nullptr});
    return instruction;
}

// The bytes of the selection mask that `elements` elements in repeats of `lanes` use.
uint64_t SelectMaskBytes(const SelectCall &call, uint64_t elements, uint32_t lanes)
{
    const uint64_t bits = call.mode == SelectMode::COMPARE_MASK ? std::min<uint64_t>(elements, lanes) : elements;
    return (bits + 7) / 8;
}

}  // namespace

void IssueSelect(const SelectCall &call, uint32_t count, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction = SelectInstruction(call, where);
    instruction.elements = count;
    const uint64_t maskBytes = SelectMaskBytes(call, count, REPEAT_BYTES / call.dst.elementBytes);
    for (const LocalOperand *local : {&call.dst, &call.selMask, &call.src0, &call.src1}) {
        const uint64_t bytes = local == &call.selMask ? maskBytes : uint64_t{count} * local->elementBytes;
        if (local->role != nullptr) {
            instruction.operands[instruction.operandNum++] = InUb(*local, bytes, bytes, 1, local == &call.dst);
        }
    }
    core.Issue(instruction);
    if (core.Settings().npuArch == 2201) {
        core.vectorMask = VectorMask();
    }
}

void IssueSelect(const SelectCall &call, const RepeatShape &shape, SourceLine where)
{
    Instruction instruction = SelectInstruction(call, where);
    const uint32_t lanes = REPEAT_BYTES / call.dst.elementBytes;
    VectorGeometry &geometry = instruction.geometry;
    geometry = GeometryUnderMask(lanes, shape.repeats);
    instruction.elements = ElementsIn(geometry);
    const uint64_t maskElements =
        geometry.lastLanes != 0 ? instruction.elements : uint64_t{geometry.repeats} * geometry.lanes;
    const uint64_t maskBytes = SelectMaskBytes(call, maskElements, lanes);
    const LocalOperand *locals[] = {&call.dst, &call.selMask, &call.src0, &call.src1};
    const VectorGeometry::Stride strides[] = {shape.strides[0], {}, shape.strides[1], shape.strides[2]};
    for (uint32_t i = 0; i < MAX_OPERANDS; ++i) {
        if (locals[i]->role == nullptr) {
            continue;
        }
        const uint32_t operand = instruction.operandNum++;
        geometry.strides[operand] = strides[i];
        instruction.operands[operand] = locals[i] == &call.selMask ? InUb(*locals[i], maskBytes, maskBytes, 1, false)
                                                                   : InUb(*locals[i], geometry, strides[i], i == 0);
    }
    AiCore::Current()->Issue(instruction);
}

bool UsesReservedUb(const Instruction &instruction)
{
    if (instruction.execute != ExecuteSelect) {
        return false;
    }
    const SelectParameters parameters = instruction.ParametersAs<SelectParameters>();
    return parameters.mode != SelectMode::COMPARE_MASK && !parameters.scalarInRegister;
}

}  // namespace Simulator
