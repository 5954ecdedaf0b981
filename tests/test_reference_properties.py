# SPDX-License-Identifier: Apache-2.0
"""What holds for helpers/reference.py whatever the values: symmetries, free order of elements, exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers import reference
from helpers.contract import DTYPES, REDUCTIONS
from helpers.ulp import bits_equal

few = settings(max_examples=60, deadline=None, derandomize=True)


def triples(dtype, **limits):
    """Three arrays of 1 to 40 values; without limits every finite encoding of the dtype."""
    if limits:
        values = st.floats(width=np.dtype(dtype).itemsize * 8, **limits)
        return st.integers(1, 40).flatmap(lambda elems: st.tuples(*[arrays(dtype, elems, elements=values)] * 3))
    encoding = np.dtype(f"u{np.dtype(dtype).itemsize}")
    infinity = int(np.array(np.inf, dtype).view(encoding))
    sign = 1 << (8 * encoding.itemsize - 1)
    codes = st.integers(0, infinity - 1) | st.integers(sign, sign + infinity - 1)
    drawn = st.integers(1, 40).flatmap(lambda elems: st.tuples(*[arrays(encoding, elems, elements=codes)] * 3))
    return drawn.map(lambda tensors: tuple(tensor.view(dtype) for tensor in tensors))


def assert_same_bits(a, b):
    assert a.dtype == b.dtype and bits_equal(a, b).all()


@given(triples("float32"), st.integers(1, 2**40), st.sampled_from(REDUCTIONS))
@few
def test_truth_is_the_exact_fraction_to_four_roundings(inputs, elems, reduction):
    truth = reference.truth(*inputs, reduction, elems=elems)
    for index, value in enumerate(truth):
        exact = reference.exact(*(tensor[index] for tensor in inputs), elems, reduction)
        assert abs(Fraction(float(value)) - exact) <= abs(exact) * Fraction(4, 2**53)


@given(triples("float16"))
@few
def test_truth_of_a_float16_sum_is_exact(inputs):
    for index, value in enumerate(reference.truth(*inputs, "sum")):
        assert Fraction(float(value)) == reference.exact(*(tensor[index] for tensor in inputs), 1, "sum")


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data(), reduction=st.sampled_from(REDUCTIONS))
@few
def test_swapping_predict_and_label_negates_y(dtype, data, reduction):
    predict, label, dout = data.draw(triples(dtype))
    y = reference.same_order(predict, label, dout, reduction)
    swapped = reference.same_order(label, predict, dout, reduction)
    differ = predict != label
    assert_same_bits(y[differ], -swapped[differ])


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data(), reduction=st.sampled_from(REDUCTIONS))
@few
def test_a_slice_or_permutation_with_the_same_n_keeps_every_bit(dtype, data, reduction):
    inputs = data.draw(triples(dtype))
    elems = inputs[0].size
    y = reference.same_order(*inputs, reduction)
    cut = data.draw(st.integers(0, elems))
    parts = [
        reference.same_order(*(tensor[part] for tensor in inputs), reduction, elems=elems)
        for part in (slice(None, cut), slice(cut, None))
    ]
    assert_same_bits(np.concatenate(parts), y)
    order = np.array(data.draw(st.permutations(range(elems))))
    assert_same_bits(reference.same_order(*(tensor[order] for tensor in inputs), reduction), y[order])


@given(triples("float32", min_value=2.0**-20, max_value=2.0**20), st.integers(-30, 30), st.sampled_from(REDUCTIONS))
@few
def test_scaling_dout_by_a_power_of_two_scales_y_exactly(inputs, power, reduction):
    predict, label, dout = inputs
    factor = np.float32(2.0**power)
    y = reference.same_order(predict, label, dout, reduction)
    assert_same_bits(reference.same_order(predict, label, dout * factor, reduction), y * factor)


@given(triples("float16"), st.sampled_from(REDUCTIONS), st.integers(1, 2**40))
@few
def test_float16_is_the_float32_result_rounded_once(inputs, reduction, elems):
    wide = reference.same_order(*(tensor.astype(np.float32) for tensor in inputs), reduction, elems=elems)
    with np.errstate(over="ignore"):
        assert_same_bits(reference.same_order(*inputs, reduction, elems=elems), wide.astype(np.float16))


@given(triples("float32"), st.integers(1, 2**40))
@few
def test_mean_is_the_sum_with_another_factor(inputs, elems):
    predict, label, dout = inputs
    with np.errstate(all="ignore"):
        mean, total = (((predict - label) * np.float32(factor)) * dout for factor in (2 / elems, 2))
    assert_same_bits(reference.same_order(*inputs, "mean", elems=elems), mean)
    assert_same_bits(reference.same_order(*inputs, "sum", elems=elems), total)


@given(triples("float32"), st.floats(width=32), st.sampled_from(REDUCTIONS))
@few
def test_float32_is_what_autograd_of_pytorch_computes(inputs, upstream, reduction):
    torch = pytest.importorskip("torch", reason="the torch extra is not installed")
    predict, label = (torch.from_numpy(tensor.copy()) for tensor in inputs[:2])
    predict.requires_grad_()
    loss = torch.nn.functional.mse_loss(predict, label, reduction=reduction)
    loss.backward(torch.tensor(upstream))
    dout = np.full_like(inputs[2], upstream)
    assert_same_bits(reference.same_order(*inputs[:2], dout, reduction), predict.grad.numpy())


@given(triples("float32", min_value=2.0**-20, max_value=2.0**20), st.integers(0, 40))
@few
def test_mean_over_a_power_of_two_is_the_sum_shifted(inputs, power):
    mean = reference.same_order(*inputs, "mean", elems=2**power)
    assert_same_bits(mean, reference.same_order(*inputs, "sum") * np.float32(2.0**-power))


@given(triples("float16", min_value=-1000, max_value=1000), st.sampled_from(REDUCTIONS))
@few
def test_every_central_difference_of_the_loss_is_the_exact_gradient(inputs, reduction):
    for index in range(min(3, inputs[0].size)):
        difference = reference.central_difference(*inputs, index, reduction, step=Fraction(1, 3))
        assert difference == reference.exact(*(tensor[index] for tensor in inputs), inputs[0].size, reduction)


@given(triples("float16", min_value=-1000, max_value=1000))
@few
def test_a_mean_of_ones_adds_up_to_twice_the_difference_of_the_means(inputs):
    predict, label, _ = inputs
    y = reference.truth(predict, label, np.ones_like(predict))
    means = [Fraction(sum(map(Fraction, tensor.tolist())), predict.size) for tensor in (predict, label)]
    size = max(1.0, float(np.abs(y).sum()))
    assert abs(sum(map(Fraction, y.tolist())) - 2 * (means[0] - means[1])) <= Fraction(size) * Fraction(4, 2**53)
