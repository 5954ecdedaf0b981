// SPDX-License-Identifier: Apache-2.0
#include "bank_conflicts.h"

#include <algorithm>
#include <cstring>

namespace Simulator {

namespace {

constexpr uint32_t GROUPS = 16;
constexpr uint64_t ALL_GROUPS = (1u << GROUPS) - 1;
constexpr uint32_t GROUP_SHIFT = 5;  // address bits 8:5
constexpr uint32_t BANK_SHIFT = 16;  // address bits 17:16
constexpr uint32_t BANKS = 4;        // numbers that two bits hold; UB fills three or four

uint64_t Groups(uint64_t banks)
{
    return (banks | banks >> GROUPS | banks >> 2 * GROUPS | banks >> 3 * GROUPS) & ALL_GROUPS;
}

uint32_t WidestElement(const Instruction &instruction)
{
    uint32_t widest = 1;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        widest = std::max(widest, instruction.operands[i].elementBytes);
    }
    return std::min(widest, REPEAT_BYTES);
}

}  // namespace

// A bit for each bank of each group.
uint64_t BankConflictCounter::Steps::Banks(uint32_t step) const
{
    const uint64_t begin = address + uint64_t{step} * stepPitch;
    if (blockPitch == DATA_BLOCK_BYTES) {
        // Side by side: where they leave the last group they go on in the first, of the next bank if there it begins.
        const uint64_t groups = ((uint64_t{1} << blocks) - 1) << (begin >> GROUP_SHIFT & (GROUPS - 1));
        const uint64_t lastBank = (begin + (blocks - 1) * DATA_BLOCK_BYTES) >> BANK_SHIFT & (BANKS - 1);
        return (groups & ALL_GROUPS) << (begin >> BANK_SHIFT & (BANKS - 1)) * GROUPS |
               groups >> GROUPS << lastBank * GROUPS;
    }
    uint64_t banks = 0;
    uint64_t block = begin;
    for (uint32_t i = 0; i < blocks; ++i, block += blockPitch) {
        const uint64_t bank = block >> BANK_SHIFT & (BANKS - 1);
        banks |= uint64_t{1} << (bank * GROUPS + (block >> GROUP_SHIFT & (GROUPS - 1)));
    }
    return banks;
}

BankConflictCounter::Steps BankConflictCounter::StepsOf(const Instruction &instruction, uint32_t operand,
                                                        uint32_t lanes)
{
    const Operand &given = instruction.operands[operand];
    const auto address = static_cast<uint32_t>(given.address);  // of UB
    const uint32_t bytes = std::max(lanes * given.elementBytes, 1u);
    const auto blocks = std::min(static_cast<uint32_t>(RoundUpToBlock(bytes) / DATA_BLOCK_BYTES), REPEAT_BLOCKS);
    if (instruction.geometry.repeats == 0) {
        return {address, DATA_BLOCK_BYTES, bytes, blocks};
    }
    const VectorStride &stride = instruction.geometry.strides[operand];
    return {address, stride.block * DATA_BLOCK_BYTES, stride.repeat * DATA_BLOCK_BYTES, blocks};
}

size_t BankConflictCounter::PlaceOf(const Layout &layout)
{
    constexpr uint64_t FACTOR = 0x9E3779B97F4A7C15u;  // any odd number with well mixed bits
    uint64_t hash = uint64_t{layout.destination.address} + layout.repeats;
    for (uint32_t i = 0; i < layout.sourceNum; ++i) {
        hash = hash * FACTOR + layout.sources[i].address;
    }
    return (hash * FACTOR >> 32) % (ANSWERS / 2) * 2;
}

BankConflicts BankConflictCounter::Count(const Instruction &instruction)
{
    const VectorGeometry &geometry = instruction.geometry;
    const uint32_t lanes = geometry.repeats > 0 ? geometry.lanes : REPEAT_BYTES / WidestElement(instruction);
    const uint32_t repeats = geometry.repeats > 0 ? geometry.repeats : (instruction.elements + lanes - 1) / lanes;
    if (instruction.loop == nullptr || instruction.operandNum < 2 || repeats == 0) {
        return {repeats, 0, 0};
    }
    Layout layout{};
    layout.repeats = repeats;
    layout.destination = StepsOf(instruction, 0, lanes);
    for (uint32_t i = instruction.readsDst ? 0 : 1; i < instruction.operandNum; ++i) {
        const Steps steps = StepsOf(instruction, i, lanes);
        // What is read twice at one place is read once.
        if (std::none_of(layout.sources, layout.sources + layout.sourceNum,
                         [&](const Steps &other) { return std::memcmp(&steps, &other, sizeof(steps)) == 0; })) {
            layout.sources[layout.sourceNum++] = steps;
        }
    }
    answers_.resize(ANSWERS);
    Answer *const pair = &answers_[PlaceOf(layout)];
    for (size_t i = 0; i < 2; ++i) {
        if (std::memcmp(&pair[i].layout, &layout, sizeof(layout)) == 0) {
            return pair[i].conflicts;
        }
    }
    pair[1] = pair[0];
    pair[0] = {layout, CountIn(layout)};
    return pair[0].conflicts;
}

BankConflicts BankConflictCounter::CountIn(const Layout &layout)
{
    BankConflicts conflicts{layout.repeats, 0, 0};
    uint64_t written = 0;  // banks of the step before
    for (uint32_t step = 0; step < layout.repeats; ++step) {
        uint64_t read = 0;
        bool meet = false;
        for (uint32_t i = 0; i < layout.sourceNum; ++i) {
            const uint64_t banks = layout.sources[i].Banks(step);
            meet = meet || (Groups(read) & Groups(banks)) != 0;
            read |= banks;
        }
        conflicts.read += meet ? 1 : 0;
        conflicts.write += (written & read) != 0 ? 1 : 0;
        written = layout.destination.Banks(step);
    }
    return conflicts;
}

}  // namespace Simulator
