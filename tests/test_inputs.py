# SPDX-License-Identifier: Apache-2.0
"""Seeded inputs: helpers/inputs.py gives what each distribution's description says."""

import numpy as np
import pytest

from helpers.contract import DTYPES
from helpers.errors import ArgumentTypeError, ArgumentValueError
from helpers.inputs import DISTRIBUTIONS, make_inputs, special_values

# make_inputs(3, "float32", name, 2024).dout[0]
PINNED = {
    "normal": "-0x1.1e08700000000p+1",
    "uniform": "0x1.a27cec0000000p-1",
    "positive": "0x1.d5eb6a0000000p-1",
    "wide": "0x1.5275c00000000p+94",
    "loss_scaled": "0x1.058e140000000p+12",
    "outliers": "-0x1.17543e0000000p+11",
    "special": "inf",
}


def stacked(*arguments):
    return np.stack(list(make_inputs(*arguments)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0, 5), (5, 7, 3)])
def test_every_distribution_fills_every_shape(shape, distribution, dtype):
    for tensor in make_inputs(shape, dtype, distribution):
        assert (tensor.shape, tensor.dtype) == (shape, dtype) and tensor.flags.c_contiguous


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_equal_seeds_give_equal_bits_and_other_seeds_do_not(distribution, dtype):
    first, again, other = (stacked((40,), dtype, distribution, seed).tobytes() for seed in (7, 7, 8))
    assert first == again != other


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_three_tensors_differ(distribution):
    predict, label, dout = (tensor.tobytes() for tensor in make_inputs(40, "float32", distribution))
    assert len({predict, label, dout}) == 3


def test_the_stream_is_the_one_the_notebooks_show():
    # Committed notebook outputs stand on these bits: a NumPy that draws differently must be noticed here first.
    first = {name: float(make_inputs(3, "float32", name, 2024).dout[0]).hex() for name in DISTRIBUTIONS}
    assert first == PINNED


@pytest.mark.parametrize("distribution", ["normal", "uniform", "positive", "loss_scaled", "outliers"])
def test_float16_values_are_the_float32_ones_rounded(distribution):
    narrow, wide = (stacked(5000, dtype, distribution, 3) for dtype in ("float16", "float32"))
    np.testing.assert_array_equal(narrow, wide.astype(np.float16))


@pytest.mark.parametrize("dtype", DTYPES)
def test_uniform_positive_and_loss_scaled_keep_their_ranges(dtype):
    uniform, positive = stacked(5000, dtype, "uniform"), stacked(5000, dtype, "positive")
    assert -1 <= uniform.min() < -0.99 and 0.99 < uniform.max() <= 1
    assert np.array(0.1, dtype) <= positive.min() < 0.11 and 0.99 < positive.max() <= 1
    scaled = make_inputs(5000, dtype, "loss_scaled")
    assert 4.9 < np.abs(scaled.predict).max() <= 5 and 5000 < np.abs(scaled.dout).max() <= 5120


@pytest.mark.parametrize("dtype", DTYPES)
def test_wide_is_finite_and_meets_every_exponent_and_sign(dtype):
    values = make_inputs(20000, dtype, "wide").predict
    assert np.isfinite(values).all()
    exponents = {int(exponent) for exponent in np.frexp(values[values >= np.finfo(dtype).tiny])[1]}
    assert exponents == set(range(np.finfo(dtype).minexp + 1, np.finfo(dtype).maxexp + 1))
    assert 0.45 < np.mean(np.signbit(values)) < 0.55  # 6 standard deviations are 0.021
    assert np.any((values != 0) & (np.abs(values) < np.finfo(dtype).tiny))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("elems", "expected"), [(1, 1), (999, 1), (10000, 10)])
def test_outliers_are_one_in_a_thousand_and_at_least_one(elems, expected, dtype):
    normal, outlying = stacked(elems, dtype, "normal", 4), stacked(elems, dtype, "outliers", 4)
    np.testing.assert_array_equal(np.count_nonzero(normal != outlying, axis=1), [expected] * 3)
    assert np.isfinite(outlying).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_holds_every_triple_of_special_values(dtype):
    encodings = set(special_values(dtype).view(f"u{dtype.itemsize}").tolist())
    assert len(encodings) == 15
    tensors = [tensor.view(f"u{dtype.itemsize}").tolist() for tensor in make_inputs(4096, dtype, "special")]
    triples = zip(*tensors, strict=True)
    assert len({triple for triple in triples if encodings.issuperset(triple)}) == 15**3


def test_special_values_are_the_ends_of_the_ranges():
    finite = [value for value in np.abs(special_values("float16")).tolist() if np.isfinite(value)]
    assert sorted(set(finite)) == [0, 2.0**-24, 2.0**-14 - 2.0**-24, 2.0**-14, 1, 65504]


def test_bad_arguments_are_named():
    with pytest.raises(ArgumentValueError, match="^distribution='Normal'.*did you mean 'normal'"):
        make_inputs(3, "float32", "Normal")
    with pytest.raises(ArgumentTypeError, match="^seed=nan"):
        make_inputs(3, "float32", seed=float("nan"))
    with pytest.raises(ArgumentValueError, match="^dtype='float64'"):
        make_inputs(3, "float64")
    with pytest.raises(ArgumentValueError, match="^shape=-3"):
        make_inputs(-3, "float32")
