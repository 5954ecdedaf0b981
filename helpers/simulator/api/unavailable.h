// SPDX-License-Identifier: Apache-2.0
// Vector calls that other SoC families or CANN's advanced API have: each stops the build and says what to write.
#ifndef SIMULATOR_API_UNAVAILABLE_H
#define SIMULATOR_API_UNAVAILABLE_H

#include "local_tensor.h"

namespace AscendC {

#define SIMULATOR_REFUSED(Name, words)                                   \
    template <typename T, typename... Rest>                              \
    void Name(const LocalTensor<T> &, const Rest &...)                   \
    {                                                                    \
        static_assert(Simulator::DependentFalse<T>::value, #Name words); \
    }
#define SIMULATOR_OTHER_FAMILY(Name, instead) SIMULATOR_REFUSED(Name, " is on the Ascend 950 only: " instead)
#define SIMULATOR_ADVANCED(Name, instead) \
    SIMULATOR_REFUSED(Name, " is of CANN's advanced API, which this simulator does not have: " instead)

SIMULATOR_OTHER_FAMILY(Subs, "write Adds with the negated scalar, or Duplicate and Sub for scalar - tensor")
SIMULATOR_OTHER_FAMILY(Divs, "write Duplicate and Div, or Muls by the reciprocal, which rounds once more")
SIMULATOR_OTHER_FAMILY(Ands, "write Duplicate and And")
SIMULATOR_OTHER_FAMILY(Ors, "write Duplicate and Or")
SIMULATOR_OTHER_FAMILY(Neg, "write Muls by -1")
SIMULATOR_OTHER_FAMILY(Prelu, "write Maxs, Mins, Mul and Add, or LeakyRelu for one slope")
SIMULATOR_OTHER_FAMILY(Mull, "write Mul, which keeps the low half of the product")
SIMULATOR_OTHER_FAMILY(AbsSub, "write Sub and Abs")
SIMULATOR_OTHER_FAMILY(ExpSub, "write Sub and Exp")
SIMULATOR_OTHER_FAMILY(MulsCast, "write Muls and Cast")
SIMULATOR_OTHER_FAMILY(Truncate, "write Cast from float to float, which rounds to an integral value in each mode")
SIMULATOR_OTHER_FAMILY(Interleave, "write Gather")
SIMULATOR_OTHER_FAMILY(DeInterleave, "write GatherMask")

SIMULATOR_ADVANCED(Floor, "Cast from float to float in CAST_FLOOR does it")
SIMULATOR_ADVANCED(Ceil, "Cast from float to float in CAST_CEIL does it")
SIMULATOR_ADVANCED(Round, "Cast from float to float in CAST_RINT does it")
SIMULATOR_ADVANCED(Trunc, "Cast from float to float in CAST_TRUNC does it")
SIMULATOR_ADVANCED(Sign, "compose it from CompareScalar and Select")
SIMULATOR_ADVANCED(Clamp, "compose it from Maxs and Mins")
SIMULATOR_ADVANCED(Frac, "compose it from Cast in CAST_TRUNC and Sub")
SIMULATOR_ADVANCED(Log, "Ln is the natural logarithm")
SIMULATOR_ADVANCED(Log2, "compose it from Ln and Muls")
SIMULATOR_ADVANCED(Log10, "compose it from Ln and Muls")
SIMULATOR_ADVANCED(Power, "compose it from Ln, Mul and Exp for positive bases")
SIMULATOR_ADVANCED(Tanh, "compose it from Exp, Adds and Div")
SIMULATOR_ADVANCED(Sigmoid, "compose it from Muls by -1, Exp, Adds and Div")
SIMULATOR_ADVANCED(Sin, "compose it from Cast, Muls and a polynomial of Mul and Adds")
SIMULATOR_ADVANCED(Cos, "compose it from Cast, Muls and a polynomial of Mul and Adds")
SIMULATOR_ADVANCED(Xor, "compose it from And, Or and Not")

#undef SIMULATOR_REFUSED
#undef SIMULATOR_OTHER_FAMILY
#undef SIMULATOR_ADVANCED

#if __NPU_ARCH__ == 3002
template <typename T>
void SetDeqScale(T)
{
    static_assert(
        Simulator::DependentFalse<T>::value,
        "SetDeqScale is not on Atlas 200I/500 A2 (dav-3002), where Cast takes int32_t to half as it is: guard "
        "it by __NPU_ARCH__ == 2201");
}
#endif

// Scales for results of 8 bits.
template <typename T, typename U, typename... Rest>
void SetDeqScale(T, U, Rest...)
{
    static_assert(Simulator::DependentFalse<T>::value,
                  "SetDeqScale takes one half here: results of 8 bits have scales whose arithmetic is not published. "
                  "Cast to float, multiply, Cast to the result");
}

}  // namespace AscendC

#endif  // SIMULATOR_API_UNAVAILABLE_H
