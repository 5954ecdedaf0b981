// SPDX-License-Identifier: Apache-2.0
#include "access_history.h"

#include "copy_ops.h"
#include "global_memory.h"

namespace Simulator {

namespace {

struct Part {
    uint64_t begin;  // in elements of the operand
    uint64_t end;
};

}  // namespace

AccessHistory::AccessHistory(const GlobalMemory &globalMemory)
    : globalMemory_(globalMemory), gm_(globalMemory.Areas().size())
{
}

void AccessHistory::Reset(uint32_t ubBytes)
{
    ub_.Reset(ubBytes);
    broken_.clear();
    for (AccessMap &map : gm_) {
        map.Reset(0);
    }
}

void AccessHistory::Add(const Instruction &instruction)
{
    if (instruction.operandNum == 0) {
        return;
    }
    Access access;
    access.sequence = instruction.sequence;
    access.site = SiteOf(instruction);
    access.pipe = instruction.pipe;
    access.ordersItself = instruction.ordersItself;
    for (const bool written : {false, true}) {
        for (uint32_t i = 0; i < instruction.operandNum; ++i) {
            const Operand &operand = instruction.operands[i];
            uint64_t base = 0;
            AccessMap *map = operand.written == written ? MapOf(operand, base) : nullptr;
            if (map == nullptr) {
                continue;
            }
            access.operand = static_cast<uint8_t>(i);
            access.atomic = operand.atomic;
            if (written && map == &ub_) {
                AddResult(instruction, operand, access);
                continue;
            }
            ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
                if (written) {
                    map->Write(begin - base, end - base, access);
                } else {
                    map->Read(begin - base, end - base, access);
                }
            });
        }
    }
}

// A result made of what was never written counts as unwritten itself: element by element where elements stay in place,
// else if there is nothing written at all in the sources.
void AccessHistory::AddResult(const Instruction &instruction, const Operand &dst, const Access &access)
{
    std::vector<Part> unwritten;
    uint64_t sourceBytes = 0;
    uint64_t unwrittenBytes = 0;
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &source = instruction.operands[i];
        if (source.space != Space::UB || (source.written && !instruction.readsDst)) {
            continue;
        }
        ForEachRange(instruction, source, [&](uint64_t begin, uint64_t end) {
            sourceBytes += end - begin;
            ub_.Over(begin, end, [&](const AccessedRange &range, uint64_t from, uint64_t to) {
                if (range.unwritten) {
                    unwrittenBytes += to - from;
                    unwritten.push_back({(from - source.address) / source.elementBytes,
                                         (to - source.address + source.elementBytes - 1) / source.elementBytes});
                }
            });
        });
    }
    const bool nothingWritten = sourceBytes > 0 && unwrittenBytes == sourceBytes;
    ForEachRange(instruction, dst,
                 [&](uint64_t begin, uint64_t end) { ub_.Write(begin, end, access, nothingWritten); });
    if (!nothingWritten && !unwritten.empty() && KeepsPlaces(instruction)) {
        for (const Part &part : unwritten) {
            ub_.Forget(dst.address + part.begin * dst.elementBytes, dst.address + part.end * dst.elementBytes);
        }
    }
}

// Element i of the result is made of element i of the sources, and the elements of each operand lie side by side.
bool AccessHistory::KeepsPlaces(const Instruction &instruction)
{
    const bool elementwise = instruction.loop != nullptr || instruction.execute == ExecuteCopyInUb;
    uint64_t elements = 0;
    for (uint32_t i = 0; elementwise && i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        uint64_t bytes = 0;
        uint32_t ranges = 0;
        ForEachRange(instruction, operand, [&](uint64_t begin, uint64_t end) {
            bytes += end - begin;
            ++ranges;
        });
        elements = i == 0 ? bytes / operand.elementBytes : elements;
        if (ranges != 1 || bytes / operand.elementBytes != elements) {
            return false;
        }
    }
    return elementwise;
}

bool AccessHistory::IsNew(const char *code, uint16_t earlierSite, uint16_t site)
{
    for (const Broken &broken : broken_) {
        if (broken.code == code && broken.earlierSite == earlierSite && broken.site == site) {
            return false;
        }
    }
    broken_.push_back({code, earlierSite, site});
    return true;
}

AccessMap *AccessHistory::MapOf(const Operand &operand, uint64_t &base)
{
    if (operand.space == Space::UB) {
        return &ub_;
    }
    const GlobalTensorArea &area = globalMemory_.Nearest(operand.address);
    if (area.role == Role::IN || operand.address - area.address >= area.bytes) {
        return nullptr;
    }
    base = area.address;
    return &gm_[globalMemory_.IndexOf(area)];
}

}  // namespace Simulator
