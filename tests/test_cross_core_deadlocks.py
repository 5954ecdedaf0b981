# SPDX-License-Identifier: Apache-2.0
"""Waits between cores that cannot end, and what a family or a vector kernel does not have."""

import functools
import subprocess
import sys

import numpy as np
import pytest

from helpers import BuildError, Kernel

DEADLOCKS = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void stuck(GM_ADDR marks, uint32_t form)
{
    GlobalTensor<int32_t> workspace;
    workspace.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(marks), 8 * GetBlockNum());
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 32 * GetBlockNum() + 32);
    LocalTensor<int32_t> ub = buffer.Get<int32_t>();
    const int64_t core = GetBlockIdx();
    if (form == 0 && core < 5) {
        SyncAll();
    } else if (form == 1 && core != 2) {
        SyncAll(workspace, ub, 4);
    } else if (form == 2 && core > 0) {
        CrossCoreSetFlag<0, PIPE_V>(1);
        CrossCoreWaitFlag(1);
    } else if (form == 3 && core == 1) {
        IBWait(workspace, ub, 0, 0);
    } else if (form == 4 && core == 1) {
        IBSet(workspace, ub, 0, 0);
        IBSet(workspace, ub, 0, 0);
    } else if (form == 5) {
        InitDetermineComputeWorkspace(workspace, ub);
        WaitPreBlock(workspace, ub);
    } else if (form == 6) {
        for (uint32_t i = 0; i < 16; ++i) {
            CrossCoreSetFlag<0, PIPE_V>(1);
        }
    } else if (form == 7) {
        if (core == 3) {
            ub[GetBlockNum() * 8 + 8].SetValue(0, 1);
        }
        SyncAll();
    } else if (form == 8) {
        SyncAll(workspace, ub, 9);
    } else if (form == 9 && core < 6) {
        CrossCoreSetFlag<0, PIPE_V>(2); CrossCoreWaitFlag(2);
    } else if (form == 10) {
        const uint16_t id = core < 4 ? 3 : 4;
        CrossCoreSetFlag<0, PIPE_V>(id);
        if (core < 4) {
            CrossCoreWaitFlag(3);
        } else if (core < 7) {
            CrossCoreWaitFlag(4);
        }
    }
}
"""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("form", "code", "line", "cores", "text"),
    [
        (
            0,
            "sync-all-deadlock",
            13,
            (0, 1, 2, 3, 4),
            "waits for 8 cores, of which 3 never came: cores 5-7 have ended",
        ),
        (
            1,
            "sync-all-deadlock",
            15,
            (0, 1, 3, 4, 5, 6, 7),
            "waits for 4 cores, of which 1 never came: core 2 has ended",
        ),
        (
            2,
            "cross-core-deadlock",
            18,
            (1, 2, 3, 4, 5, 6, 7),
            "all 8 cores have set the flag, and 1 never will: core 0 has ended",
        ),
        (3, "cross-core-deadlock", 20, (1,), "waits for a mark that no core is left to set"),
        (4, "cross-core-deadlock", 23, (1,), "the mark is set already"),
        (5, "cross-core-deadlock", 26, (1, 2, 3, 4, 5, 6, 7), "a core before it never calls NotifyNextBlock"),
        (6, "cross-core-count", 29, (0, 1, 2, 3, 4, 5, 6, 7), "set 16 times without a wait, its counter holds 15"),
        (7, "ub-out-of-bounds", 33, (3,), ""),
        (
            9,
            "cross-core-deadlock",
            39,
            (0, 1, 2, 3, 4, 5),
            "all 8 cores have set the flag, and 2 never will: cores 6-7 have ended",
        ),
        (8, "sync-used-cores", 37, (0, 1, 2, 3, 4, 5, 6, 7), "usedCores is 9, the launch has 8 cores"),
    ],
)
def test_a_wait_without_end_ends_at_once_and_says_who_is_missing(form, code, line, cores, text, threads):
    kernel = Kernel.from_source(DEADLOCKS, "stuck")
    result = kernel.launch(
        np.zeros((8, 8), np.int32), np.uint32(form), block_dim=8, threads=threads, raise_on_finding=False
    )
    assert [(finding.code, finding.line, finding.cores) for finding in result.findings] == [(code, line, cores)]
    assert text in result.findings[0].message


def test_cores_that_wait_for_each_other_name_each_others_lines():
    launched = Kernel.from_source(DEADLOCKS, "stuck").launch(
        np.zeros((8, 8), np.int32), np.uint32(10), block_dim=8, raise_on_finding=False
    )
    first, second = launched.findings
    assert (first.cores, second.cores) == ((0, 1, 2, 3), (4, 5, 6))
    assert "4 never will: cores 4-6 wait at line 46, core 7 has ended (last call in line 42)" in first.message
    assert "4 never will: cores 0-3 wait at line 44" in second.message


def test_marks_that_do_not_start_at_zero_mislead_as_on_the_device():
    kernel = Kernel.from_source(DEADLOCKS, "stuck")
    marks = np.zeros((8, 8), np.int32)
    marks[0, 0] = 1
    assert kernel.launch(marks, np.uint32(3), block_dim=8).findings == ()  # IBWait passes, nobody has called IBSet
    assert not marks.any()


def test_other_cores_stop_without_a_word_where_one_has_ended_by_an_error():
    """Form 7 of DEADLOCKS: one core ends by an error, and the others then wait in vain."""
    result = Kernel.from_source(DEADLOCKS, "stuck").launch(
        np.zeros((8, 8), np.int32), np.uint32(7), block_dim=8, raise_on_finding=False
    )
    assert [(finding.code, finding.cores) for finding in result.findings] == [("ub-out-of-bounds", (3,))]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space hold on Linux")
def test_where_the_system_gives_no_more_threads_a_finding_says_so(tmp_path):
    (tmp_path / "stuck.cpp").write_text(DEADLOCKS.replace("core < 5", "core < 48"), encoding="utf-8")
    program = (
        "import numpy as np; from helpers import Kernel\n"
        f"result = Kernel.from_source({str(tmp_path / 'stuck.cpp')!r}, 'stuck').launch(\n"
        "    np.zeros((48, 8), np.int32), np.uint32(0), block_dim=48, threads=1, raise_on_finding=False)\n"
        "print([finding.code for finding in result.findings])\n"
    )
    limited = 'ulimit -s 262144 && ulimit -v 6000000 && exec "$0" -c "$1"'  # 256 MB a thread, 6 GB in all
    done = subprocess.run(["bash", "-c", limited, sys.executable, program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['no-threads']"


HEAD = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void entry(GM_ADDR x)
{{
    GlobalTensor<int32_t> gm;
    LocalTensor<int32_t> ub;
    {statement};
}}
"""
REFUSED = [
    *(
        (statement, "Ascend310B4", "is not on dav-3002, which has no synchronisation between cores")
        for statement in (
            "SyncAll()",
            "SyncAll(gm, ub)",
            "CrossCoreSetFlag<0, PIPE_MTE3>(1)",
            "CrossCoreWaitFlag(1)",
            "IBSet(gm, ub, 0, 0)",
            "IBWait(gm, ub, 0, 0)",
            "InitDetermineComputeWorkspace(gm, ub)",
            "WaitPreBlock(gm, ub)",
            "NotifyNextBlock(gm, ub)",
        )
    ),
    ("SyncAll<false>()", "Ascend910B1", "a vector kernel has not: call SyncAll()"),
    ("CrossCoreSetFlag<2, PIPE_MTE3>(1)", "Ascend910B1", "a vector kernel uses 0"),
    ("CrossCoreSetFlag<0, PIPE_S>(1)", "Ascend910B1", "takes one pipe, and not PIPE_S"),
]


@functools.cache
def compiler_output(statement: str, soc: str) -> str:
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(HEAD.format(statement=statement), "entry", soc)
    return caught.value.compiler_output


@pytest.mark.parametrize(("statement", "soc", "message"), REFUSED)
def test_what_a_family_lacks_is_refused(statement, soc, message):
    assert message in compiler_output(statement, soc)
