// SPDX-License-Identifier: Apache-2.0
// The places of a kernel that touch memory, by number: a call, its line and which operand.
#ifndef SIMULATOR_CORE_SITE_TABLE_H
#define SIMULATOR_CORE_SITE_TABLE_H

#include <cstdint>
#include <vector>

#include "access_map.h"

namespace Simulator {

struct Site {
    const char *call;
    SourceLine where;
    const char *role;

    bool operator==(const Site &other) const
    {
        return call == other.call && where.line == other.where.line && where.file == other.where.file &&
               role == other.role;
    }
};

class SiteTable {
public:
    // Kernels have few such places. Beyond what 16 bits count, all others share the last number.
    uint16_t NumberOf(const Site &site)
    {
        uint16_t &guess = guesses_[(static_cast<uint32_t>(site.where.line) * 8 + Mix(site.role)) % GUESSES];
        if (guess < sites_.size() && sites_[guess] == site) {
            return guess;
        }
        for (size_t number = 0; number < sites_.size(); ++number) {
            if (sites_[number] == site) {
                return guess = static_cast<uint16_t>(number);
            }
        }
        if (sites_.size() < NO_SITE) {
            sites_.push_back(site);
        }
        return guess = static_cast<uint16_t>(sites_.size() - 1);
    }
    const Site &operator[](uint16_t number) const { return sites_[number]; }

private:
    static constexpr uint32_t GUESSES = 256;
    static uint32_t Mix(const void *address) { return static_cast<uint32_t>(reinterpret_cast<uint64_t>(address) >> 3); }

    std::vector<Site> sites_;
    uint16_t guesses_[GUESSES] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SITE_TABLE_H
