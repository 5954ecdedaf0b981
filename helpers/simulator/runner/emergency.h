// SPDX-License-Identifier: Apache-2.0
// Last words: a finding for a crash, a timeout, or the loss of the parent, written from a signal handler.
#ifndef SIMULATOR_RUNNER_EMERGENCY_H
#define SIMULATOR_RUNNER_EMERGENCY_H

#include <vector>

#include "../core/ai_core.h"

namespace Simulator {

// Handlers for crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) and for the parent's time limit (SIGTERM).
void InstallHandlers(int reportDescriptor, const GlobalMemory &globalMemory, const std::vector<AiCore *> &cores);

// Each thread that runs kernels needs a stack of its own for handlers, or a stack overflow could not be told.
void UseHandlerStack();

// Ends the process as soon as the other end of standard input closes: no orphan outlives its notebook.
void ExitWithParent();

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_EMERGENCY_H
