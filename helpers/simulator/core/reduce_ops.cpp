// SPDX-License-Identifier: Apache-2.0
#include "reduce_ops.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "ai_core.h"
#include "reduction.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr const char *REDUCE_ORDER_NAMES[] = {"ORDER_VALUE_INDEX", "ORDER_INDEX_VALUE", "ORDER_ONLY_VALUE",
                                              "ORDER_ONLY_INDEX"};
constexpr uint32_t MAX_LANES = 128;
constexpr uint32_t INACCURATE_INDEX = UINT32_MAX;

struct ReduceParameters {
    Reduction reduction;
    ReduceUnit unit;
    ReduceOrder order;
    bool fillsEmpty;  // a result of no elements is written, as the neutral value
    uint32_t groups;  // results of one repeat
    uint32_t groupBytes;
    uint32_t dstRepeatStride;
};

// What dav-3002 stores where no element takes part.
template <typename T>
typename Element<T>::Storage NeutralValue(Reduction reduction)
{
    constexpr bool IS_HALF = sizeof(typename Element<T>::Storage) == 2;
    constexpr float FURTHEST = IS_HALF ? 65504.0f : __builtin_inff();
    const float value = reduction == Reduction::SUM ? 0.0f : reduction == Reduction::MAX ? -FURTHEST : FURTHEST;
    return Element<T>::Write(value);
}

template <typename T>
class UnitReduction {
public:
    using Storage = typename Element<T>::Storage;

    UnitReduction(const Instruction &instruction, AiCore &core)
        : instruction_(instruction),
          core_(core),
          parameters_(instruction.ParametersAs<ReduceParameters>()),
          reducer_(NumericModes(core.Settings().overflow, core.Settings().flushToZero))
    {
    }

    void Run()
    {
        const VectorGeometry &geometry = instruction_.geometry;
        const uint32_t groupLanes = geometry.lanes / parameters_.groups;
        for (uint32_t repeat = 0; repeat < geometry.repeats; ++repeat) {
            Storage elements[MAX_LANES] = {};
            bool present[MAX_LANES];
            GatherLanes(instruction_, 1, repeat, core_, reinterpret_cast<uint8_t *>(elements));
            reducer_.TakeOperands(elements, geometry.lanes);
            for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
                present[lane] = geometry.Takes(repeat, lane);
            }
            uint8_t *dst = core_.Ub(instruction_.operands[0].address) +
                           uint64_t{repeat} * parameters_.dstRepeatStride * parameters_.groups * parameters_.groupBytes;
            for (uint32_t group = 0; group < parameters_.groups; ++group) {
                Reduce(repeat, elements + group * groupLanes, present + group * groupLanes, groupLanes,
                       dst + group * parameters_.groupBytes);
            }
        }
        if (overall_.found && parameters_.unit == ReduceUnit::REPEAT) {
            core_.registers.extremeBits = overall_.bits;
            core_.registers.extremeIndex = overall_.index;
        }
    }

private:
    void Reduce(uint32_t repeat, Storage *elements, bool *present, uint32_t count, uint8_t *dst)
    {
        const bool empty = std::none_of(present, present + count, [](bool taken) { return taken; });
        if (empty) {
            const Storage neutral = NeutralValue<T>(parameters_.reduction);
            if (parameters_.fillsEmpty) {
                std::memcpy(dst, &neutral, sizeof(neutral));
            }
        } else if (parameters_.reduction == Reduction::SUM) {
            reducer_.SumTree(elements, present, count);
            std::memcpy(dst, elements, sizeof(Storage));
        } else {
            const bool maximum = parameters_.reduction == Reduction::MAX;
            Extreme best{};
            reducer_.Find(maximum, elements, present, count, 0, best);
            reducer_.Find(maximum, elements, present, count, repeat * count, overall_);
            reducer_.GiveResult(best);
            Store(best, dst);
        }
    }

    void Store(const Extreme &best, uint8_t *dst) const
    {
        constexpr uint32_t BYTES = sizeof(Storage);
        switch (parameters_.order) {
            case ReduceOrder::VALUE_INDEX:
                std::memcpy(dst, &best.bits, BYTES);
                if (parameters_.unit == ReduceUnit::REPEAT) {
                    std::memcpy(dst + BYTES, &best.index, BYTES);
                }
                break;
            case ReduceOrder::INDEX_VALUE:
                std::memcpy(dst, &best.index, BYTES);
                std::memcpy(dst + BYTES, &best.bits, BYTES);
                break;
            case ReduceOrder::ONLY_VALUE:
                std::memcpy(dst, &best.bits, BYTES);
                break;
            case ReduceOrder::ONLY_INDEX:
                std::memcpy(dst, &best.index, sizeof(best.index));
                break;
        }
    }

    const Instruction &instruction_;
    AiCore &core_;
    const ReduceParameters parameters_;
    const Reducer<T> reducer_;
    Extreme overall_{};
};

