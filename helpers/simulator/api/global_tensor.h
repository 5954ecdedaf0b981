// SPDX-License-Identifier: Apache-2.0
// GlobalTensor: a typed view of global memory.
#ifndef SIMULATOR_API_GLOBAL_TENSOR_H
#define SIMULATOR_API_GLOBAL_TENSOR_H

#include "../core/issue.h"
#include "keywords.h"
#include "shape_info.h"

namespace AscendC {

enum class CacheMode { CACHE_MODE_DISABLE = 0, CACHE_MODE_NORMAL = 1, CACHE_MODE_LAST = 2, CACHE_MODE_PERSISTENT = 4 };
enum class CacheRwMode { READ = 1, WRITE = 2, RW = 3 };

template <typename T>
class GlobalTensor {
public:
    using PrimType = T;

    void SetGlobalBuffer(__gm__ T *buffer, uint64_t bufferSize)
    {
        address_ = buffer;
        viewBytes_ = bufferSize * sizeof(T);
        size_ = bufferSize;
    }
    void SetGlobalBuffer(__gm__ T *buffer)
    {
        address_ = buffer;
        viewBytes_ = Simulator::UNDECLARED;
        size_ = 0;
    }
    GlobalTensor operator[](const uint64_t offset) const
    {
        GlobalTensor view = *this;
        const uint64_t skipped = offset * sizeof(T);
        view.address_ = address_ + offset;
        if (viewBytes_ != Simulator::UNDECLARED) {
            view.viewBytes_ = skipped < viewBytes_ ? viewBytes_ - skipped : 0;
        }
        return view;
    }
    uint64_t GetSize() const { return size_; }
    T GetValue(const uint64_t offset, Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return *static_cast<const T *>(Simulator::AccessElement("GetValue", As("tensor"), offset, false, where));
    }
    void SetValue(const uint64_t offset, T value, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        *static_cast<T *>(Simulator::AccessElement("SetValue", As("tensor"), offset, true, where)) = value;
    }
    // A reference for reading or writing one element; to the checks it is written, unless the launch says "in" of it.
    __gm__ T &operator()(const uint64_t offset, Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                      "operator() of GlobalTensor is not on dav-3002: use GetValue and SetValue");
        return *static_cast<T *>(Simulator::ReferToElement("operator()", As("tensor"), offset, where));
    }
    // What is read or written through a pointer is seen by no check.
    const __gm__ T *GetPhyAddr() const { return address_; }
    __gm__ T *GetPhyAddr(const uint64_t offset) const { return address_ + offset; }

    void SetShapeInfo(const ShapeInfo &shapeInfo) { shapeInfo_ = shapeInfo; }
    ShapeInfo GetShapeInfo() const { return shapeInfo_; }
    template <typename U>
    GlobalTensor<U> ReinterpretCast() const
    {
        static_assert(Simulator::DependentFalse<U>::value,
                      "GlobalTensor has no ReinterpretCast on these families: cast the address given to "
                      "SetGlobalBuffer");
        return {};
    }

    // The hint changes no value, only modelled times; where the family lacks it the call does not exist.
    template <CacheRwMode rwMode = CacheRwMode::RW>
    void SetL2CacheHint(CacheMode mode)
    {
        static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                      "SetL2CacheHint is not on Atlas 200I/500 A2 (dav-3002): guard it by __NPU_ARCH__ == 2201");
        const bool bypasses = mode == CacheMode::CACHE_MODE_DISABLE;
        readsBypassL2_ = rwMode == CacheRwMode::WRITE ? readsBypassL2_ : bypasses;
        writesBypassL2_ = rwMode == CacheRwMode::READ ? writesBypassL2_ : bypasses;
    }

    Simulator::GlobalOperand As(const char *role) const
    {
        return {role, reinterpret_cast<uint64_t>(address_), viewBytes_, sizeof(T), readsBypassL2_, writesBypassL2_};
    }

private:
    __gm__ T *address_ = nullptr;
    uint64_t viewBytes_ = Simulator::UNDECLARED;
    uint64_t size_ = 0;
    bool readsBypassL2_ = false;
    bool writesBypassL2_ = false;
    ShapeInfo shapeInfo_;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_GLOBAL_TENSOR_H
