// SPDX-License-Identifier: Apache-2.0
// LocalTensor: a typed view of UB. Copies share the storage.
#ifndef SIMULATOR_API_LOCAL_TENSOR_H
#define SIMULATOR_API_LOCAL_TENSOR_H

#include "../core/issue.h"
#include "../core/queue.h"
#include "../core/ub_memory.h"
#include "keywords.h"
#include "position.h"
#include "shape_info.h"
#include "tensor_expression.h"

namespace AscendC {

using TTagType = int32_t;

template <typename T>
class LocalTensor {
public:
    using PrimType = T;

    LocalTensor() = default;
    explicit LocalTensor(const Simulator::LocalView &view) : view_(view) {}
    // For kernels without TPipe: `tileSize` elements at byte `addr` of UB.
    LocalTensor(TPosition pos, uint32_t addr, uint32_t tileSize,
                Simulator::SourceLine where = Simulator::SourceLine::Here())
        : view_(Simulator::StaticView(addr, uint64_t{tileSize} * sizeof(T), static_cast<uint8_t>(pos), "LocalTensor",
                                      where))
    {
        static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                      "LocalTensor(position, address, elements) is not on dav-3002: use TPipe");
    }

    // The view from element `offset` on. An offset past the end leaves an empty view; its use is then a finding.
    LocalTensor operator[](const uint32_t offset) const
    {
        LocalTensor tensor = *this;
        const uint64_t skipped = uint64_t{offset} * sizeof(T);
        tensor.view_.address += static_cast<uint32_t>(skipped);
        tensor.view_.bytes = skipped < view_.bytes ? view_.bytes - static_cast<uint32_t>(skipped) : 0;
        return tensor;
    }
    // From element `offset` of another tensor on, to that tensor's end; the device notes the whole of its length.
    template <typename U>
    void SetAddrWithOffset(LocalTensor<U> &src, uint32_t offset)
    {
        view_ = src[offset].View();
    }

    uint32_t GetSize() const { return view_.bytes / sizeof(T); }
    uint32_t GetLength() const { return view_.bytes; }
    // Only the recorded length changes, as on the device.
    void SetSize(const uint32_t size) { view_.bytes = size * static_cast<uint32_t>(sizeof(T)); }
    void SetBufferLen(uint32_t dataLen) { view_.bytes = dataLen; }
    int32_t GetPosition() const { return view_.position; }

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
    // A number as on the device, which a cast makes a pointer. What is read or written through it takes place at once:
    // nothing waits for the pipes, and no check sees it.
    uint64_t GetPhyAddr() const { return GetPhyAddr(0); }
    uint64_t GetPhyAddr(const uint32_t offset) const
    {
        return reinterpret_cast<uint64_t>(
            Simulator::AiCore::Current()->Ub(view_.address + uint64_t{offset} * sizeof(T)));
    }

    // The same bytes as elements of another type.
    template <typename U>
    LocalTensor<U> ReinterpretCast() const
    {
        return LocalTensor<U>(view_);
    }

    // A tag stays with the buffer through EnQue and DeQue.
    void SetUserTag(const TTagType tag, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::SetUserTag(view_, tag, where);
    }
    TTagType GetUserTag(Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return Simulator::GetUserTag(view_, where);
    }
    void SetShapeInfo(const ShapeInfo &shapeInfo) { shapeInfo_ = shapeInfo; }
    ShapeInfo GetShapeInfo() const { return shapeInfo_; }

    template <typename... Arguments>
    void Print(const Arguments &...) const
    {
        static_assert(Simulator::DependentFalse<T>::value,
                      "Print exists only in CANN's CPU twin: guard it by #ifdef ASCENDC_CPU_DEBUG");
    }
    template <typename... Arguments>
    int32_t ToFile(const Arguments &...) const
    {
        static_assert(Simulator::DependentFalse<T>::value,
                      "ToFile exists only in CANN's CPU twin: guard it by #ifdef ASCENDC_CPU_DEBUG");
        return 0;
    }

    // dst = a + b: Add over the size of dst, and so with the others.
    template <typename U, Simulator::TensorOperator op>
    void operator=(const Simulator::TensorExpression<U, op> &expression)
    {
        Simulator::Assign(*this, expression);
    }
#define SIMULATOR_OPERATOR(symbol, name)                                             \
    Simulator::TensorExpression<T, Simulator::TensorOperator::name> operator symbol( \
        const Simulator::RightOperand<T> &src1) const                                \
    {                                                                                \
        return {*this, src1.tensor, src1.where};                                     \
    }
    SIMULATOR_OPERATOR(+, ADD)
    SIMULATOR_OPERATOR(-, SUB)
    SIMULATOR_OPERATOR(*, MUL)
    SIMULATOR_OPERATOR(/, DIV)
    SIMULATOR_OPERATOR(|, OR)
    SIMULATOR_OPERATOR(&, AND)
    SIMULATOR_OPERATOR(<, LT)
    SIMULATOR_OPERATOR(>, GT)
    SIMULATOR_OPERATOR(!=, NE)
    SIMULATOR_OPERATOR(==, EQ)
    SIMULATOR_OPERATOR(<=, LE)
    SIMULATOR_OPERATOR(>=, GE)
#undef SIMULATOR_OPERATOR

    const Simulator::LocalView &View() const { return view_; }
    void SetView(const Simulator::LocalView &view) { view_ = view; }
    Simulator::LocalOperand As(const char *role) const { return {role, view_, sizeof(T)}; }

private:
    Simulator::LocalView view_;
    ShapeInfo shapeInfo_;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_LOCAL_TENSOR_H