void ExecuteReduce(const Instruction &instruction, AiCore &core)
{
    if (instruction.type == DataType::HALF) {
        UnitReduction<half>(instruction, core).Run();
    } else {
        UnitReduction<float>(instruction, core).Run();
    }
}

Instruction ReduceInstruction(const ReduceCall &call, SourceLine where)
{
    Instruction instruction{};
    instruction.call = call.name;
    instruction.where = where;
    instruction.pipe = Pipe::V;
    instruction.type = call.type;
    instruction.sourceType = call.type;
    return instruction;
}

void CheckOrder(const ReduceCall &call, ReduceOrder order, SourceLine where)
{
    const AiCore &core = *AiCore::Current();
    const auto number = static_cast<uint32_t>(order);
    const bool known = order <= ReduceOrder::ONLY_INDEX;
    const bool has =
        core.Settings().npuArch == 2201 ? known : order == ReduceOrder::VALUE_INDEX || order == ReduceOrder::ONLY_VALUE;
    if (!has) {
        AiCore::Current()->Report({"reduce-order", "order",
                                   std::string(known ? REDUCE_ORDER_NAMES[number] : "an unknown order") + " (" +
                                       std::to_string(number) + ") does not exist on this family",
                                   "pass ORDER_VALUE_INDEX or ORDER_ONLY_VALUE, which both families have", number, 0},
                                  call.name, where);
    }
}

// Results of one repeat that are written: up to the last that has an element, where empty ones are left alone.
uint32_t GroupsWritten(const VectorGeometry &geometry, const ReduceParameters &parameters)
{
    if (parameters.fillsEmpty) {
        return parameters.groups;
    }
    uint32_t written = 0;
    const uint32_t repeat = geometry.repeats > 1 ? 0 : geometry.repeats - 1;
    for (uint32_t lane = 0; lane < geometry.lanes; ++lane) {
        written = geometry.Takes(repeat, lane) ? lane / (geometry.lanes / parameters.groups) + 1 : written;
    }
    return written;
}

}  // namespace

void IssueReduce(const ReduceCall &call, ReduceUnit unit, const ReduceShape &shape, SourceLine where)
{
    const uint32_t elementBytes = call.src.elementBytes;
    const bool isSum = call.reduction == Reduction::SUM;
    CheckOrder(call, shape.order, where);
    CheckRepeatTimes(call.name, shape.repeats, where);
    Instruction instruction = ReduceInstruction(call, where);
    instruction.execute = ExecuteReduce;
    VectorGeometry &geometry = instruction.geometry;
    geometry = GeometryUnderMask(REPEAT_BYTES / elementBytes, shape.repeats);
    geometry.strides[1] = {static_cast<uint16_t>(shape.srcBlockStride), static_cast<uint16_t>(shape.srcRepeatStride)};
    instruction.elements = ElementsIn(geometry);

    ReduceParameters parameters{};
    parameters.reduction = call.reduction;
    parameters.unit = unit;
    parameters.order = shape.order;
    parameters.fillsEmpty = unit != ReduceUnit::REPEAT && AiCore::Current()->Settings().npuArch == 3002;
    parameters.groups = unit == ReduceUnit::PAIR ? geometry.lanes / 2 : unit == ReduceUnit::BLOCK ? REPEAT_BLOCKS : 1;
    parameters.groupBytes = elementBytes;
    if (unit == ReduceUnit::REPEAT && !isSum) {
        parameters.groupBytes = shape.order == ReduceOrder::ONLY_VALUE   ? elementBytes
                                : shape.order == ReduceOrder::ONLY_INDEX ? sizeof(uint32_t)
                                                                         : 2 * elementBytes;
    }
    parameters.dstRepeatStride = shape.dstRepeatStride;
    instruction.SetParameters(parameters);

    const uint32_t runBytes = geometry.repeats == 0 ? 0 : GroupsWritten(geometry, parameters) * parameters.groupBytes;
    const uint64_t pitchBytes = uint64_t{shape.dstRepeatStride} * parameters.groups * parameters.groupBytes;
    instruction.operands[0] = InUb(call.dst, runBytes, pitchBytes, geometry.repeats, true);
    instruction.operands[0].alignment =
        unit == ReduceUnit::PAIR ? DATA_BLOCK_BYTES : parameters.groups * parameters.groupBytes;
    instruction.operands[1] = InUb(call.src, geometry, geometry.strides[1], false);
    instruction.operandNum = 2;
    AiCore::Current()->Issue(instruction);
}

namespace {

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
