// SPDX-License-Identifier: Apache-2.0
// Reductions on pipe V: of pairs, data blocks and repeats, and of a whole tensor.
#ifndef SIMULATOR_API_REDUCE_H
#define SIMULATOR_API_REDUCE_H

#include "../core/reduce_ops.h"
#include "vector_call.h"

namespace AscendC {

enum class ReduceOrder : uint8_t {
    ORDER_VALUE_INDEX = 0,
    ORDER_INDEX_VALUE,
    ORDER_ONLY_VALUE,
    ORDER_ONLY_INDEX,
};

enum class ReduceType { NONE = -1, SUM = 0, MAX, MIN };

}  // namespace AscendC

namespace Simulator {

template <typename T>
ReduceCall ReduceCallOf(const char *name, Reduction reduction, const AscendC::LocalTensor<T> &dst,
                        const AscendC::LocalTensor<T> &src)
{
    static_assert(ONE_OF<T, half, float>, "reductions take half, float: cast other types to float first");
    return {name, reduction, DataTypeOf<T>(), dst.As("dst"), src.As("src")};
}

template <bool isSetMask, typename T, typename Mask>
void Reduce(const char *name, Reduction reduction, ReduceUnit unit, const AscendC::LocalTensor<T> &dst,
            const AscendC::LocalTensor<T> &src, Mask mask, int32_t repeatTime, int32_t dstRepStride,
            int32_t srcBlkStride, int32_t srcRepStride, AscendC::ReduceOrder order, SourceLine where)
{
    TakeMask<isSetMask>(mask);
    const ReduceShape shape{static_cast<uint32_t>(repeatTime), static_cast<uint32_t>(dstRepStride),
                            static_cast<uint32_t>(srcBlkStride), static_cast<uint32_t>(srcRepStride),
                            static_cast<ReduceOrder>(order)};
    IssueReduce(ReduceCallOf(name, reduction, dst, src), unit, shape, where);
}

constexpr Reduction ReductionOf(AscendC::ReduceType type)
{
    return type == AscendC::ReduceType::SUM   ? Reduction::SUM
           : type == AscendC::ReduceType::MAX ? Reduction::MAX
                                              : Reduction::MIN;
}

inline VectorMask MaskOf(uint64_t lanes)
{
    return FirstLanes(lanes);
}

inline VectorMask MaskOf(const uint64_t *bits)
{
    return {bits[0], bits[1], false};
}

template <typename T>
constexpr bool HAS_REDUCE_REGISTERS = __NPU_ARCH__ == 2201 || !std::is_same<T, T>::value;

}  // namespace Simulator

namespace AscendC {

// Results of each repeat. The mask comes before the number of repeats ...
#define SIMULATOR_REDUCE_REPEAT(Name, reduction)                                                                      \
    template <typename T, bool isSetMask = true, typename Mask>                                                       \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const int32_t repeatTime,              \
              const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,                     \
              ReduceOrder order = ReduceOrder::ORDER_VALUE_INDEX,                                                     \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                            \
    {                                                                                                                 \
        Simulator::Reduce<isSetMask>(#Name, Simulator::Reduction::reduction, Simulator::ReduceUnit::REPEAT, dst, src, \
                                     mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride, order, where);       \
    }

// ... and behind it in these. Results of each data block or pair.
#define SIMULATOR_REDUCE_PART(Name, reduction, unit)                                                                \
    template <typename T, bool isSetMask = true, typename Mask>                                                     \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const int32_t repeatTime, Mask mask,            \
              const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,                   \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                          \
    {                                                                                                               \
        Simulator::Reduce<isSetMask>(#Name, Simulator::Reduction::reduction, Simulator::ReduceUnit::unit, dst, src, \
                                     mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,                    \
                                     ReduceOrder::ORDER_VALUE_INDEX, where);                                        \
    }

SIMULATOR_REDUCE_REPEAT(WholeReduceMax, MAX)
SIMULATOR_REDUCE_REPEAT(WholeReduceMin, MIN)

SIMULATOR_REDUCE_PART(BlockReduceSum, SUM, BLOCK)
SIMULATOR_REDUCE_PART(BlockReduceMax, MAX, BLOCK)
SIMULATOR_REDUCE_PART(BlockReduceMin, MIN, BLOCK)
SIMULATOR_REDUCE_PART(PairReduceSum, SUM, PAIR)

#undef SIMULATOR_REDUCE_REPEAT
#undef SIMULATOR_REDUCE_PART

template <typename T, bool isSetMask = true, typename Mask>
void WholeReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src, Mask mask, const int32_t repeatTime,
                    const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::Reduce<isSetMask>("WholeReduceSum", Simulator::Reduction::SUM, Simulator::ReduceUnit::REPEAT, dst, src,
                                 mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,
                                 ReduceOrder::ORDER_VALUE_INDEX, where);
}

