# SPDX-License-Identifier: Apache-2.0
"""Synchronisation between cores: barriers, flags, marks and turns. What is read behind one, others wrote before."""

import numpy as np
import pytest

from helpers import Kernel, KernelFault

SCHEDULES = ("on_wait", "eager", "random")
ROUNDS = 3
FORMS = ("hard", "soft", "flag", "used cores")

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Round after round each core stores a row to the workspace, waits for the others, and adds the rows of all to its own.
#include "kernel_operator.h"

using namespace AscendC;

class Rounds {
public:
    Rounds(GM_ADDR x, GM_ADDR rows, GM_ADDR marks)
    {
        x_.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(x) + GetBlockIdx() * 64, 64);
        rows_.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(rows), 2 * 64 * GetBlockNum());
        marks_.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 8 * GetBlockNum());
        pipe_.InitBuffer(own_, 256);
        pipe_.InitBuffer(other_, 256);
        pipe_.InitBuffer(workspace_, 32 * GetBlockNum());
    }
    void Run(uint32_t form, uint32_t rounds)
    {
        LocalTensor<int32_t> own = own_.Get<int32_t>(), other = other_.Get<int32_t>();
        DataCopy(own, x_, 64);
        for (uint32_t round = 0; round < rounds; ++round) {
            // Two halves, by turns: a core may be a round ahead of another one.
            const auto rows = rows_[(round % 2) * 64 * GetBlockNum()];
            SetFlag<HardEvent::MTE2_MTE3>(EVENT_ID0);
            WaitFlag<HardEvent::MTE2_MTE3>(EVENT_ID0);
            SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
            WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
            DataCopy(rows[GetBlockIdx() * 64], own, 64);
            Wait(form);
            for (int64_t i = 0; i < GetBlockNum(); ++i) {
                DataCopy(other, rows[i * 64], 64);
                SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
                WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
                Add(own, own, other, 64);
                SetFlag<HardEvent::V_MTE2>(EVENT_ID0);
                WaitFlag<HardEvent::V_MTE2>(EVENT_ID0);
            }
        }
        PipeBarrier<PIPE_ALL>();
        DataCopy(x_, own, 64);
    }

private:
    void Wait(uint32_t form)
    {
        if (form == 0) {
            SyncAll();
        } else if (form == 1) {
            SyncAll(marks_, workspace_.Get<int32_t>());
        } else if (form == 2) {
            CrossCoreSetFlag<0, PIPE_MTE3>(3);
            CrossCoreWaitFlag(3);
        } else {
            SyncAll<true>(marks_, workspace_.Get<int32_t>(), static_cast<int32_t>(GetBlockNum()));
        }
    }

    GlobalTensor<int32_t> x_, rows_, marks_;
    TPipe pipe_;
    TBuf<TPosition::VECCALC> own_, other_, workspace_;
};

