// SPDX-License-Identifier: Apache-2.0
// DataCopyPad moves any number of bytes between GM and UB, and pads in UB: GM to UB on pipe MTE2, UB to GM on MTE3.
#ifndef SIMULATOR_API_DATA_COPY_PAD_H
#define SIMULATOR_API_DATA_COPY_PAD_H

#include "copy_params.h"
#include "global_tensor.h"
#include "local_tensor.h"

namespace Simulator {

template <typename T>
CopyCall DataCopyPadCall()
{
    static_assert(__NPU_ARCH__ == 2201 || sizeof(T) < sizeof(uint64_t),
                  "DataCopyPad takes no 64-bit types on dav-3002: copy them as uint32_t, two for each");
    return {"DataCopyPad", DataTypeOf<T>()};
}

// In bytes; `Params` is either generation of the structure.
template <typename Params>
CopyShape BytesToUb(const Params &params)
{
    return {CopyForm::BYTES, params.blockCount, params.blockLen, params.srcStride,
            uint64_t{params.dstStride} * DATA_BLOCK_BYTES};
}
template <typename Params>
CopyShape BytesToGm(const Params &params)
{
    return {CopyForm::BYTES, params.blockCount, params.blockLen, uint64_t{params.srcStride} * DATA_BLOCK_BYTES,
            params.dstStride};
}

template <typename T, typename Params>
CopyPadding PaddingOf(const Params &params)
{
    return {params.isPad, static_cast<uint16_t>(params.leftPadding * sizeof(T)),
            static_cast<uint16_t>(params.rightPadding * sizeof(T)), BitsOf(params.paddingValue)};
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyParams &dataCopyParams,
                 const DataCopyPadParams &padParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToUb(Simulator::DataCopyPadCall<T>(), dst.As("dst"), src.As("src"),
                             Simulator::BytesToUb(dataCopyParams), Simulator::PaddingOf<T>(padParams), where);
}

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyExtParams &dataCopyParams,
                 const DataCopyPadExtParams<T> &padParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToUb(Simulator::DataCopyPadCall<T>(), dst.As("dst"), src.As("src"),
                             Simulator::BytesToUb(dataCopyParams), Simulator::PaddingOf<T>(padParams), where);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &dataCopyParams,
                 Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToGm(Simulator::DataCopyPadCall<T>(), dst.As("dst"), src.As("src"),
                             Simulator::BytesToGm(dataCopyParams), where);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyExtParams &dataCopyParams,
                 Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCopyToGm(Simulator::DataCopyPadCall<T>(), dst.As("dst"), src.As("src"),
                             Simulator::BytesToGm(dataCopyParams), where);
}

// What copies with isPad = false pad with, until another value is set.
template <typename T, TPosition pos = TPosition::MAX>
void SetPadValue(T paddingValue)
{
    static_assert(__NPU_ARCH__ == 2201 || Simulator::DependentFalse<T>::value,
                  "SetPadValue is not on dav-3002: set isPad and paddingValue of DataCopyPadExtParams");
    static_assert(pos == TPosition::MAX || pos == TPosition::VECIN || pos == TPosition::VECOUT,
                  "SetPadValue pads what comes from GM to VECIN or VECOUT");
    Simulator::AiCore::Current()->padRegister = Simulator::BitsOf(paddingValue);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DATA_COPY_PAD_H