// WholeReduceSum with its arguments in another order; dstBlkStride has no meaning.
template <typename T, bool isSetMask = true>
void RepeatReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src, const int32_t repeatTime, const int32_t mask,
                     const int32_t dstBlkStride, const int32_t srcBlkStride, const int32_t dstRepStride,
                     const int32_t srcRepStride, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    (void)dstBlkStride;
    Simulator::Reduce<isSetMask>("RepeatReduceSum", Simulator::Reduction::SUM, Simulator::ReduceUnit::REPEAT, dst, src,
                                 mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,
                                 ReduceOrder::ORDER_VALUE_INDEX, where);
}

// The newer names.
template <ReduceType reduceType, typename T, typename U, bool isSetMask = true, typename Mask>
void ReduceRepeat(const LocalTensor<T> &dst, const LocalTensor<U> &src, Mask mask, const int32_t repeatTime,
                  const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,
                  ReduceOrder order = ReduceOrder::ORDER_VALUE_INDEX,
                  Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(std::is_same<T, U>::value, "ReduceRepeat takes dst and src of one type");
    Simulator::Reduce<isSetMask>("ReduceRepeat", Simulator::ReductionOf(reduceType), Simulator::ReduceUnit::REPEAT, dst,
                                 src, mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,
                                 reduceType == ReduceType::SUM ? ReduceOrder::ORDER_VALUE_INDEX : order, where);
}

template <ReduceType reduceType, typename T, typename U, bool isSetMask = true, typename Mask>
void ReduceDataBlock(const LocalTensor<T> &dst, const LocalTensor<U> &src, Mask mask, const int32_t repeatTime,
                     const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(std::is_same<T, U>::value, "ReduceDataBlock takes dst and src of one type");
    Simulator::Reduce<isSetMask>("ReduceDataBlock", Simulator::ReductionOf(reduceType), Simulator::ReduceUnit::BLOCK,
                                 dst, src, mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,
                                 ReduceOrder::ORDER_VALUE_INDEX, where);
}

template <ReduceType reduceType, typename T, typename U, bool isSetMask = true, typename Mask>
void ReducePairElem(const LocalTensor<T> &dst, const LocalTensor<U> &src, Mask mask, const int32_t repeatTime,
                    const int32_t dstRepStride, const int32_t srcBlkStride, const int32_t srcRepStride,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(std::is_same<T, U>::value, "ReducePairElem takes dst and src of one type");
    static_assert(reduceType == ReduceType::SUM, "ReducePairElem takes ReduceType::SUM");
    Simulator::Reduce<isSetMask>("ReducePairElem", Simulator::Reduction::SUM, Simulator::ReduceUnit::PAIR, dst, src,
                                 mask, repeatTime, dstRepStride, srcBlkStride, srcRepStride,
                                 ReduceOrder::ORDER_VALUE_INDEX, where);
}

// One result of all elements. On dav-2201, with isSetMask = false, the mask register says which.
template <typename T, bool isSetMask = true>
void ReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<T> &sharedTmpBuffer,
               const int32_t count, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::ReduceCall call = Simulator::ReduceCallOf("ReduceSum", Simulator::Reduction::SUM, dst, src);
    if constexpr (!isSetMask && __NPU_ARCH__ == 2201) {
        Simulator::IssueReduceSumUnderMask(call, where);
    } else {
        Simulator::IssueReduceAll(call, sharedTmpBuffer.As("sharedTmpBuffer"), count, false, where);
    }
}

