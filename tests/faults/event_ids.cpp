// SPDX-License-Identifier: Apache-2.0
// Nine tensors in flight between the same two pipes, which have eight flags.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 9> inQueue;
    pipe.InitBuffer(inQueue, 9, 256);
    for (uint32_t i = 0; i < 9; ++i) {
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, xGm, 64);
        inQueue.EnQue(in);  // finding: event-ids
    }
}
