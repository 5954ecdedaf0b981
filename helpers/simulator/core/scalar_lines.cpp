// SPDX-License-Identifier: Apache-2.0
#include "scalar_lines.h"

#include <algorithm>

#include "global_memory.h"
#include "operand_ranges.h"

namespace Simulator {

uint32_t ScalarLines::Note(const Instruction &instruction, const GlobalMemory &globalMemory, uint32_t epoch)
{
    uint32_t loadedEpoch = epoch;
    for (uint32_t i = 0; i < instruction.operandNum && !instruction.synchronises; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::GM || (!instruction.cached && (!operand.written || lines_.empty()))) {
            continue;
        }
        const GlobalTensorArea &area = globalMemory.Nearest(operand.address);
        if (area.role == Role::IN) {
            continue;
        }
        ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
            const uint64_t address = globalMemory.DeviceAddress(begin);
            const uint64_t addressEnd = address + (end - begin);
            if (instruction.cached) {
                const uint64_t number = address / SCALAR_LINE_BYTES;
                ScalarLine &line = lines_.emplace(number, ScalarLine{epoch}).first->second;
                loadedEpoch = line.epoch;
                if (Writes(instruction, area)) {
                    line.writtenBytes |= BytesOf(number, address, addressEnd);
                    line.writtenBy = instruction.call;
                    line.written = instruction.where;
                }
                return;
            }
            for (auto line = lines_.lower_bound(address / SCALAR_LINE_BYTES);
                 line != lines_.end() && line->first * SCALAR_LINE_BYTES < addressEnd; ++line) {
                line->second.storedBytes |= BytesOf(line->first, address, addressEnd);
                line->second.storedBy = instruction.call;
                line->second.stored = instruction.where;
            }
        });
    }
    return loadedEpoch;
}

bool ScalarLines::CleanLine(uint64_t address)
{
    const auto line = lines_.find(address / SCALAR_LINE_BYTES);
    const bool isWritten = line != lines_.end() && line->second.writtenBytes != 0;
    if (line != lines_.end()) {
        lines_.erase(line);
    }
    return isWritten;
}

bool ScalarLines::CleanAll()
{
    const bool isWritten =
        std::any_of(lines_.begin(), lines_.end(), [](const auto &line) { return line.second.writtenBytes != 0; });
    lines_.clear();
    return isWritten;
}

bool ScalarLines::Writes(const Instruction &instruction, const GlobalTensorArea &area)
{
    return instruction.operands[0].written && (!instruction.refers || area.role == Role::OUT);
}

uint64_t ScalarLines::BytesOf(uint64_t line, uint64_t begin, uint64_t end)
{
    const uint64_t lineBegin = line * SCALAR_LINE_BYTES;
    const uint64_t first = std::max(begin, lineBegin) - lineBegin;
    const uint64_t num = std::min(end, lineBegin + SCALAR_LINE_BYTES) - lineBegin - first;
    return (num == SCALAR_LINE_BYTES ? UINT64_MAX : (uint64_t{1} << num) - 1) << first;
}

}  // namespace Simulator
