// SPDX-License-Identifier: Apache-2.0
// Sorting by descending score on pipe V. A sorted element takes 8 bytes: score and index.
#ifndef SIMULATOR_API_SORT_H
#define SIMULATOR_API_SORT_H

#include "../core/sort_ops.h"
#include "vector_call.h"

namespace AscendC {

constexpr int32_t MRG_SORT_ELEMENT_LEN = Simulator::MERGE_LISTS;

struct MrgSort4Info {
    MrgSort4Info() = default;
    MrgSort4Info(const uint16_t elementLengthsIn[MRG_SORT_ELEMENT_LEN], const bool ifExhaustedSuspensionIn,
                 const uint16_t validBitIn, const uint16_t repeatTimesIn)
        : ifExhaustedSuspension(ifExhaustedSuspensionIn),
          validBit(validBitIn),
          repeatTimes(static_cast<uint8_t>(repeatTimesIn))
    {
        for (int32_t i = 0; i < MRG_SORT_ELEMENT_LEN; ++i) {
            elementLengths[i] = elementLengthsIn[i];
        }
    }
    uint16_t elementLengths[MRG_SORT_ELEMENT_LEN] = {0};
    bool ifExhaustedSuspension = false;
    uint16_t validBit = 0;
    uint8_t repeatTimes = 1;
};

template <typename T>
struct MrgSortSrcList {
    MrgSortSrcList() = default;
    MrgSortSrcList(const LocalTensor<T> &src1In, const LocalTensor<T> &src2In, const LocalTensor<T> &src3In,
                   const LocalTensor<T> &src4In)
        : src1(src1In), src2(src2In), src3(src3In), src4(src4In)
    {
    }
    LocalTensor<T> src1;
    LocalTensor<T> src2;
    LocalTensor<T> src3;
    LocalTensor<T> src4;
};

}  // namespace AscendC

namespace Simulator {

// The calls built on Sort32 and MrgSort.
template <typename T>
constexpr void CheckSortCall()
{
    static_assert(__NPU_ARCH__ == 2201 || !std::is_same<T, T>::value,
                  "dav-3002 has no Concat, Sort, Extract and MrgSort by lengths: use Sort32, MrgSort with MrgSort4Info "
                  "and GatherMask");
    static_assert(ONE_OF<T, half, float>, "sorting takes half, float");
}

template <typename T>
constexpr void RefuseProposals()
{
    static_assert(!std::is_same<T, T>::value,
                  "RpSort16, MrgSort4, ProposalConcat and ProposalExtract belong to earlier parts: use Sort32, MrgSort "
                  "and GatherMask");
}

}  // namespace Simulator

