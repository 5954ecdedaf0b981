// SPDX-License-Identifier: Apache-2.0
// Kernels without TPipe: UB handed out in order by LocalMemAllocator, flags set by hand. Only on dav-2201.
#ifndef SIMULATOR_API_STATIC_TENSOR_H
#define SIMULATOR_API_STATIC_TENSOR_H

#include "../core/queue.h"
#include "keywords.h"
#include "local_tensor.h"

namespace AscendC {

enum class Hardware : uint8_t { GM, UB };

// Every block starts in this state here: mask all ones, normal mode.
inline void InitSocState()
{
    Simulator::CurrentVectorMask() = Simulator::VectorMask();
}

template <Hardware hardware = Hardware::UB>
class LocalMemAllocator {
    static_assert(hardware == Hardware::UB, "this simulator has UB; L1, L0 and the cube unit are out of its scope");
    static_assert(__NPU_ARCH__ == 2201 || hardware != hardware, "LocalMemAllocator is not on dav-3002: use TPipe");

public:
    template <typename T>
    LocalTensor<T> Alloc(uint32_t tileSize, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return LocalTensor<T>(Simulator::InitWorkBuffer("UB", tileSize * static_cast<uint32_t>(sizeof(T)), where));
    }
    template <typename T, uint32_t tileSize>
    LocalTensor<T> Alloc(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Alloc<T>(tileSize, where);
    }
    template <TPosition position, typename T, uint32_t tileSize>
    LocalTensor<T> Alloc(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Alloc<T>(tileSize, where);
    }
};

}  // namespace AscendC

#endif  // SIMULATOR_API_STATIC_TENSOR_H
