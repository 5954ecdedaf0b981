// SPDX-License-Identifier: Apache-2.0
#include "gather_mask_ops.h"

#include <cstring>
#include <string>

#include "ai_core.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

// Of 1, 2: every second element; of 3 to 6: every fourth; of 7: all.
constexpr uint8_t BUILT_IN_PATTERNS[] = {0, 0x55, 0xAA, 0x11, 0x22, 0x44, 0x88, 0xFF};
constexpr uint8_t BUILT_IN_PATTERN_NUM = sizeof(BUILT_IN_PATTERNS);

struct GatherMaskParameters {
    uint32_t repeatElements;
    uint32_t repeats;
    uint32_t patternPitchBytes;
    uint8_t builtInBits;
    bool builtIn;
};

// Calls keep(repeat, element) for each element whose bit is set.
template <typename Keep>
void ForEachKept(const GatherMaskParameters &parameters, const uint8_t *pattern, const Keep &keep)
{
    for (uint32_t repeat = 0; repeat < parameters.repeats; ++repeat) {
        const uint8_t *bits = pattern + uint64_t{repeat} * parameters.patternPitchBytes;
        for (uint32_t element = 0; element < parameters.repeatElements; ++element) {
            const uint8_t eight = parameters.builtIn ? parameters.builtInBits : bits[element / 8];
            if ((eight >> element % 8 & 1) != 0) {
                keep(repeat, element);
            }
        }
    }
}

void ExecuteGatherMask(const Instruction &instruction, AiCore &core)
{
    const GatherMaskParameters parameters = instruction.ParametersAs<GatherMaskParameters>();
    const uint8_t *pattern = parameters.builtIn ? nullptr : core.Ub(instruction.operands[2].address);
    const Operand &src = instruction.operands[1];
    uint64_t dst = instruction.operands[0].address;
    core.registers.gatheredElements = 0;
    ForEachKept(parameters, pattern, [&](uint32_t repeat, uint32_t element) {
        const uint64_t from =
            src.address + LaneOffset(instruction.geometry.strides[1], repeat, element, src.elementBytes);
        std::memmove(core.Ub(dst), core.Ub(from), src.elementBytes);
        dst += src.elementBytes;
        ++core.registers.gatheredElements;
    });
}

}  // namespace

uint64_t IssueGatherMask(const GatherMaskCall &call, const GatherMaskShape &shape, SourceLine where)
{
    constexpr const char *NAME = "GatherMask";
    AiCore &core = *AiCore::Current();
    const bool builtIn = call.pattern.role == nullptr;
    if (builtIn && (call.builtInPattern == 0 || call.builtInPattern >= BUILT_IN_PATTERN_NUM)) {
        core.Report({"gather-pattern", "src1Pattern",
                     "pattern " + std::to_string(call.builtInPattern) + " does not exist: there are 1 to 7",
                     "pass one of them, or a tensor of bits", call.builtInPattern, BUILT_IN_PATTERN_NUM - 1},
                    NAME, where);
    }
    const uint32_t elementBytes = call.src.elementBytes;
    GatherMaskParameters parameters{};
    parameters.repeatElements = shape.counts ? shape.elements : REPEAT_BYTES / elementBytes;
    parameters.repeats = parameters.repeatElements == 0 ? 0 : shape.repeats;
    parameters.builtIn = builtIn;
    parameters.builtInBits = builtIn ? BUILT_IN_PATTERNS[call.builtInPattern] : 0;
    parameters.patternPitchBytes = builtIn ? 0 : shape.patternRepeatStride * DATA_BLOCK_BYTES;

    Instruction instruction{};
    instruction.call = NAME;
    instruction.where = where;
    instruction.execute = ExecuteGatherMask;
    instruction.pipe = Pipe::V;
    instruction.type = call.type;
    instruction.sourceType = call.type;
    instruction.movesBits = true;
    instruction.elements = parameters.repeats * parameters.repeatElements;
    instruction.SetParameters(parameters);
    const VectorGeometry::Stride stride{static_cast<uint16_t>(shape.srcBlockStride),
                                        static_cast<uint16_t>(shape.srcRepeatStride)};
    instruction.geometry.strides[1] = stride;
    const uint64_t spanBytes =
        parameters.repeats == 0
            ? 0
            : LaneOffset(stride, parameters.repeats - 1, parameters.repeatElements - 1, elementBytes) + elementBytes;
    instruction.operands[1] = InUb(call.src, spanBytes, spanBytes, 1, false);
    instruction.operandNum = 2;
    if (!builtIn) {
        instruction.operands[2] = InUb(call.pattern, (parameters.repeatElements + 7) / 8, parameters.patternPitchBytes,
                                       parameters.repeats, false);
        instruction.operandNum = 3;
    }
    if (!builtIn && !core.Settings().executes) {
        core.Report({"model-no-data", "src1Pattern",
                     "the number of elements depends on the pattern: level model computes and keeps 0 B of tensor data",
                     "use level fast or checked", 0, static_cast<int64_t>(instruction.operands[2].SpanBytes())},
                    NAME, where);
    }
    // The bits decide how much is written. They are final once pipe V has run what comes before.
    WaitForVector(NAME, where);
    uint64_t kept = 0;
    const bool readable =
        builtIn || instruction.operands[2].address + instruction.operands[2].SpanBytes() <= core.Settings().ubBytes;
    if (readable) {
        ForEachKept(parameters, builtIn ? nullptr : core.Ub(instruction.operands[2].address),
                    [&kept](uint32_t, uint32_t) { ++kept; });
    }
    instruction.operands[0] = InUb(call.dst, kept * elementBytes, kept * elementBytes, 1, true);
    core.Issue(instruction);
    WaitForVector(NAME, where);
    // The mask argument stays in the register of dav-2201, and both families are in normal mode afterwards.
    if (core.Settings().npuArch == 2201) {
        core.vectorMask.low = shape.elements;
        core.vectorMask.high = 0;
    }
    core.vectorMask.counter = false;
    return kept;
}

}  // namespace Simulator
