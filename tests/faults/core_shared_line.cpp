// SPDX-License-Identifier: Apache-2.0
// Core 0 stores elements 0 to 55 by a copy, core 1 the last 8 one by one: they share a line of the scalar unit's cache.
// launch: block_dim=2
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    if (GetBlockIdx() == 1) {
        for (uint32_t i = 56; i < 64; ++i) {
            yGm.SetValue(i, xGm.GetValue(i) + 1.0f);  // finding: core-shared-line on cores 0-1
        }
        return;
    }
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 56);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, 56);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 56);
    outQueue.FreeTensor(out);
}
