# SPDX-License-Identifier: Apache-2.0
"""Inputs chosen to hurt, through both kernels: the worst known cases, climbs from them, and all boundary values."""

import itertools

import numpy as np
import pytest

from helpers import compare, reference, run
from helpers.orders import evaluate
from helpers.precise_proof import BOUND_ULP as PRECISE_BOUND_ULP
from helpers.precise_proof import judge
from helpers.proof import BOUND_ULP as HALF_BOUND_ULP
from helpers.ulp import bits_equal, ulp_error

SOCS = ("Ascend910B1", "Ascend310B1")
# order in which they are worst, dtype, N, predict, label, dout
WORST = {
    "half-c": ("c", "float16", 1000, ("0x1.25cp-3", "0x1.f6p-7", "0x1.e78p+10")),
    "half-a": ("a", "float16", 2049, ("0x1.f7p-3", "-0x1.7ep-6", "0x1.dcp-1")),
    "half-D": ("D", "float16", 1000, ("0x1.1dp+12", "0x1.538p-11", "0x1.bbcp+1")),
    "float-c": ("c", "float32", 1000003, ("0x1.afd6fp+0", "0x1.462c3ap-1", "0x1.d11cbp+0")),
    "float-a": ("a", "float32", 16777217, ("-0x1.e577dcp-2", "-0x1.797986p+0", "0x1.ffc8e8p-6")),
}


def tensors(name):
    """N elements of a worst case, read only."""
    _, dtype, elems, values = WORST[name]
    return [np.broadcast_to(np.array(float.fromhex(value), dtype), elems) for value in values]


def climb(run_step, inputs, steps, seed=1):
    """The largest error found from `inputs` on: an element keeps the changes of its inputs that make its own larger."""
    generator = np.random.default_rng(seed)
    inputs = [tensor.copy() for tensor in inputs]
    elems, word = inputs[0].size, np.dtype(f"u{inputs[0].itemsize}")
    significand = np.finfo(inputs[0].dtype).nmant
    best, places = ulp_error(run_step(inputs), reference.truth(*inputs)), inputs
    for step in range(steps):
        changes = [
            generator.integers(0, 1 << significand, elems, word) >> word.type(step % significand) for _ in places
        ]
        trial = [
            (tensor.view(word) ^ change).view(tensor.dtype) for tensor, change in zip(places, changes, strict=True)
        ]
        found = ulp_error(run_step(trial), reference.truth(*trial))
        better = found > best
        best = np.where(better, found, best)
        places = [np.where(better, new, old) for new, old in zip(trial, places, strict=True)]
    return best.max()


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize(("name", "error"), [("half-D", "0.50029"), ("float-c", "3.5101")])
def test_what_is_worst_in_the_kernel_s_own_order_comes_out_of_the_kernel_to_the_last_digit(name, error, soc):
    inputs = tensors(name)
    y = run(*inputs, soc=soc, level="fast").y
    found = ulp_error(y[:1], reference.truth(*[tensor[:1] for tensor in inputs], elems=y.size))[0]
    assert (y == y[0]).all() and f"{found:.{len(error) - 2}f}" == error


@pytest.mark.parametrize("name", ["half-c", "half-a"])
def test_what_is_worst_in_half_precision_is_rounded_right_by_the_kernel(name):
    inputs = tensors(name)
    y, truth = run(*inputs).y, reference.truth(*inputs)
    assert ulp_error(evaluate(WORST[name][0], *inputs), truth).max() > 2.8
    assert (y == truth.astype(np.float16)).all()


@pytest.mark.parametrize("name", ["float-c", "float-a"])
def test_what_is_worst_in_single_precision_is_rounded_right_by_the_precise_kernel(name):
    inputs = tensors(name)
    y = run(*inputs, level="fast", variant="precise").y
    first = [tensor[:1] for tensor in inputs]
    truth = reference.truth(*first, elems=y.size)
    assert (y == np.float32(truth[0])).all()
    assert ulp_error(evaluate(WORST[name][0], *first, elems=y.size), truth)[0] > 2.9


@pytest.mark.parametrize("name", [name for name, case in WORST.items() if case[1] == "float16"])
def test_climbing_from_the_worst_halves_finds_nothing_above_the_bound(name):
    inputs, order = tensors(name), WORST[name][0]
    kernel = climb(lambda trial: run(*trial, level="fast").y, inputs, steps=40)
    stepwise = climb(lambda trial: evaluate("c" if order == "D" else order, *trial), inputs, steps=40)
    assert 0.499 < kernel <= HALF_BOUND_ULP and 2 < stepwise < 4


def test_climbing_from_the_worst_floats_finds_nothing_above_either_bound():
    inputs = tensors("float-c")
    found = {
        variant: climb(lambda trial, name=variant: run(*trial, level="fast", variant=name).y, inputs, steps=12)
        for variant in ("plain", "precise")
    }
    assert 3.5 < found["plain"] < 4 and 0.4999 < found["precise"] <= PRECISE_BOUND_ULP


def boundary_values(dtype):
    """Every edge of the format, and of what the orders of evaluation can hold; both signs, infinity and NaN."""
    info = np.finfo(dtype)
    powers = [info.minexp + 24, -1, 0, 1, info.maxexp - 2, info.maxexp - 1]
    near = [2.0**power for power in powers] + [1 + info.eps, 1 - info.eps / 2, 3.0, 2048.0, 2050.0]
    edges = [0.0, info.smallest_subnormal, info.tiny - info.smallest_subnormal, info.tiny, info.max, np.inf]
    values = np.array([*edges, *near], dtype)
    return np.concatenate([values, -values, np.array([np.nan], dtype)])


def boundary_triples(dtype):
    values = boundary_values(dtype)
    return [np.array(column, dtype) for column in zip(*itertools.product(values, repeat=3), strict=True)]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize(("soc", "overflow"), [(SOCS[0], "infnan"), (SOCS[1], "saturate")])
def test_boundary_values_come_out_as_their_overflow_mode_says(soc, overflow, dtype, reduction):
    inputs = boundary_triples(dtype)
    y = run(*inputs, reduction, soc).y
    assert compare(y, *inputs, reduction, overflow=overflow).passed
    other = reference.same_order(*inputs, reduction, overflow="saturate" if overflow == "infnan" else "infnan")
    differ = ~bits_equal(y, other)
    truth = reference.truth(*inputs, reduction)
    if dtype == "float32":  # the vector unit saturates halves alone
        assert not differ.any()
    else:
        beyond = ~np.isfinite(truth) | (np.abs(truth) >= 65520)
        assert np.array_equal(differ, beyond) and beyond.any()
        clamped = np.where(np.isnan(truth), 0.0, np.clip(truth, -65504, 65504))
        assert overflow == "infnan" or np.array_equal(y[beyond], clamped[beyond].astype(np.float16))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("soc", SOCS)
def test_boundary_values_through_the_precise_kernel(soc, reduction):
    inputs = boundary_triples("float32")
    precise = run(*inputs, reduction, soc, variant="precise")
    plain = run(*inputs, reduction, soc).y
    found = judge(precise.y, *inputs, reduction)
    assert found.judged > 5000 and found.failures == 0 and found.max_ulp <= PRECISE_BOUND_ULP
    special = np.isnan(plain) | (np.isinf(plain) & ~np.isnan(precise.y)) | (plain == 0)
    assert bits_equal(precise.y, plain)[special].all()
    assert np.array_equal(np.isnan(precise.y), np.isnan(plain)) and not precise.findings
