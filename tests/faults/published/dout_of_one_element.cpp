// SPDX-License-Identifier: Apache-2.0
// Only the length of predict is looked at in a published version: a dout of one element is read as far as predict
// reaches. y = predict * dout.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR predict, GM_ADDR dout, GM_ADDR y, uint32_t elems)
{
    GlobalTensor<float> predictGm;
    GlobalTensor<float> doutGm;
    GlobalTensor<float> yGm;
    predictGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(predict), elems);
    doutGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(dout), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), elems);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> predictQueue;
    TQue<TPosition::VECIN, 1> doutQueue;
    TQue<TPosition::VECOUT, 1> yQueue;
    pipe.InitBuffer(predictQueue, 1, 256);
    pipe.InitBuffer(doutQueue, 1, 256);
    pipe.InitBuffer(yQueue, 1, 256);
    const DataCopyExtParams tile{1, static_cast<uint32_t>(elems * sizeof(float)), 0, 0, 0};
    const DataCopyPadExtParams<float> noPadding{false, 0, 0, 0.0f};
    LocalTensor<float> left = predictQueue.AllocTensor<float>();
    LocalTensor<float> right = doutQueue.AllocTensor<float>();
    DataCopyPad(left, predictGm, tile, noPadding);
    DataCopyPad(right, doutGm, tile, noPadding);  // finding: gm-out-of-bounds
    predictQueue.EnQue(left);
    doutQueue.EnQue(right);
    left = predictQueue.DeQue<float>();
    right = doutQueue.DeQue<float>();
    LocalTensor<float> out = yQueue.AllocTensor<float>();
    Mul(out, left, right, elems);
    yQueue.EnQue(out);
    predictQueue.FreeTensor(left);
    doutQueue.FreeTensor(right);
    out = yQueue.DeQue<float>();
    DataCopyPad(yGm, out, tile);
    yQueue.FreeTensor(out);
}
