// SPDX-License-Identifier: Apache-2.0
// The register of the scale that int32_t values are multiplied by on their way to half.
#ifndef SIMULATOR_CORE_DEQUANT_SCALE_H
#define SIMULATOR_CORE_DEQUANT_SCALE_H

#include <cstdint>

namespace Simulator {

struct DequantScaleRegister {
    uint64_t bits = 0;
    bool isSet = false;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_DEQUANT_SCALE_H
