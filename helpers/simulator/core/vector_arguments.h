// SPDX-License-Identifier: Apache-2.0
// Arguments of vector calls that an instruction does not have as such: found when the call is issued, at every level.
#ifndef SIMULATOR_CORE_VECTOR_ARGUMENTS_H
#define SIMULATOR_CORE_VECTOR_ARGUMENTS_H

#include <cstdint>

#include "finding.h"

namespace Simulator {

// The scale of int32_t to half: set, and taken by a call, which is a finding where it was never set.
void SetDequantScale(uint64_t bits);
uint64_t DequantScale(const char *call, SourceLine where);

// repeatTime has 8 bits on the device.
void CheckRepeatTimes(const char *call, uint32_t repeats, SourceLine where);

// Shifts go from 0 to the width of the type, and one family does not round when it shifts.
void CheckShiftDistance(const char *call, int64_t distance, uint32_t bits, SourceLine where);
void CheckShiftRounding(SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_VECTOR_ARGUMENTS_H
