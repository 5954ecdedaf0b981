// SPDX-License-Identifier: Apache-2.0
// Device keywords, which mean nothing to a host compiler, and the enumerations of the API.
#ifndef SIMULATOR_API_KEYWORDS_H
#define SIMULATOR_API_KEYWORDS_H

#include <stddef.h>  // kernels write size_t

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

// What else a device compiler defines. ASCENDC_CPU_DEBUG and __CCE_KT_TEST__ mark CANN's builds for a CPU, in which
// kernels include what only those have; here, as on a device, they are not defined.
#define __NPU_DEVICE__
#define __CCE_IS_AICORE__ 1
#if __NPU_ARCH__ == 2201
#define __DAV_C220__ 1
#define __DAV_C220_VEC__ 1
#define __DAV_VEC__ 1
#else
#define __DAV_M300__ 1
#endif

#define __aicore__
#define __host_aicore__
#define __host__
#define __global__
#define __gm__
#define __ubuf__
#define __cbuf__
#define __ca__
#define __cb__
#define __cc__
#define __fbuf__
#define __tiling_data_ptr__

// Kernels of the matrix unit (__cube__, __mix__(1, n)) are refused where the entry is chosen: helpers/entry.py.
#define __vector__
#define __cube__
#define __mix__(cube, vector)
#define __schedmode__(mode)
#define __launch_bounds__(...)
#define __inout_pipe__(...)
#define __in_pipe__(...)
#define __out_pipe__(...)
#define __sync_alias__
#define __sync_noalias__
#define __no_simd_vf_fusion__
#define __forceinline__ __attribute__((always_inline))

#define likely(condition) __builtin_expect(static_cast<bool>(condition), 1)
#define unlikely(condition) __builtin_expect(static_cast<bool>(condition), 0)

// One object for each core. A core of the simulator is a thread.
#define __BLOCK_LOCAL__ thread_local
#define __WORKGROUP_LOCAL__ thread_local

using GM_ADDR = __gm__ uint8_t *;

// Other names that the device compiler has for its types; published kernels use them.
using float16_t = half;
using float32_t = float;
#define __bf16 bfloat16_t

namespace AscendC {

enum class RoundMode : uint8_t { CAST_NONE = 0, CAST_RINT, CAST_FLOOR, CAST_CEIL, CAST_ROUND, CAST_TRUNC, CAST_ODD };

template <typename T, typename U>
struct IsSameType : public std::is_same<T, U> {};

template <bool condition, typename T, typename U>
struct Conditional : public std::conditional<condition, T, U> {};

constexpr int32_t MIX = 0;
constexpr int32_t AIC = 1;
constexpr int32_t AIV = 2;

constexpr uint32_t ONE_BLK_SIZE = 32;
constexpr uint32_t ONE_REPEAT_BYTE_SIZE = 256;
constexpr uint16_t DEFAULT_BLK_STRIDE = 1;
constexpr uint8_t DEFAULT_REPEAT_STRIDE = 8;

}  // namespace AscendC

// dav-2201 has vector cores beside cube cores; on dav-3002 both units belong to one core.
#if __NPU_ARCH__ == 2201
constexpr int32_t g_coreType = AscendC::AIV;
#else
constexpr int32_t g_coreType = AscendC::MIX;
#endif
#define ASCEND_IS_AIV constexpr(g_coreType == AscendC::AIV)
#define ASCEND_IS_AIC constexpr(g_coreType == AscendC::AIC)
#define ASCEND_IS_NOT_AIV constexpr(g_coreType != AscendC::AIV)
#define ASCEND_IS_NOT_AIC constexpr(g_coreType != AscendC::AIC)
#define ASCEND_IS_AICORE constexpr(false)

namespace Simulator {

template <typename T>
struct DependentFalse : std::false_type {};

}  // namespace Simulator

#endif  // SIMULATOR_API_KEYWORDS_H
