// SPDX-License-Identifier: Apache-2.0
#include "vector_ops.h"

#include <cstring>

#include "ai_core.h"
#include "half.h"

namespace Simulator {

namespace {

constexpr uint32_t FLOAT_SIGN = 0x80000000u;
constexpr uint32_t FLOAT_EXPONENT = 0x7F800000u;
constexpr uint16_t HALF_SIGN = 0x8000u;
constexpr uint16_t HALF_EXPONENT = 0x7C00u;
constexpr uint16_t HALF_LARGEST = 0x7BFFu;  // 65504

inline float Flush(float value)
{
    const uint32_t bits = __builtin_bit_cast(uint32_t, value);
    return __builtin_bit_cast(float, (bits & FLOAT_EXPONENT) == 0 ? bits & FLOAT_SIGN : bits);
}

inline uint16_t FlushHalf(uint16_t bits)
{
    return (bits & HALF_EXPONENT) == 0 ? static_cast<uint16_t>(bits & HALF_SIGN) : bits;
}

inline uint16_t SaturateHalf(uint16_t bits)
{
    const uint16_t magnitude = static_cast<uint16_t>(bits & ~HALF_SIGN);
    const uint16_t sign = static_cast<uint16_t>(bits & HALF_SIGN);
    const uint16_t limited = magnitude == HALF_EXPONENT ? static_cast<uint16_t>(sign | HALF_LARGEST) : bits;
    return magnitude > HALF_EXPONENT ? uint16_t{0} : limited;
}

// How elements of one type are read into float and written back, under one numeric mode.
template <bool SATURATE, bool FLUSH>
struct FloatElement {
    using Storage = float;
    static float Read(float value) { return FLUSH ? Flush(value) : value; }
    static float Write(float value) { return FLUSH ? Flush(value) : value; }
};

// One operation on halves in float and one rounding to half is the correctly rounded result for + - x: float has more
// than twice the significand of half plus two bits.
template <bool SATURATE, bool FLUSH>
struct HalfElement {
    using Storage = uint16_t;
    static float Read(uint16_t bits) { return HalfBitsToFloat(FLUSH ? FlushHalf(bits) : bits); }
    static uint16_t Write(float value)
    {
        uint16_t bits = FloatToHalfBits(value);
        bits = SATURATE ? SaturateHalf(bits) : bits;
        return FLUSH ? FlushHalf(bits) : bits;
    }
};

struct AddOperation {
    static float Apply(float left, float right) { return left + right; }
};
struct SubOperation {
    static float Apply(float left, float right) { return left - right; }
};
struct MulOperation {
    static float Apply(float left, float right) { return left * right; }
};

template <typename Storage>
Storage *Pointer(AiCore &core, const Operand &operand)
{
    return reinterpret_cast<Storage *>(core.Ub(operand.address));
}

template <typename Element, typename Operation, bool SCALAR>
void Loop(const Instruction &instruction, AiCore &core)
{
    using Storage = typename Element::Storage;
    Storage *dst = Pointer<Storage>(core, instruction.operands[0]);
    const Storage *left = Pointer<Storage>(core, instruction.operands[1]);
    if constexpr (SCALAR) {
        Storage scalarStorage;
        std::memcpy(&scalarStorage, &instruction.scalarBits, sizeof(Storage));
        const float scalar = Element::Read(scalarStorage);
        for (uint32_t i = 0; i < instruction.elements; ++i) {
            dst[i] = Element::Write(Operation::Apply(Element::Read(left[i]), scalar));
        }
    } else {
        const Storage *right = Pointer<Storage>(core, instruction.operands[2]);
        for (uint32_t i = 0; i < instruction.elements; ++i) {
            dst[i] = Element::Write(Operation::Apply(Element::Read(left[i]), Element::Read(right[i])));
        }
    }
}

template <template <bool, bool> class Element, typename Operation, bool SCALAR>
void LoopInMode(const Instruction &instruction, AiCore &core)
{
    const bool saturate = core.Settings().overflow == Overflow::SATURATE;
    if (core.Settings().flushToZero) {
        saturate ? Loop<Element<true, true>, Operation, SCALAR>(instruction, core)
                 : Loop<Element<false, true>, Operation, SCALAR>(instruction, core);
    } else {
        saturate ? Loop<Element<true, false>, Operation, SCALAR>(instruction, core)
                 : Loop<Element<false, false>, Operation, SCALAR>(instruction, core);
    }
}

template <typename Operation, bool SCALAR>
void Arithmetic(const Instruction &instruction, AiCore &core)
{
    if (instruction.type == DataType::HALF) {
        LoopInMode<HalfElement, Operation, SCALAR>(instruction, core);
    } else {
        LoopInMode<FloatElement, Operation, SCALAR>(instruction, core);
    }
}

template <bool SATURATE, bool FLUSH>
void Narrow(const Instruction &instruction, AiCore &core)
{
    uint16_t *dst = Pointer<uint16_t>(core, instruction.operands[0]);
    const float *src = Pointer<float>(core, instruction.operands[1]);
    for (uint32_t i = 0; i < instruction.elements; ++i) {
        dst[i] = HalfElement<SATURATE, FLUSH>::Write(FloatElement<SATURATE, FLUSH>::Read(src[i]));
    }
}

template <bool FLUSH>
void Widen(const Instruction &instruction, AiCore &core)
{
    float *dst = Pointer<float>(core, instruction.operands[0]);
    const uint16_t *src = Pointer<uint16_t>(core, instruction.operands[1]);
    for (uint32_t i = 0; i < instruction.elements; ++i) {
        dst[i] = HalfElement<false, FLUSH>::Read(src[i]);
    }
}

}  // namespace

void ExecuteAdd(const Instruction &instruction, AiCore &core)
{
    Arithmetic<AddOperation, false>(instruction, core);
}

void ExecuteSub(const Instruction &instruction, AiCore &core)
{
    Arithmetic<SubOperation, false>(instruction, core);
}

void ExecuteMul(const Instruction &instruction, AiCore &core)
{
    Arithmetic<MulOperation, false>(instruction, core);
}

void ExecuteAdds(const Instruction &instruction, AiCore &core)
{
    Arithmetic<AddOperation, true>(instruction, core);
}

void ExecuteMuls(const Instruction &instruction, AiCore &core)
{
    Arithmetic<MulOperation, true>(instruction, core);
}

void ExecuteCastHalfToFloat(const Instruction &instruction, AiCore &core)
{
    core.Settings().flushToZero ? Widen<true>(instruction, core) : Widen<false>(instruction, core);
}

void ExecuteCastFloatToHalf(const Instruction &instruction, AiCore &core)
{
    const bool saturate = core.Settings().overflow == Overflow::SATURATE;
    if (core.Settings().flushToZero) {
        saturate ? Narrow<true, true>(instruction, core) : Narrow<false, true>(instruction, core);
    } else {
        saturate ? Narrow<true, false>(instruction, core) : Narrow<false, false>(instruction, core);
    }
}

}  // namespace Simulator
