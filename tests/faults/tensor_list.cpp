// SPDX-License-Identifier: Apache-2.0
// A list of tensors where the launch gave one array.
#include "kernel_operator.h"
#include "kernel_operator_list_tensor_intf.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void fault(GM_ADDR x, GM_ADDR y)
{
    ListTensorDesc list(x);  // finding: tensor-list
    GlobalTensor<float> first;
    first.SetGlobalBuffer(list.GetDataPtr<float>(0), 64);
    reinterpret_cast<__gm__ float *>(y)[0] = first.GetValue(0);
}
