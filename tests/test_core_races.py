# SPDX-License-Identifier: Apache-2.0
"""Accesses of different cores to the same global memory: which synchronisation orders them, and what nothing does."""

import numpy as np
import pytest
from fault_kernels import launch_fault

from helpers import Kernel
from helpers.launch import SCHEDULES

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Core 0 stores a row to the workspace; every core then loads it. In between they synchronise, or not.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void share(GM_ADDR x, GM_ADDR rows, GM_ADDR marks, uint32_t form)
{
    GlobalTensor<int32_t> xGm, rowGm, markGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(x) + GetBlockIdx() * 64, 64);
    rowGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(rows), 64);
    markGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 16 * (GetBlockNum() + 1));
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    pipe.InitBuffer(buffers[0], 256);
    pipe.InitBuffer(buffers[1], 32 * GetBlockNum() + 32);
    LocalTensor<int32_t> row = buffers[0].Get<int32_t>(), ub = buffers[1].Get<int32_t>();
    if (form == 7) {
        SyncAll();  // before the store instead of behind it
    }
    if (form == 6) {
        InitDetermineComputeWorkspace(markGm, ub);
        WaitPreBlock(markGm, ub);
    }
    if (GetBlockIdx() == 0) {
        DataCopy(row, xGm, 64);
        PipeBarrier<PIPE_ALL>();
        DataCopy(rowGm, row, 64);
        if (form != 2) {
            PipeBarrier<PIPE_ALL>();
        }
    }
    switch (form) {
        case 1: SyncAll(); break;
        case 2: CrossCoreSetFlag<0, PIPE_MTE3>(3); CrossCoreWaitFlag(3); break;
        case 3: SyncAll(markGm, ub); break;
        case 4:  // from core to core
            if (GetBlockIdx() > 0) { IBWait(markGm, ub, GetBlockIdx() - 1, 0); }
            if (GetBlockIdx() + 1 < GetBlockNum()) { IBSet(markGm, ub, GetBlockIdx(), 0); }
            break;
        case 5:  // a word as a flag, which all others poll
            if (GetBlockIdx() == 0) {
                markGm.SetValue(0, 1);
            } else {
                while (markGm.GetValue(0) == 0) {
                    DataCacheCleanAndInvalid<int32_t, CacheLine::SINGLE_CACHE_LINE>(markGm);
                }
            }
            break;
        default: break;
    }
    DataCopy(row, rowGm, 64);
    PipeBarrier<PIPE_ALL>();
    DataCopy(xGm, row, 64);
    if (form == 6) {
        PipeBarrier<PIPE_ALL>();
        NotifyNextBlock(markGm, ub);
    }
}
"""
FORMS = {1: "SyncAll", 2: "flags", 3: "SyncAll with workspaces", 4: "marks", 5: "a polled word", 6: "turns"}


def share(form: int, cores: int = 4, **options):
    x = np.arange(64 * cores, dtype=np.int32).reshape(cores, 64)
    rows, marks = np.full(64, -1, np.int32), np.zeros((cores + 1, 16), np.int32)
    kernel = Kernel.from_source(SOURCE, "share")
    result = kernel.launch(x, rows, marks, np.uint32(form), block_dim=cores, raise_on_finding=False, **options)
    return x, [(finding.code, finding.cores) for finding in result.findings if finding.severity == "error"]


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("form", FORMS, ids=FORMS.get)
def test_what_is_synchronised_is_no_race(form, schedule, threads):
    for seed in range(3):
        x, errors = share(form, schedule=schedule, threads=threads, seed=seed)
        assert errors == []
        assert np.array_equal(x, np.tile(np.arange(64), (4, 1)))


@pytest.mark.parametrize("form", [0, 7], ids=["nothing", "too early"])
def test_without_it_the_same_finding_comes_in_every_order(form):
    found = {
        str(share(form, schedule=schedule, seed=seed, threads=threads)[1])
        for schedule in SCHEDULES
        for seed in range(3)
        for threads in (1, 4)
    }
    assert found == {str([("core-race", (0, 1, 2, 3))])}


def test_some_order_of_cores_shows_the_missing_barrier():
    results = [share(0, seed=seed, threads=1, checks_off=["core-race"])[0] for seed in range(8)]
    right = [np.array_equal(x, np.tile(np.arange(64), (4, 1))) for x in results]
    assert not all(right)


def test_a_polled_word_is_said_to_be_one():
    """Two scalar units and one word: a flag of the kernel's own looks the same as a mistake."""
    kernel = Kernel.from_source(SOURCE, "share")
    x, rows, marks = np.zeros((4, 64), np.int32), np.zeros(64, np.int32), np.zeros((5, 16), np.int32)
    (finding,) = kernel.launch(x, rows, marks, np.uint32(5), block_dim=4).findings
    assert (finding.code, finding.severity, finding.variable) == ("core-race", "warning", "markGm")
    assert "polled as a flag" in finding.remedy


@pytest.mark.parametrize("fault", ["core_race_overlap", "core_race_read"])
def test_a_repaired_kernel_is_clean_and_right(fault):
    y, result = launch_fault(fault, repaired=True)
    assert result.findings == () and np.array_equal(y, np.arange(64) + 1)


def test_both_places_are_named():
    (finding,) = launch_fault("core_race_read")[1].findings
    assert (finding.call, finding.variable, finding.other_call) == ("DataCopy", "yGm", "DataCopy")
    assert finding.other_line > finding.line
    (finding,) = launch_fault("core_race_overlap")[1].findings
    assert (finding.actual, finding.expected) == (8 * 4, 0)


def test_off_the_overlap_of_an_output_is_still_noticed():
    found = launch_fault("core_race_overlap", checks_off=["core-race"])[1].findings
    assert [finding.code for finding in found] == ["gm-written-twice"]


def test_level_model_finds_the_same():
    assert [finding.code for finding in launch_fault("core_race_overlap", level="model")[1].findings] == ["core-race"]


def test_a_line_that_was_written_back_may_be_copied():
    y, result = launch_fault("stale_line", repaired=True)
    assert result.findings == () and y[0] == 1
