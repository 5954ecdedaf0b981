# SPDX-License-Identifier: Apache-2.0
"""The orders of evaluation: their worst known inputs, their bounds, and that ours are what the kernel runs."""

from fractions import Fraction

import numpy as np
import pytest

from helpers import reference, run
from helpers.inputs import make_inputs
from helpers.orders import ORDERS, evaluate
from helpers.ulp import bits_equal, ulp, ulp_error

# order, dtype, N, predict, label, dout, error in ulp as it was found
WORST = [
    ("c", "float16", 1000, "0x1.25cp-3", "0x1.f6p-7", "0x1.e78p+10", "3.475"),
    ("a", "float16", 2049, "0x1.f7p-3", "-0x1.7ep-6", "0x1.dcp-1", "2.898"),
    ("c", "float32", 1000003, "0x1.afd6fp+0", "0x1.462c3ap-1", "0x1.d11cbp+0", "3.5101"),
    ("a", "float32", 16777217, "-0x1.e577dcp-2", "-0x1.797986p+0", "0x1.ffc8e8p-6", "2.9654"),
    ("D", "float16", 1000, "0x1.1dp+12", "0x1.538p-11", "0x1.bbcp+1", "0.50029"),
]


def exact_error(y, inputs, elems):
    """The error in ulp as a fraction, from exact rationals alone."""
    exact = reference.exact(*(tensor[0] for tensor in inputs), elems)
    return abs(Fraction(float(y[0])) - exact) / Fraction(float(ulp(float(exact), y.dtype)))


@pytest.mark.parametrize(("order", "dtype", "elems", "predict", "label", "dout", "known"), WORST)
def test_the_worst_known_inputs_reproduce_to_the_last_digit(order, dtype, elems, predict, label, dout, known):
    inputs = [np.array([float.fromhex(value)], dtype) for value in (predict, label, dout)]
    assert [float(tensor[0]) for tensor in inputs] == [float.fromhex(value) for value in (predict, label, dout)]
    y = evaluate(order, *inputs, elems=elems)
    digits = len(known.partition(".")[2])
    assert f"{float(exact_error(y, inputs, elems)):.{digits}f}" == known
    assert f"{ulp_error(y, reference.truth(*inputs, elems=elems))[0]:.{digits}f}" == known


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("order", [name for name in ORDERS if name != "D"])
def test_each_order_keeps_its_bound_where_no_step_over_or_underflows(order, reduction, dtype):
    generator = np.random.default_rng(5)
    inputs = [generator.uniform(1, 4, 20_000).astype(dtype) for _ in range(3)]
    roundings = getattr(ORDERS[order], f"{reduction}_roundings")
    largest = 0.0
    for elems in (1, 7, 1000, 2049):
        difference = np.abs(inputs[0].astype(np.float64) - inputs[1])
        usual = difference / elems > 2.0**-13
        y, truth = evaluate(order, *inputs, reduction, elems=elems), reference.truth(*inputs, reduction, elems=elems)
        largest = max(largest, ulp_error(y, truth)[usual].max())
    assert 0.5 < largest < roundings


@pytest.mark.parametrize(("order", "dtype"), [("c", "float32"), ("D", "float16")])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_kernel_runs_the_order_that_is_said_to_be_its_own(order, dtype, reduction):
    inputs = make_inputs(5003, dtype, "special", seed=3)
    assert bits_equal(run(*inputs, reduction).y, evaluate(order, *inputs, reduction)).all()


def test_the_first_public_order_loses_the_whole_gradient_where_n_is_no_half():
    one = [np.full(1, value, np.float16) for value in (1000, 0, 1)]
    assert evaluate("a", *one, elems=65519)[0] != 0
    assert evaluate("a", *one, elems=65520)[0] == 0 and evaluate("t", *one, elems=65536)[0] == 0
    assert np.isnan(evaluate("a", np.full(1, 40000, np.float16), *one[1:], elems=65520)[0])
    assert evaluate("D", *one, elems=65536)[0] == np.float16(2000 / 65536)


def test_loss_scaling_in_16_bits_loses_what_a_subnormal_quotient_had():
    inputs = [np.array([value], np.float16) for value in (0.01, 0, 1024)]
    assert f"{evaluate('a', *inputs, elems=10_000)[0]:.7f}" == "0.0020752"
    assert f"{evaluate('D', *inputs, elems=10_000)[0]:.8f}" == "0.00204849"
