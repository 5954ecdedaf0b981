// SPDX-License-Identifier: Apache-2.0
// On dav-2201 int32_t is compared by EQ alone.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    TBuf<TPosition::VECCALC> workBuffer;
    pipe.InitBuffer(inQueue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 256);
    pipe.InitBuffer(workBuffer, 256);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 64);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    LocalTensor<int32_t> numbers = workBuffer.Get<int32_t>();
    Duplicate(numbers, 1, 64);
    Adds(out, in, 1.0f, 64);
    Compare(out.ReinterpretCast<uint8_t>(), numbers, numbers, CMPMODE::LT, 64);  // finding: compare-mode
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
