# SPDX-License-Identifier: Apache-2.0
"""TPipe, TQue and TBuf of the simulator: where buffers lie, and what holds the pipes together."""

import numpy as np
import pytest

from helpers import Kernel
from helpers.launch import FLAG_NAMES, PIPE_NAMES, SCHEDULES

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y = x + 1, tile by tile, with and without what synchronises the pipes.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE_ELEMS = 64;
constexpr uint32_t TILE_BYTES = TILE_ELEMS * sizeof(float);

// Every tensor passes its queue. Queues of `bufferNum` buffers; one TPipe for each of `passes` over the tiles.
extern "C" __global__ __aicore__ void queued(GM_ADDR x, GM_ADDR y, uint32_t tileNum, uint32_t bufferNum,
                                             uint32_t passes)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), uint64_t{tileNum} * TILE_ELEMS);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), uint64_t{tileNum} * TILE_ELEMS);
    for (uint32_t pass = 0; pass < passes; ++pass) {
        TPipe pipe;
        TQue<TPosition::VECIN, 1> inQueue;
        TQue<TPosition::VECOUT, 1> outQueue;
        pipe.InitBuffer(inQueue, bufferNum, TILE_BYTES);
        pipe.InitBuffer(outQueue, bufferNum, TILE_BYTES);
        for (uint32_t tile = 0; tile < tileNum; ++tile) {
            LocalTensor<float> in = inQueue.AllocTensor<float>();
            DataCopy(in, (pass == 0 ? xGm : yGm)[tile * TILE_ELEMS], TILE_ELEMS);
            inQueue.EnQue(in);
            in = inQueue.DeQue<float>();
            LocalTensor<float> out = outQueue.AllocTensor<float>();
            Adds(out, in, 1.0f, TILE_ELEMS);
            outQueue.EnQue(out);
            inQueue.FreeTensor(in);
            out = outQueue.DeQue<float>();
            DataCopy(yGm[tile * TILE_ELEMS], out, TILE_ELEMS);
            outQueue.FreeTensor(out);
        }
    }
}

// Like `queued` for one tile, but without EnQue and DeQue of the input or of the output: nothing then makes the
// vector unit wait for the load, or the store for the vector unit.
extern "C" __global__ __aicore__ void unsynchronised(GM_ADDR x, GM_ADDR y, uint32_t queuesInput, uint32_t queuesOutput)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), TILE_ELEMS);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), TILE_ELEMS);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, TILE_BYTES);
    pipe.InitBuffer(outQueue, 1, TILE_BYTES);
    LocalTensor<float> in = inQueue.AllocTensor<float>();
    DataCopy(in, xGm, TILE_ELEMS);
    if (queuesInput != 0) {
        inQueue.EnQue(in);
        in = inQueue.DeQue<float>();
    }
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    Adds(out, in, 1.0f, TILE_ELEMS);
    if (queuesOutput != 0) {
        outQueue.EnQue(out);
        out = outQueue.DeQue<float>();
    }
    inQueue.FreeTensor(in);
    DataCopy(yGm, out, TILE_ELEMS);
    outQueue.FreeTensor(out);
}

// One instruction on the first block of each of: two queue buffers of 40 bytes, a TBuf of 33 bytes twice, a TBuf.
extern "C" __global__ __aicore__ void layout(GM_ADDR sizes)
{
    TPipe pipe;
    TQue<TPosition::VECOUT, 2> queue;
    TBuf<TPosition::VECCALC> work;
    TBuf<TPosition::VECCALC> last;
    pipe.InitBuffer(queue, 2, 40);
    pipe.InitBuffer(work, 33);
    pipe.InitBuffer(last, 32);
    LocalTensor<float> first = queue.AllocTensor<float>();
    LocalTensor<float> second = queue.AllocTensor<float>();
    const LocalTensor<float> tensors[] = {first, second, work.Get<float>(), work.Get<float>(8), last.Get<float>()};
    for (uint32_t i = 0; i < 5; ++i) {
        reinterpret_cast<uint32_t *>(sizes)[i] = tensors[i].GetSize();
        Muls(tensors[i], tensors[i], 1.0f, 8);
    }
    queue.FreeTensor(first);
    queue.FreeTensor(second);
}

