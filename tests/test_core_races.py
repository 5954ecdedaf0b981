# SPDX-License-Identifier: Apache-2.0
"""Accesses of different cores to the same global memory: which synchronisation orders them, and what nothing does."""

import numpy as np
import pytest
from fault_kernels import FAULTS, launch_fault

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


CACHE_FAULTS = {  # fault: what the repaired kernel leaves in (some of) y
    "stale_line": {0: 1},
    "stale_line_between_cores": {0: 7, 56: 7},
    "stale_line_loaded_before": {1: 1, 31: 31, 56: 1, 63: 1},
    "stale_line_scalar_read": {1: 1, 31: 31, 56: 1, 63: 1},
    "stale_line_store_below": {0: 7, 8: 0, 15: 7},
    "core_shared_line_in_order": {0: 7, 8: 0, 15: 7},
}


@pytest.mark.parametrize("fault", CACHE_FAULTS)
def test_a_line_that_was_cleaned_in_between_is_no_finding(fault):
    y, result = launch_fault(fault, repaired=True)
    assert result.findings == ()
    assert {index: y[index] for index in CACHE_FAULTS[fault]} == CACHE_FAULTS[fault]


BETWEEN_CORES = [fault for fault in FAULTS if fault.startswith(("core_", "stale_line_between", "stale_line_loaded"))]


@pytest.mark.parametrize("fault", BETWEEN_CORES)
def test_findings_between_cores_are_the_same_in_every_order(fault):
    found = {
        str(launch_fault(fault, threads=threads, seed=seed, schedule=schedule)[1].findings)
        for threads in (1, 2, 48)
        for seed in range(5)
        for schedule in SCHEDULES
    }
    assert len(found) == 1 and "" not in found


