// SPDX-License-Identifier: Apache-2.0
// Finds the tiling struct of the kernel that is built. An operator's host side registers it by the operator's name, in
// namespace optiling; the kernel's name follows from that one, as AddCustom becomes add_custom.
#ifndef SIMULATOR_API_TILING_REGISTRATION_H
#define SIMULATOR_API_TILING_REGISTRATION_H

#include <type_traits>

#ifndef SIMULATOR_ENTRY
#define SIMULATOR_ENTRY ""  // the build names the kernel's function
#endif

// These bring their namespaces into the look-up of RegisteredTilingStruct.
struct SimulatorGlobalScope;
namespace optiling {
struct SimulatorScope;
}
using namespace optiling;  // the device's part of an operator project has the struct's name without a namespace

namespace Simulator {

constexpr bool IsUpper(char character)
{
    return character >= 'A' && character <= 'Z';
}

constexpr char Lower(char character)
{
    return IsUpper(character) ? static_cast<char>(character - 'A' + 'a') : character;
}

// Whether an operator of this name has the kernel of that name: an underscore stands before each capital behind a
// small letter or a digit, and before the last capital of several if a small letter follows.
constexpr bool NamesKernel(const char *operatorName, const char *kernel)
{
    char before = '\0';
    for (const char *at = operatorName; *at != '\0'; before = *at++) {
        const bool newWord =
            IsUpper(*at) && before != '\0' && before != '_' && (!IsUpper(before) || (at[1] >= 'a' && at[1] <= 'z'));
        if (newWord && *kernel++ != '_') {
            return false;
        }
        if (Lower(*at) != *kernel++) {
            return false;
        }
    }
    return *kernel == '\0';
}

template <typename Struct>
struct StructType {
    using Type = Struct;
};

template <typename Scope, typename GlobalScope>
struct TilingRequest {};

template <typename OperatorTag>
struct OtherOperator {};

// Stands for "no REGISTER_TILING_DEFAULT in this function".
struct NoDefault;

void RegisteredTilingStruct(...);

template <typename Scope>
using Registered = decltype(RegisteredTilingStruct(TilingRequest<Scope, SimulatorGlobalScope>()));

template <typename Default, typename Scope = optiling::SimulatorScope>
struct TilingStructOf {
    using Type = Default;
};

template <typename Scope>
struct TilingStructOf<NoDefault, Scope> {
    static_assert(!std::is_void<Registered<Scope>>::value,
                  "GET_TILING_DATA needs its struct: write REGISTER_TILING_DEFAULT(struct) before it, or include the "
                  "operator's tiling header, whose REGISTER_TILING_DATA_CLASS names the operator of this kernel");
    using Type =
        typename std::conditional_t<std::is_void<Registered<Scope>>::value, StructType<int>, Registered<Scope>>::Type;
};

template <typename Default>
using TilingStruct = typename TilingStructOf<Default>::Type;

}  // namespace Simulator

using RegisteredTilingData = Simulator::NoDefault;

#endif  // SIMULATOR_API_TILING_REGISTRATION_H
