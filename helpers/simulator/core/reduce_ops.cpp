// SPDX-License-Identifier: Apache-2.0
#include "reduce_ops.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "ai_core.h"
#include "reduction.h"
#include "vector_ops.h"

namespace Simulator {

namespace {

constexpr const char *REDUCE_ORDER_NAMES[] = {"ORDER_VALUE_INDEX", "ORDER_INDEX_VALUE", "ORDER_ONLY_VALUE",
                                              "ORDER_ONLY_INDEX"};

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

}  // namespace Simulator
