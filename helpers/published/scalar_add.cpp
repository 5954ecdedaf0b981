// SPDX-License-Identifier: Apache-2.0
// z = x + y in half, element by element on the scalar unit, 4096 elements per copy: the slowest row of a published
// table.
#include "kernel_operator.h"

extern "C" __global__ __aicore__ void scalar_add_published(GM_ADDR x, GM_ADDR y, GM_ADDR z, uint32_t elems)
{
    constexpr uint32_t TILE_ELEMS = 4096;
    AscendC::GlobalTensor<half> xGm, yGm, zGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), elems);
    zGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(z), elems);
    const AscendC::LocalTensor<half> left(AscendC::TPosition::VECCALC, 0, TILE_ELEMS);
    const AscendC::LocalTensor<half> right(AscendC::TPosition::VECCALC, TILE_ELEMS * sizeof(half), TILE_ELEMS);
    const AscendC::LocalTensor<half> sum(AscendC::TPosition::VECCALC, 2 * TILE_ELEMS * sizeof(half), TILE_ELEMS);
    for (uint32_t done = 0; done < elems; done += TILE_ELEMS) {
        AscendC::DataCopy(left, xGm[done], TILE_ELEMS);
        AscendC::DataCopy(right, yGm[done], TILE_ELEMS);
        AscendC::PipeBarrier<PIPE_ALL>();
        for (uint32_t i = 0; i < TILE_ELEMS; ++i) {
            sum.SetValue(
                i, static_cast<half>(static_cast<float>(left.GetValue(i)) + static_cast<float>(right.GetValue(i))));
        }
        AscendC::PipeBarrier<PIPE_ALL>();
        AscendC::DataCopy(zGm[done], sum, TILE_ELEMS);
        AscendC::PipeBarrier<PIPE_ALL>();
    }
}
