// SPDX-License-Identifier: Apache-2.0
#include "mapped_tensor.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
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

uint64_t PageBytes()
{
    return static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

[[noreturn]] void RefuseMapping(uint64_t bytes, const std::string &name)
{
    throw std::runtime_error("cannot map the " + std::to_string(bytes) + " B of tensor " + name + ": " +
                             std::strerror(errno));
}

}  // namespace

ReservedPages::ReservedPages(uint64_t bytes)
{
    const uint64_t page = PageBytes();
    bytes_ = std::max<uint64_t>(1, (bytes + page - 1) / page) * page;
    void *reserved = mmap(nullptr, bytes_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) {
        RefuseMapping(bytes, "of this launch");
    }
    start_ = static_cast<uint8_t *>(reserved) + page;
}

ReservedPages::~ReservedPages()
{
    munmap(start_ - PageBytes(), bytes_ + 2 * PageBytes());
}

const ReservedPages &TensorMappings::Find(const TensorFile &file)
{
    const bool writable = file.role != Role::IN;
    const std::pair<uint64_t, bool> key(file.block, writable);
    const auto found = mappings_.find(key);
    if (found != mappings_.end()) {
        return found->second;
    }
    const ReservedPages &pages = mappings_.emplace(key, file.bytes).first->second;
    const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    if (mmap(pages.Start(), pages.Bytes(), protection, MAP_SHARED | MAP_FIXED | POPULATE, file.fileDescriptor, 0) ==
        MAP_FAILED) {
        const int reason = errno;
        mappings_.erase(key);
        errno = reason;
        RefuseMapping(file.bytes, file.name);
    }
    return pages;
}

void TensorMappings::Forget(uint64_t block)
{
    mappings_.erase({block, false});
    mappings_.erase({block, true});
}

uint64_t TensorMappings::BytesBeside(const std::vector<TensorFile> &files) const
{
    uint64_t bytes = 0;
    for (const auto &mapping : mappings_) {
        const bool used = std::any_of(files.begin(), files.end(), [&](const TensorFile &file) {
            return mapping.first == std::make_pair(file.block, file.role != Role::IN);
        });
        bytes += used ? 0 : mapping.second.Bytes();
    }
    return bytes;
}

MappedTensor::MappedTensor(const TensorFile &file, TensorMappings &mappings) : file_(file)
{
    if (!file.HasMemory()) {
        unbacked_ = std::make_unique<ReservedPages>(file.bytes);
    }
    const ReservedPages &pages = file.HasMemory() ? mappings.Find(file) : *unbacked_;
    address_ = reinterpret_cast<uint64_t>(pages.Start());
    mappedBytes_ = pages.Bytes();
}

void MappedTensor::FillGuard()
{
    if (Guarded()) {
        std::memset(reinterpret_cast<uint8_t *>(address_) + file_.bytes, GUARD_BYTE, mappedBytes_ - file_.bytes);
    }
}

void MappedTensor::CheckGuard(FindingLog &findings) const
{
    if (!Guarded()) {
        return;
    }
    const uint8_t *start = reinterpret_cast<const uint8_t *>(address_);
    for (uint64_t offset = file_.bytes; offset < mappedBytes_; ++offset) {
        if (start[offset] != GUARD_BYTE) {
            findings.Add({"gm-guard", "global tensor " + file_.name,
                          "byte " + std::to_string(offset) + " was overwritten; " + file_.name + " holds " +
                              std::to_string(file_.bytes) + " B",
                          "a raw pointer wrote past the tensor: check the code that dereferences GM addresses",
                          static_cast<int64_t>(offset), static_cast<int64_t>(file_.bytes)},
                         0, "end of kernel", {"", 0});
            return;
        }
    }
}

}  // namespace Simulator
