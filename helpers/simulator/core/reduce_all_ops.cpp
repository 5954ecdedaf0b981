// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <vector>

#include "ai_core.h"
#include "reduce_ops.h"
#include "reduction.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr uint32_t INACCURATE_INDEX = UINT32_MAX;

struct ReduceAllParameters {
    Reduction reduction;
    bool overCount;
    bool inTurn;  // the sums of repeats are added one after the other
    bool withIndex;
};

template <typename T>
class WholeReduction {
public:
    using Storage = typename Element<T>::Storage;

    WholeReduction(const Instruction &instruction, AiCore &core)
        : instruction_(instruction),
          core_(core),
          parameters_(instruction.ParametersAs<ReduceAllParameters>()),
          reducer_(NumericModes(core.Settings().overflow, core.Settings().flushToZero))
    {
    }

    // The result's bytes: the value, and the index if it is asked for.
    void Run(uint8_t *result)
    {
        if (parameters_.reduction == Reduction::SUM) {
            const Storage sum = parameters_.inTurn ? SumInTurn() : SumOfTrees();
            std::memcpy(result, &sum, sizeof(sum));
            if (parameters_.inTurn) {
                core_.registers.sumBits = 0;
                std::memcpy(&core_.registers.sumBits, &sum, sizeof(sum));
            }
            return;
        }
        Extreme best{};
        const VectorGeometry &geometry = instruction_.geometry;
        const uint32_t repeatElements = geometry.strides[1].repeat * DATA_BLOCK_BYTES / sizeof(Storage);
        for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
            Gather(repeat);
            reducer_.Find(parameters_.reduction == Reduction::MAX, elements_, present_, geometry.lanes,
                          repeat * repeatElements, best);
        }
        reducer_.GiveResult(best);
        std::memcpy(result, &best.bits, sizeof(Storage));
        if (parameters_.withIndex) {
            std::memcpy(result + sizeof(Storage), &best.index, sizeof(Storage));
        }
        core_.registers.extremeBits = best.bits;
        core_.registers.extremeIndex = INACCURATE_INDEX;
    }

private:
    void Gather(uint32_t repeat)
    {
        const VectorGeometry &geometry = instruction_.geometry;
        GatherLanes(instruction_, 1, repeat, core_, reinterpret_cast<uint8_t *>(elements_));
        reducer_.TakeOperands(elements_, geometry.lanes);
        for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
            present_[lane] = geometry.Takes(repeat, lane);
        }
    }

    Storage RepeatSum(uint32_t repeat)
    {
        Gather(repeat);
        reducer_.SumTree(elements_, present_, instruction_.geometry.lanes);
        return elements_[0];
    }

    Storage SumInTurn()
    {
        Storage sum = RepeatSum(0);
        for (uint32_t repeat = 1; repeat < instruction_.geometry.repeats; ++repeat) {
            sum = reducer_.Add(sum, RepeatSum(repeat));
        }
        return sum;
    }

    Storage SumOfTrees()
    {
        const VectorGeometry &geometry = instruction_.geometry;
        const bool hasTail = parameters_.overCount && geometry.repeats > 1 && geometry.lastLanes != geometry.lanes;
        std::vector<Storage> level;
        for (uint32_t repeat = 0; repeat + hasTail < geometry.repeats; ++repeat) {
            level.push_back(RepeatSum(repeat));
        }
        while (level.size() > 1) {
            std::vector<Storage> next;
            for (size_t start = 0; start < level.size(); start += geometry.lanes) {
                const auto count = static_cast<uint32_t>(std::min<size_t>(geometry.lanes, level.size() - start));
                std::copy_n(level.begin() + static_cast<ptrdiff_t>(start), count, elements_);
                std::fill_n(present_, MAX_LANES, false);
                std::fill_n(present_, count, true);
                reducer_.SumTree(elements_, present_, geometry.lanes);
                next.push_back(elements_[0]);
            }
            level = next;
        }
        return hasTail ? reducer_.Add(level[0], RepeatSum(geometry.repeats - 1)) : level[0];
    }

    const Instruction &instruction_;
    AiCore &core_;
    const ReduceAllParameters parameters_;
    const Reducer<T> reducer_;
    Storage elements_[MAX_LANES] = {};
    bool present_[MAX_LANES] = {};
};

void ExecuteReduceAll(const Instruction &instruction, AiCore &core)
{
    uint8_t result[2 * sizeof(float)];
    if (instruction.type == DataType::HALF) {
        WholeReduction<half>(instruction, core).Run(result);
    } else {
        WholeReduction<float>(instruction, core).Run(result);
    }
    // The work space may be the source or hold the destination: it is lost first, then the result stored.
    if (instruction.operandNum == 3) {
        constexpr int LOST = 0xFF;  // NaN in half and float, so that a use of it shows
        std::memset(core.Ub(instruction.operands[2].address), LOST, instruction.operands[2].runBytes);
    }
    std::memcpy(core.Ub(instruction.operands[0].address), result, instruction.operands[0].runBytes);
}

