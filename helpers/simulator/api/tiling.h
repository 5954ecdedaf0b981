// SPDX-License-Identifier: Apache-2.0
// The macros by which a kernel reads its tiling and states its kind.
#ifndef SIMULATOR_API_TILING_H
#define SIMULATOR_API_TILING_H

#include <cstring>

#include "keywords.h"

#define REGISTER_TILING_DEFAULT(TilingStruct)                                                                      \
    static_assert(std::is_trivially_copyable<TilingStruct>::value && std::is_standard_layout<TilingStruct>::value, \
                  "tiling data must be a plain struct: it travels to the device as bytes")

#define GET_TILING_DATA_WITH_STRUCT(TilingStruct, tilingData, tilingArgument) \
    TilingStruct tilingData;                                                  \
    std::memcpy(&tilingData, tilingArgument, sizeof(TilingStruct))

enum KernelMetaType { KERNEL_TYPE_AIV_ONLY, KERNEL_TYPE_AIC_ONLY, KERNEL_TYPE_MIX_AIC_1_2 };

#if __NPU_ARCH__ == 2201
#define KERNEL_TASK_TYPE_DEFAULT(type) \
    static_assert((type) == KERNEL_TYPE_AIV_ONLY, "this simulator runs vector cores only: KERNEL_TYPE_AIV_ONLY")
#else
#define KERNEL_TASK_TYPE_DEFAULT(type) \
    static_assert((type) != (type), "KERNEL_TASK_TYPE_DEFAULT is not on dav-3002: guard it by __NPU_ARCH__ == 2201")
#endif

#endif  // SIMULATOR_API_TILING_H
