// SPDX-License-Identifier: Apache-2.0
// The engine for ctypes. Memory is the caller's.
#include <cstdio>
#include <exception>
#include <string>

#include "engine.h"

// 0: done. 1: a block never ends, which `text` says. 2: no memory.
extern "C" uint32_t TimingRun(const Simulator::Program *program, const Simulator::Machine *machine,
                              const Simulator::Times *times, char *text, uint64_t textBytes)
{
    try {
        const std::string reason = Simulator::RunProgram(*program, *machine, *times);
        std::snprintf(text, textBytes, "%s", reason.c_str());
        return reason.empty() ? 0 : 1;
    } catch (const std::exception &error) {
        std::snprintf(text, textBytes, "%s", error.what());
        return 2;
    }
}
