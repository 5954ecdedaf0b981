// SPDX-License-Identifier: Apache-2.0
// What each vector operation does to the values of one element. The numeric model:
//   one rounding per operation, to nearest even, into the result's type, except where Cast names another mode;
//   integers wrap around;
//   Max and Min: NaN if either operand is NaN, and +0 above -0;
//   Exp, Ln and Rsqrt: the value in double, rounded to float, and for half once more. The hardware's accuracy is not
//   published. README.md lists every choice that no public source settles.
#ifndef SIMULATOR_CORE_OPERATIONS_H
#define SIMULATOR_CORE_OPERATIONS_H

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace Simulator {

template <typename Value>
constexpr bool IS_INT = std::is_integral<Value>::value;

// Arithmetic of integers wraps around: it is done without sign, in 64 bits.
template <typename Value>
constexpr uint64_t Unsigned(Value value)
{
    return static_cast<uint64_t>(value);
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
struct MaxOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (!IS_INT<Value>) {
            if (left != left || right != right) {
                return left + right;
            }
            if (left == right) {
                return std::signbit(left) ? right : left;
            }
        }
        return left > right ? left : right;
    }
};
struct MinOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (!IS_INT<Value>) {
            if (left != left || right != right) {
                return left + right;
            }
            if (left == right) {
                return std::signbit(left) ? left : right;
            }
        }
        return left < right ? left : right;
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
    static float Apply(float value, float slope) { return value < 0.0f ? value * slope : value; }
};
// The distance is the scalar, from 0 to the width of the type; signed values shift their sign in.
struct ShiftLeftOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        return Unsigned(distance) >= 8 * sizeof(Value) ? Value{0} : static_cast<Value>(Unsigned(value) << distance);
    }
};
struct ShiftRightOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        const uint64_t most = 8 * sizeof(Value) - 1;
        const uint64_t shift = Unsigned(distance);
        if (shift > most && std::is_unsigned<Value>::value) {
            return 0;
        }
        return static_cast<Value>(value >> (shift > most ? most : shift));
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
    static float Apply(float value) { return static_cast<float>(std::exp(static_cast<double>(value))); }
};
struct LnOperation {
    static float Apply(float value) { return static_cast<float>(std::log(static_cast<double>(value))); }
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
