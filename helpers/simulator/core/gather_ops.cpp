// SPDX-License-Identifier: Apache-2.0
#include "gather_ops.h"

#include <cstring>
#include <string>

#include "ai_core.h"
#include "checks/check.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr uint32_t MAX_GATHER_REPEATS = 255;
constexpr uint32_t SHORT_OFFSET_ELEMENTS = 65536;  // what dav-3002 can reach of types of 8 and 16 bits

// Operands: dst, src, offset.
struct GatherParameters {
    uint32_t baseBytes;
    uint32_t pieceBytes;   // an element or a data block
    uint32_t nearOperand;  // the one whose elements lie in order
    uint32_t farOperand;   // the one that offsets point into
};

// The place an offset names, in bytes of UB. Where it is none, that is a finding as the instruction executes.
uint64_t PlaceOf(const Instruction &instruction, AiCore &core, const GatherParameters &parameters, uint32_t index,
                 uint32_t offset)
{
    const Operand &far = instruction.operands[parameters.farOperand];
    const uint64_t fromStart = uint64_t{parameters.baseBytes} + offset;
    const uint64_t place = far.address + fromStart;
    const uint64_t end = fromStart + parameters.pieceBytes;
    const bool checked = core.Settings().checked && IsOn(CheckUbBounds, core.Settings());
    if (place + parameters.pieceBytes > core.Settings().ubBytes || (checked && end > far.viewBytes)) {
        core.Report({"offset-out-of-bounds", std::string(far.role),
                     "offset " + std::to_string(index) + " with the base leads to byte " + std::to_string(fromStart) +
                         " of a tensor that holds " + std::to_string(far.viewBytes) + " bytes",
                     "offsets are in bytes: element numbers times " + std::to_string(far.elementBytes),
                     static_cast<int64_t>(end), static_cast<int64_t>(far.viewBytes)},
                    instruction, far);
    }
    const uint32_t unit = parameters.pieceBytes;
    if (checked && place % unit != 0) {
        core.Report(
            {"offset-misaligned", std::string(far.role),
             "offset " + std::to_string(index) + " with the base leads to byte " + std::to_string(fromStart) +
                 ", no multiple of " + std::to_string(unit),
             "offsets are in bytes: multiples of " + std::to_string(unit), static_cast<int64_t>(place % unit), 0},
            instruction, far);
    }
    const bool isShort = core.Settings().npuArch == 3002 && far.elementBytes <= 2 && unit == far.elementBytes;
    if (checked && isShort && offset / far.elementBytes >= SHORT_OFFSET_ELEMENTS) {
        core.Report({"offset-out-of-bounds", std::string(far.role),
                     "offset " + std::to_string(index) + " is " + std::to_string(offset) +
                         ", more than dav-3002 takes for elements of " + std::to_string(far.elementBytes) + " bytes",
                     "move the base instead", offset, SHORT_OFFSET_ELEMENTS * far.elementBytes - 1},
                    instruction, far);
    }
    return place;
}

void ExecuteGather(const Instruction &instruction, AiCore &core)
{
    const GatherParameters parameters = instruction.ParametersAs<GatherParameters>();
    const VectorGeometry &geometry = instruction.geometry;
    const uint8_t *offsets = core.Ub(instruction.operands[2].address);
    const Operand &near = instruction.operands[parameters.nearOperand];
    for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
        for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
            if (!geometry.Takes(repeat, lane)) {
                continue;
            }
            const uint32_t index = repeat * geometry.lanes + lane;
            uint32_t offset;
            std::memcpy(&offset, offsets + index * sizeof(offset), sizeof(offset));
            uint8_t *far = core.Ub(PlaceOf(instruction, core, parameters, index, offset));
            uint8_t *here = core.Ub(near.address + LaneOffset(geometry.strides[parameters.nearOperand], repeat, lane,
                                                              parameters.pieceBytes));
            std::memcpy(parameters.nearOperand == 0 ? here : far, parameters.nearOperand == 0 ? far : here,
                        parameters.pieceBytes);
        }
    }
}

