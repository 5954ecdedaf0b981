# SPDX-License-Identifier: Apache-2.0
"""Every way to get a tensor from TPipe and to pass it on: each form computes y = x + 1 (or copies), tile by tile."""

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.launch import SCHEDULES

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE_ELEMS = 64;
constexpr uint32_t TILE_BYTES = TILE_ELEMS * sizeof(float);
constexpr uint32_t TILE_NUM = 4;

struct Tiles {
    GlobalTensor<float> x, y;
    Tiles(GM_ADDR xIn, GM_ADDR yIn)
    {
        x.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(xIn), TILE_NUM * TILE_ELEMS);
        y.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(yIn), TILE_NUM * TILE_ELEMS);
    }
};
"""
SOURCE = (
    HEAD
    + """\
template <typename InQueue, typename OutQueue>
__aicore__ void AddOne(Tiles &tiles, uint32_t tile, InQueue &inQueue, OutQueue &outQueue)
{
    LocalTensor<float> in = inQueue.template AllocTensor<float>();
    DataCopy(in, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
    inQueue.EnQue(in);
    in = inQueue.template DeQue<float>();
    LocalTensor<float> out = outQueue.template AllocTensor<float>();
    Adds(out, in, 1.0f, TILE_ELEMS);
    outQueue.EnQue(out);
    inQueue.FreeTensor(in);
    out = outQueue.template DeQue<float>();
    DataCopy(tiles.y[tile * TILE_ELEMS], out, TILE_ELEMS);
    outQueue.FreeTensor(out);
}

// From GM to GM through one queue: the store waits for the load, the next load for the store.
template <typename Queue>
__aicore__ void CopyThrough(TPipe *pipe, Tiles &tiles)
{
    Queue queue;
    pipe->InitBuffer(queue, 2, TILE_BYTES);
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        LocalTensor<float> local = queue.template AllocTensor<float>();
        DataCopy(local, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        queue.EnQue(local);
        local = queue.template DeQue<float>();
        DataCopy(tiles.y[tile * TILE_ELEMS], local, TILE_ELEMS);
        queue.FreeTensor(local);
    }
}

__aicore__ void InPlace(TPipe *pipe, Tiles &tiles)
{
    TQue<QuePosition::VECIN, 0> inQueue;
    TQueBind<TPosition::VECOUT, TPosition::GM, 0> outQueue;
    pipe->InitBuffer(inQueue, 2, TILE_BYTES);
    pipe->InitBuffer(outQueue, 2, TILE_BYTES);
    LocalTensor<float> in, out;
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        inQueue.AllocTensor<float>(in);
        DataCopy(in, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        inQueue.EnQue(in);
        inQueue.DeQue<float>(in);
        outQueue.AllocTensor<float>(out);
        Adds(out, in, 1.0f, TILE_ELEMS);
        inQueue.FreeTensor(in);
        outQueue.EnQue<float>(out);
        outQueue.DeQue<float>(out);
        DataCopy(tiles.y[tile * TILE_ELEMS], out, TILE_ELEMS);
        outQueue.FreeTensor(out);
    }
}

// One queue whose tensor is filled by MTE2, used by V, stored by MTE3: its positions change on the way.
__aicore__ void ChangingPositions(TPipe *pipe, Tiles &tiles)
{
    TQueBind<TPosition::VECIN, TPosition::VECOUT, 2> queue;
    pipe->InitBuffer(queue, 2, TILE_BYTES);
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        LocalTensor<float> local = queue.AllocTensor<float>();
        DataCopy(local, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        queue.EnQue<TPosition::GM, TPosition::VECIN, float>(local);
        local = queue.DeQue<TPosition::GM, TPosition::VECIN, float>();
        Adds(local, local, 1.0f, TILE_ELEMS);
        queue.EnQue<TPosition::VECOUT, TPosition::GM>(local);
        local = queue.DeQue<TPosition::VECOUT, TPosition::GM, float>();
        DataCopy(tiles.y[tile * TILE_ELEMS], local, TILE_ELEMS);
        queue.FreeTensor(local);
    }
}

// A queue of VECCALC between the two others.
__aicore__ void ThroughCalc(TPipe *pipe, Tiles &tiles)
{
    TQue<QuePosition::VECIN, 1> inQueue;
    TQue<QuePosition::VECCALC, 1> calcQueue;
    TQue<QuePosition::VECOUT, 1> outQueue;
    pipe->InitBuffer(inQueue, 2, TILE_BYTES);
    pipe->InitBuffer(calcQueue, 2, TILE_BYTES);
    pipe->InitBuffer(outQueue, 2, TILE_BYTES);
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
        LocalTensor<float> calc = calcQueue.AllocTensor<float>();
        Adds(calc, in, 3.0f, TILE_ELEMS);
        inQueue.FreeTensor(in);
        calcQueue.EnQue(calc);
        calc = calcQueue.DeQue<float>();
        LocalTensor<float> out = outQueue.AllocTensor<float>();
        Adds(out, calc, -2.0f, TILE_ELEMS);
        calcQueue.FreeTensor(calc);
        outQueue.EnQue(out);
        out = outQueue.DeQue<float>();
        DataCopy(tiles.y[tile * TILE_ELEMS], out, TILE_ELEMS);
        outQueue.FreeTensor(out);
    }
}

