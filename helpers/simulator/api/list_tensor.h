// SPDX-License-Identifier: Apache-2.0
// ListTensorDesc: a list of tensors that comes as one argument. Its layout is in helpers/tensor_list.py. Only on
// dav-2201.
#ifndef SIMULATOR_API_LIST_TENSOR_H
#define SIMULATOR_API_LIST_TENSOR_H

#include "../core/tensor_list.h"
#include "global_tensor.h"
#include "keywords.h"

namespace AscendC {

template <typename T>
class TensorDesc {
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "TensorDesc is not on dav-3002: read the addresses of a list by yourself");

public:
    // Where GetDesc is to write the shape.
    void SetShapeAddr(uint64_t *shapePtr) { shape_ = shapePtr; }
    uint64_t GetDim() { return dim_; }
    uint64_t GetIndex() { return index_; }
    uint64_t GetShape(uint32_t offset) { return shape_[offset]; }
    __gm__ T *GetDataPtr() { return data_; }
    GlobalTensor<T> GetDataObj()
    {
        uint64_t elements = 1;
        for (uint32_t i = 0; i < dim_; ++i) {
            elements *= shape_[i];
        }
        GlobalTensor<T> tensor;
        tensor.SetGlobalBuffer(data_, elements);
        return tensor;
    }

private:
    friend class ListTensorDesc;

    uint64_t *shape_ = nullptr;
    uint32_t dim_ = 0;
    uint32_t index_ = 0;
    __gm__ T *data_ = nullptr;
};

class ListTensorDesc {
    static constexpr uint32_t UNCHECKED = 0xffffffff;

public:
    ListTensorDesc() = default;
    // `length` in bytes and the number of tensors are compared with the list, if given.
    template <typename Memory>
    explicit ListTensorDesc(__gm__ Memory *data, uint32_t length = UNCHECKED, uint32_t shapeSize = UNCHECKED,
                            Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Init(data, length, shapeSize, where);
    }
    template <typename Memory>
    void Init(__gm__ Memory *data, uint32_t length = UNCHECKED, uint32_t shapeSize = UNCHECKED,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<Memory>::value,
                      "ListTensorDesc is not on dav-3002: read the addresses of a list by yourself");
        const bool checked = length != UNCHECKED && shapeSize != UNCHECKED;
        list_ = Simulator::ReadTensorList(data, checked ? length : 0, checked ? shapeSize : 0, where);
    }
    template <typename T>
    void GetDesc(TensorDesc<T> &desc, uint32_t index, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::CopyTensorShape(list_, index, desc.shape_, where);
        desc.dim_ = list_.dim;
        desc.index_ = index;
        desc.data_ = GetDataPtr<T>(index, where);
    }
    template <typename T>
    __gm__ T *GetDataPtr(uint32_t index, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return reinterpret_cast<__gm__ T *>(Simulator::AddressInList(list_, index, where));
    }
    uint32_t GetSize() { return list_.size; }

private:
    Simulator::TensorListView list_;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_LIST_TENSOR_H
