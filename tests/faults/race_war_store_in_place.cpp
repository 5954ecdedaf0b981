// SPDX-License-Identifier: Apache-2.0
// The result is stored from the input's own buffer. FreeTensor tells MTE2 that V is done with it; nothing tells MTE2
// that the store is done.
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
    for (uint32_t tile = 0; tile < 2; ++tile) {
        const event_t moved = tile == 0 ? EVENT_ID0 : EVENT_ID1;
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, xGm[tile * 32], 32);  // finding: race-war
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
        Adds(in, in, 1.0f, 32);
        SetFlag<HardEvent::V_MTE3>(moved);
        WaitFlag<HardEvent::V_MTE3>(moved);
        DataCopy(yGm[tile * 32], in, 32);
        if (repaired) {
            SetFlag<HardEvent::MTE3_MTE2>(moved);
            WaitFlag<HardEvent::MTE3_MTE2>(moved);
        }
        inQueue.FreeTensor(in);
    }
}
