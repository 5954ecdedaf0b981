// SPDX-License-Identifier: Apache-2.0
// The macros by which a kernel reads its tiling, asks for its tiling key and states its kind.
#ifndef SIMULATOR_API_TILING_H
#define SIMULATOR_API_TILING_H

#include <cstddef>
#include <cstring>

#include "../core/tiling.h"
#include "keywords.h"
#include "tiling_registration.h"

namespace Simulator {

template <typename Struct>
void ReadTiling(Struct &data, const void *argument, const char *name, SourceLine where)
{
    std::memcpy(static_cast<void *>(&data), FindTiling(argument, sizeof(Struct), name, where), sizeof(Struct));
}

template <typename Member>
void ReadTilingMember(Member &member, const void *argument, size_t offset, size_t bytes, const char *name,
                      SourceLine where)
{
    const void *whole = FindTiling(argument, bytes, name, where);
    std::memcpy(static_cast<void *>(&member), static_cast<const uint8_t *>(whole) + offset, sizeof(Member));
}

template <typename Struct>
const Struct &Target(const Struct *source)
{
    return *source;
}
template <typename Struct>
const Struct &Target(const Struct &source)
{
    return source;
}

}  // namespace Simulator

// Names the struct that GET_TILING_DATA reads; both stand in the kernel's body. Without it the struct is the one that
// REGISTER_TILING_DATA_CLASS gives the operator, in a header of its host side.
#define REGISTER_TILING_DEFAULT(...)                                         \
    using RegisteredTilingData = __VA_ARGS__;                                \
    static_assert(std::is_trivially_copyable<RegisteredTilingData>::value && \
                      std::is_standard_layout<RegisteredTilingData>::value,  \
                  "tiling data must be a plain struct: it travels to the device as bytes")

// Which struct belongs to which key; the kernel then reads it by GET_TILING_DATA_WITH_STRUCT.
#define REGISTER_TILING_FOR_TILINGKEY(expression, ...) \
    static_assert(std::is_trivially_copyable<__VA_ARGS__>::value, "tiling data must be a plain struct")

#define GET_TILING_DATA_WITH_STRUCT(TilingStruct, tilingData, tilingArgument) \
    TilingStruct tilingData;                                                  \
    Simulator::ReadTiling(tilingData, tilingArgument, #TilingStruct, Simulator::SourceLine::Here())

#define GET_TILING_DATA(tilingData, tilingArgument)           \
    Simulator::TilingStruct<RegisteredTilingData> tilingData; \
    Simulator::ReadTiling(tilingData, tilingArgument, "its struct", Simulator::SourceLine::Here())

#define GET_TILING_DATA_MEMBER(TilingStruct, member, variable, tilingArgument)                                  \
    decltype(TilingStruct::member) variable;                                                                    \
    Simulator::ReadTilingMember(variable, tilingArgument, offsetof(TilingStruct, member), sizeof(TilingStruct), \
                                #TilingStruct, Simulator::SourceLine::Here())

#define GET_TILING_DATA_PTR_WITH_STRUCT(TilingStruct, pointer, tilingArgument) \
    const TilingStruct *pointer = static_cast<const TilingStruct *>(           \
        Simulator::FindTiling(tilingArgument, sizeof(TilingStruct), #TilingStruct, Simulator::SourceLine::Here()))

// `source` is a member of what GET_TILING_DATA_PTR_WITH_STRUCT points to, or its address; the copy is local.
#define COPY_TILING_WITH_STRUCT(TilingStruct, source, pointer)            \
    TilingStruct pointer##Copy = Simulator::Target<TilingStruct>(source); \
    const TilingStruct *pointer = &pointer##Copy

#define COPY_TILING_WITH_ARRAY(Element, elementNum, source, pointer) \
    Element pointer##Copy[elementNum];                               \
    std::memcpy(pointer##Copy, source, sizeof(pointer##Copy));       \
    const Element(*pointer)[elementNum] = &pointer##Copy

// The key comes with the launch, unless the build fixes it: then #if can ask for it too.
#ifdef TILING_KEY_VAR
#define TILING_KEY_IS(key) (TILING_KEY_VAR == (key))
#else
#define TILING_KEY_VAR Simulator::TilingKey()
#define TILING_KEY_IS(key) Simulator::IsTilingKey(key, Simulator::SourceLine::Here())
#endif

enum KernelMetaType {
    KERNEL_TYPE_AIV_ONLY,
    KERNEL_TYPE_AIC_ONLY,
    KERNEL_TYPE_MIX_AIV_1_0,
    KERNEL_TYPE_MIX_AIC_1_0,
    KERNEL_TYPE_MIX_AIC_1_1,
    KERNEL_TYPE_MIX_AIC_1_2,
    KERNEL_TYPE_AICORE,
    KERNEL_TYPE_VECTORCORE,
    KERNEL_TYPE_MIX_AICORE,
    KERNEL_TYPE_MIX_VECTOR_CORE,
    KERNEL_TYPE_MAX
};

namespace Simulator {

// KERNEL_TYPE_AICORE and KERNEL_TYPE_MIX_VECTOR_CORE concern another family; published kernels set them for all.
constexpr bool RunsOnVectorCores(KernelMetaType type)
{
    return type == KERNEL_TYPE_AIV_ONLY || type == KERNEL_TYPE_MIX_AIV_1_0 || type == KERNEL_TYPE_AICORE ||
           type == KERNEL_TYPE_MIX_VECTOR_CORE;
}

template <typename... Keys>
bool IsOneTilingKey(SourceLine where, Keys... keys)
{
    bool matches = false;
    ((matches = IsTilingKey(static_cast<uint64_t>(keys), where) || matches), ...);
    return matches;
}

}  // namespace Simulator

#if __NPU_ARCH__ == 2201
#define TILING_KEY_LIST(...) Simulator::IsOneTilingKey(Simulator::SourceLine::Here(), __VA_ARGS__)
#define REGISTER_NONE_TILING static_assert(true, "")
#define KERNEL_TASK_TYPE_DEFAULT(type)                \
    static_assert(Simulator::RunsOnVectorCores(type), \
                  "this simulator runs vector cores only: KERNEL_TYPE_AIV_ONLY or KERNEL_TYPE_MIX_AIV_1_0")
#define KERNEL_TASK_TYPE(key, type)                                        \
    if (TILING_KEY_VAR == (key) && !Simulator::RunsOnVectorCores(type)) {  \
        Simulator::ReportKernelType(#type, Simulator::SourceLine::Here()); \
    }                                                                      \
    static_assert(true, "")
#else
#define TILING_KEY_LIST(...)                                                                  \
    ([] {                                                                                     \
        static_assert(false, "TILING_KEY_LIST is not on dav-3002: join TILING_KEY_IS by ||"); \
        return false;                                                                         \
    }())
#define REGISTER_NONE_TILING \
    static_assert(false, "REGISTER_NONE_TILING is not on dav-3002: REGISTER_TILING_DEFAULT names the struct")
#define KERNEL_TASK_TYPE_DEFAULT(type) \
    static_assert((type) != (type), "KERNEL_TASK_TYPE_DEFAULT is not on dav-3002: guard it by __NPU_ARCH__ == 2201")
#define KERNEL_TASK_TYPE(key, type) \
    static_assert((type) != (type), "KERNEL_TASK_TYPE is not on dav-3002: guard it by __NPU_ARCH__ == 2201")
#endif

#endif  // SIMULATOR_API_TILING_H
