// SPDX-License-Identifier: Apache-2.0
// Lines of global memory that the scalar unit has written in its cache and not written back. Copies go past that cache.
// Addresses are those of a device: see GlobalMemory.
#ifndef SIMULATOR_CORE_SCALAR_LINES_H
#define SIMULATOR_CORE_SCALAR_LINES_H

#include <cstdint>
#include <map>

#include "finding.h"

namespace Simulator {

constexpr uint64_t SCALAR_LINE_BYTES = 64;

class ScalarLines {
public:
    void Reset() { written_.clear(); }
    void Write(uint64_t address, SourceLine where) { written_[address / SCALAR_LINE_BYTES] = where; }
    void CleanLine(uint64_t address) { written_.erase(address / SCALAR_LINE_BYTES); }
    void CleanAll() { written_.clear(); }
    // Where a line was written of those that hold `bytes` from `address` on, or null.
    const SourceLine *FirstIn(uint64_t address, uint64_t bytes) const
    {
        const auto line = written_.lower_bound(address / SCALAR_LINE_BYTES);
        return line != written_.end() && line->first * SCALAR_LINE_BYTES < address + bytes ? &line->second : nullptr;
    }

private:
    std::map<uint64_t, SourceLine> written_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SCALAR_LINES_H
