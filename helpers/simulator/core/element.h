// SPDX-License-Identifier: Apache-2.0
// How the elements of a type are computed with: read into a value, written back with one rounding.
#ifndef SIMULATOR_CORE_ELEMENT_H
#define SIMULATOR_CORE_ELEMENT_H

#include "data_type.h"
#include "half.h"

namespace Simulator {

// One operation on halves in float and one rounding to half is the correctly rounded result for + - x / and square
// root: float has more than twice the significand of half plus two bits. The same holds for bfloat16.
template <typename T>
struct Element {
    using Storage = T;
    using Value = T;
    static T Read(T value) { return value; }
    static T Write(T value) { return value; }
};

template <>
struct Element<half> {
    using Storage = uint16_t;
    using Value = float;
    static float Read(uint16_t bits) { return HalfBitsToFloat(bits); }
    static uint16_t Write(float value) { return FloatToHalfBits(value); }
};

template <>
struct Element<bfloat16_t> {
    using Storage = uint16_t;
    using Value = float;
    static float Read(uint16_t bits) { return Bfloat16BitsToFloat(bits); }
    static uint16_t Write(float value) { return FloatToBfloat16Bits(value); }
};

template <typename T>
constexpr DataType DataTypeOf()
{
    if constexpr (std::is_same<T, half>::value) {
        return DataType::HALF;
    } else if constexpr (std::is_same<T, bfloat16_t>::value) {
        return DataType::BFLOAT16;
    } else if constexpr (std::is_same<T, float>::value) {
        return DataType::FLOAT;
    } else if constexpr (std::is_integral<T>::value) {
        constexpr DataType TYPES[2][4] = {
            {DataType::UINT8, DataType::UINT16, DataType::UINT32, DataType::UINT64},
            {DataType::INT8, DataType::INT16, DataType::INT32, DataType::INT64},
        };
        constexpr uint32_t WIDTH = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
        return TYPES[std::is_signed<T>::value ? 1 : 0][WIDTH];
    } else {
        return DataType::OTHER;
    }
}

}  // namespace Simulator

#endif  // SIMULATOR_CORE_ELEMENT_H
