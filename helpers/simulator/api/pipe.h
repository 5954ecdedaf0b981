// SPDX-License-Identifier: Apache-2.0
// TPipe hands out UB; TQue passes tensors between pipes; TBuf is work space without synchronisation.
#ifndef SIMULATOR_API_PIPE_H
#define SIMULATOR_API_PIPE_H

#include <exception>

#include "../core/queue.h"
#include "keywords.h"
#include "local_tensor.h"
#include "sync.h"

namespace AscendC {

template <TPosition position, int32_t depth, auto mask = 0>
class TQue {
    static_assert(position == TPosition::VECIN || position == TPosition::VECOUT,
                  "this simulator has queues of VECIN (GM to vector) and VECOUT (vector to GM)");
    static_assert(depth >= 1,
                  "this simulator has queues of depth 1 and more; depth 0, the in-place form, is not available");

public:
    template <typename T>
    LocalTensor<T> AllocTensor(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return LocalTensor<T>(queue_.Alloc(where));
    }
    template <typename T>
    bool EnQue(const LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue_.EnQue(tensor.View(), where);
        return true;
    }
    template <typename T>
    LocalTensor<T> DeQue(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return LocalTensor<T>(queue_.DeQue(where));
    }
    template <typename T>
    void FreeTensor(LocalTensor<T> &tensor, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue_.Free(tensor.View(), where);
    }

private:
    friend class TPipe;
    static constexpr bool LOADS = position == TPosition::VECIN;
    Simulator::Queue queue_{LOADS ? "VECIN" : "VECOUT", LOADS ? Simulator::Pipe::MTE2 : Simulator::Pipe::V,
                            LOADS ? Simulator::Pipe::V : Simulator::Pipe::MTE3, static_cast<uint32_t>(depth)};
};

template <TPosition position = TPosition::VECCALC>
class TBuf {
    static_assert(position != TPosition::GM, "a TBuf lies in UB: VECIN, VECOUT or VECCALC");

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
        return LocalTensor<T>(Simulator::WorkView(view_, uint64_t{len} * sizeof(T), sizeof(T), where));
    }

private:
    friend class TPipe;
    Simulator::LocalView view_;
};

class TPipe {
public:
    explicit TPipe(Simulator::SourceLine where = Simulator::SourceLine::Here()) : where_(where) {}
    TPipe(const TPipe &) = delete;
    TPipe &operator=(const TPipe &) = delete;
    ~TPipe() { Destroy(); }

    // `len` is in bytes, rounded up to 32.
    template <TPosition position, int32_t depth, auto mask>
    bool InitBuffer(TQue<position, depth, mask> &queue, uint8_t num, uint32_t len,
                    Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        queue.queue_.InitBuffers(num, len, where);
        return true;
    }
    template <TPosition position>
    bool InitBuffer(TBuf<position> &buffer, uint32_t len, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        constexpr const char *NAMES[] = {"GM", "VECIN", "VECOUT", "VECCALC"};
        buffer.view_ = Simulator::InitWorkBuffer(NAMES[static_cast<uint32_t>(position)], len, where);
        return true;
    }
    int8_t FetchEventID(HardEvent event, Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return EventOf(event, false, "FetchEventID", where);
    }
    template <HardEvent event>
    int8_t FetchEventID(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return EventOf(event, false, "FetchEventID", where);
    }
    // Occupied until ReleaseEventID.
    template <HardEvent event>
    int8_t AllocEventID(Simulator::SourceLine where = Simulator::SourceLine::Here())
    {
        return EventOf(event, true, "AllocEventID", where);
    }
    template <HardEvent event>
    void ReleaseEventID(int8_t id)
    {
        const Simulator::PipePair pair = Simulator::PairOf(event);
        Simulator::AiCore::Current()->Events().Release(pair.source, pair.destination, id);
    }
    void Destroy()
    {
        if (!closed_) {
            closed_ = true;
            Simulator::ClosePipe(std::uncaught_exceptions() > 0, where_);
        }
    }

private:
    static int8_t EventOf(HardEvent event, bool occupies, const char *call, Simulator::SourceLine where)
    {
        const Simulator::PipePair pair = Simulator::PairOf(event);
        return Simulator::TakeEventId(pair.source, pair.destination, occupies, call, where);
    }

    Simulator::SourceLine where_;
    bool closed_ = false;
};

}  // namespace AscendC

#endif  // SIMULATOR_API_PIPE_H
