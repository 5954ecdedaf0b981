// SPDX-License-Identifier: Apache-2.0
// y = (predict - label) * scale * dout in float32, for any N.
// Rung 1: a scalar loop. One core copies a tile of 8 KB in, computes element by element, and copies it out.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE_ELEMS = 2048;
constexpr uint32_t TILE_BYTES = TILE_ELEMS * sizeof(float);
constexpr uint8_t BUFFERS = 1;

// DataCopyPad counts bytes: it moves a tail that is no multiple of 32 bytes, and no byte more.
__aicore__ inline void CopyIn(TQue<TPosition::VECIN, 1> &queue, const GlobalTensor<float> &source, uint32_t count)
{
    const DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(float)), 0, 0, 0};
    LocalTensor<float> local = queue.AllocTensor<float>();
    DataCopyPad(local, source, tile, DataCopyPadExtParams<float>{false, 0, 0, 0.0f});
    queue.EnQue(local);
}

__aicore__ inline void CopyOut(const GlobalTensor<float> &destination, TQue<TPosition::VECOUT, 1> &queue,
                               uint32_t count)
{
    const DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(float)), 0, 0, 0};
    LocalTensor<float> local = queue.DeQue<float>();
    DataCopyPad(destination, local, tile);
    queue.FreeTensor(local);
}

extern "C" __global__ __aicore__ void mse_loss_grad(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                                    uint64_t elems, float scale)
{
    GlobalTensor<float> predictGm, labelGm, doutGm, yGm;
    predictGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(predict), elems);
    labelGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(label), elems);
    doutGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(dout), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), elems);

    TPipe pipe;
    TQue<TPosition::VECIN, 1> predictQueue, labelQueue, doutQueue;
    TQue<TPosition::VECOUT, 1> yQueue;
    pipe.InitBuffer(predictQueue, BUFFERS, TILE_BYTES);
    pipe.InitBuffer(labelQueue, BUFFERS, TILE_BYTES);
    pipe.InitBuffer(doutQueue, BUFFERS, TILE_BYTES);
    pipe.InitBuffer(yQueue, BUFFERS, TILE_BYTES);

    const uint64_t start = 0;
    const uint64_t end = elems;
    for (uint64_t offset = start; offset < end; offset += TILE_ELEMS) {
        const uint32_t count = end - offset < TILE_ELEMS ? static_cast<uint32_t>(end - offset) : TILE_ELEMS;
        CopyIn(predictQueue, predictGm[offset], count);
        CopyIn(labelQueue, labelGm[offset], count);
        CopyIn(doutQueue, doutGm[offset], count);

        LocalTensor<float> predictTile = predictQueue.DeQue<float>();
        LocalTensor<float> labelTile = labelQueue.DeQue<float>();
        LocalTensor<float> doutTile = doutQueue.DeQue<float>();
        LocalTensor<float> yTile = yQueue.AllocTensor<float>();
        PipeBarrier<PIPE_ALL>();  // the queues order copies and vector instructions, not the scalar unit
        for (uint32_t i = 0; i < count; ++i) {
            const float difference = predictTile.GetValue(i) - labelTile.GetValue(i);
            yTile.SetValue(i, difference * scale * doutTile.GetValue(i));
        }
        PipeBarrier<PIPE_ALL>();
        yQueue.EnQue(yTile);
        predictQueue.FreeTensor(predictTile);
        labelQueue.FreeTensor(labelTile);
        doutQueue.FreeTensor(doutTile);

        CopyOut(yGm[offset], yQueue, count);
    }
}
