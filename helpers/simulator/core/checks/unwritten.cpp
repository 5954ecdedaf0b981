// SPDX-License-Identifier: Apache-2.0
// What was never written must not leave UB: neither to global memory nor to the scalar unit.
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
    const bool takes = instruction.pipe == Pipe::S && std::strcmp(instruction.call, "GetValue") == 0;
    if (!stores && !takes) {
        return;  // a dump may look at anything
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::UB || operand.written) {
            continue;
        }
        uint64_t bytes = 0;
        uint64_t first = 0;
        core.Accesses().Over(instruction, operand, [&](const AccessedRange &range, uint64_t from, uint64_t to) {
            if (range.unwritten) {
                first = bytes == 0 ? from - operand.address : first;
                bytes += to - from;
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
                instruction, operand);
        }
    }
}

}  // namespace Simulator
