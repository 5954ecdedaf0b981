// SPDX-License-Identifier: Apache-2.0
// The second tile is computed into the buffer that MTE3 may still be storing: no flag tells V that the store is done.
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
    TBuf<TPosition::VECCALC> outBuffer;
    pipe.InitBuffer(outBuffer, 128);
    LocalTensor<float> out = outBuffer.Get<float>();
    for (uint32_t tile = 0; tile < 2; ++tile) {
        const event_t computed = tile == 0 ? EVENT_ID0 : EVENT_ID1;
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, xGm[tile * 32], 32);
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
        Adds(out, in, 1.0f, 32);  // finding: race-war
        inQueue.FreeTensor(in);
        SetFlag<HardEvent::V_MTE3>(computed);
        WaitFlag<HardEvent::V_MTE3>(computed);
        DataCopy(yGm[tile * 32], out, 32);
        if (repaired) {
            SetFlag<HardEvent::MTE3_V>(computed);
            WaitFlag<HardEvent::MTE3_V>(computed);
        }
    }
}
