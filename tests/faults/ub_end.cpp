// SPDX-License-Identifier: Apache-2.0
// SetSize says that the tensor is longer than UB, and the fill believes it.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    (void)x;
    GlobalTensor<float> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(outQueue, 1, 256);
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    out.SetSize(1 << 20);
    Duplicate(out, 1.0f, 1 << 20);  // finding: ub-end
    outQueue.EnQue(out);
    out = outQueue.DeQue<float>();
    DataCopy(yGm, out, 64);
    outQueue.FreeTensor(out);
}
