// SPDX-License-Identifier: Apache-2.0
// Where the operands of a vector instruction get in each other's way in UB.
#ifndef SIMULATOR_CORE_BANK_CONFLICTS_H
#define SIMULATOR_CORE_BANK_CONFLICTS_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "instruction.h"

namespace Simulator {

struct BankConflicts {
    uint32_t repeats;  // steps of the instruction
    uint32_t read;     // steps in which two sources need one bank group, which gives one data block at a time
    uint32_t write;    // steps whose result goes to a bank that the next step reads
};

// From the addresses: bits 17:16 are the bank, 8:5 the group. That a result is written while the next step is read is
// what the eight layouts of a published sample show (add in place and 16 KB apart: no conflict; one block further:
// one). A loop over tiles asks the same again and again: the last answers are kept.
class BankConflictCounter {
public:
    BankConflicts Count(const Instruction &instruction);

private:
    // The data blocks that one step of an operand touches.
    struct Steps {
        uint32_t address;
        uint32_t blockPitch;
        uint32_t stepPitch;
        uint32_t blocks;

        uint64_t Banks(uint32_t step) const;
    };
    // Fixed layout without holes: equal ones have equal bytes.
    struct Layout {
        Steps destination;
        Steps sources[MAX_OPERANDS];
        uint32_t sourceNum;
        uint32_t repeats;
    };
    struct Answer {
        Layout layout;
        BankConflicts conflicts;
    };
    static constexpr size_t ANSWERS = 256;

    static Steps StepsOf(const Instruction &instruction, uint32_t operand, uint32_t lanes);
    static size_t PlaceOf(const Layout &layout);
    static BankConflicts CountIn(const Layout &layout);

    std::vector<Answer> answers_;  // in pairs, each in the pair that its layout gives; unused: repeats = 0
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BANK_CONFLICTS_H
