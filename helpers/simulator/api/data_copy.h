// SPDX-License-Identifier: Apache-2.0
// Copies between global memory (GM) and UB: GM to UB on pipe MTE2, UB to GM on MTE3.
#ifndef SIMULATOR_API_DATA_COPY_H
#define SIMULATOR_API_DATA_COPY_H

#include "global_tensor.h"
#include "local_tensor.h"
#include "types.h"

namespace AscendC {

// For DataCopy all fields count 32-byte blocks; for DataCopyPad blockLen counts bytes, and a gap counts bytes in GM and
// 32-byte blocks in UB. The same structure, two units: the classic trap.
struct DataCopyParams {
    DataCopyParams() = default;
    DataCopyParams(uint16_t count, uint16_t len, uint16_t srcStrideIn, uint16_t dstStrideIn)
        : blockCount(count), blockLen(len), srcStride(srcStrideIn), dstStride(dstStrideIn)
    {
    }
    uint16_t blockCount = 1;
    uint16_t blockLen = 0;
    union {
        uint16_t srcStride = 0;
        uint16_t srcGap;
    };
    union {
        uint16_t dstStride = 0;
        uint16_t dstGap;
    };
};

// Paddings count elements.
struct DataCopyPadParams {
    DataCopyPadParams() = default;
    DataCopyPadParams(bool isPadIn, uint8_t left, uint8_t right, uint64_t value)
        : isPad(isPadIn), leftPadding(left), rightPadding(right), paddingValue(value)
    {
    }
    bool isPad = false;
    uint8_t leftPadding = 0;
    uint8_t rightPadding = 0;
    uint64_t paddingValue = 0;
};

// blockLen counts bytes; a gap (end of a block to start of the next) counts bytes in GM and 32-byte blocks in UB.
struct DataCopyExtParams {
    DataCopyExtParams() = default;
    DataCopyExtParams(uint16_t count, uint32_t len, uint32_t srcStrideIn, uint32_t dstStrideIn, uint32_t rsvIn)
        : blockCount(count), blockLen(len), srcStride(srcStrideIn), dstStride(dstStrideIn), rsv(rsvIn)
    {
    }
    uint16_t blockCount = 1;
    uint32_t blockLen = 0;
    uint32_t srcStride = 0;
    uint32_t dstStride = 0;
    uint32_t rsv = 0;
};

// Paddings count elements.
template <typename T>
struct DataCopyPadExtParams {
    DataCopyPadExtParams() = default;
    DataCopyPadExtParams(bool isPadIn, uint8_t left, uint8_t right, T value)
        : isPad(isPadIn), leftPadding(left), rightPadding(right), paddingValue(value)
    {
    }
    bool isPad = false;
    uint8_t leftPadding = 0;
    uint8_t rightPadding = 0;
    T paddingValue{};
};

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const uint32_t count,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape = Simulator::WholeBlocks(uint64_t{count} * sizeof(T));
    Simulator::IssueCopyToUb("DataCopy", dst.As("dst"), src.As("src"), shape, {false, 0, 0, 0}, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const uint32_t count,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape = Simulator::WholeBlocks(uint64_t{count} * sizeof(T));
    Simulator::IssueCopyToGm("DataCopy", dst.As("dst"), src.As("src"), shape, where);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyParams &params,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, uint64_t{params.blockLen} * Simulator::DATA_BLOCK_BYTES,
                                     uint64_t{params.srcStride} * Simulator::DATA_BLOCK_BYTES, params.dstStride};
    Simulator::IssueCopyToUb("DataCopy", dst.As("dst"), src.As("src"), shape, {false, 0, 0, 0}, where);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &params,
              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, uint64_t{params.blockLen} * Simulator::DATA_BLOCK_BYTES,
                                     uint64_t{params.dstStride} * Simulator::DATA_BLOCK_BYTES, params.srcStride};
    Simulator::IssueCopyToGm("DataCopy", dst.As("dst"), src.As("src"), shape, where);
}

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyParams &params,
                 const DataCopyPadParams &padParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, params.blockLen, params.srcStride, params.dstStride};
    const Simulator::CopyPadding padding{padParams.isPad, static_cast<uint16_t>(padParams.leftPadding * sizeof(T)),
                                         static_cast<uint16_t>(padParams.rightPadding * sizeof(T)),
                                         padParams.paddingValue};
    Simulator::IssueCopyToUb("DataCopyPad", dst.As("dst"), src.As("src"), shape, padding, where);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyParams &params,
                 Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, params.blockLen, params.dstStride, params.srcStride};
    Simulator::IssueCopyToGm("DataCopyPad", dst.As("dst"), src.As("src"), shape, where);
}

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src, const DataCopyExtParams &params,
                 const DataCopyPadExtParams<T> &padParams, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, params.blockLen, params.srcStride, params.dstStride};
    const Simulator::CopyPadding padding{padParams.isPad, static_cast<uint16_t>(padParams.leftPadding * sizeof(T)),
                                         static_cast<uint16_t>(padParams.rightPadding * sizeof(T)),
                                         Simulator::BitsOf(padParams.paddingValue)};
    Simulator::IssueCopyToUb("DataCopyPad", dst.As("dst"), src.As("src"), shape, padding, where);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src, const DataCopyExtParams &params,
                 Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::CopyShape shape{params.blockCount, params.blockLen, params.dstStride, params.srcStride};
    Simulator::IssueCopyToGm("DataCopyPad", dst.As("dst"), src.As("src"), shape, where);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DATA_COPY_H