template <typename T, typename Mask>
void ReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<T> &sharedTmpBuffer, Mask mask,
               const int32_t repeatTime, const int32_t srcRepStride,
               Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueReduceAll(
        Simulator::ReduceCallOf("ReduceSum", Simulator::Reduction::SUM, dst, src),
        sharedTmpBuffer.As("sharedTmpBuffer"),
        {Simulator::MaskOf(mask), static_cast<uint32_t>(repeatTime), static_cast<uint32_t>(srcRepStride)}, false,
        where);
}

// The value, and with calIndex behind it the index of the first element that has it, as whole number in the bits.
#define SIMULATOR_REDUCE_ALL(Name, reduction)                                                                          \
    template <typename T>                                                                                              \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<T> &sharedTmpBuffer,             \
              const int32_t count, bool calIndex = false, Simulator::SourceLine where = Simulator::SourceLine::Here()) \
    {                                                                                                                  \
        Simulator::IssueReduceAll(Simulator::ReduceCallOf(#Name, Simulator::Reduction::reduction, dst, src),           \
                                  sharedTmpBuffer.As("sharedTmpBuffer"), count, calIndex, where);                      \
    }                                                                                                                  \
    template <typename T, typename Mask>                                                                               \
    void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, const LocalTensor<T> &sharedTmpBuffer, Mask mask,  \
              const int32_t repeatTime, const int32_t srcRepStride, bool calIndex = false,                             \
              Simulator::SourceLine where = Simulator::SourceLine::Here())                                             \
    {                                                                                                                  \
        Simulator::IssueReduceAll(                                                                                     \
            Simulator::ReduceCallOf(#Name, Simulator::Reduction::reduction, dst, src),                                 \
            sharedTmpBuffer.As("sharedTmpBuffer"),                                                                     \
            {Simulator::MaskOf(mask), static_cast<uint32_t>(repeatTime), static_cast<uint32_t>(srcRepStride)},         \
            calIndex, where);                                                                                          \
    }

SIMULATOR_REDUCE_ALL(ReduceMax, MAX)
SIMULATOR_REDUCE_ALL(ReduceMin, MIN)

#undef SIMULATOR_REDUCE_ALL

// What the last ReduceSum over a count left in its register, once pipe V is done.
template <typename T>
T GetReduceRepeatSumSpr(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_REDUCE_REGISTERS<T>,
                  "dav-3002 has no register of sums: read the destination of ReduceSum");
    static_assert(Simulator::ONE_OF<T, half, float, int64_t>, "the register of sums holds half, float");
    Simulator::WaitForVector("GetReduceRepeatSumSpr", where);
    T value;
    __builtin_memcpy(&value, &Simulator::AiCore::Current()->registers.sumBits, sizeof(value));
    return value;
}

// Its older name.
template <typename T>
T GetAccVal()
{
    return GetReduceRepeatSumSpr<T>();
}

// What the last maximum or minimum left in its register: value and index over all repeats of WholeReduceMax and
// WholeReduceMin side by side; of ReduceMax and ReduceMin the value alone.
template <typename T, typename U>
void GetReduceRepeatMaxMinSpr(U &maxMinValue, U &maxMinIndex,
                              Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::HAS_REDUCE_REGISTERS<T>,
                  "dav-3002 has no register of maxima: read the destination of the reduction");
    static_assert(Simulator::ONE_OF<T, half, float> && Simulator::ONE_OF<U, T, uint32_t>,
                  "the register of maxima holds half, float");
    Simulator::WaitForVector("GetReduceRepeatMaxMinSpr", where);
    const Simulator::VectorRegisters &registers = Simulator::AiCore::Current()->registers;
    __builtin_memcpy(&maxMinValue, &registers.extremeBits, sizeof(U));
    __builtin_memcpy(&maxMinIndex, &registers.extremeIndex, sizeof(U));
}

// Its older name.
template <typename T, typename U>
void GetReduceMaxMinCount(U &maxMinValue, U &maxMinIndex)
{
    GetReduceRepeatMaxMinSpr<T>(maxMinValue, maxMinIndex);
}

}  // namespace AscendC

#endif  // SIMULATOR_API_REDUCE_H
