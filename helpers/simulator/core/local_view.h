// SPDX-License-Identifier: Apache-2.0
// A tensor in UB as the kernel holds it: a view into a buffer, valid for one generation of that buffer.
#ifndef SIMULATOR_CORE_LOCAL_VIEW_H
#define SIMULATOR_CORE_LOCAL_VIEW_H

#include <cstdint>

#include "instruction.h"

namespace Simulator {

struct LocalView {
    uint32_t address = 0;
    uint32_t bytes = 0;
    uint16_t buffer = NO_BUFFER;
    uint16_t generation = 0;
    uint8_t position = 0;  // a value of AscendC::TPosition
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_LOCAL_VIEW_H
