// SPDX-License-Identifier: Apache-2.0
// Assertions of the kernel. Unlike a device build, which drops ASSERT, the simulator always evaluates them.
#ifndef SIMULATOR_API_ASSERTION_H
#define SIMULATOR_API_ASSERTION_H

#include "../core/issue.h"
#include "print.h"

namespace Simulator {

inline void Assert(bool holds, const char *condition, SourceLine where)
{
    if (!holds) {
        ReportAssertion(condition, "", where);
    }
}

template <typename... Values>
void Assert(bool holds, const char *condition, SourceLine where, const char *format, const Values &...values)
{
    if (!holds) {
        ReportAssertion(condition, Format("assert", format, {ToPrintValue(values)...}, where).c_str(), where);
    }
}

}  // namespace Simulator

#define ASSERT(condition) Simulator::Assert(static_cast<bool>(condition), #condition, Simulator::SourceLine::Here())
#define ascendc_assert(condition, ...) \
    Simulator::Assert(static_cast<bool>(condition), #condition, Simulator::SourceLine::Here(), ##__VA_ARGS__)

// What is to be done on failure serves CANN's build for a CPU: the finding takes its place.
#define ASCENDC_ASSERT(condition, ...) \
    Simulator::Assert(static_cast<bool>(condition), #condition, Simulator::SourceLine::Here())
#define KERNEL_LOG(level, ...) static_cast<void>(0)

#include "../assert.h"  // assert

#endif  // SIMULATOR_API_ASSERTION_H
