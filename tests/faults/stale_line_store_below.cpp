// SPDX-License-Identifier: Apache-2.0
// The scalar unit sets the first element of y, then a copy stores the next ones. They share a line of 64 bytes, which
// the cache writes back whole, after the copy.
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
    yGm.SetValue(0, 7.0f);
    if (repaired) {
        DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm);
    }
    DataCopy(row, xGm, 8);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm[8], row, 8);  // finding: stale-line
}
