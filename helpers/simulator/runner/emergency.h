// SPDX-License-Identifier: Apache-2.0
// Last words: a finding for a crash or a timeout, written from a signal handler.
#ifndef SIMULATOR_RUNNER_EMERGENCY_H
#define SIMULATOR_RUNNER_EMERGENCY_H

#include <vector>

#include "../core/ai_core.h"

namespace Simulator {

// Handlers for crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) and for the parent's time limit (SIGTERM).
void InstallHandlers(int reportDescriptor, const GlobalMemory &globalMemory, const std::vector<AiCore *> &cores);

// Each thread that runs kernels needs a stack of its own for handlers, or a stack overflow could not be told.
void UseHandlerStack();

// Once no block runs any more, the handlers have nothing to say.
void RemoveHandlers();

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_EMERGENCY_H
