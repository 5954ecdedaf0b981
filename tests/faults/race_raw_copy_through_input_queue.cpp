// SPDX-License-Identifier: Apache-2.0
// A tensor is copied through UB: the flag of an input queue goes from MTE2 to V, but the one that reads is MTE3. The
// repair uses TQueBind. y = x.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, bool repaired)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    TQueBind<TPosition::VECIN, TPosition::VECOUT, 1> bindQueue;
    pipe.InitBuffer(bindQueue, 1, 256);
    if (repaired) {
        LocalTensor<float> both = bindQueue.AllocTensor<float>();
        DataCopy(both, xGm, 64);
        bindQueue.EnQue(both);
        both = bindQueue.DeQue<float>();
        DataCopy(yGm, both, 64);
        bindQueue.FreeTensor(both);
        return;
    }
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 64);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    DataCopy(yGm, in, 64);  // finding: race-raw
    inQueue.FreeTensor(in);
}
