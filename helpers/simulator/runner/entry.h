// SPDX-License-Identifier: Apache-2.0
// Joins one kernel function to the runner: how many arguments it takes, of which kind, and how to call it.
// The build generates a file that includes the kernel's source and defines KERNEL_ENTRY from it.
#ifndef SIMULATOR_RUNNER_ENTRY_H
#define SIMULATOR_RUNNER_ENTRY_H

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "../core/half.h"

namespace Simulator {

constexpr uint32_t MAX_ARGUMENTS = 32;

struct ArgumentKind {
    bool pointer;      // an address in global memory
    uint32_t bytes;    // size of a value passed by value
    const char *name;  // what `--describe` calls it: how helpers/arguments.py makes the bytes of such a value
};

template <typename Argument>
constexpr const char *KindName()
{
    using Value = std::remove_cv_t<Argument>;
    if constexpr (std::is_pointer<Value>::value) {
        return "address";
    } else if constexpr (std::is_enum<Value>::value) {
        return KindName<std::underlying_type_t<Value>>();
    } else if constexpr (std::is_same<Value, bool>::value) {
        return "boolean";
    } else if constexpr (std::is_integral<Value>::value) {
        return std::is_signed<Value>::value ? "signed" : "unsigned";
    } else if constexpr (std::is_floating_point<Value>::value) {
        return "floating";
    } else if constexpr (std::is_same<Value, half>::value) {
        return "half";
    } else {
        return "struct";
    }
}

struct KernelEntry {
    const char *name;
    uint32_t argumentNum;
    ArgumentKind kinds[MAX_ARGUMENTS];
    void (*call)(const void *const *arguments);  // one pointer to each argument's bytes
};

template <typename Argument>
Argument ReadArgument(const void *bytes)
{
    static_assert(std::is_trivially_copyable<Argument>::value, "kernel arguments are plain values or GM addresses");
    std::remove_cv_t<Argument> value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

template <auto Function>
struct EntryOf;

template <typename... Arguments, void (*Function)(Arguments...)>
struct EntryOf<Function> {
    static_assert(sizeof...(Arguments) <= MAX_ARGUMENTS, "a kernel takes at most 32 arguments");

    template <size_t... Index>
    static void CallWith(const void *const *arguments, std::index_sequence<Index...>)
    {
        (void)arguments;
        Function(ReadArgument<Arguments>(arguments[Index])...);
    }
    static void Call(const void *const *arguments) { CallWith(arguments, std::index_sequence_for<Arguments...>()); }
    static constexpr KernelEntry Make(const char *name)
    {
        return {name,
                sizeof...(Arguments),
                {{std::is_pointer<Arguments>::value, sizeof(Arguments), KindName<Arguments>()}...},
                Call};
    }
};

extern const KernelEntry KERNEL_ENTRY;

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_ENTRY_H