template <pipe_t source, pipe_t destination>
__aicore__ void Pass()
{
    set_flag(source, destination, EVENT_ID2);
    wait_flag(source, destination, EVENT_ID2);
}

// TBufs used like queues synchronise nothing: flags do.
__aicore__ void WorkBuffers(TPipe *pipe, Tiles &tiles)
{
    TBuf<> inBuffer;
    TBuf<TPosition::VECOUT> outBuffer;
    pipe->InitBuffer(inBuffer, TILE_BYTES);
    pipe->InitBuffer(outBuffer, 2 * TILE_BYTES);
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        LocalTensor<float> in = inBuffer.AllocTensor<float>();
        DataCopy(in, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        inBuffer.EnQue(in);
        in = inBuffer.DeQue<float>();
        Pass<PIPE_MTE2, PIPE_V>();
        LocalTensor<float> out = outBuffer.GetWithOffset<float>(TILE_ELEMS, TILE_BYTES);
        Adds(out, in, 1.0f, TILE_ELEMS);
        pipe_barrier(PIPE_V);
        inBuffer.FreeTensor(in);
        Pass<PIPE_V, PIPE_MTE3>();
        DataCopy(tiles.y[tile * TILE_ELEMS], out, TILE_ELEMS);
        pipe_barrier(PIPE_ALL);
    }
}

// The queues of an operator; `pipe` is a member, as many samples have it, or none of its business.
template <typename Pipe>
class Operator {
public:
    Pipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;

    void Init(TPipe *from)
    {
        from->InitBuffer(inQueue, 2, TILE_BYTES);
        from->InitBuffer(outQueue, 2, TILE_BYTES);
    }
    void Process(Tiles &tiles, uint32_t first, uint32_t end)
    {
        for (uint32_t tile = first; tile < end; ++tile) {
            AddOne(tiles, tile, inQueue, outQueue);
        }
    }
};

struct NoPipe {};

__aicore__ void ResetInBetween(TPipe *pipe, Tiles &tiles)
{
    Operator<NoPipe> op;
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        op.Init(pipe);
        op.Process(tiles, tile, tile + 1);
        pipe->Reset();
    }
}

__aicore__ void InitAgain(TPipe *pipe, Tiles &tiles)
{
    Operator<NoPipe> op;
    op.Init(pipe);
    op.Process(tiles, 0, 2);
    pipe->Destroy();
    pipe->Init();
    op.Init(pipe);
    op.Process(tiles, 2, 3);
    pipe->DestroyWithoutPipeAll();
    PipeBarrier<PIPE_ALL>();
    TPipe next;
    op.Init(&next);
    op.Process(tiles, 3, TILE_NUM);
}

