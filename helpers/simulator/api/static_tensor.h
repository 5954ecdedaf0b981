// SPDX-License-Identifier: Apache-2.0
// Kernels without TPipe: UB handed out in order by LocalMemAllocator, flags set by hand. Only on dav-2201.
#ifndef SIMULATOR_API_STATIC_TENSOR_H
#define SIMULATOR_API_STATIC_TENSOR_H

#include "../core/ub_memory.h"
#include "keywords.h"
#include "local_tensor.h"

namespace AscendC {

// The registers as a block starts with; TPipe does it itself.
inline void InitSocState()
{
    Simulator::InitSocState();
}

template <Hardware hardware = Hardware::UB>
class LocalMemAllocator {
    static_assert(hardware == Hardware::UB, "this simulator has UB; L1, L0 and the cube unit are out of its scope");
    static_assert(__NPU_ARCH__ == 2201 || hardware != hardware, "LocalMemAllocator is not on dav-3002: use TPipe");

public:
    uint32_t GetCurAddr() const { return head_; }

    template <TPosition pos, typename T>
    LocalTensor<T> Alloc(uint32_t tileSize, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(Simulator::InUb(pos), "the position is one of UB: VECIN, VECOUT or VECCALC");
        const LocalTensor<T> tensor(pos, head_, tileSize, where);
        head_ += tensor.GetLength();
        return tensor;
    }
    template <TPosition pos, typename T, uint32_t tileSize>
    LocalTensor<T> Alloc(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Alloc<pos, T>(tileSize, where);
    }
    template <typename T>
    LocalTensor<T> Alloc(uint32_t tileSize, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Alloc<TPosition::VECCALC, T>(tileSize, where);
    }
    template <typename T, uint32_t tileSize>
    LocalTensor<T> Alloc(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Alloc<TPosition::VECCALC, T>(tileSize, where);
    }

private:
    uint32_t head_ = 0;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_STATIC_TENSOR_H
