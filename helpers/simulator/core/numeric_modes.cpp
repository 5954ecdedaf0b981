// SPDX-License-Identifier: Apache-2.0
#include "numeric_modes.h"

namespace Simulator {

namespace {

template <typename Bits>
struct Format {
    Bits sign;
    Bits exponent;  // all exponent bits: infinity
};

constexpr Format<uint16_t> HALF_FORMAT{0x8000u, 0x7C00u};
constexpr Format<uint16_t> BFLOAT16_FORMAT{0x8000u, 0x7F80u};
constexpr Format<uint32_t> FLOAT_FORMAT{0x80000000u, 0x7F800000u};

template <typename Bits>
void Flush(void *elements, uint32_t count, const Format<Bits> &format)
{
    Bits *bits = static_cast<Bits *>(elements);
    for (uint32_t i = 0; i < count; ++i) {
        bits[i] = (bits[i] & format.exponent) == 0 ? static_cast<Bits>(bits[i] & format.sign) : bits[i];
    }
}

template <typename Bits>
void Saturate(void *elements, uint32_t count, const Format<Bits> &format)
{
    Bits *bits = static_cast<Bits *>(elements);
    for (uint32_t i = 0; i < count; ++i) {
        const Bits magnitude = static_cast<Bits>(bits[i] & ~format.sign);
        const Bits largest = static_cast<Bits>((bits[i] & format.sign) | (format.exponent - 1));
        const Bits limited = magnitude == format.exponent ? largest : bits[i];
        bits[i] = magnitude > format.exponent ? Bits{0} : limited;
    }
}

}  // namespace

void NumericModes::OnOperands(void *elements, uint32_t count, DataType type) const
{
    if (!flushes_) {
        return;
    }
    if (type == DataType::FLOAT) {
        Flush(elements, count, FLOAT_FORMAT);
    } else if (IsShort(type)) {
        Flush(elements, count, type == DataType::HALF ? HALF_FORMAT : BFLOAT16_FORMAT);
    }
}

void NumericModes::OnResults(void *elements, uint32_t count, DataType type) const
{
    if (saturates_ && IsShort(type)) {
        Saturate(elements, count, type == DataType::HALF ? HALF_FORMAT : BFLOAT16_FORMAT);
    }
    OnOperands(elements, count, type);
}

}  // namespace Simulator