// More buffers than one pair of pipes has event ids, but never all at work.
__aicore__ void FreeEvents(TPipe *pipe, Tiles &tiles)
{
    TQue<TPosition::VECIN, 4> queues[2];
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe->InitBuffer(outQueue, 1, TILE_BYTES);
    for (auto &queue : queues) {
        pipe->InitBuffer(queue, 4, TILE_BYTES);
        for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
            AddOne(tiles, tile, queue, outQueue);
        }
        queue.FreeAllEvent();
    }
    const TEventID first = TakenBy(pipe);
    ASSERT(first == 0);
}

constexpr TQueConfig CONFIG = {.nd2nz = false, .nz2nd = false, .scmBlockGroup = false, .bufferLen = 0,
                               .bufferNumber = 1};

__aicore__ void Configured(TPipe *pipe, Tiles &tiles)
{
    TQue<TPosition::VECIN, 1, &CONFIG> inQueue;
    TQue<TPosition::VECOUT, 1, 0> outQueue;
    pipe->InitBuffer(inQueue, 1, TILE_BYTES);
    pipe->InitBuffer(outQueue, 2, TILE_BYTES);
    for (uint32_t tile = 0; tile < TILE_NUM; ++tile) {
        AddOne(tiles, tile, inQueue, outQueue);
    }
}

extern "C" __global__ __aicore__ void forms(GM_ADDR x, GM_ADDR y, uint32_t form)
{
    Tiles tiles(x, y);
    if (form == 0) {
        Operator<TPipe> op;
        op.Init(&op.pipe);
        op.Process(tiles, 0, TILE_NUM);
        return;
    }
    TPipe pipe;
    switch (form) {
        case 1: return InPlace(&pipe, tiles);
        case 2: return ChangingPositions(&pipe, tiles);
        case 3: return ThroughCalc(&pipe, tiles);
        case 4: return WorkBuffers(&pipe, tiles);
        case 5: return ResetInBetween(&pipe, tiles);
        case 6: return InitAgain(&pipe, tiles);
        case 7: return FreeEvents(&pipe, tiles);
        case 8: return Configured(&pipe, tiles);
        case 9: return CopyThrough<TQueBind<TPosition::VECIN, TPosition::VECOUT, 1>>(&pipe, tiles);
        default: return CopyThrough<TQueBind<TPosition::VECIN, TPosition::VECCALC, 2, 0>>(&pipe, tiles);
    }
}
"""
)
# What only the one or the other family has.
EVENT_ID_OF_2201 = """\
__aicore__ TEventID TakenBy(TPipe *pipe)
{
    const TEventID fetched = pipe->FetchEventID(HardEvent::MTE2_V);
    const TEventID taken = GetTPipePtr()->AllocEventID<HardEvent::MTE2_V>();
    ASSERT(fetched == taken && pipe->FetchEventID<HardEvent::MTE2_V>() == taken + 1);
    pipe->ReleaseEventID<HardEvent::MTE2_V>(taken);
    return taken;
}
"""
EVENT_ID_OF_3002 = "__aicore__ TEventID TakenBy(TPipe *) { return 0; }\n"
FORMS = {
    "member": 0,
    "in place": 1,
    "changing positions": 2,
    "VECCALC": 3,
    "TBuf": 4,
    "Reset": 5,
    "Init": 6,
    "FreeAllEvent": 7,
    "TQueConfig": 8,
}
X = np.arange(256, dtype=np.float32)


def whole(source: str, soc: str) -> str:
    return source.replace(HEAD, HEAD + (EVENT_ID_OF_2201 if "910B" in soc else EVENT_ID_OF_3002))


def run(form: int, soc: str = "Ascend910B1", **options) -> np.ndarray:
    y = np.zeros_like(X)
    kernel = Kernel.from_source(whole(SOURCE, soc), "forms", soc)
    result = kernel.launch(X.copy(), y, form, roles=("in", "inout"), **options)
    assert result.findings == ()
    return y


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_right_under_every_schedule_on_both_families(form, soc):
    for schedule in SCHEDULES:
        for seed in range(4 if schedule == "random" else 1):
            assert np.array_equal(run(form, soc, schedule=schedule, seed=seed), X + 1)


@pytest.mark.parametrize("form", [9, 10])
def test_a_queue_from_ub_to_ub_joins_the_load_with_the_store(form):
    for schedule in SCHEDULES:
        for seed in range(4 if schedule == "random" else 1):
            assert np.array_equal(run(form, schedule=schedule, seed=seed), X)


POOLS = (
    HEAD
    + """\
