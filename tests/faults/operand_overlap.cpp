// SPDX-License-Identifier: Apache-2.0
// The result lies eight elements behind its source: what the first repeat writes, the second one reads.
#include "kernel_operator.h"

using namespace AscendC;

// launch: elems=128
extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y, bool repaired)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 128);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 128);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 1024);
    LocalTensor<float> in = buffer.Get<float>();
    LocalTensor<float> out = in[repaired ? 128 : 8];
    DataCopy(in, xGm, 128);
    SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
    WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
    Adds(out, in, 1.0f, 128);  // finding: operand-overlap
    SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
    WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
    DataCopy(yGm, out, 128);
}