LINES = """\
// SPDX-License-Identifier: Apache-2.0
// Two cores and what they may do around one another's lines of 64 bytes. Row r of y is its 16 elements from 16 r on.
#include "kernel_operator.h"

using namespace AscendC;

using Line = GlobalTensor<int32_t>;

__aicore__ inline void Clean(const Line &line)
{
    DataCacheCleanAndInvalid<int32_t, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(line);
}

extern "C" __global__ __aicore__ void lines(GM_ADDR y, GM_ADDR rows, GM_ADDR marks, uint32_t form)
{
    Line yGm, rowGm, markGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(y), 128);
    rowGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(rows), 512);
    markGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 128);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 256);
    LocalTensor<int32_t> row = buffer.Get<int32_t>();
    const uint32_t core = GetBlockIdx();
    Duplicate(row, int32_t(core + 1), 64);
    PipeBarrier<PIPE_ALL>();
    switch (form) {
        case 0:  // copies share a sector of 32 bytes
            DataCopyPad(yGm[4 * core], row, {1, 16, 0, 0});
            break;
        case 1:  // a line each
            yGm.SetValue(16 * core, 1);
            break;
        case 2:  // one line, past the cache
            WriteGmByPassDCache<int32_t>(reinterpret_cast<__gm__ int32_t *>(y) + core, 1);
            break;
        case 3:  // one line, one after the other, the first has cleaned it
            if (core == 0) { yGm.SetValue(0, 1); Clean(yGm); }
            SyncAll();
            if (core == 1) { yGm.SetValue(1, yGm.GetValue(0) + 1); }
            break;
        case 4:  // cleaned, but written again
            if (core == 0) { yGm.SetValue(0, 1); Clean(yGm); yGm.SetValue(0, 2); }
            SyncAll();
            if (core == 1) { row.SetValue(0, yGm.GetValue(0)); }
            break;
        case 5:  // another line is cleaned
            if (core == 0) { yGm.SetValue(0, 1); yGm.SetValue(16, 1); Clean(yGm[16]); }
            SyncAll();
            if (core == 1) { row.SetValue(0, yGm.GetValue(0)); }
            break;
        case 6:  // cleaned too late
            if (core == 0) { yGm.SetValue(0, 1); }
            SyncAll();
            if (core == 0) { Clean(yGm); }
            if (core == 1) { row.SetValue(0, yGm.GetValue(0)); }
            break;
        case 7:  // all at once
            if (core == 0) {
                for (uint32_t i = 0; i < 64; ++i) { yGm.SetValue(i, 1); }
                DataCacheCleanAndInvalid<int32_t, CacheLine::ENTIRE_DATA_CACHE, DcciDst::CACHELINE_OUT>(yGm);
            }
            SyncAll();
            if (core == 1) { DataCopy(row, yGm, 64); }
            break;
        case 8:  // line by line, the last one not
            if (core == 0) {
                for (uint32_t i = 0; i < 64; ++i) { yGm.SetValue(i, 1); }
                for (uint32_t i = 0; i < 48; i += 16) { Clean(yGm[i]); }
            }
            SyncAll();
            if (core == 1) { DataCopy(row, yGm, 64); }
            break;
        case 9:  // other bytes of the line were written: global memory holds what is read
            if (core == 0) { yGm.SetValue(0, 1); }
            SyncAll();
            DataCopy(row, yGm[8], 8);
            break;
        case 10:  // loaded before the other core's store to other bytes, then written back
            if (core == 1) { row.SetValue(0, yGm.GetValue(0)); }
            SyncAll();
            if (core == 0) { DataCopy(yGm[8], row, 8); }
            SyncAll();
            if (core == 1) { yGm.SetValue(0, 1); }
            break;
        case 11:  // rows go from core to core, each with a word that is polled
            for (uint32_t i = 0; i < 8; ++i) {
                if (core == 0) {
                    DataCopy(rowGm[64 * i], row, 64);
                    PipeBarrier<PIPE_ALL>();
                    markGm.SetValue(16 * i, 1);
                    Clean(markGm[16 * i]);
                } else {
                    while (markGm.GetValue(16 * i) == 0) { Clean(markGm[16 * i]); }
                    DataCopy(row, rowGm[64 * i], 64);
                    PipeBarrier<PIPE_ALL>();
                }
            }
            break;
        case 12:  // plain stores to one row, added ones to the other, in one line of the kernel
            for (uint32_t i = 0; i < 2; ++i) {
                if (core == 0 && i == 0) { SetAtomicNone(); } else { SetAtomicAdd<int32_t>(); }
                if (core == 0 || i == 1) { DataCopy(yGm[64 * i], row, 64); }
                PipeBarrier<PIPE_ALL>();
            }
            SetAtomicNone();
            break;
        case 13:  // both read by reference what they may write
            row.SetValue(0, yGm(0));
            break;
        case 14:  // added by all, again and again
            SetAtomicAdd<int32_t>();
            for (uint32_t i = 0; i < 1600; ++i) { DataCopy(yGm, row, 64); }
            PipeBarrier<PIPE_ALL>();
            SetAtomicNone();
            break;
        case 15:  // turns, a line that each cleans
            InitDetermineComputeWorkspace(markGm, row);
            WaitPreBlock(markGm, row);
            yGm.SetValue(core, yGm.GetValue(0) + 1);
            Clean(yGm);
            NotifyNextBlock(markGm, row);
            break;
        default: break;
    }
}
"""
FOUND = {4: ["stale-line"], 5: ["stale-line"], 6: ["stale-line"], 8: ["stale-line"], 10: ["core-shared-line"]}


def lines(form: int, cores: int = 2, **options):
    y, rows, marks = np.zeros(128, np.int32), np.zeros(512, np.int32), np.zeros(128, np.int32)
    kernel = Kernel.from_source(LINES, "lines")
    result = kernel.launch(y, rows, marks, np.uint32(form), block_dim=cores, raise_on_finding=False, **options)
    return y, [finding.code for finding in result.findings if finding.severity == "error"]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("form", range(16))
def test_cores_keep_lines_apart_or_clean_them(form, threads):
    for seed in range(3):
        assert lines(form, threads=threads, seed=seed)[1] == FOUND.get(form, [])


def test_an_output_is_taken_to_be_written_by_reference():
    roles = ("out", "inout", "inout")
    assert "core-race" in lines(13, roles=roles)[1] and "core-race" not in lines(13)[1]


def test_stores_that_repeat_are_compared_once():
    """48 cores add 1600 times each: compared one by one these are three billion pairs."""
    y, errors = lines(14, cores=48, timeout_seconds=10.0)
    assert errors == [] and np.array_equal(y[:64], np.full(64, 1600 * 48 * 49 // 2))
