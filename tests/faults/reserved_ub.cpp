// SPDX-License-Identifier: Apache-2.0
// Select with a scalar uses the last 8 KiB of UB on dav-2201, and a buffer lies there.
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
    pipe.InitBuffer(workBuffer, 184 * 1024);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, 64);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    LocalTensor<uint8_t> bits = workBuffer.Get<uint8_t>();
    Compares(bits, in, 0.0f, CMPMODE::GT, 64);
    Select(out, bits, in, 0.0f, SELMODE::VSEL_TENSOR_SCALAR_MODE, 64);  // finding: ub-reserved
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
