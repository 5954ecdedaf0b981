// SPDX-License-Identifier: Apache-2.0
// Device entry of the precise variant; float32 only.
#include "mse_loss_grad_v1_precise.h"

extern "C" __global__ __aicore__ void mse_loss_grad_v1_precise(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                                               GM_ADDR workspace, GM_ADDR tiling)
{
    (void)workspace;  // the kernel keeps nothing in global memory
#if (defined(__NPU_ARCH__) && __NPU_ARCH__ == 2201) || (defined(__CCE_AICORE__) && __CCE_AICORE__ == 220)
    KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_AIV_ONLY);
#endif
    REGISTER_TILING_DEFAULT(MseLossGradV1PreciseTilingData);
    GET_TILING_DATA_WITH_STRUCT(MseLossGradV1PreciseTilingData, tilingData, tiling);

    AscendC::TPipe pipe;
    NsMseLossGradV1::MseLossGradV1Precise kernel;
    kernel.Init(predict, label, dout, y, tilingData, &pipe);
    kernel.Process();
}
