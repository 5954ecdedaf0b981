// SPDX-License-Identifier: Apache-2.0
// z = x + y in half through queues, with the switches of published timings on Ascend 910B4: TILE_ELEMS elements per
// copy, BUFFERS per queue, and the addition done ADDITIONS times over to make it longer.
#include "kernel_operator.h"

using Input = AscendC::TQue<AscendC::TPosition::VECIN, BUFFERS>;
using Output = AscendC::TQue<AscendC::TPosition::VECOUT, BUFFERS>;

extern "C" __global__ __aicore__ void queue_add(GM_ADDR x, GM_ADDR y, GM_ADDR z, uint32_t coreElems)
{
    AscendC::TPipe pipe;
    Input xQueue, yQueue;
    Output zQueue;
    pipe.InitBuffer(xQueue, BUFFERS, TILE_ELEMS * sizeof(half));
    pipe.InitBuffer(yQueue, BUFFERS, TILE_ELEMS * sizeof(half));
    pipe.InitBuffer(zQueue, BUFFERS, TILE_ELEMS * sizeof(half));
    const uint64_t start = uint64_t{coreElems} * AscendC::GetBlockIdx();
    AscendC::GlobalTensor<half> xGm, yGm, zGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x) + start, coreElems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y) + start, coreElems);
    zGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(z) + start, coreElems);
    for (uint32_t done = 0; done < coreElems; done += TILE_ELEMS) {
        AscendC::LocalTensor<half> left = xQueue.AllocTensor<half>();
        AscendC::LocalTensor<half> right = yQueue.AllocTensor<half>();
        AscendC::DataCopy(left, xGm[done], TILE_ELEMS);
        AscendC::DataCopy(right, yGm[done], TILE_ELEMS);
        xQueue.EnQue(left);
        yQueue.EnQue(right);
        left = xQueue.DeQue<half>();
        right = yQueue.DeQue<half>();
        AscendC::LocalTensor<half> sum = zQueue.AllocTensor<half>();
        for (uint32_t i = 0; i < ADDITIONS; ++i) {
            AscendC::Add(sum, left, right, TILE_ELEMS);
        }
        zQueue.EnQue(sum);
        xQueue.FreeTensor(left);
        yQueue.FreeTensor(right);
        sum = zQueue.DeQue<half>();
        AscendC::DataCopy(zGm[done], sum, TILE_ELEMS);
        zQueue.FreeTensor(sum);
    }
}
