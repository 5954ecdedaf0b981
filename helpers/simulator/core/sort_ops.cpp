// SPDX-License-Identifier: Apache-2.0
#include "sort_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ai_core.h"
#include "element.h"
#include "operand_list.h"

namespace Simulator {

namespace {

constexpr uint32_t MAX_MERGE_LENGTH = 4095;
constexpr uint32_t INDEX_OFFSET_BYTES = 4;
constexpr const char *MERGE_ROLES[MERGE_LISTS] = {"src1", "src2", "src3", "src4"};

struct SortedElement {
    uint8_t bytes[SORTED_BYTES];

    float Score(DataType type) const
    {
        if (type == DataType::HALF) {
            uint16_t bits;
            std::memcpy(&bits, bytes, sizeof(bits));
            return HalfBitsToFloat(bits);
        }
        float score;
        std::memcpy(&score, bytes, sizeof(score));
        return score;
    }
};

bool ComesBefore(float left, float right)
{
    return left > right || (std::isnan(left) && !std::isnan(right));
}

// Operands: dst, score, index[, work].
void ExecuteSort(const Instruction &instruction, AiCore &core)
{
    const uint32_t count = instruction.elements;
    const uint32_t scoreBytes = instruction.operands[1].elementBytes;
    const uint8_t *scores = core.Ub(instruction.operands[1].address);
    const uint8_t *indices = core.Ub(instruction.operands[2].address);
    std::vector<SortedElement> elements(count, SortedElement{});
    for (uint32_t i = 0; i < count; ++i) {
        std::memcpy(elements[i].bytes, scores + i * scoreBytes, scoreBytes);
        std::memcpy(elements[i].bytes + INDEX_OFFSET_BYTES, indices + i * sizeof(uint32_t), sizeof(uint32_t));
    }
    const DataType type = instruction.type;
    const bool together = instruction.operandNum == 4;
    const uint32_t step = together ? count : SORT_ELEMENTS;
    for (uint32_t start = 0; start < count; start += step) {
        std::stable_sort(elements.begin() + start, elements.begin() + start + step,
                         [type](const SortedElement &left, const SortedElement &right) {
                             return ComesBefore(left.Score(type), right.Score(type));
                         });
    }
    if (together) {
        constexpr int LOST = 0xFF;
        std::memset(core.Ub(instruction.operands[3].address), LOST, instruction.operands[3].runBytes);
    }
    std::memcpy(core.Ub(instruction.operands[0].address), elements.data(), count * SORTED_BYTES);
}

struct MergeParameters {
    uint32_t addresses[MERGE_LISTS];
    uint16_t lengths[MERGE_LISTS];
    uint32_t repeats;
    bool stopsAtFirstEnd;
    bool valid[MERGE_LISTS];
};

void ExecuteMerge(const Instruction &instruction, AiCore &core)
{
    const MergeParameters parameters = instruction.ParametersAs<MergeParameters>();
    uint64_t to = instruction.operands[0].address;
    uint64_t repeatBytes = 0;
    for (uint32_t list = 0; list < MERGE_LISTS; ++list) {
        repeatBytes += parameters.valid[list] ? uint64_t{parameters.lengths[list]} * SORTED_BYTES : 0;
    }
    for (uint32_t repeat = 0; repeat < parameters.repeats; ++repeat) {
        uint16_t taken[MERGE_LISTS] = {};
        const auto ended = [&](uint32_t list) { return taken[list] == parameters.lengths[list]; };
        const auto head = [&](uint32_t list) {
            SortedElement element;
            std::memcpy(element.bytes,
                        core.Ub(parameters.addresses[list] + repeat * repeatBytes + taken[list] * SORTED_BYTES),
                        SORTED_BYTES);
            return element;
        };
        for (;;) {
            uint32_t best = MERGE_LISTS;
            bool stop = false;
            for (uint32_t list = 0; list < MERGE_LISTS; ++list) {
                if (!parameters.valid[list]) {
                    continue;
                }
                if (ended(list)) {
                    stop = stop || parameters.stopsAtFirstEnd;
                } else if (best == MERGE_LISTS ||
                           ComesBefore(head(list).Score(instruction.type), head(best).Score(instruction.type))) {
                    best = list;
                }
            }
            if (stop || best == MERGE_LISTS) {
                break;
            }
            const SortedElement element = head(best);
            std::memcpy(core.Ub(to), element.bytes, SORTED_BYTES);
            to += SORTED_BYTES;
            ++taken[best];
        }
        std::memcpy(core.registers.mergedElements, taken, sizeof(taken));
    }
}

// Operands: value, index, sorted.
void ExecuteExtract(const Instruction &instruction, AiCore &core)
{
    const uint32_t valueBytes = instruction.operands[0].elementBytes;
    const uint8_t *sorted = core.Ub(instruction.operands[2].address);
    const std::vector<uint8_t> copy(sorted, sorted + uint64_t{instruction.elements} * SORTED_BYTES);
    for (uint32_t i = 0; i < instruction.elements; ++i) {
        std::memcpy(core.Ub(instruction.operands[0].address + i * valueBytes), copy.data() + i * SORTED_BYTES,
                    valueBytes);
    }
    for (uint32_t i = 0; i < instruction.elements; ++i) {
        std::memcpy(core.Ub(instruction.operands[1].address + i * sizeof(uint32_t)),
                    copy.data() + i * SORTED_BYTES + INDEX_OFFSET_BYTES, sizeof(uint32_t));
    }
}

Instruction SortInstruction(const char *call, DataType type, void (*execute)(const Instruction &, AiCore &),
                            SourceLine where)
{
    Instruction instruction{};
    instruction.call = call;
    instruction.where = where;
    instruction.execute = execute;
    instruction.pipe = Pipe::V;
    instruction.type = type;
    instruction.sourceType = type;
    instruction.movesBits = true;
    return instruction;
}

void AddRun(Instruction &instruction, const LocalOperand &local, uint64_t bytes, bool written)
{
    instruction.operands[instruction.operandNum++] = InUb(local, bytes, bytes, 1, written);
}

// Whether the lists of a merge are four of one length, one behind the other: only then there are several repeats.
bool AreFourInARow(const MergeCall &call)
{
    for (uint32_t list = 1; list < MERGE_LISTS; ++list) {
        if ((call.validBits >> list & 1) == 0 || call.lengths[list] != call.lengths[0] ||
            call.lists[list].view.address != call.lists[0].view.address + list * call.lengths[0] * SORTED_BYTES) {
            return false;
        }
    }
    return true;
}

}  // namespace

void IssueSort(const SortCall &call, uint32_t repeats, SourceLine where)
{
    Instruction instruction = SortInstruction(call.name, call.type, ExecuteSort, where);
    const uint64_t count = uint64_t{repeats} * SORT_ELEMENTS;
    instruction.elements = static_cast<uint32_t>(count);
    AddRun(instruction, call.dst, count * SORTED_BYTES, true);
    AddRun(instruction, call.score, count * call.score.elementBytes, false);
    AddRun(instruction, call.index, count * sizeof(uint32_t), false);
    if (call.work.role != nullptr) {
        AddRun(instruction, call.work, count * SORTED_BYTES, true);
    }
    if (repeats != 0) {
        AiCore::Current()->Issue(instruction);
    }
}

void IssueMerge(const MergeCall &call, SourceLine where)
{
    constexpr const char *NAME = "MrgSort";
    AiCore &core = *AiCore::Current();
    if (call.validBits != 3 && call.validBits != 7 && call.validBits != 15) {
        core.Report({"merge-lists", "validBit",
                     "validBit is " + std::to_string(call.validBits) +
                         "; it is 3, 7 or 15 for the first two, three or four lists",
                     "pass a bit for each list, from the first on", call.validBits, 3},
                    NAME, where);
    }
    Instruction instruction = SortInstruction(NAME, call.type, ExecuteMerge, where);
    MergeParameters parameters{};
    parameters.stopsAtFirstEnd = call.stopsAtFirstEnd;
    const bool repeated = call.repeats > 1 && !call.stopsAtFirstEnd && AreFourInARow(call);
    parameters.repeats = repeated ? call.repeats : std::min(call.repeats, 1u);
    Operand lists[MERGE_LISTS];
    uint32_t listNum = 0;
    uint64_t repeatBytes = 0;
    for (uint32_t list = 0; list < MERGE_LISTS; ++list) {
        const uint32_t length = call.lengths[list];
        if ((call.validBits >> list & 1) == 0) {
            continue;
        }
        if (length > MAX_MERGE_LENGTH) {
            core.Report({"merge-lists", MERGE_ROLES[list],
                         "the list has " + std::to_string(length) + " elements, at most 4095 are merged at a time",
                         "merge in parts", length, MAX_MERGE_LENGTH},
                        NAME, where);
        }
        parameters.valid[list] = true;
        parameters.lengths[list] = call.lengths[list];
        parameters.addresses[list] = call.lists[list].view.address;
        const uint64_t bytes = uint64_t{length} * SORTED_BYTES;
        repeatBytes += bytes;
        LocalOperand local = call.lists[list];
        local.role = MERGE_ROLES[list];
        lists[listNum] = InUb(local, bytes, MERGE_LISTS * bytes, parameters.repeats, false);
        lists[listNum].alignment = SORTED_BYTES;
        CheckEntry(instruction, lists[listNum], core);
        ++listNum;
    }
    instruction.SetParameters(parameters);
    instruction.elements = static_cast<uint32_t>(parameters.repeats * repeatBytes / SORTED_BYTES);
    AddRun(instruction, call.dst, parameters.repeats * repeatBytes, true);
    instruction.operands[instruction.operandNum++] = JoinOperands(lists, listNum, "src");
    if (parameters.repeats != 0) {
        core.Issue(instruction);
    }
}

void IssueExtract(const ExtractCall &call, uint32_t repeats, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction = SortInstruction("Extract", call.type, ExecuteExtract, where);
    const uint64_t count = uint64_t{repeats} * SORT_ELEMENTS;
    instruction.elements = static_cast<uint32_t>(count);
    AddRun(instruction, call.value, count * call.value.elementBytes, true);
    AddRun(instruction, call.index, count * sizeof(uint32_t), true);
    AddRun(instruction, call.sorted, count * SORTED_BYTES, false);
    core.Issue(instruction);
    WaitForVector("Extract", where);
    core.vectorMask = {0, 0, false};
}

}  // namespace Simulator
