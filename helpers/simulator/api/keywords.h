// SPDX-License-Identifier: Apache-2.0
// Device keywords, which mean nothing to a host compiler, and the enumerations of the API.
#ifndef SIMULATOR_API_KEYWORDS_H
#define SIMULATOR_API_KEYWORDS_H

#include <cstdint>
#include <type_traits>

#include "../core/finding.h"
#include "../core/half.h"
#include "../core/instruction.h"

#if !defined(__NPU_ARCH__) || !defined(__CCE_AICORE__)
#error "the build of the simulator defines __NPU_ARCH__ and __CCE_AICORE__ for the SoC family"
#endif

#define __aicore__
#define __global__
#define __gm__
#define __ubuf__

using GM_ADDR = __gm__ uint8_t *;

namespace AscendC {

enum class TPosition : uint8_t { GM, VECIN, VECOUT, VECCALC, MAX };
using QuePosition = TPosition;

enum class RoundMode : uint8_t { CAST_NONE = 0, CAST_RINT, CAST_FLOOR, CAST_CEIL, CAST_ROUND, CAST_TRUNC, CAST_ODD };

enum class CacheMode : uint8_t { CACHE_MODE_DISABLE = 0, CACHE_MODE_NORMAL = 1 };

template <typename T, typename U>
struct IsSameType : public std::is_same<T, U> {};

}  // namespace AscendC

enum pipe_t { PIPE_S, PIPE_V, PIPE_MTE2, PIPE_MTE3, PIPE_ALL };

namespace Simulator {

template <typename T>
struct DependentFalse : std::false_type {};

}  // namespace Simulator

#endif  // SIMULATOR_API_KEYWORDS_H
