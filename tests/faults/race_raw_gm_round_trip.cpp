// SPDX-License-Identifier: Apache-2.0
// Loads from global memory what the same core has just stored there, without waiting for the store. The first half of y
// is x + 1, the second adds 1 to the first.
// launch: roles=("in", "inout")
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
    pipe.InitBuffer(inQueue, 1, 128);
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 128);
    for (uint32_t tile = 0; tile < 2; ++tile) {
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, tile == 0 ? xGm : yGm, 32);  // finding: race-raw
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
        LocalTensor<float> out = outQueue.AllocTensor<float>();
        Adds(out, in, 1.0f, 32);
        outQueue.EnQue(out);
        inQueue.FreeTensor(in);
        out = outQueue.DeQue<float>();
        DataCopy(yGm[tile * 32], out, 32);
        outQueue.FreeTensor(out);
        if (repaired) {
            SetFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
            WaitFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
        }
    }
}
