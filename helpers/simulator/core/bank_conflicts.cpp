// SPDX-License-Identifier: Apache-2.0
#include "bank_conflicts.h"

#include <algorithm>

namespace Simulator {

namespace {

constexpr uint32_t GROUPS = 16;
constexpr uint32_t GROUP_SHIFT = 5;  // address bits 8:5
constexpr uint32_t BANK_SHIFT = 16;  // address bits 17:16
constexpr uint32_t BANKS = 4;        // numbers that two bits hold; UB fills three or four

// The data blocks that one step of an operand touches.
struct Steps {
    uint64_t address;
    uint64_t blockPitch;
    uint64_t stepPitch;
    uint32_t blocks;

    // A bit for each bank of each group.
    uint64_t Banks(uint32_t step) const
    {
        uint64_t banks = 0;
        uint64_t block = address + step * stepPitch;
        for (uint32_t i = 0; i < blocks; ++i, block += blockPitch) {
            const uint64_t bank = block >> BANK_SHIFT & (BANKS - 1);
            banks |= uint64_t{1} << (bank * GROUPS + (block >> GROUP_SHIFT & (GROUPS - 1)));
        }
        return banks;
    }
    bool IsSameAs(const Steps &other) const
    {
        return address == other.address && blockPitch == other.blockPitch && stepPitch == other.stepPitch &&
               blocks == other.blocks;
    }
};

uint64_t Groups(uint64_t banks)
{
    return (banks | banks >> GROUPS | banks >> 2 * GROUPS | banks >> 3 * GROUPS) & ((1u << GROUPS) - 1);
}

uint32_t WidestElement(const Instruction &instruction)
{
    uint32_t widest = 1;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        widest = std::max(widest, instruction.operands[i].elementBytes);
    }
    return std::min(widest, REPEAT_BYTES);
}

Steps StepsOf(const Instruction &instruction, uint32_t operand, uint32_t lanes)
{
    const Operand &given = instruction.operands[operand];
    const uint64_t bytes = std::max<uint64_t>(uint64_t{lanes} * given.elementBytes, 1);
    const uint32_t blocks =
        static_cast<uint32_t>(std::min<uint64_t>(RoundUpToBlock(bytes) / DATA_BLOCK_BYTES, REPEAT_BLOCKS));
    if (instruction.geometry.repeats == 0) {
        return {given.address, DATA_BLOCK_BYTES, bytes, blocks};
    }
    const VectorStride &stride = instruction.geometry.strides[operand];
    return {given.address, uint64_t{stride.block} * DATA_BLOCK_BYTES, uint64_t{stride.repeat} * DATA_BLOCK_BYTES,
            blocks};
}

}  // namespace

BankConflicts CountBankConflicts(const Instruction &instruction)
{
    const uint32_t lanes =
        instruction.geometry.repeats > 0 ? instruction.geometry.lanes : REPEAT_BYTES / WidestElement(instruction);
    BankConflicts conflicts{instruction.geometry.repeats, 0, 0};
    if (conflicts.repeats == 0) {
        conflicts.repeats = (instruction.elements + lanes - 1) / lanes;
    }
    if (instruction.loop == nullptr || instruction.operandNum < 2) {
        return conflicts;
    }
    Steps sources[MAX_OPERANDS];
    uint32_t sourceNum = 0;
    const Steps destination = StepsOf(instruction, 0, lanes);
    for (uint32_t i = instruction.readsDst ? 0 : 1; i < instruction.operandNum; ++i) {
        const Steps steps = StepsOf(instruction, i, lanes);
        // What is read twice at one place is read once.
        if (std::none_of(sources, sources + sourceNum, [&](const Steps &other) { return steps.IsSameAs(other); })) {
            sources[sourceNum++] = steps;
        }
    }
    uint64_t written = 0;  // banks of the step before
    for (uint32_t step = 0; step < conflicts.repeats; ++step) {
        uint64_t read = 0;
        bool meet = false;
        for (uint32_t i = 0; i < sourceNum; ++i) {
            const uint64_t banks = sources[i].Banks(step);
            meet = meet || (Groups(read) & Groups(banks)) != 0;
            read |= banks;
        }
        conflicts.read += meet ? 1 : 0;
        conflicts.write += (written & read) != 0 ? 1 : 0;
        written = destination.Banks(step);
    }
    return conflicts;
}

}  // namespace Simulator
