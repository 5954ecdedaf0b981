// SPDX-License-Identifier: Apache-2.0
// A tensor of global memory: a shared file mapped between two pages that fault on any access.
#ifndef SIMULATOR_RUNNER_MAPPED_TENSOR_H
#define SIMULATOR_RUNNER_MAPPED_TENSOR_H

#include "request.h"

namespace Simulator {

class MappedTensor {
public:
    // Inputs are mapped read only. Throws std::runtime_error where the system refuses.
    explicit MappedTensor(const TensorFile &file);

    GlobalTensorArea Area() const { return {name_, role_, address_, bytes_}; }
    // The bytes from the tensor's end to the end of its last page; a kernel has no business there.
    void FillGuard();
    void CheckGuard(FindingLog &findings) const;

private:
    std::string name_;
    Role role_;
    uint64_t bytes_;
    uint64_t address_;
    uint64_t mappedBytes_;
};

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_MAPPED_TENSOR_H
