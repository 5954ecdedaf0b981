// SPDX-License-Identifier: Apache-2.0
// Device keywords, which mean nothing to a host compiler, and the enumerations of the API.
#ifndef SIMULATOR_API_KEYWORDS_H
#define SIMULATOR_API_KEYWORDS_H

#include <cstdint>
#include <type_traits>

#include "../core/finding.h"
#include "../core/half.h"
#include "../core/instruction.h"
#include "event.h"
#include "position.h"

#if !defined(__NPU_ARCH__) || !defined(__CCE_AICORE__)
#error "the build of the simulator defines __NPU_ARCH__ and __CCE_AICORE__ for the SoC family"
#endif

#define __aicore__
#define __global__
#define __gm__
#define __ubuf__

using GM_ADDR = __gm__ uint8_t *;

namespace AscendC {

enum class RoundMode : uint8_t { CAST_NONE = 0, CAST_RINT, CAST_FLOOR, CAST_CEIL, CAST_ROUND, CAST_TRUNC, CAST_ODD };

template <typename T, typename U>
struct IsSameType : public std::is_same<T, U> {};

}  // namespace AscendC

namespace Simulator {

template <typename T>
struct DependentFalse : std::false_type {};

}  // namespace Simulator

#endif  // SIMULATOR_API_KEYWORDS_H
