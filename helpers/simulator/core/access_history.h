// SPDX-License-Identifier: Apache-2.0
// The accesses of one block, in program order: to UB and to what it may write of global memory.
#ifndef SIMULATOR_CORE_ACCESS_HISTORY_H
#define SIMULATOR_CORE_ACCESS_HISTORY_H

#include <cstdint>
#include <vector>

#include "access_map.h"
#include "operand_ranges.h"

namespace Simulator {

class GlobalMemory;

class AccessHistory {
public:
    explicit AccessHistory(const GlobalMemory &globalMemory);

    void Reset(uint32_t ubBytes);
    // Adds an instruction, which was judged before.
    void Add(const Instruction &instruction);
    // A buffer was allocated: what it holds is left from before.
    void Forget(uint32_t address, uint32_t bytes) { ub_.Forget(address, address + bytes); }

    // Calls visit(range, from, to) for the earlier accesses to the bytes of an operand; see AccessMap.
    template <typename Visit>
    void Over(const Instruction &instruction, const Operand &operand, const Visit &visit) const
    {
        uint64_t base = 0;
        const AccessMap *map = MapOf(operand, base);
        if (map != nullptr) {
            ForEachRange(instruction, operand,
                         [&](uint64_t begin, uint64_t end) { map->Over(begin - base, end - base, visit); });
        }
    }
    const Site &SiteOf(const Access &access) const { return sites_[access.site]; }
    const char *RoleOf(const Access &access) const { return sites_[access.site].roles[access.operand]; }
    uint16_t SiteOf(const Instruction &instruction) { return sites_.NumberOf(instruction); }
    // Whether this was not asked before in this block: a loop breaks the same rule again and again.
    bool IsNew(const char *code, uint16_t earlierSite, uint16_t site);

private:
    // Null for tensors that no kernel may write: nothing can go wrong between reads. `base` is where its bytes start.
    AccessMap *MapOf(const Operand &operand, uint64_t &base);
    const AccessMap *MapOf(const Operand &operand, uint64_t &base) const
    {
        return const_cast<AccessHistory *>(this)->MapOf(operand, base);
    }
    void AddResult(const Instruction &instruction, const Operand &dst, const Access &access);
    static bool KeepsPlaces(const Instruction &instruction);

    const GlobalMemory &globalMemory_;
    AccessMap ub_;
    std::vector<AccessMap> gm_;
    SiteTable sites_;
    struct Broken {
        const char *code;
        uint16_t earlierSite;
        uint16_t site;
    };
    std::vector<Broken> broken_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ACCESS_HISTORY_H
