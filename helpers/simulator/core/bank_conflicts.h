// SPDX-License-Identifier: Apache-2.0
// Where the operands of a vector instruction get in each other's way in UB.
#ifndef SIMULATOR_CORE_BANK_CONFLICTS_H
#define SIMULATOR_CORE_BANK_CONFLICTS_H

#include <cstdint>

#include "instruction.h"

namespace Simulator {

struct BankConflicts {
    uint32_t repeats;  // steps of the instruction
    uint32_t read;     // steps in which two sources need one bank group, which gives one data block at a time
    uint32_t write;    // steps whose result goes to a bank that the next step reads
};

// From the addresses: bits 17:16 are the bank, 8:5 the group. That a result is written while the next step is read is
// what the eight layouts of a published sample show (add in place and 16 KB apart: no conflict; one block further:
// one).
BankConflicts CountBankConflicts(const Instruction &instruction);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BANK_CONFLICTS_H
