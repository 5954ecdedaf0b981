// SPDX-License-Identifier: Apache-2.0
#include "operand_list.h"

#include <algorithm>

#include "ai_core.h"
#include "checks/check.h"

namespace Simulator {

Operand JoinOperands(const Operand *entries, uint32_t count, const char *role)
{
    const Operand &first = entries[0];
    uint64_t begin = first.address;
    uint64_t end = first.address;
    const uint64_t pitchBytes = count > 1 ? entries[1].address - first.address : first.runBytes;
    bool even = count > 1 && entries[1].address >= first.address + first.runBytes;
    for (uint32_t i = 0; i < count; ++i) {
        begin = std::min(begin, entries[i].address);
        end = std::max(end, entries[i].address + entries[i].SpanBytes());
        even = even && entries[i].runs == 1 && entries[i].runBytes == first.runBytes &&
               entries[i].address == first.address + i * pitchBytes;
    }
    Operand joined = first;
    joined.role = role;
    joined.address = begin;
    joined.viewBytes = end - begin;
    joined.runs = even ? count : 1;
    joined.runBytes = even ? first.runBytes : end - begin;
    joined.pitchBytes = even ? pitchBytes : end - begin;
    joined.alignment = 1;  // that of the entries is checked one by one
    return joined;
}

void CheckEntry(const Instruction &instruction, const Operand &entry, AiCore &core)
{
    if (core.Settings().checked) {
        Instruction alone = instruction;
        alone.operands[0] = entry;
        alone.operandNum = 1;
        RunChecks(alone, core);
    }
}

}  // namespace Simulator
