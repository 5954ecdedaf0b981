// SPDX-License-Identifier: Apache-2.0
// TQueBind and TQue pass tensors between pipes; TBuf is work space without synchronisation.
#ifndef SIMULATOR_API_QUEUE_H
#define SIMULATOR_API_QUEUE_H

#include "../core/queue.h"
#include "../core/ub_memory.h"
#include "event.h"
#include "local_tensor.h"
#include "queue_config.h"

namespace Simulator {

// The pipe that brings data to a tensor between two positions, and the pipe that takes it on from there.
constexpr PipePair PipesBetween(AscendC::TPosition source, AscendC::TPosition destination)
{
    if (source == AscendC::TPosition::GM) {
        return {Pipe::MTE2, Pipe::V};
    }
    return destination == AscendC::TPosition::GM ? PipePair{Pipe::V, Pipe::MTE3} : PipePair{Pipe::MTE2, Pipe::MTE3};
}

constexpr bool Joinable(AscendC::TPosition source, AscendC::TPosition destination)
{
    constexpr AscendC::TPosition GM = AscendC::TPosition::GM;
    return (source == GM || InUb(source)) && (destination == GM || InUb(destination)) &&
           !(source == GM && destination == GM);
}

}  // namespace Simulator

namespace AscendC {

template <TPosition src, TPosition dst, int32_t depth, auto mask = 0>
class TQueBind {
    static_assert(Simulator::Joinable(src, dst),
                  "a queue of a vector core joins GM, VECIN, VECOUT and VECCALC, not GM with GM; A1 to CO2, SPM and "
                  "TSCM belong to the matrix unit");
    static_assert(depth >= 0 && depth <= static_cast<int32_t>(Simulator::MAX_BUFFERS), "a depth is 0 to 64");
    static constexpr TQueConfig CONFIG = GetTQueConfig(mask);
    static_assert(!CONFIG.nd2nz && !CONFIG.nz2nd && !CONFIG.scmBlockGroup,
                  "nd2nz, nz2nd and scmBlockGroup are for queues of the matrix unit");

public:
    TQueBind() = default;

    template <typename T>
    LocalTensor<T> AllocTensor(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a queue of depth 0 takes AllocTensor(tensor), in place");
        return LocalTensor<T>(queue_.Alloc(where));
    }
    template <typename T>
    void AllocTensor(LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth == 0, "AllocTensor(tensor) is for queues of depth 0: write tensor = AllocTensor<T>()");
        tensor.SetView(queue_.Alloc(where));
    }
    template <typename T>
    bool EnQue(const LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue_.EnQue(tensor.View(), KIND.between, where);
        return true;
    }
    // Between the pipes of other positions than the queue's own; DeQue takes the same.
    template <TPosition srcUserPos, TPosition dstUserPos, typename T>
    bool EnQue(const LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a queue of depth 0 takes EnQue(tensor) without positions");
        queue_.EnQue(tensor.View(), UserPipes<srcUserPos, dstUserPos>(), where);
        return true;
    }
    template <typename T>
    LocalTensor<T> DeQue(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a queue of depth 0 takes DeQue(tensor), in place");
        return LocalTensor<T>(queue_.DeQue(KIND.between, where));
    }
    template <typename T>
    void DeQue(LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth == 0, "DeQue(tensor) is for queues of depth 0: write tensor = DeQue<T>()");
        queue_.DeQueInPlace(tensor.View(), where);
    }
    template <TPosition srcUserPos, TPosition dstUserPos, typename T>
    LocalTensor<T> DeQue(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a queue of depth 0 takes DeQue(tensor) without positions");
        return LocalTensor<T>(queue_.DeQue(UserPipes<srcUserPos, dstUserPos>(), where));
    }
    template <typename T>
    void FreeTensor(LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue_.Free(tensor.View(), where);
    }

    bool VacantInQue() { return GetTensorCountInQue() < depth; }
    bool HasTensorInQue() { return GetTensorCountInQue() > 0; }
    int32_t GetTensorCountInQue()
    {
        static_assert(depth != 0, "a queue of depth 0 does not count its tensors");
        return static_cast<int32_t>(queue_.EnqueuedNum());
    }
    bool HasIdleBuffer()
    {
        static_assert(depth != 0, "a queue of depth 0 does not count its buffers");
        return queue_.HasIdleBuffer();
    }
    // Waits until the freed buffers are free indeed, and gives their event ids back.
    void FreeAllEvent(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        static_assert(depth != 0, "a queue of depth 0 keeps its events");
        queue_.FreeAllEvents(where);
    }

