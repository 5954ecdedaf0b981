// SPDX-License-Identifier: Apache-2.0
// A pool of the kernel's own that places more buffers than it said.
#include "kernel_operator.h"

using namespace AscendC;

class OwnPool {
public:
    __aicore__ inline OwnPool() { Init(); }
    EXTERN_IMPL_BUFPOOL(OwnPool, TPosition::VECCALC, 4);
};

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    OwnPool pool;
    pipe.InitBufPool(pool, 512);
    TQue<TPosition::VECOUT, 1> outQueue;
    outQueue.InitStartBufHandle(pool.GetBufHandle(0), 1, 256);
    outQueue.InitBufHandle(&pool, 0, pool.GetBufHandle(0), pool.GetCurAddr(), 256);
    outQueue.InitBufHandle(&pool, 1, pool.GetBufHandle(1), pool.GetCurAddr() + 256, 256);  // finding: buffer-count
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Duplicate(out, 1.0f, 64);
    outQueue.EnQue(out);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
