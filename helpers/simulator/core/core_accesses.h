// SPDX-License-Identifier: Apache-2.0
// What the blocks of one thread touched of global memory, for a comparison between cores at the end.
#ifndef SIMULATOR_CORE_CORE_ACCESSES_H
#define SIMULATOR_CORE_CORE_ACCESSES_H

#include <cstdint>
#include <vector>

#include "global_memory.h"
#include "instruction.h"

namespace Simulator {

// What a block has seen and shown of its work by the time of an access.
struct AccessStamp {
    uint32_t block;
    uint32_t epoch;        // of what the block knew of others; see CoreOrder
    uint32_t releases;     // that the block had made before
    uint32_t loadedEpoch;  // in which the line was loaded into the scalar unit's cache

    bool operator==(const AccessStamp &other) const
    {
        return block == other.block && epoch == other.epoch && releases == other.releases &&
               loadedEpoch == other.loadedEpoch;
    }
};

// Bytes [begin, end) of a tensor. Accesses of the same kind are joined where they follow each other in memory or touch
// the same bytes again: they count as the last of them, since no other core learns of one without the others.
struct CoreAccess {
    uint64_t begin;
    uint64_t end;
    const char *call;
    SourceLine where;
    AccessStamp stamp;
    uint32_t sequence;
    int32_t operandIndex;
    uint32_t elementBytes;
    Pipe pipe;
    bool written;
    bool atomic;
    bool cached;  // by the scalar unit, through its data cache

    bool Joins(const CoreAccess &before) const
    {
        return (before.end == begin || (before.begin == begin && before.end == end)) && before.stamp == stamp &&
               before.where.line == where.line && before.where.file == where.file && before.call == call &&
               before.operandIndex == operandIndex && before.atomic == atomic;
    }
};

// The scalar unit of a block has written back what its cache held of a line.
struct CoreClean {
    static constexpr uint64_t ALL_LINES = UINT64_MAX;

    uint32_t block;
    uint32_t sequence;
    uint64_t address;  // on the device
};

class CoreAccesses {
public:
    explicit CoreAccesses(size_t areaNum) : accesses_(areaNum) {}

    // Inputs are left out: between reads nothing can go wrong.
    void Add(const Instruction &instruction, const AccessStamp &stamp, const GlobalMemory &globalMemory);
    void AddClean(const CoreClean &clean) { cleans_.push_back(clean); }
    const std::vector<CoreClean> &Cleans() const { return cleans_; }
    const std::vector<CoreAccess> &Of(size_t area) const { return accesses_[area]; }

private:
    void Join(std::vector<CoreAccess> &accesses, const CoreAccess &access);

    std::vector<std::vector<CoreAccess>> accesses_;  // by tensor
    std::vector<CoreClean> cleans_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CORE_ACCESSES_H
