// SPDX-License-Identifier: Apache-2.0
// Published in a newer relative: the load takes its length in bytes, the store the same length in blocks of 32 bytes.
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
    pipe.InitBuffer(inQueue, 1, 256);
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 256);
    const uint32_t tileBytes = 64 * sizeof(float);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    const DataCopyPadExtParams<float> noPadding{false, 0, 0, 0.0f};
    DataCopyPad(in, xGm, {1, tileBytes, 0, 0, 0}, noPadding);
    inQueue.EnQue(in);
    in = inQueue.DeQue<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, 64);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, {1, static_cast<uint16_t>(tileBytes), 0, 0});  // finding: copy-bytes-for-blocks
    outQueue.FreeTensor(out);
}