// Four tiles, two in each half; both halves in the same memory, or a part of it nested in another pool.
template <typename Pool>
__aicore__ void Half(Pool &pool, Tiles &tiles, uint32_t first)
{
    TQue<TPosition::VECIN, 1> inQueue;
    TBuf<TPosition::VECCALC> work;
    TQue<TPosition::VECOUT, 1> outQueue;
    pool.InitBuffer(inQueue, 2, TILE_BYTES);
    pool.InitBuffer(outQueue, 1, TILE_BYTES);
    pool.InitBuffer(work, TILE_BYTES);
    for (uint32_t tile = first; tile < first + 2; ++tile) {
        LocalTensor<float> in = inQueue.AllocTensor<float>();
        DataCopy(in, tiles.x[tile * TILE_ELEMS], TILE_ELEMS);
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
        LocalTensor<float> middle = work.Get<float>();
        Adds(middle, in, 3.0f, TILE_ELEMS);
        LocalTensor<float> out = outQueue.AllocTensor<float>();
        Adds(out, middle, -2.0f, TILE_ELEMS);
        outQueue.EnQue(out);
        inQueue.FreeTensor(in);
        out = outQueue.DeQue<float>();
        DataCopy(tiles.y[tile * TILE_ELEMS], out, TILE_ELEMS);
        outQueue.FreeTensor(out);
    }
}

extern "C" __global__ __aicore__ void pools(GM_ADDR x, GM_ADDR y, uint32_t nested)
{
    Tiles tiles(x, y);
    TPipe pipe;
    TBufPool<TPosition::VECCALC> first, second;
    TBufPool<TPosition::VECCALC, 8> outer;
    TBuf<> before;
    pipe.InitBuffer(before, 32);
    if (nested != 0) {
        pipe.InitBufPool(outer, 8 * TILE_BYTES);
        outer.InitBufPool(first, 4 * TILE_BYTES);
        outer.InitBuffer(before, 32);
        outer.InitBufPool(second, 4 * TILE_BYTES, first);
    } else {
        pipe.InitBufPool(first, 4 * TILE_BYTES);
        pipe.InitBufPool(second, 3 * TILE_BYTES, first);
    }
    Half(first, tiles, 0);
    first.Reset();
    Half(second, tiles, 2);
    second.Reset();
}
"""
)


@pytest.mark.parametrize("nested", [0, 1])
def test_pools_may_share_memory_one_after_the_other(nested):
    kernel = Kernel.from_source(POOLS, "pools")
    for schedule in SCHEDULES:
        y = np.zeros_like(X)
        result = kernel.launch(X.copy(), y, nested, roles=("in", "out"), schedule=schedule, seed=3)
        assert result.findings == () and np.array_equal(y, X + 1)
        used = result.instructions.on_core(0)["ub_address"][:, 0].max()
        assert used < 32 + 4 * 256  # the second half lies where the first was


def test_without_reset_the_second_pool_finds_the_first_in_its_place():
    kernel = Kernel.from_source(POOLS.replace("first.Reset();", ""), "pools")
    with pytest.raises(KernelFault, match="pool-overlap"):
        kernel.launch(X.copy(), np.zeros_like(X), 0)


QUERIES = (
    HEAD
    + """\
