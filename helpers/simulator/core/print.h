// SPDX-License-Identifier: Apache-2.0
// What a kernel prints. Each piece is written with the number of its block; helpers/printed.py puts blocks in order.
#ifndef SIMULATOR_CORE_PRINT_H
#define SIMULATOR_CORE_PRINT_H

#include <cstdint>
#include <string>
#include <vector>

#include "finding.h"

namespace Simulator {

// Bytes that one block may print; what is more is left out with a note.
constexpr uint64_t BLOCK_PRINT_BYTES = 1 << 16;

// A value handed to printf.
struct PrintValue {
    enum class Kind : uint8_t { SIGNED, UNSIGNED, FLOATING, POINTER, STRING };
    Kind kind;
    uint8_t bytes;     // size of an integer in the kernel
    uint64_t integer;  // an integer's value, sign extended, or a pointer
    double floating;
    const char *string;
};

// `format` with the values filled in. A conversion that does not fit its value, or has none, is a finding of `call`.
std::string Format(const char *call, const char *format, const std::vector<PrintValue> &values, SourceLine where);

void Print(const std::string &text);

// The same on lines of its own.
void PrintLines(const std::string &text);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_PRINT_H
