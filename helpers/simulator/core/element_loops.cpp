// SPDX-License-Identifier: Apache-2.0
#include "element_loops.h"

#include <cmath>
#include <cstring>
#include <type_traits>

#include "half.h"

namespace Simulator {

namespace {

// How elements are read into the type they are computed in, and written back.
struct FloatElement {
    using Storage = float;
    using Value = float;
    static float Read(float value) { return value; }
    static float Write(float value) { return value; }
};

// One operation on halves in float and one rounding to half is the correctly rounded result for + - x / and square
// root: float has more than twice the significand of half plus two bits.
struct HalfElement {
    using Storage = uint16_t;
    using Value = float;
    static float Read(uint16_t bits) { return HalfBitsToFloat(bits); }
    static uint16_t Write(float value) { return FloatToHalfBits(value); }
};

template <typename T>
struct IntElement {
    using Storage = T;
    using Value = T;
    static T Read(T value) { return value; }
    static T Write(T value) { return value; }
};

// Arithmetic of integers wraps around: it is done without sign, in 64 bits.
template <typename Value>
constexpr bool IS_INT = std::is_integral<Value>::value;

struct AddOperation {
    template <typename Value>
    static Value Apply(Value left, Value right)
    {
        if constexpr (IS_INT<Value>) {
            return static_cast<Value>(static_cast<uint64_t>(left) + static_cast<uint64_t>(right));
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
            return static_cast<Value>(static_cast<uint64_t>(left) - static_cast<uint64_t>(right));
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
            return static_cast<Value>(static_cast<uint64_t>(left) * static_cast<uint64_t>(right));
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
    static uint16_t Apply(uint16_t left, uint16_t right) { return left & right; }
};
struct OrOperation {
    static uint16_t Apply(uint16_t left, uint16_t right) { return left | right; }
};
struct LeakyReluOperation {
    static float Apply(float value, float slope) { return value < 0.0f ? value * slope : value; }
};
// The distance is the scalar, from 0 to the width of the type; signed values shift their sign in.
struct ShiftLeftOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        return static_cast<uint64_t>(distance) >= 8 * sizeof(Value)
                   ? Value{0}
                   : static_cast<Value>(static_cast<uint64_t>(value) << distance);
    }
};
struct ShiftRightOperation {
    template <typename Value>
    static Value Apply(Value value, Value distance)
    {
        const uint64_t most = 8 * sizeof(Value) - 1;
        const uint64_t shift = static_cast<uint64_t>(distance);
        if (shift > most && std::is_unsigned<Value>::value) {
            return 0;
        }
        return static_cast<Value>(value >> (shift > most ? most : shift));
    }
};
struct AbsOperation {
    static float Apply(float value) { return std::fabs(value); }
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
    static uint16_t Apply(uint16_t value) { return static_cast<uint16_t>(~value); }
};

template <typename Element>
typename Element::Value Scalar(const LoopArguments &arguments)
{
    typename Element::Storage storage;
    std::memcpy(&storage, &arguments.scalarBits, sizeof(storage));
    return Element::Read(storage);
}

template <typename Element, typename Operation>
struct BinaryLoop {
    static void Run(const LoopArguments &arguments)
    {
        auto *dst = static_cast<typename Element::Storage *>(arguments.dst);
        const auto *left = static_cast<const typename Element::Storage *>(arguments.src0);
        const auto *right = static_cast<const typename Element::Storage *>(arguments.src1);
        for (uint32_t i = 0; i < arguments.elements; ++i) {
            dst[i] = Element::Write(Operation::Apply(Element::Read(left[i]), Element::Read(right[i])));
        }
    }
};

template <typename Element, typename Operation>
struct ScalarLoop {
    static void Run(const LoopArguments &arguments)
    {
        auto *dst = static_cast<typename Element::Storage *>(arguments.dst);
        const auto *src = static_cast<const typename Element::Storage *>(arguments.src0);
        const typename Element::Value scalar = Scalar<Element>(arguments);
        for (uint32_t i = 0; i < arguments.elements; ++i) {
            dst[i] = Element::Write(Operation::Apply(Element::Read(src[i]), scalar));
        }
    }
};

template <typename Element, typename Operation>
struct UnaryLoop {
    static void Run(const LoopArguments &arguments)
    {
        auto *dst = static_cast<typename Element::Storage *>(arguments.dst);
        const auto *src = static_cast<const typename Element::Storage *>(arguments.src0);
        for (uint32_t i = 0; i < arguments.elements; ++i) {
            dst[i] = Element::Write(Operation::Apply(Element::Read(src[i])));
        }
    }
};

template <typename Storage>
void DuplicateLoop(const LoopArguments &arguments)
{
    auto *dst = static_cast<Storage *>(arguments.dst);
    Storage value;
    std::memcpy(&value, &arguments.scalarBits, sizeof(value));
    for (uint32_t i = 0; i < arguments.elements; ++i) {
        dst[i] = value;
    }
}

template <template <typename, typename> class Loop, typename Operation>
LoopFunction OfFloats(DataType type)
{
    switch (type) {
        case DataType::HALF:
            return Loop<HalfElement, Operation>::Run;
        case DataType::FLOAT:
            return Loop<FloatElement, Operation>::Run;
        default:
            return nullptr;
    }
}

template <template <typename, typename> class Loop, typename Operation>
LoopFunction OfNumbers(DataType type)
{
    switch (type) {
        case DataType::INT16:
            return Loop<IntElement<int16_t>, Operation>::Run;
        case DataType::INT32:
            return Loop<IntElement<int32_t>, Operation>::Run;
        default:
            return OfFloats<Loop, Operation>(type);
    }
}

template <typename Operation>
LoopFunction OfShifts(DataType type)
{
    switch (type) {
        case DataType::INT16:
            return ScalarLoop<IntElement<int16_t>, Operation>::Run;
        case DataType::UINT16:
            return ScalarLoop<IntElement<uint16_t>, Operation>::Run;
        case DataType::INT32:
            return ScalarLoop<IntElement<int32_t>, Operation>::Run;
        case DataType::UINT32:
            return ScalarLoop<IntElement<uint32_t>, Operation>::Run;
        default:
            return nullptr;
    }
}

template <template <typename, typename> class Loop, typename Operation>
LoopFunction OfBits(DataType type)
{
    return type == DataType::INT16 || type == DataType::UINT16 ? Loop<IntElement<uint16_t>, Operation>::Run : nullptr;
}

LoopFunction OfDuplicate(DataType type)
{
    switch (type) {
        case DataType::HALF:
        case DataType::INT16:
        case DataType::UINT16:
            return DuplicateLoop<uint16_t>;
        case DataType::FLOAT:
        case DataType::INT32:
        case DataType::UINT32:
            return DuplicateLoop<uint32_t>;
        default:
            return nullptr;
    }
}

}  // namespace

LoopFunction FindLoop(Opcode opcode, DataType dst, DataType src, uint8_t roundMode)
{
    switch (opcode) {
        case Opcode::ADD:
            return OfNumbers<BinaryLoop, AddOperation>(dst);
        case Opcode::SUB:
            return OfNumbers<BinaryLoop, SubOperation>(dst);
        case Opcode::MUL:
            return OfNumbers<BinaryLoop, MulOperation>(dst);
        case Opcode::DIV:
            return OfFloats<BinaryLoop, DivOperation>(dst);
        case Opcode::MAX:
            return OfNumbers<BinaryLoop, MaxOperation>(dst);
        case Opcode::MIN:
            return OfNumbers<BinaryLoop, MinOperation>(dst);
        case Opcode::AND:
            return OfBits<BinaryLoop, AndOperation>(dst);
        case Opcode::OR:
            return OfBits<BinaryLoop, OrOperation>(dst);
        case Opcode::ADDS:
            return OfNumbers<ScalarLoop, AddOperation>(dst);
        case Opcode::MULS:
            return OfNumbers<ScalarLoop, MulOperation>(dst);
        case Opcode::MAXS:
            return OfNumbers<ScalarLoop, MaxOperation>(dst);
        case Opcode::MINS:
            return OfNumbers<ScalarLoop, MinOperation>(dst);
        case Opcode::LEAKY_RELU:
            return OfFloats<ScalarLoop, LeakyReluOperation>(dst);
        case Opcode::SHIFT_LEFT:
            return OfShifts<ShiftLeftOperation>(dst);
        case Opcode::SHIFT_RIGHT:
            return OfShifts<ShiftRightOperation>(dst);
        case Opcode::ABS:
            return OfFloats<UnaryLoop, AbsOperation>(dst);
        case Opcode::RELU:
            return dst == DataType::INT32 ? UnaryLoop<IntElement<int32_t>, ReluOperation>::Run
                                          : OfFloats<UnaryLoop, ReluOperation>(dst);
        case Opcode::EXP:
            return OfFloats<UnaryLoop, ExpOperation>(dst);
        case Opcode::LN:
            return OfFloats<UnaryLoop, LnOperation>(dst);
        case Opcode::SQRT:
            return OfFloats<UnaryLoop, SqrtOperation>(dst);
        case Opcode::RSQRT:
            return OfFloats<UnaryLoop, RsqrtOperation>(dst);
        case Opcode::RECIPROCAL:
            return OfFloats<UnaryLoop, ReciprocalOperation>(dst);
        case Opcode::NOT:
            return OfBits<UnaryLoop, NotOperation>(dst);
        case Opcode::CAST:
            return FindCastLoop(dst, src, roundMode);
        case Opcode::DUPLICATE:
            return OfDuplicate(dst);
        default:
            return nullptr;
    }
}

}  // namespace Simulator