constexpr uint64_t RoundUp(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

// The scratch space that CANN asks for, in elements. Maxima and minima keep a value and an index of each repeat, and
// with an index the same for every further level.
uint64_t WorkElements(Reduction reduction, bool withIndex, uint32_t repeats, uint32_t elementBytes)
{
    const uint64_t blockElements = DATA_BLOCK_BYTES / elementBytes;
    const uint64_t repeatElements = REPEAT_BYTES / elementBytes;
    if (reduction == Reduction::SUM) {
        return RoundUp(repeats, blockElements);
    }
    uint64_t level = uint64_t{repeats} * 2;
    uint64_t elements = RoundUp(level, blockElements);
    while (withIndex && level > 2) {
        level = (level + repeatElements - 1) / repeatElements * 2;
        elements += RoundUp(level, blockElements);
    }
    return elements;
}

void IssueReduceAllOf(const ReduceCall &call, const LocalOperand &work, const VectorGeometry &geometry, bool overCount,
                      bool withIndex, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    const uint32_t elementBytes = call.src.elementBytes;
    const bool isSum = call.reduction == Reduction::SUM;
    const bool inTurn = isSum && overCount && core.Settings().npuArch == 2201;
    const bool hasTail = overCount && geometry.repeats > 1 && geometry.lastLanes != geometry.lanes;
    const uint32_t firstRepeats = geometry.repeats - hasTail;

    Instruction instruction = ReduceInstruction(call, where);
    instruction.execute = ExecuteReduceAll;
    instruction.geometry = geometry;
    instruction.elements = ElementsIn(geometry);
    instruction.SetParameters(ReduceAllParameters{call.reduction, overCount, inTurn, withIndex});
    const uint32_t dstBytes = elementBytes * (withIndex ? 2 : 1);
    instruction.operands[0] = InUb(call.dst, dstBytes, dstBytes, 1, true);
    instruction.operands[0].alignment = dstBytes;
    instruction.operands[1] = InUb(call.src, geometry, geometry.strides[1], false);
    instruction.operandNum = 2;
    // One repeat with its index goes to the destination at once, and so do sums in turn.
    const bool atOnce = withIndex && geometry.repeats == 1;
    if (!inTurn && !atOnce) {
        const uint64_t workBytes = WorkElements(call.reduction, withIndex, firstRepeats, elementBytes) * elementBytes;
        instruction.operands[instruction.operandNum++] = InUb(work, workBytes, workBytes, 1, true);
    }
    core.Issue(instruction);
    // The scalar unit takes the last step, but for one repeat with its index and sums of more than a level of repeats.
    const bool lastStepOnVector = atOnce || (isSum && !overCount && geometry.repeats > geometry.lanes);
    if (!lastStepOnVector) {
        WaitForVector(call.name, where);
    }
}

void ResetMaskRegister()
{
    AiCore &core = *AiCore::Current();
    if (core.Settings().npuArch == 2201) {
        core.vectorMask = VectorMask();
    }
}

}  // namespace

void IssueReduceAll(const ReduceCall &call, const LocalOperand &work, int32_t count, bool withIndex, SourceLine where)
{
    CheckCount(call.name, count, where);
    if (count == 0) {
        return;
    }
    const uint32_t lanes = REPEAT_BYTES / call.src.elementBytes;
    VectorGeometry geometry{};
    geometry.lanes = lanes;
    geometry.repeats = (static_cast<uint32_t>(count) + lanes - 1) / lanes;
    geometry.lastLanes = (static_cast<uint32_t>(count) - 1) % lanes + 1;
    geometry.strides[1] = {1, REPEAT_BLOCKS};
    IssueReduceAllOf(call, work, geometry, true, withIndex, where);
    ResetMaskRegister();
}

void IssueReduceSumUnderMask(const ReduceCall &call, SourceLine where)
{
    VectorGeometry geometry = GeometryUnderMask(REPEAT_BYTES / call.src.elementBytes, 1);
    geometry.strides[1] = {1, REPEAT_BLOCKS};
    if (ElementsIn(geometry) != 0) {
        IssueReduceAllOf(call, {}, geometry, true, false, where);
    }
}

void IssueReduceAll(const ReduceCall &call, const LocalOperand &work, const ReduceAllShape &shape, bool withIndex,
                    SourceLine where)
{
    VectorGeometry geometry{};
    geometry.lanes = REPEAT_BYTES / call.src.elementBytes;
    geometry.repeats = shape.repeats;
    geometry.mask[0] = shape.lanes.low;
    geometry.mask[1] = shape.lanes.high;
    geometry.strides[1] = {1, static_cast<uint16_t>(shape.srcRepeatStride)};
    if (ElementsIn(geometry) != 0) {
        IssueReduceAllOf(call, work, geometry, false, withIndex, where);
        ResetMaskRegister();
    }
}

}  // namespace Simulator
