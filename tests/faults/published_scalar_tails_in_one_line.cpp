// SPDX-License-Identifier: Apache-2.0
// Published in a version of the operator: the tail of each core is stored element by element. The tails of two cores
// lie in one line of 64 bytes, which each core writes back whole from its own cache.
// launch: elems=8, block_dim=2
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 8);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 8);
    TPipe pipe;
    const uint32_t first = GetBlockIdx() * 4;
    for (uint32_t i = first; i < first + 4; ++i) {
        yGm.SetValue(i, xGm.GetValue(i) + 1.0f);  // finding: core-shared-line on cores 0-1
    }
}
