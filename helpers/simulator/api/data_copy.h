// SPDX-License-Identifier: Apache-2.0
// DataCopy moves whole data blocks of 32 bytes: GM to UB on pipe MTE2, UB to GM on MTE3, UB to UB on V.
#ifndef SIMULATOR_API_DATA_COPY_H
#define SIMULATOR_API_DATA_COPY_H

#include "copy_params.h"
#include "global_tensor.h"
#include "local_tensor.h"

namespace Simulator {

constexpr CopyPadding NO_PADDING{false, 0, 0, 0};

template <typename T>
constexpr CopyCall DATA_COPY{"DataCopy", DataTypeOf<T>()};

template <typename T>
void CheckSliceType()
{
    static_assert(__NPU_ARCH__ == 2201 || DependentFalse<T>::value,
                  "DataCopy of slices is not on dav-3002: use DataCopy with DataCopyParams for each row");
    static_assert(sizeof(T) < sizeof(uint64_t), "DataCopy of slices takes elements of 8, 16 and 32 bits");
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const uint32_t count,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToUb(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"),
                             Simulator::WholeBlocks(uint64_t{count} * sizeof(T)), Simulator::NO_PADDING, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const uint32_t count,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToGm(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"),
                             Simulator::WholeBlocks(uint64_t{count} * sizeof(T)), where);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyParams &repeatParams,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToUb(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"), repeatParams.Blocks(),
                             Simulator::NO_PADDING, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &repeatParams,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToGm(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"), repeatParams.Blocks(), where);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyParams &intriParams,
              const DataCopyEnhancedParams &, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    DataCopy(dst, src, intriParams, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &intriParams,
              const DataCopyEnhancedParams &, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    DataCopy(dst, src, intriParams, where);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const LocalTensor<T> &src, const uint32_t count,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "DataCopy from UB to UB is not on dav-3002: use Copy with a mask");
    Simulator::IssueCopyInUb(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"),
                             Simulator::WholeBlocks(uint64_t{count} * sizeof(T)), where);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &repeatParams,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "DataCopy from UB to UB is not on dav-3002: use Copy with a mask");
    Simulator::IssueCopyInUb(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"), repeatParams.Blocks(), where);
}

template <typename T, typename Length>
void DataCopy(const GlobalTensor<T> &, const GlobalTensor<T> &, const Length &)
{
    static_assert(Simulator::DependentFalse<T>::value,
                  "DataCopy does not reach from global memory to global memory: copy to UB and from there");
}

// Slices of up to 8 dimensions, the first one innermost; the arrays have one element for each.
template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const SliceInfo dstSliceInfo[],
              const SliceInfo srcSliceInfo[], const uint32_t dimValue = 1,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckSliceType<T>();
    Simulator::IssueSlicesToUb(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"),
                               {dstSliceInfo, srcSliceInfo, dimValue}, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const SliceInfo dstSliceInfo[],
              const SliceInfo srcSliceInfo[], const uint32_t dimValue = 1,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckSliceType<T>();
    Simulator::IssueSlicesToGm(Simulator::DATA_COPY<T>, dst.As("dst"), src.As("src"),
                               {dstSliceInfo, srcSliceInfo, dimValue}, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DATA_COPY_H