extern "C" __global__ __aicore__ void queries(GM_ADDR counts)
{
    TPipe pipe;
    TQue<TPosition::VECIN, 2> queue;
    pipe.InitBuffer(queue, 3, TILE_BYTES);
    int32_t *next = reinterpret_cast<int32_t *>(counts);
    auto note = [&]() {
        *next++ = queue.VacantInQue();
        *next++ = queue.HasTensorInQue();
        *next++ = queue.GetTensorCountInQue();
        *next++ = queue.HasIdleBuffer();
    };
    note();
    LocalTensor<float> first = queue.AllocTensor<float>();
    LocalTensor<float> second = queue.AllocTensor<float>();
    LocalTensor<float> third = queue.AllocTensor<float>();
    note();
    queue.EnQue(first);
    note();
    queue.EnQue(second);
    note();
    first = queue.DeQue<float>();
    queue.FreeTensor(first);
    note();
    second = queue.DeQue<float>();
    queue.FreeTensor(second);
    queue.FreeTensor(third);
    note();
}
"""
)


def test_a_queue_tells_how_many_tensors_and_buffers_it_holds():
    counts = np.zeros((6, 4), np.int32)
    Kernel.from_source(QUERIES, "queries").launch(counts)
    assert counts.tolist() == [[1, 0, 0, 1], [1, 0, 0, 0], [1, 1, 1, 0], [0, 1, 2, 0], [1, 1, 1, 1], [1, 0, 0, 1]]


REFUSED = {
    "TQue<TPosition::A1, 1> queue;": "belong to the matrix unit",
    "TQueBind<TPosition::GM, TPosition::GM, 1> queue;": "not GM with GM",
    "TBuf<TPosition::CO1> buffer;": "belong to the matrix unit",
    "TQue<TPosition::VECIN, 0> queue; queue.AllocTensor<float>();": "in place",
    "TQue<TPosition::VECIN, 1> queue; LocalTensor<float> t; queue.DeQue<float>(t);": "for queues of depth 0",
    "TQue<TPosition::VECIN, 1, 1> queue;": "are for queues of the matrix unit",
    "TQueSync<PIPE_M, PIPE_V> sync;": "belong to the matrix unit",
    "PipeBarrier<PIPE_FIX>();": "belong to the matrix unit",
    "TQue<TPosition::VECIN, 1> queue; queue.DeQue<TPosition::GM, TPosition::GM, float>();": "not both GM",
    "pipe->GetBaseAddr(0);": "only in CANN's CPU twin",
}
ON_2201 = {
    "SetFlag<HardEvent::MTE1_M>(0);": "belongs to the matrix unit",
    "pipe->AllocEventID<HardEvent::M_FIX>();": "belongs to the matrix unit",
    "TBufPool<TPosition::VECIN> pool; TQue<TPosition::VECIN, 0> queue; pool.InitBuffer(queue, 1, 32);": "no event ids",
}
ON_3002 = {
    "GetTPipePtr();": "GetTPipePtr is not on dav-3002: pass the TPipe on by pointer",
    "pipe->FetchEventID(HardEvent::V_S);": "are not on dav-3002: give TQueSync ids of your own",
    "TBufPool<TPosition::VECIN> pool;": "TBufPool is not on dav-3002: use queues of TPipe",
    "LocalTensor<float> tensor(TPosition::VECIN, 0, 8);": "is not on dav-3002: use TPipe",
}


def refusals(lines: dict[str, str], soc: str) -> list[str]:
    """Of `lines`, each in a function of its own, those whose message the compiler does not give."""
    functions = "".join(f"__aicore__ void F{place}(TPipe *pipe) {{ {line} }}\n" for place, line in enumerate(lines))
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(HEAD + functions + 'extern "C" __global__ __aicore__ void k() {}\n', "k", soc)
    return [line for line, message in lines.items() if message not in caught.value.compiler_output]


def test_what_a_vector_core_lacks_is_refused_with_its_reason():
    assert refusals({**REFUSED, **ON_2201}, "Ascend910B1") == []
    assert refusals({**REFUSED, **ON_3002}, "Ascend310B4") == []
