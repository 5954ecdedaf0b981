// SPDX-License-Identifier: Apache-2.0
// Without TPipe the event ids 6 and 7 belong to the system.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    InitSocState();
    LocalTensor<float> local(TPosition::VECIN, 0, 64);
    DataCopy(local, xGm, 64);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
    WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
    Adds(local, local, 1.0f, 64);
    SetFlag<HardEvent::V_MTE3>(EVENT_ID7);  // finding: flag-id-reserved
    WaitFlag<HardEvent::V_MTE3>(EVENT_ID7);
    DataCopy(yGm, local, 64);
    PipeBarrier<PIPE_ALL>();
}
