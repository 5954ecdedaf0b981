// SPDX-License-Identifier: Apache-2.0
// TBufPool: a part of UB with buffers of its own, or the memory of another pool used a second time. Only on dav-2201.
#ifndef SIMULATOR_API_BUFFER_POOL_H
#define SIMULATOR_API_BUFFER_POOL_H

#include "keywords.h"
#include "queue.h"

namespace AscendC {

template <TPosition pos, uint32_t bufIDSize = 4>
class TBufPool {
    static_assert(__NPU_ARCH__ == 2201 || pos != pos, "TBufPool is not on dav-3002: use queues of TPipe");
    static_assert(Simulator::InUb(pos), "a TBufPool of a vector core is VECIN, VECOUT or VECCALC");
    static_assert(bufIDSize <= Simulator::MAX_POOL_BUFFERS, "a TBufPool holds at most 16 buffers");

public:
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
    template <TPosition position, uint32_t size>
    bool InitBufPool(TBufPool<position, size> &pool, uint32_t len,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::InitPool(pool.pool_, len, size, pool_, where);
        return true;
    }
    template <TPosition position, uint32_t size, TPosition sharedPosition, uint32_t sharedSize>
    bool InitBufPool(TBufPool<position, size> &pool, uint32_t len, TBufPool<sharedPosition, sharedSize> &shareBuf,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::SharePool(pool.pool_, len, size, shareBuf.pool_, where);
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

#endif  // SIMULATOR_API_BUFFER_POOL_H