extern "C" __global__ __aicore__ void rounds(GM_ADDR x, GM_ADDR rows, GM_ADDR marks, uint32_t form, uint32_t rounds)
{
    Rounds(x, rows, marks).Run(form, rounds);
}
"""


def run_rounds(form: str, cores: int, rounds: int = ROUNDS, **options) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(cores).integers(-9, 9, (cores, 64)).astype(np.int32)
    expected = x.copy()
    for _ in range(rounds):
        expected = expected + expected.sum(axis=0, dtype=np.int32)
    got, rows, marks = x.copy(), np.zeros((2, cores, 64), np.int32), np.zeros((cores, 8), np.int32)
    kernel = Kernel.from_source(SOURCE, "rounds")
    kernel.launch(got, rows, marks, np.uint32(FORMS.index(form)), np.uint32(rounds), block_dim=cores, **options)
    return got, expected


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("form", FORMS)
def test_behind_a_barrier_every_core_sees_what_all_wrote_before(form, schedule, threads):
    got, expected = run_rounds(form, 7, schedule=schedule, threads=threads, seed=threads)
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("level", ["fast", "checked", "model"])
@pytest.mark.parametrize("form", FORMS)
def test_all_cores_of_the_soc_can_wait_for_each_other(form, level):
    got, expected = run_rounds(form, 48, level=level)
    assert level == "model" or np.array_equal(got, expected)


def test_one_core_waits_for_nobody():
    for form in FORMS:
        got, expected = run_rounds(form, 1)
        assert np.array_equal(got, expected)


def test_more_blocks_than_cores_never_meet():
    with pytest.raises(KernelFault, match="sync-beyond-cores.*49 blocks wait for each other.*48 vector cores"):
        run_rounds("hard", 49)
    kernel = Kernel.from_source(SOURCE, "rounds", "Ascend910B4")
    x, rows, marks = np.zeros((41, 64), np.int32), np.zeros((2, 41, 64), np.int32), np.zeros((41, 8), np.int32)
    with pytest.raises(KernelFault, match="sync-beyond-cores.*40 vector cores"):
        kernel.launch(x, rows, marks, np.uint32(1), np.uint32(1), block_dim=41)


def test_a_workspace_has_a_slot_for_each_core_and_starts_at_zero():
    kernel = Kernel.from_source(SOURCE, "rounds")

    def launch(marks: np.ndarray, **options):
        x, rows = np.zeros((4, 64), np.int32), np.zeros((2, 4, 64), np.int32)
        result = kernel.launch(
            x, rows, marks, np.uint32(1), np.uint32(2), block_dim=4, raise_on_finding=False, **options
        )
        return [finding.code for finding in result.findings]

    marks = np.zeros((4, 8), np.int32)
    assert launch(marks) == []
    assert np.array_equal(marks[:, 0], [2, 2, 2, 2])  # as on the device: the next launch needs zeros again
    assert launch(marks) == ["sync-workspace"]
    assert launch(np.zeros((3, 8), np.int32)) == ["gm-out-of-bounds"]


def test_a_barrier_drains_the_pipes_and_a_flag_waits_for_its_own():
    """A flag on MTE2 says nothing of stores: under "on_wait" they may come after it."""
    wrong = SOURCE.replace("CrossCoreSetFlag<0, PIPE_MTE3>(3)", "CrossCoreSetFlag<0, PIPE_MTE2>(3)")
    x = np.ones((3, 64), np.int32)
    rows, marks = np.full((2, 3, 64), 100, np.int32), np.zeros((3, 8), np.int32)
    options = {"block_dim": 3, "schedule": "on_wait", "threads": 1}
    kernel = Kernel.from_source(wrong, "rounds")
    found = kernel.launch(x, rows, marks, np.uint32(2), np.uint32(1), raise_on_finding=False, **options).findings
    assert {"race-raw", "core-race"} <= {finding.code for finding in found}
    kernel.launch(x, rows, marks, np.uint32(2), np.uint32(1), checks_off=["race", "core-race"], **options)
    assert not np.array_equal(x, np.full((3, 64), 4))
    got, expected = run_rounds("flag", 3, rounds=1, schedule="on_wait", threads=1)
    assert np.array_equal(got, expected)


def test_with_one_thread_a_seed_gives_one_order_of_cores():
    """Float sums by atomic stores behind a barrier tell the order."""
    source = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void sums(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x) + GetBlockIdx() * 64, 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 256);
    LocalTensor<float> row = buffer.Get<float>();
    DataCopy(row, xGm, 64);
    if (GetBlockIdx() == 0) {
        InitOutput<float>(yGm, 64, 0.0f);
    }
    SyncAll();
    SetAtomicAdd<float>();
    DataCopy(yGm, row, 64);
    SetAtomicNone();
}
"""
    x = np.random.default_rng(1).standard_normal((40, 64)).astype(np.float32)

    def sums(seed: int) -> np.ndarray:
        y = np.full(64, np.nan, np.float32)
        kernel = Kernel.from_source(source, "sums")
        kernel.launch(x.copy(), y, block_dim=40, roles=("in", "out"), seed=seed, threads=1)
        return y

    first = sums(1)
    assert np.allclose(first, x.sum(axis=0, dtype=np.float64), atol=40 * 64 * 2.0**-23)
    assert np.array_equal(first, sums(1)) and not np.array_equal(first, sums(2))


