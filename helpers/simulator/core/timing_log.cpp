// SPDX-License-Identifier: Apache-2.0
#include "timing_log.h"

#include <cstring>

namespace Simulator {

namespace {

constexpr size_t FIRST_SLOTS = 64;  // a power of two, as all later sizes

uint64_t HashOf(const TimingKind &kind)
{
    constexpr uint64_t FACTOR = 0x9E3779B97F4A7C15u;  // any odd number with well mixed bits
    uint64_t words[sizeof(TimingKind) / sizeof(uint64_t)];
    std::memcpy(words, &kind, sizeof(kind));
    uint64_t hash = 0;
    for (const uint64_t word : words) {
        hash = (hash ^ word) * FACTOR;
        hash ^= hash >> 32;
    }
    return hash;
}

void AddGlobalOperand(TimingKind &kind, const Operand &operand, const GlobalMemory &memory)
{
    const GlobalTensorArea &area = memory.Nearest(operand.address);
    kind.gmTensor = static_cast<uint8_t>(memory.IndexOf(area));
    kind.gmWritten = operand.written ? 1 : 0;
    kind.bypassesL2 = operand.bypassesL2 ? 1 : 0;
    kind.gmBytes += operand.runs * operand.runBytes;
    kind.gmRuns += operand.runs;
    for (uint32_t run = 0; run < operand.runs; ++run) {
        // Tensors of a device start on a line.
        const uint64_t begin = operand.address - area.address + run * operand.pitchBytes;
        const uint64_t lines = (begin % GM_LINE_BYTES + operand.runBytes + GM_LINE_BYTES - 1) / GM_LINE_BYTES;
        kind.gmLines += static_cast<uint32_t>(lines);
        kind.gmSplitRuns += begin % GM_LINE_BYTES != 0 && lines > 1 ? 1 : 0;
    }
}

}  // namespace

TimingKind TimingKindOf(const Instruction &instruction, const GlobalMemory &memory, BankConflictCounter &counter)
{
    TimingKind kind{};
    kind.line = static_cast<uint32_t>(instruction.where.line);
    kind.elements = instruction.elements;
    kind.pipe = static_cast<uint8_t>(instruction.pipe);
    kind.flag = static_cast<uint8_t>(instruction.flag);
    kind.flagSource = static_cast<uint8_t>(instruction.flagSource);
    kind.flagDestination = static_cast<uint8_t>(instruction.flagDestination);
    kind.flagId = instruction.flagId;
    kind.gmTensor = UINT8_MAX;
    kind.type = static_cast<uint8_t>(instruction.type);
    kind.sourceType = static_cast<uint8_t>(instruction.sourceType);
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        if (instruction.operands[i].space == Space::GM) {
            AddGlobalOperand(kind, instruction.operands[i], memory);
        }
    }
    if (instruction.pipe == Pipe::V && instruction.flag == Instruction::Flag::NONE) {
        const BankConflicts conflicts = counter.Count(instruction);
        kind.repeats = conflicts.repeats;
        kind.readConflicts = conflicts.read;
        kind.writeConflicts = conflicts.write;
    }
    return kind;
}

void TimingLog::Append(const TimingKind &kind, uint64_t copyStart, uint64_t limit)
{
    if (stream_.size() >= limit) {
        ++dropped_;
        return;
    }
    stream_.push_back(NumberOf(kind));
    if (kind.gmBytes > 0) {
        copyStarts_.push_back(copyStart);
    }
    blocks_.back().end = stream_.size();
    blocks_.back().copiesEnd = copyStarts_.size();
}

// A loop comes to the same kinds in the same order: what followed the last kind before is tried first.
uint32_t TimingLog::NumberOf(const TimingKind &kind)
{
    if (last_ < kinds_.size() && std::memcmp(&kinds_[followers_[last_]], &kind, sizeof(kind)) == 0) {
        last_ = followers_[last_];
        return last_;
    }
    const uint32_t number = Find(kind);
    followers_.resize(kinds_.size(), number);
    if (last_ < kinds_.size()) {
        followers_[last_] = number;
    }
    last_ = number;
    return number;
}

uint32_t TimingLog::Find(const TimingKind &kind)
{
    if (2 * kinds_.size() >= slots_.size()) {
        Grow();
    }
    size_t slot = HashOf(kind) & (slots_.size() - 1);
    while (slots_[slot] != 0) {
        const uint32_t number = slots_[slot] - 1;
        if (std::memcmp(&kinds_[number], &kind, sizeof(kind)) == 0) {
            return number;
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    kinds_.push_back(kind);
    slots_[slot] = static_cast<uint32_t>(kinds_.size());
    return slots_[slot] - 1;
}

void TimingLog::Grow()
{
    slots_.assign(slots_.empty() ? FIRST_SLOTS : 2 * slots_.size(), 0);
    for (size_t number = 0; number < kinds_.size(); ++number) {
        size_t slot = HashOf(kinds_[number]) & (slots_.size() - 1);
        while (slots_[slot] != 0) {
            slot = (slot + 1) & (slots_.size() - 1);
        }
        slots_[slot] = static_cast<uint32_t>(number + 1);
    }
}

}  // namespace Simulator
