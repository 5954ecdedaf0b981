// SPDX-License-Identifier: Apache-2.0
#include "core_accesses.h"

#include <algorithm>

#include "operand_ranges.h"
#include "scalar_lines.h"

namespace Simulator {

namespace {

constexpr size_t JOIN_DEPTH = 8;  // a loop that touches one tensor in so many places is still joined

}  // namespace

void CoreAccesses::Add(const Instruction &instruction, const AccessStamp &stamp, const GlobalMemory &globalMemory)
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
        access.stamp = stamp;
        access.sequence = instruction.sequence;
        access.operandIndex = static_cast<int32_t>(i);
        access.elementBytes = operand.elementBytes;
        access.pipe = instruction.pipe;
        access.written = instruction.refers ? ScalarLines::Writes(instruction, area) : operand.written;
        access.atomic = operand.atomic;
        access.cached = instruction.pipe == Pipe::S && instruction.cached;
        ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
            access.begin = begin - area.address;
            access.end = end - area.address;
            Join(accesses, access);
        });
    }
}

void CoreAccesses::Join(std::vector<CoreAccess> &accesses, const CoreAccess &access)
{
    const size_t depth = std::min(accesses.size(), JOIN_DEPTH);
    for (size_t back = 1; back <= depth; ++back) {
        CoreAccess &before = accesses[accesses.size() - back];
        if (access.Joins(before)) {
            before.end = access.end;
            before.sequence = access.sequence;
            return;
        }
    }
    accesses.push_back(access);
}

}  // namespace Simulator
