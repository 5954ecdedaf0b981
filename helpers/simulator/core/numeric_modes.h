// SPDX-License-Identifier: Apache-2.0
// The numeric modes of a launch, applied here and nowhere else:
//   overflow mode "saturate" turns a result of +-infinity in half or bfloat16 into the largest finite value and NaN
//   into 0, and leaves float alone;
//   flush-to-zero takes subnormal operands as zero and turns subnormal results into zero, keeping the sign.
#ifndef SIMULATOR_CORE_NUMERIC_MODES_H
#define SIMULATOR_CORE_NUMERIC_MODES_H

#include "data_type.h"

namespace Simulator {

enum class Overflow : uint8_t { INFNAN, SATURATE };

class NumericModes {
public:
    NumericModes(Overflow overflow, bool flushToZero)
        : saturates_(overflow == Overflow::SATURATE), flushes_(flushToZero)
    {
    }

    bool ChangesOperands(DataType type) const { return flushes_ && IsFloating(type); }
    bool ChangesResults(DataType type) const { return (flushes_ && IsFloating(type)) || (saturates_ && IsShort(type)); }
    // In place, on elements side by side.
    void OnOperands(void *elements, uint32_t count, DataType type) const;
    void OnResults(void *elements, uint32_t count, DataType type) const;

private:
    static bool IsShort(DataType type) { return type == DataType::HALF || type == DataType::BFLOAT16; }
    static bool IsFloating(DataType type) { return IsShort(type) || type == DataType::FLOAT; }

    bool saturates_;
    bool flushes_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_NUMERIC_MODES_H
