// SPDX-License-Identifier: Apache-2.0
// Core 0 stores the first half of y, x + 1; core 1 loads it to add 32 for the second half, without waiting for core 0.
// launch: block_dim=2, roles=("in", "inout")
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
    LocalTensor<float> row = buffer.Get<float>();
    const bool isFirst = GetBlockIdx() == 0;
    if (repaired && !isFirst) {
        SyncAll();
    }
    if (isFirst) {
        DataCopy(row, xGm, 32);
    } else {
        DataCopy(row, yGm, 32);  // finding: core-race on cores 0-1
    }
    PipeBarrier<PIPE_ALL>();
    Adds(row, row, isFirst ? 1.0f : 32.0f, 32);
    PipeBarrier<PIPE_ALL>();
    DataCopy(isFirst ? yGm : yGm[32], row, 32);
    if (repaired && isFirst) {
        SyncAll();
    }
}