// Two views of one TBuf: what is stored through one is read through the other, whatever their types.
extern "C" __global__ __aicore__ void views(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), TILE_ELEMS);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), 2 * TILE_ELEMS);
    TPipe pipe;
    TBuf<TPosition::VECCALC> work;
    pipe.InitBuffer(work, TILE_BYTES);
    DataCopy(work.Get<float>(), xGm, TILE_ELEMS);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, work.Get<half>(32), 32);
    DataCopy(yGm[32], work.Get<half>()[32], 96);
}
"""
TILE_BYTES = 256


def run_queued(tile_num: int, buffer_num: int = 2, passes: int = 1, **options):
    """x, y and the result of `queued`."""
    x = np.arange(tile_num * 64, dtype=np.float32)
    y = np.zeros_like(x)
    kernel = Kernel.from_source(SOURCE, "queued")
    numbers = map(np.uint32, (tile_num, buffer_num, passes))
    return x, y, kernel.launch(x, y, *numbers, **options)


def ub_addresses(result, call: str, pipe: str, operand: int = 0) -> list[int]:
    """UB addresses of one operand of a call on a pipe, in program order."""
    records = np.sort(result.instructions.on_core(0), order="sequence")
    names = result.instructions.names
    return [
        int(record["ub_address"][operand])
        for record in records
        if names[record["call"]] == call and PIPE_NAMES[record["pipe"]] == pipe and not FLAG_NAMES[record["flag"]]
    ]


def test_the_buffers_of_a_queue_take_turns():
    _, _, result = run_queued(5, buffer_num=2)
    assert ub_addresses(result, "DataCopy", "MTE2") == [0, TILE_BYTES, 0, TILE_BYTES, 0]
    assert ub_addresses(result, "DataCopy", "MTE3") == [
        2 * TILE_BYTES,
        3 * TILE_BYTES,
        2 * TILE_BYTES,
        3 * TILE_BYTES,
        2 * TILE_BYTES,
    ]
    _, _, result = run_queued(4, buffer_num=3)
    assert ub_addresses(result, "DataCopy", "MTE2") == [0, TILE_BYTES, 2 * TILE_BYTES, 0]


def test_buffers_lie_one_after_the_other_each_rounded_up_to_32_bytes():
    sizes = np.zeros(5, np.uint32)
    result = Kernel.from_source(SOURCE, "layout").launch(sizes)
    assert ub_addresses(result, "Muls", "V") == [0, 64, 128, 128, 192]
    assert sizes.tolist() == [16, 16, 16, 8, 8]


def test_views_of_a_tbuf_share_its_bytes_from_the_first_on():
    x = np.linspace(-3, 3, 64, dtype=np.float32)
    y = np.zeros(128, np.float16)
    Kernel.from_source(SOURCE, "views").launch(x, y, roles=("in", "out"))
    assert y.tobytes() == x.tobytes()


def test_a_second_tpipe_starts_from_an_empty_ub():
    x, y, result = run_queued(3, passes=3)
    assert np.array_equal(y, x + 3)
    assert set(ub_addresses(result, "DataCopy", "MTE2")) == {0, TILE_BYTES}


@pytest.mark.parametrize("buffer_num", [1, 2, 4])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_gives_the_bits_of_a_synchronised_kernel(schedule, buffer_num):
    for seed in range(8 if schedule == "random" else 1):
        x, y, _ = run_queued(9, buffer_num, schedule=schedule, seed=seed)
        assert np.array_equal(y, x + 1)


def test_eager_executes_in_program_order_and_on_wait_does_not():
    for schedule, in_order in (("eager", True), ("on_wait", False)):
        _, _, result = run_queued(4, schedule=schedule)
        records = result.instructions.on_core(0)
        assert np.array_equal(np.sort(records["sequence"]), np.arange(records.size))
        assert np.all(np.diff(records["sequence"].astype(int)) > 0) == in_order


def test_each_pipe_executes_in_program_order_under_every_schedule():
    for schedule in SCHEDULES:
        _, _, result = run_queued(6, schedule=schedule, seed=2)
        for pipe in range(len(PIPE_NAMES)):
            sequence = result.instructions.records["sequence"][result.instructions.records["pipe"] == pipe]
            assert np.all(np.diff(sequence.astype(int)) > 0)


def test_as_many_loads_as_there_are_buffers_may_run_before_the_first_tile_is_computed():
    def most_loads(buffer_num: int) -> int:
        most = 0
        for seed in range(20):
            _, _, result = run_queued(4, buffer_num, schedule="random", seed=seed)
            records = result.instructions.on_core(0)
            pipes = [PIPE_NAMES[record["pipe"]] for record in records if not FLAG_NAMES[record["flag"]]]
            most = max(most, pipes[: pipes.index("V")].count("MTE2"))
        return most

    assert [most_loads(buffer_num) for buffer_num in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize(("queues_input", "queues_output"), [(0, 1), (1, 0)], ids=["input", "output"])
def test_a_missing_synchronisation_shows_under_on_wait_and_hides_under_eager(queues_input, queues_output):
    x = np.arange(64, dtype=np.float32)
    kernel = Kernel.from_source(SOURCE, "unsynchronised")
    flags = np.uint32(queues_input), np.uint32(queues_output)

    def y_under(schedule: str, **options) -> np.ndarray:
        y = np.zeros_like(x)
        kernel.launch(x, y, *flags, schedule=schedule, checks_off=["race"], **options)
        return y

    assert np.array_equal(y_under("eager"), x + 1)
    assert np.array_equal(y_under("on_wait", level="fast"), x + 1)  # level fast is always eager
    assert np.all(np.isnan(y_under("on_wait")))  # what UB held before: poison
    by_seed = {bool(np.array_equal(y_under("random", seed=seed), x + 1)) for seed in range(12)}
    assert by_seed == {True, False}
