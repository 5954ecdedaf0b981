// SPDX-License-Identifier: Apache-2.0
// Every round gives the buffer back to the loads, the last one too: its flag is never waited for.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, bool repaired)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 128);
    LocalTensor<float> local = buffer.Get<float>();
    for (uint32_t tile = 0; tile < 2; ++tile) {
        if (tile > 0) {
            WaitFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
        }
        DataCopy(local, xGm[tile * 32], 32);
        SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
        WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
        Adds(local, local, 1.0f, 32);
        SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
        WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
        DataCopy(yGm[tile * 32], local, 32);
        SetFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);  // finding: flag-left-set
    }
    if (repaired) {
        WaitFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
    }
}
