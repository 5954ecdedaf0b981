// SPDX-License-Identifier: Apache-2.0
#include "mapped_tensor.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace Simulator {

namespace {

constexpr uint8_t GUARD_BYTE = 0xA5;

// Mapping all pages at once costs a fraction of one fault for each.
#ifdef MAP_POPULATE
constexpr int POPULATE = MAP_POPULATE;
#else
constexpr int POPULATE = 0;
#endif

}  // namespace

MappedTensor::MappedTensor(const TensorFile &file) : name_(file.name), role_(file.role), bytes_(file.bytes)
{
    const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    mappedBytes_ = (bytes_ + page - 1) / page * page;
    mappedBytes_ = mappedBytes_ == 0 ? page : mappedBytes_;
    void *reserved = mmap(nullptr, mappedBytes_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved != MAP_FAILED) {
        const int protection = role_ == Role::IN ? PROT_READ : PROT_READ | PROT_WRITE;
        void *mapped = mmap(static_cast<uint8_t *>(reserved) + page, mappedBytes_, protection,
                            MAP_SHARED | MAP_FIXED | POPULATE, file.fileDescriptor, 0);
        address_ = reinterpret_cast<uint64_t>(mapped);
        if (mapped != MAP_FAILED) {
            return;
        }
    }
    throw std::runtime_error("cannot map the " + std::to_string(bytes_) + " B of tensor " + name_ + ": " +
                             std::strerror(errno));
}

void MappedTensor::FillGuard()
{
    if (role_ != Role::IN) {
        std::memset(reinterpret_cast<uint8_t *>(address_) + bytes_, GUARD_BYTE, mappedBytes_ - bytes_);
    }
}

void MappedTensor::CheckGuard(FindingLog &findings) const
{
    if (role_ == Role::IN) {
        return;
    }
    const uint8_t *start = reinterpret_cast<const uint8_t *>(address_);
    for (uint64_t offset = bytes_; offset < mappedBytes_; ++offset) {
        if (start[offset] != GUARD_BYTE) {
            findings.Add({"gm-guard", "global tensor " + name_,
                          "byte " + std::to_string(offset) + " was overwritten; " + name_ + " holds " +
                              std::to_string(bytes_) + " B",
                          "a raw pointer wrote past the tensor: check the code that dereferences GM addresses",
                          static_cast<int64_t>(offset), static_cast<int64_t>(bytes_)},
                         0, "end of kernel", {"", 0});
            return;
        }
    }
}

}  // namespace Simulator
