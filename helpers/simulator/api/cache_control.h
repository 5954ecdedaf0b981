// SPDX-License-Identifier: Apache-2.0
// Control of the caches. The simulator's scalar unit has no cache: what it writes to GM is there at once, for all
// cores, so these calls change no value. Their arguments are checked.
#ifndef SIMULATOR_API_CACHE_CONTROL_H
#define SIMULATOR_API_CACHE_CONTROL_H

#include "../core/cache_control.h"
#include "global_tensor.h"
#include "local_tensor.h"
#include "types.h"

// The device compiler's own names.
enum cache_line_t { SINGLE_CACHE_LINE = 0, ENTIRE_DATA_CACHE };
enum dcci_dst_t { CACHELINE_ALL = 0, CACHELINE_UB, CACHELINE_OUT, CACHELINE_ATOMIC };

template <typename T>
void dcci(__gm__ T *address, uint64_t entireType, uint64_t = CACHELINE_ALL,
          Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::IssueCacheControl("dcci", {"dst", reinterpret_cast<uint64_t>(address), Simulator::UNDECLARED, 1},
                                 entireType == SINGLE_CACHE_LINE, where);
}

namespace Simulator {

template <typename T>
GlobalOperand BypassOperand(__gm__ T *address)
{
    static_assert(__NPU_ARCH__ == 2201 || DependentFalse<T>::value,
                  "ReadGmByPassDCache and WriteGmByPassDCache are not on dav-3002: use GetValue and SetValue of a "
                  "GlobalTensor with DataCacheCleanAndInvalid");
    static_assert(std::is_integral<T>::value, "ReadGmByPassDCache and WriteGmByPassDCache take integers");
    return {"addr", reinterpret_cast<uint64_t>(address), UNDECLARED, sizeof(T)};
}

}  // namespace Simulator

namespace AscendC {

enum class CacheLine : uint64_t { SINGLE_CACHE_LINE = 0, ENTIRE_DATA_CACHE };
enum class DcciDst : uint64_t { CACHELINE_ALL = 0, CACHELINE_UB, CACHELINE_OUT, CACHELINE_ATOMIC };
enum class MemDsbT : uint8_t { ALL = 0, DDR, UB, SEQ };

template <typename T, CacheLine entireType, DcciDst dcciDst = DcciDst::CACHELINE_ALL>
void DataCacheCleanAndInvalid(const GlobalTensor<T> &dst, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(dcciDst != DcciDst::CACHELINE_ATOMIC, "CACHELINE_ATOMIC is on neither family: use CACHELINE_OUT");
    Simulator::IssueCacheControl("DataCacheCleanAndInvalid", dst.As("dst"), entireType == CacheLine::SINGLE_CACHE_LINE,
                                 where);
}

// UB is not cached here either.
template <typename T, CacheLine entireType, DcciDst dcciDst>
void DataCacheCleanAndInvalid(const LocalTensor<T> &)
{
    static_assert(dcciDst != DcciDst::CACHELINE_ATOMIC, "CACHELINE_ATOMIC is on neither family: use CACHELINE_UB");
}

// One line, `cacheOffset` bytes behind the tensor's start.
template <typename T>
void DataCachePreload(const GlobalTensor<uint64_t> &src, const T cacheOffset,
                      Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::ONE_OF<T, int16_t, int64_t>, "DataCachePreload takes an offset of int16_t or int64_t");
    Simulator::GlobalOperand line = src.As("src");
    line.address += static_cast<uint64_t>(int64_t{cacheOffset});
    line.viewBytes = Simulator::UNDECLARED;
    Simulator::IssueCacheControl("DataCachePreload", line, true, where);
}

// `preFetchLen` counts 2 KB.
template <bool onFamily = __NPU_ARCH__ == 2201>
void ICachePreLoad(const int64_t preFetchLen, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(onFamily, "ICachePreLoad is not on dav-3002: leave it out");
    Simulator::CheckInstructionPreload(preFetchLen, where);
}

// 0: the preload is done.
template <bool onFamily = __NPU_ARCH__ == 2201>
int64_t GetICachePreloadStatus()
{
    static_assert(onFamily, "GetICachePreloadStatus is not on dav-3002: leave it out");
    return 0;
}

template <typename T>
T ReadGmByPassDCache(__gm__ T *addr, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::GlobalOperand element = Simulator::BypassOperand(addr);
    return __atomic_load_n(static_cast<T *>(Simulator::AccessByPass("ReadGmByPassDCache", element, false, where)),
                           __ATOMIC_ACQUIRE);
}

template <typename T>
void WriteGmByPassDCache(__gm__ T *addr, T value, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    const Simulator::GlobalOperand element = Simulator::BypassOperand(addr);
    __atomic_store_n(static_cast<T *>(Simulator::AccessByPass("WriteGmByPassDCache", element, true, where)), value,
                     __ATOMIC_RELEASE);
}

// Orders the scalar unit's own accesses, which are in order here.
template <MemDsbT location>
void DataSyncBarrier()
{
}

}  // namespace AscendC

#endif  // SIMULATOR_API_CACHE_CONTROL_H
