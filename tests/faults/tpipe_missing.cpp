// SPDX-License-Identifier: Apache-2.0
// GetTPipePtr where no TPipe lives.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TBuf<TPosition::VECCALC> buffer;
    GetTPipePtr()->InitBuffer(buffer, 256);  // finding: tpipe-missing
    LocalTensor<float> local = buffer.Get<float>();
    DataCopy(local, xGm, 64);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, local, 64);
}
