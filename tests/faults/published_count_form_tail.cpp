// SPDX-License-Identifier: Apache-2.0
// Published in a version of the operator: DataCopy by count, though the count is no multiple of 32 bytes, and a scalar
// loop for the elements that it leaves out.
// launch: elems=45
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 45);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 45);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 45);  // finding: copy-not-32-bytes
    for (uint32_t i = 32; i < 45; ++i) {
        in.SetValue(i, xGm.GetValue(i));
    }
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, 64);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 45);
    for (uint32_t i = 32; i < 45; ++i) {
        yGm.SetValue(i, out.GetValue(i));
    }
    outQueue.FreeTensor(out);
}
