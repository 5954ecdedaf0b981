// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a published version: every step rounded to half, times 2 before the division, and N as a half.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE = 4096;  // elements

extern "C" __global__ __aicore__ void fault(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y, uint32_t elems)
{
    const GM_ADDR addresses[] = {predict, label, dout};
    GlobalTensor<half> inputs[3];
    GlobalTensor<half> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), elems);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> queues[3];
    TQue<TPosition::VECOUT, 1> yQueue;
    TBuf<TPosition::VECCALC> lengthBuffer;
    for (uint32_t i = 0; i < 3; ++i) {
        inputs[i].SetGlobalBuffer(reinterpret_cast<__gm__ half *>(addresses[i]), elems);
        pipe.InitBuffer(queues[i], 1, TILE * sizeof(half));
    }
    pipe.InitBuffer(yQueue, 1, TILE * sizeof(half));
    pipe.InitBuffer(lengthBuffer, TILE * sizeof(half));
    LocalTensor<half> length = lengthBuffer.Get<half>();
    Duplicate(length, static_cast<half>(static_cast<float>(elems)), TILE);

    for (uint32_t start = 0; start < elems; start += TILE) {
        const uint32_t count = elems - start < TILE ? elems - start : TILE;
        const DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(half)), 0, 0, 0};
        LocalTensor<half> in[3];
        for (uint32_t i = 0; i < 3; ++i) {
            in[i] = queues[i].AllocTensor<half>();
            DataCopyPad(in[i], inputs[i][start], tile, {false, 0, 0, static_cast<half>(0.0f)});
            queues[i].EnQue(in[i]);
            in[i] = queues[i].DeQue<half>();
        }
        LocalTensor<half> out = yQueue.AllocTensor<half>();
        Sub(out, in[0], in[1], count);
        Muls(out, out, static_cast<half>(2.0f), count);
        Div(out, out, length, count);
        Mul(out, out, in[2], count);
        yQueue.EnQue(out);
        for (uint32_t i = 0; i < 3; ++i) {
            queues[i].FreeTensor(in[i]);
        }
        out = yQueue.DeQue<half>();
        DataCopyPad(yGm[start], out, tile);
        yQueue.FreeTensor(out);
    }
}
