// SPDX-License-Identifier: Apache-2.0
// All cores in modelled time: a discrete-event simulation whose events are the starts and ends of transfers.
#ifndef SIMULATOR_TIMING_ENGINE_H
#define SIMULATOR_TIMING_ENGINE_H

#include <string>

#include "program.h"

namespace Simulator {

// Fills `times`; the answer is empty, or says why some block cannot end.
std::string RunProgram(const Program &program, const Machine &machine, const Times &times);

}  // namespace Simulator

#endif  // SIMULATOR_TIMING_ENGINE_H
