// SPDX-License-Identifier: Apache-2.0
// Fill and its older names set elements of global memory to a value, on pipe MTE3. On the device the value passes
// through UB that no buffer has taken yet.
#ifndef SIMULATOR_API_FILL_H
#define SIMULATOR_API_FILL_H

#include "copy_params.h"
#include "global_tensor.h"

namespace Simulator {

template <typename T>
void FillGlobal(const char *call, const AscendC::GlobalTensor<T> &dst, uint64_t size, T value, SourceLine where)
{
    static_assert(__NPU_ARCH__ == 2201 || DependentFalse<T>::value,
                  "Fill, InitGlobalMemory and InitOutput are not on dav-3002: use Duplicate and DataCopyPad");
    static_assert(ONE_OF<T, half, float, int16_t, uint16_t, int32_t, uint32_t>,
                  "Fill, InitGlobalMemory and InitOutput take half, float, int16_t, uint16_t, int32_t, uint32_t");
    IssueFill({call, DataTypeOf<T>()}, dst.As("dst"), size, BitsOf(value), where);
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void Fill(GlobalTensor<T> &gmWorkspaceAddr, const uint64_t size, const T value,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::FillGlobal("Fill", gmWorkspaceAddr, size, value, where);
}

template <typename T>
void InitGlobalMemory(GlobalTensor<T> &gmWorkspaceAddr, const uint64_t size, const T value,
                      Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::FillGlobal("InitGlobalMemory", gmWorkspaceAddr, size, value, where);
}

template <typename T>
void InitOutput(GlobalTensor<T> gmWorkspaceAddr, uint32_t size, T value = 0,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::FillGlobal("InitOutput", gmWorkspaceAddr, size, value, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_FILL_H
