// SPDX-License-Identifier: Apache-2.0
// A copy reads global memory, not the cache in which SetValue has left its value (page of GlobalTensor::SetValue).
#include "../operand_ranges.h"
#include "check.h"

namespace Simulator {

void CheckStaleLine(const Instruction &instruction, AiCore &core)
{
    if (instruction.pipe != Pipe::MTE2) {
        return;
    }
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        const SourceLine *written = nullptr;
        if (operand.space == Space::GM) {
            ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
                const SourceLine *found = core.DirtyLines().FirstIn(core.Gm().DeviceAddress(begin), end - begin);
                written = written == nullptr ? found : written;
            });
        }
        if (written == nullptr) {
            continue;
        }
        Finding finding{};
        finding.code = "stale-line";
        finding.operand = operand.role;
        finding.message = "the copy reads what SetValue in line " + std::to_string(written->line) +
                          " has left in the cache of the scalar unit: global memory still holds the old value";
        finding.remedy = "call DataCacheCleanAndInvalid for the line of 64 bytes in between";
        finding.expected = SCALAR_LINE_BYTES;
        finding.otherCall = "SetValue";
        finding.otherWhere = *written;
        core.Report(finding, instruction, operand);
    }
}

}  // namespace Simulator
