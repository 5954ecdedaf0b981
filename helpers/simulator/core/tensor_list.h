// SPDX-License-Identifier: Apache-2.0
// Reads a list of tensors in global memory; helpers/tensor_list.py writes it.
#ifndef SIMULATOR_CORE_TENSOR_LIST_H
#define SIMULATOR_CORE_TENSOR_LIST_H

#include <cstdint>

#include "finding.h"

namespace Simulator {

struct TensorListView {
    const uint64_t *shapes = nullptr;  // dimensions and shape of each tensor
    const uint64_t *addresses = nullptr;
    uint32_t dim = 0;  // of every tensor; 0: the list has no shapes
    uint32_t size = 0;
};

// The bytes and tensors that the kernel expects are compared with the list; 0: not given.
TensorListView ReadTensorList(const void *list, uint32_t expectedBytes, uint32_t expectedNum, SourceLine where);
uint64_t AddressInList(const TensorListView &list, uint32_t index, SourceLine where);
void CopyTensorShape(const TensorListView &list, uint32_t index, uint64_t *shape, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TENSOR_LIST_H
