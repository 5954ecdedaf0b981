// SPDX-License-Identifier: Apache-2.0
// What a check has to say about one call of one core.
#ifndef SIMULATOR_CORE_FINDING_H
#define SIMULATOR_CORE_FINDING_H

#include <cstdint>
#include <string>

namespace Simulator {

struct SourceLine {
    const char *file;
    int line;

    // As a default argument this names the line of the kernel that makes the call.
    static SourceLine Here(const char *file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
};

enum class Severity { ERROR, WARNING };

struct Finding {
    const char *code;      // stable name of the rule, for example "ub-out-of-bounds"
    std::string operand;   // which operand, tensor or buffer
    std::string message;   // what happened, with both numbers
    std::string remedy;    // the next step
    int64_t actual = 0;    // the two numbers that disagree
    int64_t expected = 0;  // a limit, or the value that would be right
    Severity severity = Severity::ERROR;
    int32_t operandIndex = -1;   // of the tensors that the call names, the destination first; -1: none of them
    const char *otherCall = "";  // the other call that is part of it, and where
    SourceLine otherWhere{"", 0};
};

// Thrown once an error is recorded: the block it happened in ends, the others go on.
struct StopBlock {};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_FINDING_H
