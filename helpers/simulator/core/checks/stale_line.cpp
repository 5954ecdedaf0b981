// SPDX-License-Identifier: Apache-2.0
// Within one core, copies go past the cache of the scalar unit: neither sees what the other has done to a line until
// DataCacheCleanAndInvalid (pages of GlobalTensor::SetValue and GetValue). Nothing is asked for at the end of a kernel.
#include "../operand_ranges.h"
#include "check.h"

namespace Simulator {

namespace {

constexpr const char *REMEDY = "call DataCacheCleanAndInvalid for the line of 64 bytes in between";

std::string InLine(SourceLine where)
{
    return " in line " + std::to_string(where.line);
}

void Report(const std::string &message, const char *otherCall, SourceLine otherWhere, const Instruction &instruction,
            const Operand &operand, AiCore &core)
{
    Finding finding{};
    finding.code = "stale-line";
    finding.operand = operand.role;
    finding.message = message;
    finding.remedy = REMEDY;
    finding.expected = SCALAR_LINE_BYTES;
    finding.otherCall = otherCall;
    finding.otherWhere = otherWhere;
    core.Report(finding, instruction, operand);
}

// A copy, and what the scalar unit has written and not written back.
void CheckCopy(const Instruction &instruction, const Operand &operand, AiCore &core)
{
    const ScalarLine *met = nullptr;
    ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
        const ScalarLine *found = core.Lines().FindIn(
            core.Gm().DeviceAddress(begin), end - begin, [&operand](const ScalarLine &line, uint64_t bytes) {
                return (line.writtenBytes & (operand.written ? UINT64_MAX : bytes)) != 0;
            });
        met = met == nullptr ? found : met;
    });
    if (met != nullptr) {
        const std::string written =
            std::string("what ") + met->writtenBy + InLine(met->written) + " has left in the cache of the scalar unit";
        Report(operand.written ? "the copy writes below " + written +
                                     ": written back later, and whole, that line replaces the copied bytes"
                               : "the copy reads " + written + ": global memory still holds the old value",
               met->writtenBy, met->written, instruction, operand, core);
    }
}

// The scalar unit, and what a store has changed below a line that it had loaded before.
void CheckCached(const Instruction &instruction, const Operand &operand, AiCore &core)
{
    const bool writes = ScalarLines::Writes(instruction, core.Gm().Nearest(operand.address));
    const ScalarLine *met = core.Lines().FindIn(core.Gm().DeviceAddress(operand.address), operand.runBytes,
                                                [writes](const ScalarLine &line, uint64_t bytes) {
                                                    return (line.storedBytes & (writes ? ~bytes : bytes)) != 0;
                                                });
    if (met != nullptr) {
        Report(std::string("the scalar unit loaded this line of its cache before ") + met->storedBy +
                   InLine(met->stored) + " stored to it" +
                   (writes ? ", and writes it back with the bytes from before" : ", and reads the value from before"),
               met->storedBy, met->stored, instruction, operand, core);
    }
}

}  // namespace

void CheckStaleLine(const Instruction &instruction, AiCore &core)
{
    if (core.Lines().Empty()) {
        return;
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::GM) {
            continue;
        }
        if (instruction.cached) {
            CheckCached(instruction, operand, core);
        } else if (instruction.pipe != Pipe::S) {
            CheckCopy(instruction, operand, core);
        }
    }
}

}  // namespace Simulator
