// SPDX-License-Identifier: Apache-2.0
// LocalTensor: a typed view of UB. Copies share the storage.
#ifndef SIMULATOR_API_LOCAL_TENSOR_H
#define SIMULATOR_API_LOCAL_TENSOR_H

#include "../core/issue.h"
#include "keywords.h"

namespace AscendC {

template <typename T>
class LocalTensor {
public:
    using PrimType = T;

    LocalTensor() = default;
    explicit LocalTensor(const Simulator::LocalView &view) : view_(view) {}

    // The view from element `offset` on. An offset past the end leaves an empty view; its use is then a finding.
    LocalTensor operator[](const uint32_t offset) const
    {
        const uint64_t skipped = uint64_t{offset} * sizeof(T);
        Simulator::LocalView view = view_;
        view.address += static_cast<uint32_t>(skipped);
        view.bytes = skipped < view_.bytes ? view_.bytes - static_cast<uint32_t>(skipped) : 0;
        return LocalTensor(view);
    }
    uint32_t GetSize() const { return view_.bytes / sizeof(T); }
    // Only the recorded length changes, as on the device.
    void SetSize(const uint32_t size) { view_.bytes = size * static_cast<uint32_t>(sizeof(T)); }

    T GetValue(const uint32_t index, Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return *static_cast<const T *>(Simulator::AccessElement("GetValue", As("tensor"), index, false, where));
    }
    template <typename U>
    void SetValue(const uint32_t index, const U value,
                  Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        *static_cast<T *>(Simulator::AccessElement("SetValue", As("tensor"), index, true, where)) =
            static_cast<T>(value);
    }
    // A reference for reading or writing one element.
    T &operator()(const uint32_t index, Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return *static_cast<T *>(Simulator::AccessElement("operator()", As("tensor"), index, true, where));
    }
    // The same bytes as elements of another type.
    template <typename U>
    LocalTensor<U> ReinterpretCast() const
    {
        return LocalTensor<U>(view_);
    }

    const Simulator::LocalView &View() const { return view_; }
    Simulator::LocalOperand As(const char *role) const { return {role, view_, sizeof(T)}; }

private:
    Simulator::LocalView view_;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_LOCAL_TENSOR_H
