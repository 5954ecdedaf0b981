// SPDX-License-Identifier: Apache-2.0
// The parts of two cores overlap by 8 elements.
// launch: block_dim=2
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, bool repaired)
{
    const uint32_t first = GetBlockIdx() * 32;
    const uint32_t num = repaired || GetBlockIdx() == 1 ? 32 : 40;
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x) + first, num);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y) + first, num);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, num);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, num);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, num);  // finding: core-race on cores 0-1
    outQueue.FreeTensor(out);
}
