// SPDX-License-Identifier: Apache-2.0
// The tensors of global memory in this process: shared files, each mapped between two pages that fault on any access.
#ifndef SIMULATOR_RUNNER_MAPPED_TENSOR_H
#define SIMULATOR_RUNNER_MAPPED_TENSOR_H

#include <map>
#include <memory>
#include <utility>

#include "request.h"

namespace Simulator {

// A range of addresses of whole pages that nothing else lies in, with a page on either side; given back at the end.
class ReservedPages {
public:
    explicit ReservedPages(uint64_t bytes);
    ReservedPages(const ReservedPages &) = delete;
    ReservedPages &operator=(const ReservedPages &) = delete;
    ~ReservedPages();

    uint8_t *Start() const { return start_; }
    uint64_t Bytes() const { return bytes_; }  // whole pages

private:
    uint8_t *start_;
    uint64_t bytes_;
};

// Mappings outlive a launch: making one costs more than many kernels take. The parent says when its memory is gone.
class TensorMappings {
public:
    // The file's bytes at an address; inputs read only. Throws std::runtime_error where the system refuses.
    const ReservedPages &Find(const TensorFile &file);
    void Forget(uint64_t block);
    // Address space that mappings take which no tensor of this launch uses.
    uint64_t BytesBeside(const std::vector<TensorFile> &files) const;

private:
    std::map<std::pair<uint64_t, bool>, ReservedPages> mappings_;  // by block and whether it may be written
};

// A tensor of one launch. At level "model" it may have addresses and nothing behind them.
class MappedTensor {
public:
    MappedTensor(const TensorFile &file, TensorMappings &mappings);

    GlobalTensorArea Area() const
    {
        return {file_.name, file_.role, address_, file_.bytes, file_.HasMemory(), file_.startsPoisoned};
    }
    // The bytes from the tensor's end to the end of its last page; a kernel has no business there.
    void FillGuard();
    void CheckGuard(FindingLog &findings) const;

private:
    bool Guarded() const { return file_.role != Role::IN && file_.HasMemory(); }

    TensorFile file_;
    std::unique_ptr<ReservedPages> unbacked_;
    uint64_t address_;
    uint64_t mappedBytes_;
};

}  // namespace Simulator

#endif  // SIMULATOR_RUNNER_MAPPED_TENSOR_H
