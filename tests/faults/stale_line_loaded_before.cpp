// SPDX-License-Identifier: Apache-2.0
// Core 1 has read an element of y by the scalar unit before core 0 stores x there: its cache still holds the line when
// it reads again, after both cores have synchronised.
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
    const float before = GetBlockIdx() == 1 ? yGm.GetValue(1) : 0.0f;
    SyncAll();
    if (GetBlockIdx() == 0) {
        DataCopy(row, xGm, 32);
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm, row, 32);
    }
    SyncAll();
    if (GetBlockIdx() == 1) {
        if (repaired) {
            DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm);
        }
        const float after = yGm.GetValue(1);  // finding: stale-line on cores 0-1
        Duplicate(row, after - before, 8);
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm[56], row, 8);
    }
}
