// SPDX-License-Identifier: Apache-2.0
// printf of a kernel: the text appears in the result of the launch, block by block.
#ifndef SIMULATOR_API_PRINT_H
#define SIMULATOR_API_PRINT_H

#include <cstdio>  // before the macro below takes its name
#include <tuple>
#include <type_traits>
#include <vector>

#include "../core/print.h"
#include "system.h"

namespace Simulator {

template <typename T>
PrintValue ToPrintValue(const T &value)
{
    using Kind = PrintValue::Kind;
    using Plain = std::decay_t<T>;
    if constexpr (std::is_enum<Plain>::value) {
        return ToPrintValue(static_cast<std::underlying_type_t<Plain>>(value));
    } else if constexpr (std::is_integral<Plain>::value) {
        constexpr Kind KIND = std::is_signed<Plain>::value ? Kind::SIGNED : Kind::UNSIGNED;
        return {KIND, sizeof(Plain), static_cast<uint64_t>(value), 0.0, nullptr};
    } else if constexpr (std::is_convertible<Plain, const char *>::value &&
                         !std::is_same<Plain, std::nullptr_t>::value) {
        return {Kind::STRING, 0, 0, 0.0, value};
    } else if constexpr (std::is_pointer<Plain>::value || std::is_same<Plain, std::nullptr_t>::value) {
        return {Kind::POINTER, 0, reinterpret_cast<uint64_t>(value), 0.0, nullptr};
    } else if constexpr (std::is_same<Plain, BlockIdx>::value || std::is_same<Plain, BlockNum>::value) {
        return ToPrintValue(static_cast<int64_t>(value));
    } else {
        static_assert(std::is_convertible<Plain, float>::value, "printf takes numbers, pointers and strings");
        return {Kind::FLOATING, 0, 0, static_cast<double>(value), nullptr};
    }
}

}  // namespace Simulator

#if defined(ASCENDC_DUMP) && ASCENDC_DUMP == 0
constexpr bool SIMULATOR_PRINTS = false;
#else
constexpr bool SIMULATOR_PRINTS = true;
#endif

template <typename... Values>
int SimulatorPrintf(Simulator::SourceLine where, const char *format, const Values &...values)
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<std::tuple<Values...>>::value,
                  "printf is not on Atlas 200I/500 A2 (dav-3002): DumpTensor prints a tensor there");
    if (SIMULATOR_PRINTS) {
        Simulator::Print(Simulator::Format("printf", format, {Simulator::ToPrintValue(values)...}, where));
    }
    return 0;
}

namespace AscendC {
using ::SimulatorPrintf;
}
namespace std {
using ::SimulatorPrintf;  // std::printf in a kernel is the kernel's too
}

// Macros, so that a line is known, and a plain printf is the kernel's and not the host's.
#define printf(...) SimulatorPrintf(Simulator::SourceLine::Here(), __VA_ARGS__)
#define PRINTF(...) SimulatorPrintf(Simulator::SourceLine::Here(), __VA_ARGS__)

#endif  // SIMULATOR_API_PRINT_H
