// SPDX-License-Identifier: Apache-2.0
// The tensors of one launch in global memory, and which of their bytes were written.
#ifndef SIMULATOR_CORE_GLOBAL_MEMORY_H
#define SIMULATOR_CORE_GLOBAL_MEMORY_H

#include <cstdint>
#include <string>
#include <vector>

namespace Simulator {

enum class Role : uint8_t {
    IN,     // the kernel may only read it
    OUT,    // the kernel must write every byte, once; atomic stores and fills may come besides
    INOUT,  // no rule
};

struct GlobalTensorArea {
    std::string name;
    Role role;
    uint64_t address;  // host address of the first byte
    uint64_t bytes;
    bool hasMemory;       // level "model" also runs on addresses with nothing behind them
    bool startsPoisoned;  // what no copy writes of it must read as poison

    // Which bytes are written matters: to the checks, or because the others are to be poisoned.
    bool Tracked(bool checked) const { return role == Role::OUT && (checked || startsPoisoned); }
};

// Every half and every float made of these bytes is NaN, so that what was never written shows in any result it reaches.
constexpr int POISON_BYTE = 0xFF;

void Poison(const GlobalTensorArea &area, uint64_t begin, uint64_t end);

// Bytes [begin, end) of one tensor, written by copies of one core; neighbouring copies are joined.
struct WrittenRange {
    uint64_t begin;
    uint64_t end;
    uint32_t core;
    bool overwrites;  // see Operand
};

constexpr uint32_t DEVICE_AREA_BITS = 44;

class GlobalMemory {
public:
    explicit GlobalMemory(std::vector<GlobalTensorArea> areas) : areas_(std::move(areas)), written_(areas_.size()) {}

    const std::vector<GlobalTensorArea> &Areas() const { return areas_; }
    // The tensor that holds `address`, or the one whose end or start is nearest to it.
    const GlobalTensorArea &Nearest(uint64_t address) const;
    size_t IndexOf(const GlobalTensorArea &area) const { return static_cast<size_t>(&area - areas_.data()); }
    // An address as on a device, where each tensor starts at a multiple of 512.
    uint64_t DeviceAddress(uint64_t address) const
    {
        const GlobalTensorArea &area = Nearest(address);
        return (uint64_t{IndexOf(area)} << DEVICE_AREA_BITS) + (address - area.address);
    }

    void AddWritten(size_t area, const std::vector<WrittenRange> &ranges);
    std::vector<WrittenRange> SortedWritten(size_t area) const;
    // Poisons what no copy wrote of the tensors that start poisoned.
    void PoisonUnwritten();

private:
    std::vector<GlobalTensorArea> areas_;
    std::vector<std::vector<WrittenRange>> written_;
};

// The ranges written by the blocks of one thread; handed to GlobalMemory when the thread ends.
class WriteMap {
public:
    explicit WriteMap(size_t areaNum) : ranges_(areaNum) {}
    void Add(size_t area, uint64_t begin, uint64_t end, uint32_t core, bool overwrites);
    const std::vector<WrittenRange> &Ranges(size_t area) const { return ranges_[area]; }

private:
    std::vector<std::vector<WrittenRange>> ranges_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_GLOBAL_MEMORY_H
