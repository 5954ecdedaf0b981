// SPDX-License-Identifier: Apache-2.0
// The macros by which the host side of an operator describes its tiling data, under CANN's name. Here they make the
// plain struct that the kernel reads, with the calls by which a host fills it in.
#ifndef SIMULATOR_REGISTER_TILINGDATA_BASE_H
#define SIMULATOR_REGISTER_TILINGDATA_BASE_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../api/tiling_registration.h"

// CANN fills the gaps before members that would not lie at a multiple of their size, as a C++ struct has them.
#define BEGIN_TILING_DATA_DEF(StructName)                            \
    struct StructName {                                              \
        using SimulatorSelf = StructName;                            \
        size_t GetDataSize() const { return sizeof(SimulatorSelf); } \
        void SaveToBuffer(void *buffer, size_t capacityBytes) const  \
        {                                                            \
            if (capacityBytes >= sizeof(SimulatorSelf)) {            \
                std::memcpy(buffer, this, sizeof(SimulatorSelf));    \
            }                                                        \
        }

#define TILING_DATA_FIELD_DEF(Type, name)                                                                     \
    static_assert(std::is_arithmetic<Type>::value && sizeof(Type) <= 8 && !std::is_same<Type, double>::value, \
                  "a tiling field is an integer of 8 to 64 bits or a float");                                 \
    Type get_##name() const                                                                                   \
    {                                                                                                         \
        return name;                                                                                          \
    }                                                                                                         \
    void set_##name(Type value)                                                                               \
    {                                                                                                         \
        name = value;                                                                                         \
    }                                                                                                         \
    Type name = 0;

#define TILING_DATA_FIELD_DEF_ARR(Type, elementNum, name) \
    Type *get_##name()                                    \
    {                                                     \
        return name;                                      \
    }                                                     \
    void set_##name(const Type *values)                   \
    {                                                     \
        std::memcpy(name, values, sizeof(name));          \
    }                                                     \
    Type name[elementNum] = {};

#define TILING_DATA_FIELD_DEF_STRUCT(Struct, name) Struct name;

#define END_TILING_DATA_DEF \
    }                       \
    ;

// Declares, for the operator whose kernel is built, which struct its tiling is.
#define REGISTER_TILING_DATA_CLASS(OperatorName, Struct)                                               \
    Simulator::StructType<Struct> RegisteredTilingStruct(                                              \
        std::conditional_t<Simulator::NamesKernel(#OperatorName, SIMULATOR_ENTRY),                     \
                           Simulator::TilingRequest<optiling::SimulatorScope, ::SimulatorGlobalScope>, \
                           Simulator::OtherOperator<struct OperatorName##Tag>>);

#endif  // SIMULATOR_REGISTER_TILINGDATA_BASE_H
