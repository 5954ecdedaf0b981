# SPDX-License-Identifier: Apache-2.0
"""level="model": the instructions of a launch without its data."""

import numpy as np
import pytest

from helpers import Kernel, KernelFault, plan, run
from helpers.errors import ArgumentValueError
from helpers.verification import verify

HUGE = 10**9


def like(elems: int, dtype: str = "float32") -> list[np.ndarray]:
    return [np.broadcast_to(np.zeros((), dtype), (elems,)) for _ in range(3)]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("schedule", ["eager", "on_wait", "random"])
@pytest.mark.parametrize("elems", [1, 10_000, 1_000_003])
def test_it_issues_what_a_checked_run_issues(dtype, schedule, elems):
    arrays = [np.ones(elems, dtype) for _ in range(3)]
    checked = run(*arrays, schedule=schedule, seed=3)
    model = run(*arrays, schedule=schedule, seed=3, level="model")
    assert model.y is None and model.evidence["y_sha256"] is None
    assert model.counters == checked.counters != ()
    assert np.array_equal(model.instructions.records, checked.instructions.records)
    assert model.instructions.names == checked.instructions.names
    assert str(model).startswith("no y; ")


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_thousand_million_elements_need_no_arrays(dtype):
    result = run(*like(HUGE, dtype), level="model")
    (copies,) = (totals for totals in result.counters if totals.call == "DataCopyPad")
    element_bytes = np.dtype(dtype).itemsize
    assert (copies.bytes_from_gm, copies.bytes_to_gm) == (3 * HUGE * element_bytes, HUGE * element_bytes)
    assert result.plan == plan(HUGE, dtype)
    kept, dropped = len(result.instructions.records), result.instructions.dropped
    assert dropped > 0 and kept + dropped == sum(totals.instructions for totals in result.counters)


def test_an_empty_tensor_has_no_y_either():
    assert run(*like(0), level="model").y is None


def test_a_verdict_needs_results():
    with pytest.raises(ArgumentValueError, match=r"^level='model': allowed are 'fast' and 'checked'"):
        verify(level="model")


SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y = x[0 .. n] with n from the scalar unit: from an input, from a local tensor, or from an output.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void choosy(GM_ADDR x, GM_ADDR y, GM_ADDR lengths, uint32_t what)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    GlobalTensor<uint32_t> lengthsGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x));
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y));
    lengthsGm.SetGlobalBuffer(reinterpret_cast<__gm__ uint32_t *>(lengths));
    TPipe pipe;
    TBuf<TPosition::VECCALC> work;
    pipe.InitBuffer(work, 1024);
    LocalTensor<float> local = work.Get<float>();
    uint32_t count = 8;
    if (what == 0) {
        count = lengthsGm.GetValue(1);
    } else if (what == 1) {
        local.SetValue(0, 8.0f);
        count = static_cast<uint32_t>(local.GetValue(0));
    } else if (what == 2) {
        count = static_cast<uint32_t>(yGm.GetValue(0));
    } else if (what == 3) {
        yGm.SetValue(0, 8.0f);
    } else if (what == 4) {
        local.SetValue(0, 8.0f);
    } else if (what == 5) {
        count = static_cast<uint32_t>(xGm.GetValue(0));
    }
    DataCopy(local, xGm, count);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, local, count);
}
"""
READ_INPUT, READ_UB, READ_OUTPUT, WRITE_OUTPUT, WRITE_UB, READ_HUGE = range(6)


def chosen(what: int, **options):
    x, y = np.broadcast_to(np.float32(0), (1 << 20,)), np.full(64, 5, np.float32)
    lengths = np.array([8, 64, 8], np.uint32)
    roles = options.pop("roles", ("in", "out", "in"))
    result = Kernel.from_source(SOURCE).launch(x, y, lengths, what, level="model", roles=roles, **options)
    assert np.all(y == 5) and lengths.tolist() == [8, 64, 8]
    return result


def test_the_scalar_unit_reads_inputs_and_fills_ub():
    assert chosen(READ_INPUT).findings == ()
    copies = [totals for totals in chosen(READ_INPUT).counters if totals.call == "DataCopy"]
    assert [totals.elements for totals in copies] == [2 * 64]
    with pytest.raises(KernelFault, match="gm-unwritten"):  # 8 of 64 elements: the checks hold
        chosen(WRITE_UB)


@pytest.mark.parametrize(
    ("what", "place"),
    [
        (READ_UB, r"reads 4 B at UB address 0"),
        (READ_OUTPUT, r"reads 4 B at byte 0 of y"),
        (WRITE_OUTPUT, r"touches 4 B at byte 0 of y"),
        (READ_HUGE, r"reads 4 B at byte 0 of x"),
    ],
)
def test_a_value_that_was_never_computed_is_an_error_with_the_next_step(what, place):
    with pytest.raises(KernelFault, match=rf"model-no-data: .*{place}.*Remedy: use level fast or checked"):
        chosen(what)


def test_an_array_that_the_kernel_may_write_has_no_value():
    with pytest.raises(KernelFault, match=r"model-no-data: .*reads 4 B at byte 4 of lengths"):
        chosen(READ_INPUT, roles=("in", "out"))