PAIRS = """\
// SPDX-License-Identifier: Apache-2.0
// Core after core adds the row of the core before to its own: by marks, or by polling a word of global memory.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void chain(GM_ADDR x, GM_ADDR marks, uint32_t form)
{
    const int32_t core = static_cast<int32_t>(GetBlockIdx());
    GlobalTensor<int32_t> rows, workspace;
    rows.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(x), 64 * GetBlockNum());
    workspace.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 16 * GetBlockNum());
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[3];
    for (auto &buffer : buffers) {
        pipe.InitBuffer(buffer, 256);
    }
    LocalTensor<int32_t> own = buffers[0].Get<int32_t>(), before = buffers[1].Get<int32_t>();
    LocalTensor<int32_t> ub = buffers[2].Get<int32_t>();
    DataCopy(own, rows[core * 64], 64);
    if (core > 0) {
        if (form == 0) {
            IBWait(workspace, ub, core - 1, 1);
        } else if (form == 1) {
            while (workspace.GetValue(16 * (core - 1)) == 0) {
                DataCacheCleanAndInvalid<int32_t, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(
                    workspace[16 * (core - 1)]);
            }
        } else if (form == 2) {
            __gm__ int32_t *word = reinterpret_cast<__gm__ int32_t *>(marks) + 16 * (core - 1);
            while (ReadGmByPassDCache(word) == 0) {
            }
        } else {
            do {
                DataCopy(ub, workspace[(core - 1) * 8], 8);
                PipeBarrier<PIPE_ALL>();
            } while (ub.GetValue(0) == 0);
        }
        DataCopy(before, rows[(core - 1) * 64], 64);
        PipeBarrier<PIPE_ALL>();
        Add(own, own, before, 64);
    }
    PipeBarrier<PIPE_ALL>();
    DataCopy(rows[core * 64], own, 64);
    PipeBarrier<PIPE_ALL>();
    if (form == 0) {
        if (core + 1 < GetBlockNum()) {
            IBSet(workspace, ub, core, 1);
        }
    } else if (form == 3) {
        ub.SetValue(0, 1);
        DataCopy(workspace[core * 8], ub, 8);
    } else {
        workspace.SetValue(16 * core, 1);  // a line of the cache for each core
    }
}
"""


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("form", ["marks", "polling", "polling past the cache", "polling by copies"])
def test_a_chain_of_cores_passes_its_sums_on(form, threads):
    code = ["marks", "polling", "polling past the cache", "polling by copies"].index(form)
    x = np.random.default_rng(3).integers(-9, 9, (9, 64)).astype(np.int32)
    for seed in range(3):
        got, marks = x.copy(), np.zeros((9, 16), np.int32)
        kernel = Kernel.from_source(PAIRS, "chain")
        off = ["core-race"] if form == "polling by copies" else []  # copies are not known to be flags
        kernel.launch(got, marks, np.uint32(code), block_dim=9, threads=threads, seed=seed, checks_off=off)
        assert np.array_equal(got, x.cumsum(axis=0, dtype=np.int32))
        assert form != "marks" or not marks.any()  # each mark is set and cleared again


TURNS = """\
// SPDX-License-Identifier: Apache-2.0
// In each of two rounds the cores append a digit in ascending order: total = total * 10 + core + 1.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void turns(GM_ADDR total, GM_ADDR marks)
{
    GlobalTensor<int64_t> sum;
    GlobalTensor<int32_t> workspace;
    sum.SetGlobalBuffer(reinterpret_cast<__gm__ int64_t *>(total), 1);
    workspace.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 8 * GetBlockNum());
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 32 * GetBlockNum() + 32);
    LocalTensor<int32_t> ub = buffer.Get<int32_t>();
    InitDetermineComputeWorkspace(workspace, ub);
    for (uint32_t round = 0; round < 2; ++round) {
        WaitPreBlock(workspace, ub);
        sum.SetValue(0, sum.GetValue(0) * 10 + GetBlockIdx() + 1);
        DataCacheCleanAndInvalid<int64_t, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(sum);
        NotifyNextBlock(workspace, ub);
    }
}
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_turns_come_in_ascending_order_of_cores(threads):
    for seed in range(3):
        total, marks = np.zeros(1, np.int64), np.full((7, 8), 5, np.int32)
        kernel = Kernel.from_source(TURNS, "turns")
        kernel.launch(total, marks, block_dim=7, threads=threads, seed=seed)
        assert total[0] == 12345671234567 and not marks.any()
