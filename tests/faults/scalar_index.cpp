// SPDX-License-Identifier: Apache-2.0
// The scalar unit reads the element behind the last one.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    for (uint32_t i = 0; i < 64; ++i) {
        yGm.SetValue(i, xGm.GetValue(i + 1));  // finding: gm-out-of-bounds
    }
}
