// SPDX-License-Identifier: Apache-2.0
// Published in a newer relative: the result of three inputs is narrowed with the count of all three together, three
// times too many lanes. The lanes behind belong to the next buffer.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<half> xGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), 128);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), 128);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    pipe.InitBuffer(inQueue, 1, 256);
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 256);
    TBuf<TPosition::VECCALC> widenedBuffer;
    pipe.InitBuffer(widenedBuffer, 512);
    LocalTensor<half> in = inQueue.AllocTensor<half>();
    DataCopy(in, xGm, 128);
    inQueue.EnQue(in);
    in = inQueue.DeQue<half>();
    LocalTensor<float> widened = widenedBuffer.Get<float>();
    LocalTensor<half> out = outQueue.AllocTensor<half>();
    Cast(widened, in, RoundMode::CAST_NONE, 128);
    Adds(widened, widened, 1.0f, 128);
    Cast(out, widened, RoundMode::CAST_RINT, 3 * 128);  // finding: ub-out-of-bounds
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<half>();
    DataCopy(yGm, out, 128);
    outQueue.FreeTensor(out);
}
