// SPDX-License-Identifier: Apache-2.0
// What each vector operation does to the values of one element. The numeric model:
//   one rounding per operation, to nearest even, into the result's type, except where Cast names another mode;
//   integers wrap around;
//   Max and Min: NaN if either operand is NaN, and +0 above -0;
//   Exp, Ln and Rsqrt: the value in double, rounded to float, and for half once more. The hardware's accuracy is not
//   published. README.md lists every choice that no public source settles.
// Nothing here branches on a value, so that loops over it vectorise.
#ifndef SIMULATOR_CORE_OPERATIONS_H
#define SIMULATOR_CORE_OPERATIONS_H

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "transcendental.h"

namespace Simulator {

template <typename Value>
constexpr bool IS_INT = std::is_integral<Value>::value;

// Arithmetic of integers wraps around: it is done without sign, in 64 bits.
template <typename Value>
constexpr uint64_t Unsigned(Value value)
{
    return static_cast<uint64_t>(value);
}

inline uint32_t BitsOfFloat(float value)
{
    return __builtin_bit_cast(uint32_t, value);
}

struct AddOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return static_cast<Value>(Unsigned(left) + Unsigned(right));
        } else {
            return left + right;
        }
    }
};
struct SubOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return static_cast<Value>(Unsigned(left) - Unsigned(right));
        } else {
            return left - right;
        }
    }
};
struct MulOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return static_cast<Value>(Unsigned(left) * Unsigned(right));
        } else {
            return left * right;
        }
    }
};
struct DivOperation {
    static float Apply(float left, float right) { return left / right; }
};
// The larger (or smaller) of two floats without branches: NaN if either is NaN, and zeros by their sign. Equal values
// other than zeros have equal bits, so `equal` decides between zeros only.
inline float Choose(float left, float right, bool takesLeft, uint32_t equal)
{
    const float chosen = takesLeft ? left : right;
    const float sameOrChosen = left == right ? __builtin_bit_cast(float, equal) : chosen;
    const float orRight = right != right ? right : sameOrChosen;
    return left != left ? left : orRight;
}

struct MaxOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return left > right ? left : right;
        } else {
            return Choose(left, right, left > right, BitsOfFloat(left) & BitsOfFloat(right));
        }
    }
};
struct MinOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return left < right ? left : right;
        } else {
            return Choose(left, right, left < right, BitsOfFloat(left) | BitsOfFloat(right));
        }
    }
};
struct AndOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        return static_cast<Value>(left & right);
    }
};
struct OrOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        return static_cast<Value>(left | right);
    }
};
struct LeakyReluOperation {
    static float Apply(float value, float slope)
    {
        const float scaled = value * slope;
        return value < 0.0f ? scaled : value;
    }
};
// The distance is the scalar, from 0 to the width of the type; signed values shift their sign in.
struct ShiftLeftOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        return static_cast<Value>(Unsigned(value) << (Unsigned(distance) & 63));  // 64 bits: nothing of 32 is left
    }
};
struct ShiftRightOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        return static_cast<Value>(static_cast<int64_t>(value) >> (Unsigned(distance) & 63));
    }
};
// Adds the last bit that is shifted out.
struct RoundingShiftRightOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        const int64_t twice = static_cast<int64_t>(value) * 2;  // so that there is a bit to look at for a distance of 0
        return static_cast<Value>(((twice >> (Unsigned(distance) & 63)) + 1) >> 1);
    }
};
struct AbsOperation {
    template <typename Value>
    static Value Apply(Value value)
    {
        if constexpr (IS_INT<Value>) {
            return value < 0 ? static_cast<Value>(0 - Unsigned(value)) : value;
        } else {
            return std::fabs(value);
        }
    }
};
struct ReluOperation {
    template <typename Value>
    static Value Apply(Value value)
    {
        return value < Value{0} ? Value{0} : value;
    }
};
struct ExpOperation {
    static float Apply(float value) { return static_cast<float>(ExpOfFloat(value)); }
};
struct LnOperation {
    static float Apply(float value) { return static_cast<float>(LnOfFloat(value)); }
};
struct SqrtOperation {
    static float Apply(float value) { return std::sqrt(value); }
};
struct RsqrtOperation {
    static float Apply(float value) { return static_cast<float>(1.0 / std::sqrt(static_cast<double>(value))); }
};
struct ReciprocalOperation {
    static float Apply(float value) { return 1.0f / value; }
};
struct NotOperation {
    template <typename Value>
    static Value Apply(Value value)
    {
        return static_cast<Value>(~value);
    }
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_OPERATIONS_H
