// SPDX-License-Identifier: Apache-2.0
// The divisor of a published version: N reaches the kernel in 32 bits, and is divided by as a signed number. Here the
// whole tensor has totalLength elements, of which a core computes the first 64, with label 0 and dout 1.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR predict, GM_ADDR y, uint64_t totalLength)
{
    const auto length = static_cast<int32_t>(static_cast<uint32_t>(totalLength));
    GlobalTensor<float> predictGm;
    GlobalTensor<float> yGm;
    predictGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(predict), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    TBuf<TPosition::VECCALC> lengthBuffer;
    pipe.InitBuffer(inQueue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 256);
    pipe.InitBuffer(lengthBuffer, 256);
    LocalTensor<float> divisor = lengthBuffer.Get<float>();
    Duplicate(divisor, static_cast<float>(length), 64);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, predictGm, 64);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Muls(out, in, 2.0f, 64);
    Div(out, out, divisor, 64);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