Instruction GatherInstruction(const GatherCall &call, const VectorGeometry &geometry, uint32_t pieceBytes,
                              const VectorGeometry::Stride &stride, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call.name;
    instruction.where = where;
    instruction.execute = ExecuteGather;
    instruction.pipe = Pipe::V;
    instruction.type = call.type;
    instruction.sourceType = call.type;
    instruction.movesBits = true;
    instruction.geometry = geometry;
    instruction.elements = ElementsIn(geometry);
    const uint32_t nearOperand = call.spreads ? 1 : 0;
    instruction.SetParameters(GatherParameters{call.baseBytes, pieceBytes, nearOperand, 1 - nearOperand});
    // Which bytes the offsets name is not known before they are read: it may be any of the tensor.
    const LocalOperand &far = call.spreads ? call.dst : call.src;
    const uint64_t farBytes = geometry.repeats == 0 ? 0 : far.view.bytes;
    instruction.operands[1 - nearOperand] = InUb(far, farBytes, farBytes, 1, call.spreads);
    LocalOperand near = call.spreads ? call.src : call.dst;
    near.elementBytes = pieceBytes;
    instruction.geometry.strides[nearOperand] = stride;
    instruction.operands[nearOperand] = InUb(near, geometry, stride, !call.spreads);
    LocalOperand offset = call.offset;
    const VectorGeometry::Stride offsetStride{
        1, static_cast<uint16_t>(geometry.lanes * sizeof(uint32_t) / DATA_BLOCK_BYTES)};
    instruction.geometry.strides[2] = offsetStride;
    instruction.operands[2] = InUb(offset, geometry, offsetStride, false);
    instruction.operandNum = 3;
    return instruction;
}

// Elements of 8 bits come 128 to a repeat, as many as those of 16.
uint32_t LanesOf(uint32_t elementBytes)
{
    return elementBytes == 1 ? REPEAT_BYTES / 2 : REPEAT_BYTES / elementBytes;
}

}  // namespace

void IssueGather(const GatherCall &call, uint32_t count, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t elementBytes = call.dst.elementBytes;
    VectorGeometry geometry{};
    geometry.lanes = LanesOf(elementBytes);
    geometry.repeats = (count + geometry.lanes - 1) / geometry.lanes;
    geometry.lastLanes = count == 0 ? 0 : (count - 1) % geometry.lanes + 1;
    const bool isA2 = core.Settings().npuArch == 2201;
    if (isA2 && count / geometry.lanes > MAX_GATHER_REPEATS) {
        core.Report(
            {"gather-count", "count",
             "a count of " + std::to_string(count) + " is " + std::to_string(count / geometry.lanes) +
                 " repeats; dav-2201 keeps their number in 8 bits and would lose " +
                 std::to_string((count / geometry.lanes) / (MAX_GATHER_REPEATS + 1) * (MAX_GATHER_REPEATS + 1)) +
                 " of them",
             "gather in parts of at most " + std::to_string(MAX_GATHER_REPEATS * geometry.lanes) + " elements", count,
             MAX_GATHER_REPEATS * geometry.lanes},
            call.name, where);
    }
    const auto repeatStride = static_cast<uint16_t>(geometry.lanes * elementBytes / DATA_BLOCK_BYTES);
    Instruction instruction = GatherInstruction(call, geometry, elementBytes, {1, repeatStride}, where);
    core.Issue(instruction);
    if (isA2 && count != 0) {
        core.vectorMask = FirstLanes(geometry.lastLanes);
    }
}

void IssueGather(const GatherCall &call, uint32_t repeats, uint32_t repeatStride, SourceLine where)
{
    const uint32_t elementBytes = call.dst.elementBytes;
    const VectorGeometry geometry = GeometryUnderMask(LanesOf(elementBytes), repeats);
    Instruction instruction =
        GatherInstruction(call, geometry, elementBytes, {1, static_cast<uint16_t>(repeatStride)}, where);
    AiCore::Current()->Issue(instruction);
}

void IssueGatherBlocks(const GatherCall &call, const RepeatShape &shape, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (core.Settings().npuArch == 2201) {
        core.vectorMask.low = core.vectorMask.high = UINT64_MAX;
    }
    VectorGeometry geometry{};
    geometry.lanes = REPEAT_BLOCKS;
    geometry.repeats = shape.repeats;
    geometry.mask[0] = (1u << REPEAT_BLOCKS) - 1;
    Instruction instruction = GatherInstruction(call, geometry, DATA_BLOCK_BYTES, shape.strides[0], where);
    core.Issue(instruction);
}

}  // namespace Simulator
