// SPDX-License-Identifier: Apache-2.0
// DeQue twice of the same tensor, in place.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 0> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> in;
    inQueue.AllocTensor<float>(in);
    DataCopy(in, xGm, 64);
    inQueue.EnQue(in);
    inQueue.DeQue<float>(in);
    inQueue.DeQue<float>(in);  // finding: queue-wrong-state
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, 64);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
