// SPDX-License-Identifier: Apache-2.0
#include "cache_control.h"

#include <cstring>
#include <string>

#include "ai_core.h"
#include "checks/check.h"

namespace Simulator {

namespace {

constexpr int64_t INSTRUCTION_CACHE_UNITS = 8;  // 16 KB of a vector core in units of 2 KB

}  // namespace

void IssueCacheControl(const char *call, const GlobalOperand &line, bool oneLine, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    Instruction instruction = ScalarInstruction(call, where);
    if (oneLine && core.Settings().checked) {
        // Its first byte is looked at by the checks; the call itself moves none.
        instruction.operands[0] = InGm(line, 1, 1, 1, false);
        instruction.operands[0].elementBytes = 1;
        instruction.operandNum = 1;
        instruction.ordersItself = true;  // it reads nothing
        RunChecks(instruction, core);
        instruction.operandNum = 0;
    }
    core.Issue(instruction);
    if (std::strcmp(call, "DataCachePreload") != 0) {
        core.CleanLines(oneLine ? line.address : CoreClean::ALL_LINES, instruction.sequence);
    }
}

void *AccessByPass(const char *call, const GlobalOperand &element, bool written, SourceLine where)
{
    AiCore &core = *AiCore::Current();
    if (!written) {
        core.NoteRead(element.address);
    }
    Instruction instruction = ScalarInstruction(call, where);
    instruction.elements = 1;
    instruction.operands[0] = InGm(element, element.elementBytes, element.elementBytes, 1, written);
    instruction.operandNum = 1;
    core.Issue(instruction);
    core.NoteWord(element.address, element.elementBytes, written);
    return reinterpret_cast<void *>(element.address);
}

void CheckInstructionPreload(int64_t lengthUnits, SourceLine where)
{
    if (lengthUnits >= 0 && lengthUnits < INSTRUCTION_CACHE_UNITS) {
        return;
    }
    AiCore::Current()->Report({"instruction-preload", "preFetchLen",
                               "preFetchLen is " + std::to_string(lengthUnits) +
                                   " units of 2 KB; the instruction cache of a vector core has " +
                                   std::to_string(INSTRUCTION_CACHE_UNITS) + ", and preFetchLen is to be below that",
                               "preload what fits", lengthUnits, INSTRUCTION_CACHE_UNITS - 1, Severity::WARNING},
                              "ICachePreLoad", where);
}

}  // namespace Simulator
