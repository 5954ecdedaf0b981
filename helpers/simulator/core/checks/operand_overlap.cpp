// SPDX-License-Identifier: Apache-2.0
// Sources that lie across the destination (page on general constraints): within a repeat they are the same elements or
// none, and no repeat reads what an earlier one writes. Of casts between widths, which read a repeat before they write
// it, only the second rule is checked.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "../vector_ops.h"
#include "check.h"

namespace Simulator {

namespace {

constexpr uint32_t NOBODY = UINT32_MAX;

bool IsLaneByLane(const Instruction &instruction)
{
    return instruction.execute == ExecuteVector && instruction.operandNum > 1 && instruction.elements != 0;
}

bool IsApart(const Operand &one, const Operand &other)
{
    return one.address + one.SpanBytes() <= other.address || other.address + other.SpanBytes() <= one.address;
}

bool IsSameSideBySide(const Instruction &instruction, uint32_t source)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[source];
    return src.address == dst.address && src.elementBytes == dst.elementBytes && IsContiguous(instruction, 0) &&
           IsContiguous(instruction, source);
}

// visit(number of the lane counted over all repeats, its address) for those that take part. A count is repeats too.
template <typename Visit>
void ForEachLane(const Instruction &instruction, uint32_t index, const Visit &visit)
{
    const VectorGeometry &geometry = instruction.geometry;
    const Operand &operand = instruction.operands[index];
    for (uint32_t element = 0; geometry.repeats == 0 && element < instruction.elements; ++element) {
        visit(element, operand.address + uint64_t{element} * operand.elementBytes);
    }
    for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
        for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
            if (geometry.Takes(repeat, lane)) {
                visit(repeat * geometry.lanes + lane,
                      operand.address + LaneOffset(geometry.strides[index], repeat, lane, operand.elementBytes));
            }
        }
    }
}

uint32_t LanesOf(const Instruction &instruction)
{
    uint32_t widest = 0;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        widest = std::max(widest, instruction.operands[i].elementBytes);
    }
    return instruction.geometry.repeats == 0 ? REPEAT_BYTES / widest : instruction.geometry.lanes;
}

// A sum over repeats in one place: dst and src1, one of them with a repeat stride of 0.
bool MayAccumulate(const Instruction &instruction, uint32_t source)
{
    constexpr uint32_t SRC1 = 2;
    constexpr const char *CALLS[] = {"Add", "Sub", "Mul", "Max", "Min", "AddRelu", "SubRelu"};
    const bool known = std::any_of(std::begin(CALLS), std::end(CALLS),
                                   [&](const char *call) { return std::strcmp(call, instruction.call) == 0; });
    const bool ofType = instruction.type == DataType::HALF || instruction.type == DataType::INT32 ||
                        instruction.type == DataType::FLOAT;
    const VectorStride *strides = instruction.geometry.strides;
    return known && ofType && source == SRC1 && instruction.geometry.repeats != 0 &&
           (strides[0].repeat == 0 || strides[SRC1].repeat == 0);
}

// The first lane of a source that is not its own, and the lane of the destination that lies there.
struct Overlap {
    bool found = false;
    bool earlierRepeat = false;
    uint32_t reader = 0;
    uint32_t writer = 0;
    uint64_t address = 0;
};

Overlap Find(const Instruction &instruction, uint32_t source)
{
    const Operand &dst = instruction.operands[0];
    const Operand &src = instruction.operands[source];
    const uint32_t granule = std::min(dst.elementBytes, src.elementBytes);
    const uint32_t lanes = LanesOf(instruction);
    const bool sameWidth = dst.elementBytes == src.elementBytes;
    std::vector<uint32_t> writers(dst.SpanBytes() / granule + 1, NOBODY);
    ForEachLane(instruction, 0, [&](uint32_t lane, uint64_t address) {
        for (uint32_t byte = 0; byte < dst.elementBytes; byte += granule) {
            uint32_t &writer = writers[(address - dst.address + byte) / granule];
            writer = std::min(writer, lane);
        }
    });
    Overlap overlap;
    ForEachLane(instruction, source, [&](uint32_t lane, uint64_t address) {
        for (uint32_t byte = 0; byte < src.elementBytes && !overlap.found; byte += granule) {
            const uint64_t place = address + byte;
            if (place < dst.address || place >= dst.address + dst.SpanBytes()) {
                continue;
            }
            const uint32_t writer = writers[(place - dst.address) / granule];
            const bool earlier = writer != NOBODY && writer / lanes < lane / lanes;
            const bool inPart = writer != NOBODY && writer != lane && writer / lanes == lane / lanes;
            const bool takesWhole = !sameWidth && !instruction.readsDst;
            if ((earlier && !MayAccumulate(instruction, source)) || (inPart && !takesWhole)) {
                overlap = {true, earlier, lane, writer, place};
            }
        }
    });
    return overlap;
}

}  // namespace

void CheckOperandOverlap(const Instruction &instruction, AiCore &core)
{
    if (!IsLaneByLane(instruction)) {
        return;
    }
    for (uint32_t i = 1; i < instruction.operandNum; ++i) {
        const Operand &dst = instruction.operands[0];
        const Operand &src = instruction.operands[i];
        if (IsApart(dst, src) || IsSameSideBySide(instruction, i)) {
            continue;
        }
        const Overlap overlap = Find(instruction, i);
        if (!overlap.found) {
            continue;
        }
        const uint32_t lanes = LanesOf(instruction);
        const auto lane = [lanes](uint32_t number) {
            return "lane " + std::to_string(number % lanes) + " of repeat " + std::to_string(number / lanes);
        };
        char place[32];
        std::snprintf(place, sizeof(place), "UB 0x%llx", static_cast<unsigned long long>(overlap.address));
        core.Note({"operand-overlap", src.role,
                   std::string(src.role) + " overlaps " + dst.role + ": at " + place + ", " + lane(overlap.reader) +
                       " is read and " + lane(overlap.writer) + " written" +
                       (overlap.earlierRepeat ? ": whether it reads the old or the new value is not defined"
                                              : "; within a repeat of 256 bytes the two must be equal or apart"),
                   "give the result a tensor of its own, or exactly the place of " + std::string(src.role),
                   static_cast<int64_t>(src.address), static_cast<int64_t>(dst.address)},
                  instruction, src);
    }
}

}  // namespace Simulator
