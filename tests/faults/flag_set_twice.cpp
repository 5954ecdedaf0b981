// SPDX-License-Identifier: Apache-2.0
// One flag announces two loads: it is set again before anybody has waited for it.
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
    DataCopy(local, xGm, 32);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
    DataCopy(local[32], xGm[32], 32);
    const int32_t second = repaired ? EVENT_ID1 : EVENT_ID0;
    SetFlag<HardEvent::MTE2_V>(second);  // finding: flag-set-twice
    WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
    WaitFlag<HardEvent::MTE2_V>(second);
    Adds(local, local, 1.0f, 64);
    SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
    WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
    DataCopy(yGm, local, 64);
}
