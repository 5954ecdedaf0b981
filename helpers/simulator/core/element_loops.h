// SPDX-License-Identifier: Apache-2.0
// What each vector operation does to elements that lie side by side. The numeric model:
//   one rounding per operation, to nearest even, into the result's type, except where Cast names another mode;
//   integers wrap around; Cast to an integer saturates, and makes 0 of NaN;
//   Max and Min: NaN if either operand is NaN, and +0 above -0;
//   Exp, Ln and Rsqrt: the value in double, rounded to float, and for half once more. The hardware's accuracy is not
//   published. README.md lists every choice that no public source settles.
#ifndef SIMULATOR_CORE_ELEMENT_LOOPS_H
#define SIMULATOR_CORE_ELEMENT_LOOPS_H

#include "data_type.h"

namespace Simulator {

struct LoopArguments {
    void *dst;
    const void *src0;
    const void *src1;
    uint64_t scalarBits;  // the scalar operand, in the element's type
    uint32_t elements;
};

using LoopFunction = void (*)(const LoopArguments &);

// The loop of one operation, or null where it does not exist for these types or this rounding mode.
LoopFunction FindLoop(Opcode opcode, DataType dst, DataType src, uint8_t roundMode);
LoopFunction FindCastLoop(DataType dst, DataType src, uint8_t roundMode);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ELEMENT_LOOPS_H
