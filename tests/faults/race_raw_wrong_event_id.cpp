// SPDX-License-Identifier: Apache-2.0
// Each half of the input has an event id of its own, and V waits for that of the first half before it reads the second.
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
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 32);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
    DataCopy(in[32], xGm[32], 32);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID1);
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    WaitFlag<HardEvent::MTE2_V>(repaired ? EVENT_ID1 : EVENT_ID0);
    Adds(out[32], in[32], 1.0f, 32);  // finding: race-raw
    WaitFlag<HardEvent::MTE2_V>(repaired ? EVENT_ID0 : EVENT_ID1);
    Adds(out, in, 1.0f, 32);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
