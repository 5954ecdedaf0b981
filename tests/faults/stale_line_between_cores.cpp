// SPDX-License-Identifier: Apache-2.0
// Core 0 sets an element of y by the scalar unit and both cores synchronise. The value is still in core 0's cache when
// core 1 loads it. The last 8 elements become the first 8.
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
    pipe.InitBuffer(buffer, 256);
    LocalTensor<float> row = buffer.Get<float>();
    if (GetBlockIdx() == 0) {
        yGm.SetValue(0, 7.0f);
        if (repaired) {
            DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm);
        }
    }
    SyncAll();
    if (GetBlockIdx() == 1) {
        DataCopy(row, yGm, 8);  // finding: stale-line on cores 0-1
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm[56], row, 8);
    }
}
