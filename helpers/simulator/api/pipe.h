// SPDX-License-Identifier: Apache-2.0
// TPipe hands out UB and event ids.
#ifndef SIMULATOR_API_PIPE_H
#define SIMULATOR_API_PIPE_H

#include <exception>

#include "../core/flag_ops.h"
#include "../core/ub_memory.h"
#include "buffer_pool.h"
#include "event.h"
#include "keywords.h"
#include "local_tensor.h"
#include "queue.h"

namespace AscendC {

class TPipe {
public:
    explicit TPipe(Simulator::SourceLine where = Simulator::SourceLine::Here()) { Init(where); }
    TPipe(const TPipe &) = delete;
    TPipe &operator=(const TPipe &) = delete;
    ~TPipe() { Close(true); }

    // Again after Destroy.
    void Init(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        where_ = where;
        Simulator::OpenPipe(this, where);
    }
    // `len` is in bytes, rounded up to 32.
    template <TPosition src, TPosition dst, int32_t depth, auto mask>
    bool InitBuffer(TQueBind<src, dst, depth, mask> &queue, uint8_t num, uint32_t len,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue.queue_.InitBuffers(Memory(where), num, len, where);
        return true;
    }
    template <TPosition position>
    bool InitBuffer(TBuf<position> &buffer, uint32_t len, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        buffer.InitBuffer(Memory(where), len, where);
        return true;
    }
    template <TPosition position, uint32_t size>
    bool InitBufPool(TBufPool<position, size> &pool, uint32_t len,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::InitPool(pool.pool_, len, size, Memory(where), where);
        return true;
    }
    template <TPosition position, uint32_t size, TPosition sharedPosition, uint32_t sharedSize>
    bool InitBufPool(TBufPool<position, size> &pool, uint32_t len, TBufPool<sharedPosition, sharedSize> &shareBuf,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::SharePool(pool.pool_, len, size, shareBuf.pool_, where);
        return true;
    }

    template <typename Event>
    TEventID FetchEventID(Event event, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(std::is_same<Event, HardEvent>::value, "FetchEventID takes a HardEvent");
        RequireEventIds<Event>();
        if (!Simulator::OnVectorCore(event)) {
            Simulator::ReportForeignPipe("the HardEvent", "FetchEventID", where);
        }
        return Simulator::TakeEventId(Simulator::PairOf(event), false, "FetchEventID", where);
    }
    template <HardEvent event>
    TEventID FetchEventID(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Simulator::TakeEventId(PairFor<event>(), false, "FetchEventID", where);
    }
    // Occupied until ReleaseEventID.
    template <HardEvent event>
    TEventID AllocEventID(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return Simulator::TakeEventId(PairFor<event>(), true, "AllocEventID", where);
    }
    template <HardEvent event>
    void ReleaseEventID(TEventID id, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        Simulator::ReleaseEventId(PairFor<event>(), id, where);
    }

    // `size` elements at byte `offset` of UB, whoever has them.
    template <TPosition pos, typename T>
    LocalTensor<T> GetAbsAddr(int32_t offset, int32_t size,
                              Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        static_assert(Simulator::InUb(pos), "a vector core has VECIN, VECOUT and VECCALC");
        return LocalTensor<T>(Simulator::ViewAt(static_cast<uint32_t>(offset), static_cast<uint64_t>(size) * sizeof(T),
                                                static_cast<uint8_t>(pos), "GetAbsAddr", where));
    }
    template <typename Position>
    uint8_t *GetBaseAddr(Position)
    {
        static_assert(Simulator::DependentFalse<Position>::value,
                      "GetBaseAddr exists only in CANN's CPU twin: guard it by #ifdef ASCENDC_CPU_DEBUG");
        return nullptr;
    }

    // Back to the state after construction: no buffers, all event ids free.
    void Reset(Simulator::SourceLine where = Simulator::SourceLine::Here()) { Simulator::ResetPipe(where); }
    void Destroy() { Close(true); }
    // Without waiting for the pipes.
    void DestroyWithoutPipeAll() { Close(false); }

private:
    Simulator::BufferPool &Memory(Simulator::SourceLine where) const { return Simulator::MemoryOf(this, where); }
    void Close(bool drains) { Simulator::ClosePipe(this, drains, std::uncaught_exceptions() > 0, where_); }

    template <typename Event>
    static constexpr void RequireEventIds()
    {
        static_assert(
            __NPU_ARCH__ == 2201 || Simulator::DependentFalse<Event>::value,
            "FetchEventID, AllocEventID and ReleaseEventID are not on dav-3002: give TQueSync ids of your own");
    }
    template <HardEvent event>
    static constexpr Simulator::PipePair PairFor()
    {
        RequireEventIds<std::integral_constant<HardEvent, event>>();
        static_assert(Simulator::OnVectorCore(event), "this HardEvent belongs to the matrix unit");
        return Simulator::PairOf(event);
    }

    Simulator::SourceLine where_{"", 0};
};

}  // namespace AscendC

// The TPipe that lives.
template <int family = __NPU_ARCH__>
AscendC::TPipe *GetTPipePtr(Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(family == 2201, "GetTPipePtr is not on dav-3002: pass the TPipe on by pointer");
    return Simulator::CurrentPipe(where);
}

namespace AscendC {

using ::GetTPipePtr;

// All of UB that TPipe has not given out, as one tensor.
template <typename T, TPosition pos>
bool PopStackBuffer(LocalTensor<T> &popLocal, Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    static_assert(Simulator::InUb(pos), "a vector core has VECIN, VECOUT and VECCALC");
    popLocal.SetView(Simulator::RestOfUb(static_cast<uint8_t>(pos), where));
    return true;
}

}  // namespace AscendC

#endif  // SIMULATOR_API_PIPE_H
