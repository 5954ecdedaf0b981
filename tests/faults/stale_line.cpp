// SPDX-License-Identifier: Apache-2.0
// Sets an element of y by the scalar unit, then adds to the whole of it by a copy: the element is still in the cache.
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
    TBuf<TPosition::VECCALC> buffers[2];
    pipe.InitBuffer(buffers[0], 256);
    pipe.InitBuffer(buffers[1], 256);
    LocalTensor<float> in = buffers[0].Get<float>(), old = buffers[1].Get<float>();
    yGm.SetValue(0, 1.0f);
    SetFlag<HardEvent::S_MTE2>(EVENT_ID0);
    WaitFlag<HardEvent::S_MTE2>(EVENT_ID0);
    if (repaired) {
        DataCacheCleanAndInvalid<float, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm);
    }
    DataCopy(old, yGm, 64);  // finding: stale-line
    DataCopy(in, xGm, 64);
    PipeBarrier<PIPE_ALL>();
    Add(in, in, old, 64);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, in, 64);
}
