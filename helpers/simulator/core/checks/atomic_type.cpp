// SPDX-License-Identifier: Apache-2.0
// A store combines elements of the type that SetAtomicAdd and its like named, whatever the tensors are of.
#include "../copy_ops.h"
#include "check.h"

namespace Simulator {

namespace {

// Integers of one width are added in the same way, with or without sign; in DataType they stand side by side.
bool AddsAlike(DataType left, DataType right)
{
    constexpr uint32_t FIRST = static_cast<uint32_t>(DataType::INT8), END = static_cast<uint32_t>(DataType::OTHER);
    const uint32_t a = static_cast<uint32_t>(left), b = static_cast<uint32_t>(right);
    return a >= FIRST && b >= FIRST && a < END && b < END && (a - FIRST) / 2 == (b - FIRST) / 2;
}

}  // namespace

void CheckAtomicType(const Instruction &instruction, AiCore &core)
{
    if (instruction.execute != ExecuteCopyToGm && instruction.execute != ExecuteFill) {
        return;
    }
    const AtomicMode atomic = instruction.ParametersAs<CopyParameters>().atomic;
    if (!atomic.IsOn() || atomic.type == instruction.type ||
        (atomic.operation == AtomicOperation::ADD && AddsAlike(atomic.type, instruction.type))) {
        return;
    }
    const std::string wanted = DATA_TYPE_NAMES[static_cast<uint32_t>(atomic.type)];
    core.Report({"atomic-type", "dst",
                 "the tensors hold " + std::string(DATA_TYPE_NAMES[static_cast<uint32_t>(instruction.type)]) +
                     ", but atomic stores of " + wanted + " are on: the bytes are combined as " + wanted,
                 "call SetAtomicNone() behind the last atomic store, or name the tensors' type",
                 static_cast<int64_t>(instruction.type), static_cast<int64_t>(atomic.type), Severity::WARNING},
                instruction, instruction.operands[0]);
}

}  // namespace Simulator
