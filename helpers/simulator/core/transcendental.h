// SPDX-License-Identifier: Apache-2.0
// exp and ln of a float as a double, from + - x / alone: the same bits on every machine, whatever its C library, and
// loops over them vectorise. The error is below 2 units of the last place of double, so that the result rounded to
// float is the correctly rounded one except where the exact value lies within that error of a tie of float.
#ifndef SIMULATOR_CORE_TRANSCENDENTAL_H
#define SIMULATOR_CORE_TRANSCENDENTAL_H

#include <cstdint>
#include <limits>

namespace Simulator {

// ln 2 in two parts. The first has 32 bits, so that its product with an exponent is exact.
constexpr double LN2_HIGH = 0x1.62e42feep-1;
constexpr double LN2_LOW = 0x1.a39ef35793c76p-33;
constexpr double INFINITY_AS_DOUBLE = std::numeric_limits<double>::infinity();
constexpr double NAN_AS_DOUBLE = std::numeric_limits<double>::quiet_NaN();

// e^x = 2^k e^r with |r| <= ln2 / 2, and e^r from its series.
inline double ExpOfFloat(float value)
{
    constexpr double LARGEST = 89.0;     // beyond, float overflows
    constexpr double SMALLEST = -105.0;  // below, every result rounds to 0
    constexpr double LOG2_E = 0x1.71547652b82fep+0;
    constexpr double SHIFTER = 0x1.8p52;  // adding it rounds to an integer, which its low bits then hold
    const double x = value;
    const double inRange = x > LARGEST ? LARGEST : x < SMALLEST ? SMALLEST : x;  // NaN compares false: put back below
    const double shifted = inRange * LOG2_E + SHIFTER;
    const double k = shifted - SHIFTER;
    const double r = (inRange - k * LN2_HIGH) - k * LN2_LOW;
    double sum = 1.0 / 6227020800.0;
    constexpr double RECIPROCAL_FACTORIALS[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                                                1.0 / 40320,     1.0 / 5040,     1.0 / 720,     1.0 / 120,
                                                1.0 / 24,        1.0 / 6,        1.0 / 2};
    for (const double coefficient : RECIPROCAL_FACTORIALS) {
        sum = sum * r + coefficient;
    }
    const double power = 1.0 + (r + r * r * sum);
    const uint64_t exponent = (__builtin_bit_cast(uint64_t, shifted) + 1023) << 52;
    const double result = power * __builtin_bit_cast(double, exponent);
    return x != x ? x : result;
}

// ln(2^e m) = e ln2 + ln m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 artanh((m - 1) / (m + 1)) from its series.
inline double LnOfFloat(float value)
{
    const double x = value;
    const uint64_t bits = __builtin_bit_cast(uint64_t, x);  // subnormal floats are normal doubles
    constexpr uint64_t SQRT_HALF_BITS = 0x3FE6A09E667F3BCDu;
    constexpr uint64_t SIGNIFICAND_BITS = 0x000FFFFFFFFFFFFFu;
    const uint64_t aboveSqrtHalf = bits - SQRT_HALF_BITS;
    const double m = __builtin_bit_cast(double, (aboveSqrtHalf & SIGNIFICAND_BITS) + SQRT_HALF_BITS);
    // The exponent as a double: put into the low bits of 1.5 * 2^52 and taken out again.
    const uint64_t biased = (aboveSqrtHalf >> 52) + ((aboveSqrtHalf >> 63) != 0 ? 0xFFFFFFFFFFFFF000u : 0u);
    constexpr double SHIFTER = 0x1.8p52;
    const double e = __builtin_bit_cast(double, __builtin_bit_cast(uint64_t, SHIFTER) + biased) - SHIFTER;
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double sum = 1.0 / 25;
    constexpr double RECIPROCAL_ODDS[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                          1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
    for (const double coefficient : RECIPROCAL_ODDS) {
        sum = sum * z + coefficient;
    }
    const double lnM = 2.0 * s + 2.0 * s * z * sum;
    const double finite = e * LN2_HIGH + (lnM + e * LN2_LOW);
    const double ofZeroOrLess = x == 0.0 ? -INFINITY_AS_DOUBLE : NAN_AS_DOUBLE;
    const double positive = x == INFINITY_AS_DOUBLE ? x : finite;
    const double ordered = x > 0.0 ? positive : ofZeroOrLess;
    return x != x ? x : ordered;
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TRANSCENDENTAL_H
