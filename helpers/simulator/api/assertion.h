// SPDX-License-Identifier: Apache-2.0
// Assertions of the kernel. Unlike a device build, which drops ASSERT, the simulator always evaluates them.
#ifndef SIMULATOR_API_ASSERTION_H
#define SIMULATOR_API_ASSERTION_H

#include "../core/issue.h"

namespace Simulator {

// The words of a format stand in the finding as they are written; its values do not.
template <typename... Values>
void Assert(bool holds, const char *condition, SourceLine where, const char *format = "", const Values &...)
{
    if (!holds) {
        ReportAssertion(condition, format, where);
    }
}

}  // namespace Simulator

#define ASSERT(condition) Simulator::Assert((condition), #condition, Simulator::SourceLine::Here())
#define ascendc_assert(condition, ...) \
    Simulator::Assert((condition), #condition, Simulator::SourceLine::Here(), ##__VA_ARGS__)

#endif  // SIMULATOR_API_ASSERTION_H
