// SPDX-License-Identifier: Apache-2.0
#include "core_accesses.h"

#include "operand_ranges.h"

namespace Simulator {

void CoreAccesses::Add(const Instruction &instruction, uint32_t block, uint32_t epoch, uint32_t releases,
                       const GlobalMemory &globalMemory)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::GM) {
            continue;
        }
        const GlobalTensorArea &area = globalMemory.Nearest(operand.address);
        if (area.role == Role::IN || operand.address - area.address >= area.bytes || instruction.synchronises) {
            continue;
        }
        std::vector<CoreAccess> &accesses = accesses_[globalMemory.IndexOf(area)];
        CoreAccess access{};
        access.call = instruction.call;
        access.where = instruction.where;
        access.block = block;
        access.epoch = epoch;
        access.releases = releases;
        access.sequence = instruction.sequence;
        access.operandIndex = static_cast<int32_t>(i);
        access.elementBytes = operand.elementBytes;
        access.pipe = instruction.pipe;
        access.written = operand.written;
        access.atomic = operand.atomic;
        access.cached = instruction.pipe == Pipe::S && instruction.cached;
        ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
            access.begin = begin - area.address;
            access.end = end - area.address;
            if (!accesses.empty() && access.Continues(accesses.back())) {
                accesses.back().end = access.end;
                accesses.back().sequence = access.sequence;
            } else {
                accesses.push_back(access);
            }
        });
    }
}

}  // namespace Simulator
