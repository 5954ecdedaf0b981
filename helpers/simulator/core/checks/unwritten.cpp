// SPDX-License-Identifier: Apache-2.0
// What was never written must not leave UB: neither to global memory nor to the scalar unit.
#include <algorithm>
#include <cstring>

#include "check.h"

namespace Simulator {

namespace {

// Workspaces often take whole blocks of which a few bytes matter; an output has no such bytes.
bool IsOutput(const Instruction &instruction, AiCore &core)
{
    const Operand &dst = instruction.operands[0];
    return dst.space == Space::GM && core.Gm().Nearest(dst.address).role == Role::OUT;
}

}  // namespace

void CheckUnwritten(const Instruction &instruction, AiCore &core)
{
    const bool stores = instruction.pipe == Pipe::MTE3;
    if (!stores && std::strcmp(instruction.call, "GetValue") != 0) {
        return;  // a dump may look at anything
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::UB || operand.written) {
            continue;
        }
        uint64_t bytes = 0;
        uint64_t first = 0;
        const uint64_t end = operand.address + operand.SpanBytes();
        core.Accesses().Over(instruction, operand, [&](const AccessedRange &range) {
            if (range.unwritten) {
                const uint64_t begin = std::max(range.begin, operand.address);
                first = bytes == 0 ? begin - operand.address : first;
                bytes += std::min(range.end, end) - begin;
            }
        });
        if (bytes == 0) {
            continue;
        }
        const uint16_t site = core.Accesses().SiteOf(instruction);
        if (core.Accesses().IsNew("ub-unwritten", site, site)) {
            const bool isError = IsOutput(instruction, core) || bytes == operand.runs * operand.runBytes;
            const Severity severity = isError ? Severity::ERROR : Severity::WARNING;
            core.Note(
                {"ub-unwritten", operand.role,
                 Amount(bytes, operand.elementBytes) + " of " +
                     Amount(operand.runs * operand.runBytes, operand.elementBytes) +
                     " were never written since the buffer was allocated, or made of such; the first is element " +
                     std::to_string(first / operand.elementBytes),
                 stores ? "write the whole of it before, or store only what was computed"
                        : "write the element before it is read",
                 static_cast<int64_t>(bytes), 0, severity},
                instruction.call, instruction.where);
        }
    }
}

}  // namespace Simulator
