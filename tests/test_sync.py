# SPDX-License-Identifier: Apache-2.0
"""Flags set and waited for by the kernel itself: with them every schedule is right, without them on_wait is wrong."""

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.launch import SCHEDULES

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y = x + 1 without queues, tile after tile through one buffer; TAKE and WAIT are how a flag passes between pipes.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void add_one(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 256);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 256);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 256);
    LocalTensor<float> local = buffer.Get<float>();
    for (uint32_t tile = 0; tile < 4; ++tile) {
        DataCopy(local, xGm[tile * 64], 64);
        PASS(MTE2, V)
        Adds(local, local, 1.0f, 64);
        PASS(V, MTE3)
        DataCopy(yGm[tile * 64], local, 64);
        PASS(MTE3, MTE2)
    }
}
"""
BY_HAND = """\
#define PASS(from, to)                                                    \\
    {                                                                     \\
        const int32_t id = pipe.FetchEventID(HardEvent::from##_##to);     \\
        SetFlag<HardEvent::from##_##to>(id);                              \\
        WaitFlag<HardEvent::from##_##to>(id);                             \\
    }
"""
BY_SYNC = """\
#define PASS(from, to)                       \\
    {                                        \\
        TQueSync<PIPE_##from, PIPE_##to> sync; \\
        sync.SetFlag(2);                     \\
        sync.WaitFlag(2);                    \\
    }
"""
NOTHING = "#define PASS(from, to)\n"
X = np.arange(256, dtype=np.float32)


def add_one(passing: str, soc: str = "Ascend910B1", **options) -> np.ndarray:
    y = np.zeros(256, np.float32)
    Kernel.from_source(passing + SOURCE, "add_one", soc).launch(X.copy(), y, roles=("in", "out"), **options)
    return y


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(
    ("passing", "soc"), [(BY_HAND, "Ascend910B1"), (BY_SYNC, "Ascend910B1"), (BY_SYNC, "Ascend310B4")]
)
def test_with_flags_every_schedule_is_right(passing, soc, schedule):
    for seed in range(5):
        assert np.array_equal(add_one(passing, soc, schedule=schedule, seed=seed), X + 1)


def test_without_flags_program_order_looks_right_and_on_wait_does_not():
    assert np.array_equal(add_one(NOTHING, schedule="eager", checks_off=["race"]), X + 1)
    assert not np.array_equal(add_one(NOTHING, schedule="on_wait", checks_off=["race"]), X + 1)


def test_set_flag_is_not_on_310b_and_the_message_names_the_alternative():
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(BY_HAND + SOURCE, "add_one", "Ascend310B4")
    assert "SetFlag is not on dav-3002: use TQueSync" in caught.value.compiler_output


def test_event_ids_that_are_never_released_run_out():
    taken = BY_HAND.replace("pipe.FetchEventID(HardEvent::from##_##to)", "pipe.AllocEventID<HardEvent::from##_##to>()")
    assert np.array_equal(add_one(taken), X + 1)  # 4 of each of 8
    nine = Kernel.from_source(taken + SOURCE.replace("tile < 4", "tile < 9"), "add_one")
    with pytest.raises(KernelFault, match="event-ids"):
        nine.launch(np.zeros(1024, np.float32), np.zeros(1024, np.float32))


STATIC = """\
// SPDX-License-Identifier: Apache-2.0
// The same without TPipe: the style of newer samples.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void add_one(GM_ADDR x, GM_ADDR y, uint32_t tiles)
{
    InitSocState();
    ascendc_assert(tiles == 4, "tiles must be 4, not %u\\n", tiles);
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 256);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 256);
    LocalMemAllocator<Hardware::UB> allocator;
    LocalTensor<float> in = allocator.Alloc<float, 64>();
    LocalTensor<float> out = allocator.Alloc<float>(64);
    SetFlag<HardEvent::V_MTE2>(EVENT_ID0);
    SetFlag<HardEvent::MTE3_V>(EVENT_ID0);
    for (uint32_t tile = 0; tile < tiles; ++tile) {
        WaitFlag<HardEvent::V_MTE2>(EVENT_ID0);
        DataCopy(in, xGm[tile * 64], 64);
        SetFlag<HardEvent::MTE2_V>(EVENT_ID0);
        WaitFlag<HardEvent::MTE2_V>(EVENT_ID0);
        WaitFlag<HardEvent::MTE3_V>(EVENT_ID0);
        Adds(out, in, 1.0f, 64);
        SetFlag<HardEvent::V_MTE2>(EVENT_ID0);
        SetFlag<HardEvent::V_MTE3>(EVENT_ID0);
        WaitFlag<HardEvent::V_MTE3>(EVENT_ID0);
        DataCopy(yGm[tile * 64], out, 64);
        SetFlag<HardEvent::MTE3_V>(EVENT_ID0);
    }
    WaitFlag<HardEvent::V_MTE2>(EVENT_ID0);
    WaitFlag<HardEvent::MTE3_V>(EVENT_ID0);
    PipeBarrier<PIPE_ALL>();
}
"""


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_kernel_without_tpipe_runs_under_every_schedule(schedule):
    y = np.zeros(256, np.float32)
    kernel = Kernel.from_source(STATIC, "add_one")
    kernel.launch(X.copy(), y, np.uint32(4), roles=("in", "out"), schedule=schedule)
    assert np.array_equal(y, X + 1)
    with pytest.raises(KernelFault, match=r"assertion.*tiles == 4, which is false \(tiles must be 4"):
        kernel.launch(X.copy(), y, np.uint32(3))


HEAD = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void entry(GM_ADDR x, GM_ADDR y, uint32_t form)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 256);
    LocalTensor<float> local = buffer.Get<float>();
"""
# A wait before its set in program order: pipe V stands still, and S goes on to issue what frees it.
WAITS_FIRST = """\
    if (form == 1) {
        WaitFlag<HardEvent::V_MTE3>(1);
    }
    WaitFlag<HardEvent::MTE2_V>(1);
    Adds(local, local, 1.0f, 64);
    SetFlag<HardEvent::V_MTE3>(0);
    if (form == 2) {
        SetFlag<HardEvent::V_S>(0);
        WaitFlag<HardEvent::V_S>(0);
    }
    DataCopy(local, xGm, 64);
    SetFlag<HardEvent::MTE2_V>(1);
    WaitFlag<HardEvent::V_MTE3>(0);
    DataCopy(yGm, local, 64);
    if (form == 3) {
        WaitFlag<HardEvent::MTE2_V>(1);
        SetFlag<HardEvent::V_MTE3>(2);
        WaitFlag<HardEvent::V_MTE3>(2);
    }
}
"""
DEADLOCKS = {
    1: (14, "MTE3 waits at line 14 for flag V_MTE3 id 1, which V never sets"),
    2: (
        16,
        "S waits at line 21 for flag V_S id 0; V waits at line 16 for flag MTE2_V id 1, which MTE2 never sets",
    ),
    3: (
        28,
        "MTE3 waits at line 30 for flag V_MTE3 id 2; V waits at line 28 for flag MTE2_V id 1, which MTE2 never sets",
    ),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_wait_issued_before_its_set_is_no_deadlock(schedule):
    kernel = Kernel.from_source(HEAD + WAITS_FIRST, "entry")
    for seed in range(5):
        y = np.zeros(64, np.float32)
        launched = kernel.launch(X[:64].copy(), y, np.uint32(0), checks_off=["race"], schedule=schedule, seed=seed)
        assert launched.findings == ()
        assert np.array_equal(y, X[:64] + 1)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("form", DEADLOCKS)
def test_a_wait_without_end_names_who_waits_for_whom(form, schedule):
    line, text = DEADLOCKS[form]
    launched = Kernel.from_source(HEAD + WAITS_FIRST, "entry").launch(
        X[:64].copy(),
        np.zeros(64, np.float32),
        np.uint32(form),
        checks_off=["race", "unwritten"],
        schedule=schedule,
        raise_on_finding=False,
    )
    (finding,) = launched.findings
    assert (finding.code, finding.line) == ("flag-deadlock", line)
    assert finding.message == text


def test_flags_left_set_are_counted_by_line_and_those_of_queues_are_none():
    source = HEAD + (
        "    for (int32_t id = 0; id < 3; ++id) {\n        SetFlag<HardEvent::V_MTE2>(id);\n    }\n"
        "    SetFlag<HardEvent::V_MTE2>(4);\n    WaitFlag<HardEvent::V_MTE2>(4);\n}\n"
    )
    (finding,) = (
        Kernel.from_source(source, "entry")
        .launch(X[:64].copy(), np.zeros(64, np.float32), np.uint32(0), roles=("in", "in"), raise_on_finding=False)
        .findings
    )
    assert (finding.code, finding.line, finding.actual) == ("flag-left-set", 14, 3)
    assert finding.operand == "flag V_MTE2 id 0, V_MTE2 id 1, V_MTE2 id 2"


def test_event_ids_that_have_run_out_name_the_lines_that_hold_them():
    taken = BY_HAND.replace("pipe.FetchEventID(HardEvent::from##_##to)", "pipe.AllocEventID<HardEvent::from##_##to>()")
    nine = Kernel.from_source(taken + SOURCE.replace("tile < 4", "tile < 9"), "add_one")
    launched = nine.launch(np.zeros(1024, np.float32), np.zeros(1024, np.float32), raise_on_finding=False)
    (finding,) = [finding for finding in launched.findings if finding.code == "event-ids"]
    assert f"(taken in line {finding.line})" in finding.message
