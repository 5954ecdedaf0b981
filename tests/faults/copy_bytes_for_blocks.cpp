// SPDX-License-Identifier: Apache-2.0
// DataCopy takes its length in 32-byte blocks and is given bytes: 32 times too much.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    const DataCopyParams whole{1, 64 * sizeof(float), 0, 0};
    DataCopy(in, xGm, whole);  // finding: copy-bytes-for-blocks
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    inQueue.FreeTensor(in);
}