private:
    friend class TPipe;
    template <TPosition position, uint32_t bufIDSize>
    friend class TBufPool;

    template <TPosition srcUserPos, TPosition dstUserPos>
    static constexpr Simulator::PipePair UserPipes()
    {
        static_assert(Simulator::Joinable(srcUserPos, dstUserPos),
                      "the positions are GM, VECIN, VECOUT or VECCALC, and not both GM");
        return Simulator::PipesBetween(srcUserPos, dstUserPos);
    }

    static constexpr int32_t DEPTH = depth;
    static constexpr TPosition POSITION = dst == TPosition::GM ? src : dst;
    static constexpr Simulator::QueueKind KIND{Simulator::PositionName(POSITION),
                                               static_cast<uint8_t>(POSITION),
                                               Simulator::PipesBetween(src, dst),
                                               depth,
                                               CONFIG.bufferNumber,
                                               CONFIG.bufferLen};
    Simulator::Queue queue_{KIND};
};

// VECIN takes from GM, VECOUT gives to GM; a queue of VECCALC stays in UB.
template <TPosition pos, int32_t depth, auto mask = 0>
class TQue : public TQueBind<pos == TPosition::VECIN ? TPosition::GM : pos,
                             pos == TPosition::VECOUT ? TPosition::GM : pos, depth, mask> {
    static_assert(Simulator::InUb(pos),
                  "a queue of a vector core is VECIN, VECOUT or VECCALC; A1 to CO2, SPM and TSCM "
                  "belong to the matrix unit");
};

template <TPosition pos = TPosition::LCM>
class TBuf {
    static_assert(Simulator::InUb(pos),
                  "a TBuf of a vector core is VECIN, VECOUT or VECCALC; A1 to CO2, SPM and TSCM "
                  "belong to the matrix unit");

public:
    template <typename T>
    LocalTensor<T> Get() const
    {
        return LocalTensor<T>(view_);
    }
    // The first `len` elements; every call starts at the same address.
    template <typename T>
    LocalTensor<T> Get(uint32_t len, Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return GetWithOffset<T>(len, 0, where);
    }
    // `size` elements from byte `bufOffset` on.
    template <typename T>
    LocalTensor<T> GetWithOffset(uint32_t size, uint32_t bufOffset,
                                 Simulator::SourceLine where = Simulator::SourceLine::Here()) const
    {
        return LocalTensor<T>(Simulator::WorkView(view_, bufOffset, uint64_t{size} * sizeof(T), sizeof(T), where));
    }

    // The calls of a queue, for kernels that take either: they give the buffer, and synchronise nothing.
    template <typename T>
    LocalTensor<T> AllocTensor()
    {
        return Get<T>();
    }
    template <typename T>
    void EnQue(const LocalTensor<T> &)
    {
    }
    template <typename T>
    LocalTensor<T> DeQue()
    {
        return Get<T>();
    }
    template <typename T>
    void FreeTensor(LocalTensor<T> &)
    {
    }

private:
    friend class TPipe;
    template <TPosition position, uint32_t bufIDSize>
    friend class TBufPool;

    void InitBuffer(Simulator::BufferPool &pool, uint32_t len, Simulator::SourceLine where)
    {
        view_ = Simulator::InitWorkBuffer(pool, Simulator::PositionName(pos), static_cast<uint8_t>(pos), len, where);
    }

    Simulator::LocalView view_;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_QUEUE_H
