// SPDX-License-Identifier: Apache-2.0
// Published in a newer relative: the elements are shared out in groups of 512 bytes, and the last core takes the whole
// of a group that is not full.
// launch: elems=200, block_dim=2
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 200);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 200);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    pipe.InitBuffer(inQueue, 1, 512);
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 512);
    const uint32_t first = GetBlockIdx() * 128;
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm[first], 128);  // finding: gm-out-of-bounds on core 1
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, 128);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm[first], out, 128);
    outQueue.FreeTensor(out);
}
