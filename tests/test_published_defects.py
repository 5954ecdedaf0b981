# SPDX-License-Identifier: Apache-2.0
"""Defects of published versions of the operator that need tensors of their own, or compute without breaking a rule.

The others are in tests/faults/published_*.cpp and run with all faults.
"""

from fractions import Fraction

import numpy as np
import pytest
from fault_kernels import FOLDER, announced, launch_fault

from helpers import Kernel, compare, make_inputs, reference, run
from helpers.errors import BuildError
from helpers.launch import SCHEDULES

PUBLISHED = FOLDER / "published"


def kernel_of(name: str) -> Kernel:
    return Kernel.from_source(PUBLISHED / f"{name}.cpp", "fault")


def half_steps(predict, label, dout) -> np.ndarray:
    """What the steps in half give; that no rule is broken is asserted here."""
    y = np.zeros_like(predict)
    arrays = (predict, label, dout, y)
    result = kernel_of("half_steps").launch(*arrays, predict.size, roles=("in", "in", "in", "out"))
    assert result.findings == ()
    return y


def halves(elems: int, predict: float, label: float, dout: float) -> tuple[np.ndarray, ...]:
    return tuple(np.full(elems, value, np.float16) for value in (predict, label, dout))


@pytest.mark.parametrize(("elems", "all_zero"), [(65519, False), (65520, True), (65536, True)])
def test_n_as_a_half_is_infinite_from_65520_on_and_the_gradient_vanishes(elems, all_zero):
    inputs = make_inputs(elems, "float16", seed=0, distribution="loss_scaled")
    y = half_steps(*inputs)
    assert (not y.any()) == all_zero
    assert not compare(y, *inputs).passed
    assert compare(run(*inputs).y, *inputs).passed


def test_n_as_a_half_makes_nan_of_a_large_difference():
    inputs = halves(65520, 20000, -20000, 1)
    assert np.isnan(half_steps(*inputs)).all()
    assert Fraction(float(run(*inputs).y[0])) == pytest.approx(reference.exact(20000, -20000, 1, elems=65520), rel=1e-3)


def test_times_2_before_the_division_overflows_where_the_result_does_not():
    inputs = halves(8, 20000, -20000, 1)
    assert reference.exact(20000, -20000, 1, elems=8) == 10000
    assert np.isinf(half_steps(*inputs)).all()
    assert np.all(run(*inputs).y == 10000)


def test_a_quotient_below_the_normal_range_loses_digits_that_dout_makes_visible():
    inputs = halves(10_000, 0.01, 0, 1024)
    exact = reference.exact(*(float(array[0]) for array in inputs), elems=10_000)
    published, ours = Fraction(float(half_steps(*inputs)[0])), Fraction(float(run(*inputs).y[0]))
    assert published / exact - 1 > Fraction(1, 100)
    assert abs(ours / exact - 1) <= Fraction(1, 2**11)  # correctly rounded


@pytest.mark.parametrize(("elems", "factor"), [(2**30, 1), (2**31, -1), (3 * 2**30, -3)])
def test_n_as_a_signed_number_turns_the_gradient_round(elems, factor):
    predict, y = np.arange(64, dtype=np.float32), np.zeros(64, np.float32)
    assert kernel_of("length_as_int32").launch(predict, y, elems, roles=("in", "out")).findings == ()
    exact = [reference.exact(value, 0.0, 1.0, elems=elems) for value in predict.tolist()]
    assert [Fraction(value) for value in y.tolist()] == [factor * value for value in exact]


@pytest.mark.parametrize("elems", [2**32, 2**32 + 5])
def test_a_length_that_wraps_leaves_most_of_y_unwritten(elems):
    x, y = (np.broadcast_to(np.float16(0), elems) for _ in range(2))
    options = {"level": "model", "roles": ("in", "out"), "raise_on_finding": False}
    (finding,) = kernel_of("length_wraps").launch(x, y, elems, **options).findings
    assert finding.code == announced(PUBLISHED / "length_wraps.cpp").code
    assert (finding.actual, finding.expected) == (2 * (elems - 2**32), 2 * elems)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_dout_of_one_element_is_not_read_past_its_end(schedule):
    predict, dout, y = np.ones(4, np.float32), np.ones(1, np.float32), np.zeros(4, np.float32)
    options = {"schedule": schedule, "roles": ("in", "in", "out"), "raise_on_finding": False}
    (finding,) = kernel_of("dout_of_one_element").launch(predict, dout, y, 4, **options).findings
    expected = announced(PUBLISHED / "dout_of_one_element.cpp")
    assert (finding.code, finding.line, finding.cores) == (expected.code, expected.line, (0,))
    assert "dout" in finding.message and (finding.actual, finding.expected) == (16, 4)


def test_a_copy_by_count_and_a_scalar_loop_are_right_in_program_order_and_race_for_the_last_block():
    y, result = launch_fault("published_count_form_tail", schedule="eager", checks_off=["copy-length"])
    assert np.array_equal(y, np.arange(45) + 1)
    assert [finding.code for finding in result.findings] == ["gm-written-twice", "race-waw"]


def test_a_semicolon_that_the_device_does_not_miss_is_missed():
    kernel = (FOLDER / "correct.cpp").read_text(encoding="utf-8")
    complete = kernel.replace("TPipe pipe;", "TPipe pipe; const uint32_t tiles = 1; ASSERT(tiles > 0);")
    assert Kernel.from_source(complete, "fault").entry == "fault"
    with pytest.raises(BuildError, match="ASSERT"):
        Kernel.from_source(complete.replace("tiles = 1;", "tiles = 1"), "fault")
