// SPDX-License-Identifier: Apache-2.0
// The macros by which a kernel reads its tiling and states its kind.
#ifndef SIMULATOR_API_TILING_H
#define SIMULATOR_API_TILING_H

#include <cstring>

#include "keywords.h"

// Names the struct that GET_TILING_DATA reads; both stand in the kernel's body.
#define REGISTER_TILING_DEFAULT(TilingStruct)                                \
    using RegisteredTilingData = TilingStruct;                               \
    static_assert(std::is_trivially_copyable<RegisteredTilingData>::value && \
                      std::is_standard_layout<RegisteredTilingData>::value,  \
                  "tiling data must be a plain struct: it travels to the device as bytes")

#define GET_TILING_DATA_WITH_STRUCT(TilingStruct, tilingData, tilingArgument) \
    TilingStruct tilingData;                                                  \
    std::memcpy(&tilingData, tilingArgument, sizeof(TilingStruct))

#define GET_TILING_DATA(tilingData, tilingArgument) \
    GET_TILING_DATA_WITH_STRUCT(RegisteredTilingData, tilingData, tilingArgument)

enum KernelMetaType { KERNEL_TYPE_AIV_ONLY, KERNEL_TYPE_AIC_ONLY, KERNEL_TYPE_MIX_AIC_1_2 };

#if __NPU_ARCH__ == 2201
#define KERNEL_TASK_TYPE_DEFAULT(type) \
    static_assert((type) == KERNEL_TYPE_AIV_ONLY, "this simulator runs vector cores only: KERNEL_TYPE_AIV_ONLY")
#else
#define KERNEL_TASK_TYPE_DEFAULT(type) \
    static_assert((type) != (type), "KERNEL_TASK_TYPE_DEFAULT is not on dav-3002: guard it by __NPU_ARCH__ == 2201")
#endif

#endif  // SIMULATOR_API_TILING_H
