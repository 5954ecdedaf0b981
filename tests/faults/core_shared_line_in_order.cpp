// SPDX-License-Identifier: Apache-2.0
// Core 0 sets the first element of y, core 1 stores the next ones after both have synchronised. They share a line of 64
// bytes, which core 0 has only in its cache: written back later, it brings the old elements back.
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
        DataCopy(row, xGm, 8);
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm[8], row, 8);  // finding: core-shared-line on cores 0-1
    }
}
