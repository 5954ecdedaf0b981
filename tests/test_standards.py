# SPDX-License-Identifier: Apache-2.0
"""Published criteria: which wrong gradients each of them accepts, worked out anew."""

import numpy as np
import pytest

from helpers import compare, reference
from helpers.orders import evaluate
from helpers.standards import STANDARDS, dual_benchmark, judge_all, small_value_errors

SHOWN = ("ST default", "double 1/1000", "MERE/MARE", "mixed", "assert_close", "ulp")


def positive(elems, dtype):
    generator = np.random.default_rng(0)
    return [generator.uniform(0.1, 1, elems).astype(dtype) for _ in range(3)]


def loss_scaled(elems, dtype):
    generator = np.random.default_rng(0)
    return [(generator.uniform(-5, 5, elems) * factor).astype(dtype) for factor in (1, 1, 1024)]


# data, elements, dtype, what is given as y, and whether each of SHOWN accepts it
MUTATIONS = [
    (positive, 10_000, "float16", "all zeros", "+--+--"),
    (positive, 10_000, "float16", "order a", "+--++-"),
    (positive, 10_000, "float16", "kernel", "++-+++"),
    (positive, 10_000, "float16", "rounded truth", "++-+++"),
    (positive, 10_000, "float16", "+1 %", "+--++-"),
    (positive, 65_536, "float16", "order a", "+--+--"),
    (loss_scaled, 10_000, "float16", "order a", "+--+--"),
    (loss_scaled, 10_000, "float16", "kernel", "++++++"),
    (positive, 10_000, "float32", "all zeros", "+-----"),
    (positive, 10_000, "float32", "+1 %", "+--++-"),
    (positive, 10_000, "float32", "order a", "++++++"),
    (positive, 10_000, "float32", "kernel", "++++++"),
]


def candidate(name, inputs, truth):
    dtype = inputs[0].dtype
    return {
        "all zeros": lambda: np.zeros(truth.shape, dtype),
        "order a": lambda: evaluate("a", *inputs),
        "kernel": lambda: reference.same_order(*inputs),
        "rounded truth": lambda: truth.astype(dtype),
        "+1 %": lambda: (truth * 1.01).astype(dtype),
    }[name]()


@pytest.mark.parametrize(("draw", "elems", "dtype", "name", "accepted"), MUTATIONS)
def test_which_gradients_each_criterion_accepts(draw, elems, dtype, name, accepted):
    inputs = draw(elems, dtype)
    truth = reference.truth(*inputs)
    y = candidate(name, inputs, truth)
    verdicts = judge_all(y, truth)
    assert "".join("+" if verdicts[standard] else "-" for standard in SHOWN) == accepted
    assert compare(y, *inputs).passed == bool((y == reference.same_order(*inputs)).all())


def test_the_first_version_s_example_accepts_a_systematic_error_of_a_quarter():
    generator = np.random.default_rng(1)
    inputs = [generator.uniform(-1, 1, 10_000).astype(np.float32) for _ in range(3)]
    truth = reference.truth(*inputs)
    for factor, passes in ((0.76, True), (1.24, True), (0.5, False), (1.5, False)):
        assert STANDARDS["V1 example"].accepts((truth * factor).astype(np.float32), truth) == passes


def test_only_the_small_value_domain_of_the_withdrawn_standard_sees_a_mean_that_has_become_zero():
    inputs = positive(65_536, np.float16)
    truth, zeros = reference.truth(*inputs), evaluate("a", *inputs)
    kernel = reference.same_order(*inputs)
    assert not zeros.any() and small_value_errors(kernel, truth) == 0 and small_value_errors(zeros, truth) > 1000
    assert dual_benchmark(kernel, truth.astype(np.float16), truth, "L2")
    assert not dual_benchmark(zeros, kernel, truth, "L1")


@pytest.mark.parametrize("name", STANDARDS)
def test_every_criterion_accepts_the_rounded_truth_of_a_sum_and_refuses_a_nan(name):
    generator = np.random.default_rng(2)
    inputs = [generator.uniform(1, 2, 1000).astype(np.float32) for _ in range(3)]
    truth = reference.truth(*inputs, "sum")
    y = truth.astype(np.float32)
    assert STANDARDS[name].accepts(y, truth) and STANDARDS[name].source
    y[:100] = np.nan
    assert not STANDARDS[name].accepts(y, truth)