namespace AscendC {

// Each 32 elements by themselves.
template <typename T>
void Sort32(const LocalTensor<T> &dst, const LocalTensor<T> &src0, const LocalTensor<uint32_t> &src1,
            const int32_t repeatTime, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(Sort32, T, half, float);
    Simulator::IssueSort(
        {"Sort32", Simulator::DataTypeOf<T>(), dst.As("dst"), src0.As("src0"), src1.As("src1"), {nullptr, {}, 0}},
        static_cast<uint32_t>(repeatTime), where);
}

template <typename T>
void MrgSort(const LocalTensor<T> &dst, const MrgSortSrcList<T> &src, const MrgSort4Info &params,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    SIMULATOR_TAKES(MrgSort, T, half, float);
    const uint16_t *lengths = params.elementLengths;
    Simulator::IssueMerge({Simulator::DataTypeOf<T>(),
                           dst.As("dst"),
                           {src.src1.As("src1"), src.src2.As("src2"), src.src3.As("src3"), src.src4.As("src4")},
                           {lengths[0], lengths[1], lengths[2], lengths[3]},
                           params.validBit,
                           params.repeatTimes,
                           params.ifExhaustedSuspension},
                          where);
}

// How many elements of each list the last MrgSort took.
inline void GetMrgSortResult(uint16_t &mrgSortList1, uint16_t &mrgSortList2, uint16_t &mrgSortList3,
                             uint16_t &mrgSortList4, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::WaitForVector("GetMrgSortResult", where);
    const uint16_t *taken = Simulator::AiCore::Current()->registers.mergedElements;
    mrgSortList1 = taken[0];
    mrgSortList2 = taken[1];
    mrgSortList3 = taken[2];
    mrgSortList4 = taken[3];
}

// sortedNum is given with isExhaustedSuspension alone.
template <typename T, bool isExhaustedSuspension = false>
void MrgSort(const LocalTensor<T> &dst, const MrgSortSrcList<T> &sortList, const uint16_t elementCountList[4],
             uint32_t sortedNum[4], uint16_t validBit, const int32_t repeatTime,
             Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckSortCall<T>();
    MrgSort(dst, sortList,
            MrgSort4Info(elementCountList, isExhaustedSuspension, validBit, static_cast<uint16_t>(repeatTime)), where);
    if constexpr (isExhaustedSuspension) {
        Simulator::WaitForVector("MrgSort", where);
        for (int32_t i = 0; i < MRG_SORT_ELEMENT_LEN; ++i) {
            sortedNum[i] = Simulator::AiCore::Current()->registers.mergedElements[i];
        }
    }
}

// On dav-2201 the scores need no preparation.
template <typename T>
void Concat(LocalTensor<T> &concat, const LocalTensor<T> &src, const LocalTensor<T> &tmp, const int32_t repeatTime)
{
    Simulator::CheckSortCall<T>();
    (void)tmp;
    (void)repeatTime;
    concat = src;
}

// Each 32 elements by themselves, or with isFullSort all together.
template <typename T, bool isFullSort>
void Sort(const LocalTensor<T> &dst, const LocalTensor<T> &concat, const LocalTensor<uint32_t> &index,
          LocalTensor<T> &tmp, const int32_t repeatTime, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckSortCall<T>();
    Simulator::IssueSort({"Sort", Simulator::DataTypeOf<T>(), dst.As("dst"), concat.As("concat"), index.As("index"),
                          tmp.As(isFullSort ? "tmp" : nullptr)},
                         static_cast<uint32_t>(repeatTime), where);
}

template <typename T>
void Extract(const LocalTensor<T> &dstValue, const LocalTensor<uint32_t> &dstIndex, const LocalTensor<T> &sorted,
             const int32_t repeatTime, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::CheckSortCall<T>();
    Simulator::IssueExtract(
        {Simulator::DataTypeOf<T>(), dstValue.As("dstValue"), dstIndex.As("dstIndex"), sorted.As("sorted")},
        static_cast<uint32_t>(repeatTime), where);
}

// Sorted elements in elements of T: where one lies, and the room that some take.
template <typename T>
constexpr uint32_t GetSortOffset(const uint32_t elemOffset)
{
    static_assert(Simulator::ONE_OF<T, half, float>, "sorting takes half, float");
    return elemOffset * Simulator::SORTED_BYTES / static_cast<uint32_t>(sizeof(T));
}

template <typename T>
constexpr uint32_t GetSortLen(const uint32_t elemCount)
{
    return GetSortOffset<T>(elemCount);
}

template <typename T>
void RpSort16(const LocalTensor<T> &, const LocalTensor<T> &, const int32_t)
{
    Simulator::RefuseProposals<T>();
}

template <typename T>
void MrgSort4(const LocalTensor<T> &, const MrgSortSrcList<T> &, const MrgSort4Info &)
{
    Simulator::RefuseProposals<T>();
}

template <typename T>
void ProposalConcat(const LocalTensor<T> &, const LocalTensor<T> &, const int32_t, const int32_t)
{
    Simulator::RefuseProposals<T>();
}

template <typename T>
void ProposalExtract(const LocalTensor<T> &, const LocalTensor<T> &, const int32_t, const int32_t)
{
    Simulator::RefuseProposals<T>();
}

}  // namespace AscendC

#endif  // SIMULATOR_API_SORT_H
