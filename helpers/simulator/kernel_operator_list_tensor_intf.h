// SPDX-License-Identifier: Apache-2.0
// The header of ListTensorDesc, under CANN's name.
#ifndef SIMULATOR_KERNEL_OPERATOR_LIST_TENSOR_INTF_H
#define SIMULATOR_KERNEL_OPERATOR_LIST_TENSOR_INTF_H

#include "api/list_tensor.h"

#endif  // SIMULATOR_KERNEL_OPERATOR_LIST_TENSOR_INTF_H
