// SPDX-License-Identifier: Apache-2.0
// The places of a kernel that touch memory, by number: a call and its line.
#ifndef SIMULATOR_CORE_SITE_TABLE_H
#define SIMULATOR_CORE_SITE_TABLE_H

#include <cstdint>
#include <vector>

#include "instruction.h"

namespace Simulator {

constexpr uint16_t NO_SITE = UINT16_MAX;

struct Site {
    const char *call;
    SourceLine where;
    const char *roles[MAX_OPERANDS];

    bool IsOf(const Instruction &instruction) const
    {
        return where.line == instruction.where.line && call == instruction.call && where.file == instruction.where.file;
    }
};

class SiteTable {
public:
    // Kernels have few such places. Beyond what 16 bits count, all others share the last number.
    uint16_t NumberOf(const Instruction &instruction)
    {
        uint16_t &guess = guesses_[static_cast<uint32_t>(instruction.where.line) % GUESSES];
        if (guess < sites_.size() && sites_[guess].IsOf(instruction)) {
            return guess;
        }
        for (size_t number = 0; number < sites_.size(); ++number) {
            if (sites_[number].IsOf(instruction)) {
                return guess = static_cast<uint16_t>(number);
            }
        }
        if (sites_.size() < NO_SITE) {
            Site site{instruction.call, instruction.where, {}};
            for (uint32_t i = 0; i < instruction.operandNum; ++i) {
                site.roles[i] = instruction.operands[i].role;
            }
            sites_.push_back(site);
        }
        return guess = static_cast<uint16_t>(sites_.size() - 1);
    }
    const Site &operator[](uint16_t number) const { return sites_[number]; }

private:
    static constexpr uint32_t GUESSES = 256;

    std::vector<Site> sites_;
    uint16_t guesses_[GUESSES] = {};
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_SITE_TABLE_H
