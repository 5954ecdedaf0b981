// SPDX-License-Identifier: Apache-2.0
// TBufPool: a part of UB with buffers of its own, or the memory of another pool used a second time. Only on dav-2201.
#ifndef SIMULATOR_API_BUFFER_POOL_H
#define SIMULATOR_API_BUFFER_POOL_H

#include "keywords.h"
#include "queue.h"

namespace AscendC {

class TPipe;

template <TPosition pos, uint32_t bufIDSize = 4>
class TBufPool {
    static_assert(__NPU_ARCH__ == 2201 || pos != pos, "TBufPool is not on dav-3002: use queues of TPipe");
    static_assert(Simulator::InUb(pos), "a TBufPool of a vector core is VECIN, VECOUT or VECCALC");
    static_assert(bufIDSize <= Simulator::MAX_POOL_BUFFERS, "a TBufPool holds at most 16 buffers");

public:
    static constexpr bool isTbufPool = true;
    static constexpr uint32_t BUFFER_LIMIT = bufIDSize;

    TBufPool() = default;
    TBufPool(const TBufPool &) = delete;
    TBufPool &operator=(const TBufPool &) = delete;

    template <TPosition src, TPosition dst, int32_t depth, auto mask>
    bool InitBuffer(TQueBind<src, dst, depth, mask> &queue, uint8_t num, uint32_t len,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a TBufPool gives no event ids, which a queue of depth 0 needs: use TPipe");
        queue.queue_.InitBuffers(pool_, num, len, where);
        return true;
    }
    template <TPosition position>
    bool InitBuffer(TBuf<position> &buffer, uint32_t len, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        buffer.InitBuffer(pool_, len, where);
        return true;
    }
    template <class T>
    bool InitBufPool(T &bufPool, uint32_t len, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(T::isTbufPool, "InitBufPool takes a TBufPool, or a class with EXTERN_IMPL_BUFPOOL");
        Simulator::InitPool(bufPool.pool_, len, T::BUFFER_LIMIT, pool_, where);
        return true;
    }
    template <class T, class U>
    bool InitBufPool(T &bufPool, uint32_t len, U &shareBuf, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(T::isTbufPool && U::isTbufPool,
                      "InitBufPool takes a TBufPool, or a class with EXTERN_IMPL_BUFPOOL");
        Simulator::SharePool(bufPool.pool_, len, T::BUFFER_LIMIT, shareBuf.pool_, where);
        return true;
    }
    // Before another pool uses the same memory.
    void Reset(Simulator::SourceLine where = Simulator::SourceLine::Here()) { Simulator::ResetPool(pool_, where); }

private:
    friend class TPipe;
    template <TPosition position, uint32_t size>
    friend class TBufPool;

    Simulator::BufferPool pool_;
};

}  // namespace AscendC

// What makes a class with InitBuffer functions of its own a pool: TPipe gives it memory, it gives out handles.
#define EXTERN_IMPL_BUFPOOL(EXT_BUFPOOL, POSITION, BUFID_SIZE)                                          \
public:                                                                                                 \
    static_assert(__NPU_ARCH__ == 2201, "EXTERN_IMPL_BUFPOOL is not on dav-3002: use queues of TPipe"); \
    static_assert(Simulator::InUb(POSITION), "a pool of a vector core is VECIN, VECOUT or VECCALC");    \
    static constexpr AscendC::TPosition poolPos = POSITION;                                             \
    static constexpr bool isTbufPool = true;                                                            \
    static constexpr uint32_t BUFFER_LIMIT = BUFID_SIZE;                                                \
    void Init()                                                                                         \
    {                                                                                                   \
        pool_ = {};                                                                                     \
    }                                                                                                   \
    void Reset(Simulator::SourceLine where = Simulator::SourceLine::Here())                             \
    {                                                                                                   \
        Simulator::ResetPool(pool_, where);                                                             \
    }                                                                                                   \
    AscendC::TBufHandle GetBufHandle(uint8_t offset)                                                    \
    {                                                                                                   \
        return handles_ + offset;                                                                       \
    }                                                                                                   \
    void SetCurAddr(uint32_t curAddr)                                                                   \
    {                                                                                                   \
        pool_.nextBytes = curAddr;                                                                      \
    }                                                                                                   \
    uint32_t GetCurAddr()                                                                               \
    {                                                                                                   \
        return pool_.nextBytes;                                                                         \
    }                                                                                                   \
    void SetCurBufSize(uint8_t curBufSize)                                                              \
    {                                                                                                   \
        pool_.bufferNum = curBufSize;                                                                   \
    }                                                                                                   \
    uint8_t GetCurBufSize()                                                                             \
    {                                                                                                   \
        return static_cast<uint8_t>(pool_.bufferNum);                                                   \
    }                                                                                                   \
                                                                                                        \
private:                                                                                                \
    Simulator::BufferPool pool_;                                                                        \
    uint8_t handles_[BUFID_SIZE] = {};                                                                  \
    template <AscendC::TPosition, AscendC::TPosition, int32_t, auto>                                    \
    friend class AscendC::TQueBind;                                                                     \
    template <AscendC::TPosition>                                                                       \
    friend class AscendC::TBuf;                                                                         \
    template <AscendC::TPosition, uint32_t>                                                             \
    friend class AscendC::TBufPool;                                                                     \
    friend class AscendC::TPipe

#endif  // SIMULATOR_API_BUFFER_POOL_H
