// SPDX-License-Identifier: Apache-2.0
// The lines of global memory that the cache of one core's scalar unit holds: what SetValue has left there, and what
// stores, which go past that cache, have since changed below. A line stays until it is cleaned: the docs leave it to
// the hardware when one is replaced. Addresses are those of a device: see GlobalMemory.
#ifndef SIMULATOR_CORE_SCALAR_LINES_H
#define SIMULATOR_CORE_SCALAR_LINES_H

#include <cstdint>
#include <map>

#include "finding.h"

namespace Simulator {

class GlobalMemory;
struct Instruction;
struct GlobalTensorArea;

constexpr uint64_t SCALAR_LINE_BYTES = 64;

struct ScalarLine {
    uint32_t epoch;              // of what the core knew of others when it loaded the line; see CoreOrder
    uint64_t writtenBytes = 0;   // a bit for each byte that the scalar unit has written and not written back
    uint64_t storedBytes = 0;    // a bit for each byte that a store has changed in global memory since
    const char *writtenBy = "";  // the last call that has, and where
    SourceLine written{"", 0};
    const char *storedBy = "";
    SourceLine stored{"", 0};
};

class ScalarLines {
public:
    void Reset() { lines_.clear(); }
    // Adds what an instruction does. Returns the epoch in which the line that it accesses was loaded.
    uint32_t Note(const Instruction &instruction, const GlobalMemory &globalMemory, uint32_t epoch);
    // Written back and dropped. Returns whether there was something to write back.
    bool CleanLine(uint64_t address);
    bool CleanAll();

    bool Empty() const { return lines_.empty(); }
    // The first line with one of `bytes` from `address` on for which `matches(line, bytesMeant)`, or null.
    template <typename Matches>
    const ScalarLine *FindIn(uint64_t address, uint64_t bytes, const Matches &matches) const
    {
        const uint64_t end = address + bytes;
        for (auto line = lines_.lower_bound(address / SCALAR_LINE_BYTES);
             line != lines_.end() && line->first * SCALAR_LINE_BYTES < end; ++line) {
            if (matches(line->second, BytesOf(line->first, address, end))) {
                return &line->second;
            }
        }
        return nullptr;
    }
    // Whether the scalar unit is taken to write what an access through its cache may write.
    static bool Writes(const Instruction &instruction, const GlobalTensorArea &area);

private:
    // A bit for each byte of the line that lies in [begin, end).
    static uint64_t BytesOf(uint64_t line, uint64_t begin, uint64_t end);

    std::map<uint64_t, ScalarLine> lines_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SCALAR_LINES_H
