// SPDX-License-Identifier: Apache-2.0
// The second tile is loaded into the buffer that Adds may still be reading: no flag tells MTE2 that V is done.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, bool repaired)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 128);
    TBuf<TPosition::VECCALC> inBuffer;
    pipe.InitBuffer(inBuffer, 128);
    LocalTensor<float> in = inBuffer.Get<float>();
    for (uint32_t tile = 0; tile < 2; ++tile) {
        const event_t loaded = tile == 0 ? EVENT_ID0 : EVENT_ID1;
        DataCopy(in, xGm[tile * 32], 32);  // finding: race-war
        SetFlag<HardEvent::MTE2_V>(loaded);
        WaitFlag<HardEvent::MTE2_V>(loaded);
        LocalTensor<float> out = outQueue.AllocTensor<float>();
        Adds(out, in, 1.0f, 32);
        if (repaired) {
            SetFlag<HardEvent::V_MTE2>(loaded);
            WaitFlag<HardEvent::V_MTE2>(loaded);
        }
        outQueue.EnQue(out);
        out = outQueue.DeQue<float>();
        DataCopy(yGm[tile * 32], out, 32);
        outQueue.FreeTensor(out);
    }
}
