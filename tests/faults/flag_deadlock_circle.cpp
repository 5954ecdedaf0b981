// SPDX-License-Identifier: Apache-2.0
// The loads wait for the vector unit, and the vector unit for the loads: each sets its flag behind its wait.
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
    pipe.InitBuffer(buffer, 256);
    LocalTensor<float> local = buffer.Get<float>();
    if (repaired) {
        SetFlag<HardEvent::V_MTE2>(EVENT_ID0);
    }
    WaitFlag<HardEvent::V_MTE2>(EVENT_ID0);  // finding: flag-deadlock
    DataCopy(local, xGm, 64);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
    WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
    Adds(local, local, 1.0f, 64);
    if (!repaired) {
        SetFlag<HardEvent::V_MTE2>(EVENT_ID0);
    }
    SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
    WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
    DataCopy(yGm, local, 64);
}
