// SPDX-License-Identifier: Apache-2.0
// The scalar unit reads an element of y before and after a store to it: the second time it finds the old one in its
// cache. The last 8 elements become the difference.
// launch: roles=("in", "inout")
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
    const float before = yGm.GetValue(1);
    DataCopy(row, xGm, 32);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, row, 32);
    PipeBarrier<PIPE_ALL>();
    if (repaired) {
        DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm);
    }
    const float after = yGm.GetValue(1);  // finding: stale-line
    Duplicate(row, after - before, 8);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm[56], row, 8);
}
