# SPDX-License-Identifier: Apache-2.0
"""Each step of the derivation in helpers/precise_proof.py, in exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import plan, reference, run
from helpers.inputs import make_inputs
from helpers.precise_proof import DRAWS, draw_inputs
from helpers.ulp import bits_equal

U = Fraction(1, 2**24)
many = settings(max_examples=300, deadline=None, derandomize=True)
finite = st.floats(-(2.0**126), 2.0**126, width=32)  # subnormals and both zeros too
moderate = st.builds(
    lambda significand, power: float(np.float32(significand * 2.0**power)), st.integers(1, 2**24), st.integers(-70, 37)
)


def head(x):
    return (np.asarray(x, np.float32).view(np.uint32) & np.uint32(0xFFFFF000)).view(np.float32)


def lost_in_product(x, y):
    """x * y - fl(x * y) as the kernel works it out, and all that it adds up on the way."""
    xh, yh = head(x), head(y)
    xt, yt = x - xh, y - yh
    sums = [xh * yh - x * y]
    for left, right in ((xh, yt), (xt, yh), (xt, yt)):
        sums.append(left * right + sums[-1])
    return sums[-1], sums, [(xh, yh), (xh, yt), (xt, yh), (xt, yt)]


def emulated(predict, label, dout, planned):
    """The kernel's steps: y and its rest before the last addition, s and its rest."""
    scale, rest_of_scale = np.float32(planned.scale), np.frombuffer(planned.tiling_bytes, np.float32, 1, 48)[0]
    d = predict - label
    b = d - predict
    r = (predict - (d - b)) - (label + b)
    s = d * scale
    s_rest = (r * scale + d * rest_of_scale) + lost_in_product(d, scale)[0]
    y = s * dout
    return y, s_rest * dout + lost_in_product(s, dout)[0], s, s_rest


@given(finite, finite)
@many
def test_a_subtraction_and_what_it_lost_are_the_exact_difference(predict, label):
    a, b = np.float32(predict), np.float32(label)
    d = a - b
    spare = d - a
    r = (a - (d - spare)) - (b + spare)
    assert Fraction(float(d)) + Fraction(float(r)) == Fraction(predict) - Fraction(label)
    assert abs(Fraction(float(r))) <= U * abs(Fraction(float(d)))


@pytest.mark.parametrize("bits", [4, 6, 8, 10])
def test_no_step_of_a_product_rounds_whatever_the_significands(bits):
    """Every pair of a format with fewer bits, as integers: the same argument, with `bits` in place of 24."""
    half = bits // 2
    x, y = np.meshgrid(*[np.arange(1 << bits - 1, 1 << bits, dtype=np.int64)] * 2)
    exact = x * y
    unit = np.where(exact >> 2 * bits - 1, 1 << bits, 1 << bits - 1)
    below = exact // unit
    twice = 2 * (exact - below * unit)
    rounded = (below + ((twice > unit) | ((twice == unit) & (below % 2 == 1)))) * unit
    xh, yh = (v >> half << half for v in (x, y))
    parts = [xh * yh, xh * (y - yh), (x - xh) * yh, (x - xh) * (y - yh)]
    total = -rounded
    for part in parts:
        assert fits(part, bits).all()
        total = total + part
        assert fits(total, bits).all()
    assert (total == exact - rounded).all()


def fits(integers, bits):
    """Whether each needs no more significant bits."""
    magnitude = np.abs(integers)
    return (magnitude // np.maximum(magnitude & -magnitude, 1)) < 1 << bits


@given(moderate, moderate, st.booleans())
@many
def test_a_product_and_what_it_lost_are_the_exact_product(x, y, negative):
    x, y = np.float32(x), np.float32(-y if negative else y)
    lost, sums, pairs = lost_in_product(x, y)
    product = Fraction(float(x)) * Fraction(float(y))
    if abs(product) < Fraction(1, 2**100):
        return
    assert Fraction(float(x * y)) + Fraction(float(lost)) == product
    exact = -Fraction(float(x * y))
    for (left, right), total in zip(pairs, sums, strict=True):
        factors = Fraction(float(left)) * Fraction(float(right))
        assert Fraction(float(left * right)) == factors  # so an instruction that does not round it gives the same
        exact += factors
        assert Fraction(float(total)) == exact


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("draw", [*DRAWS, "small"])
def test_the_two_words_are_as_near_as_derived(draw, reduction):
    elems = 4001
    inputs = draw_inputs("near" if draw == "small" else draw, elems, 5)
    if draw == "small":  # across the edge of the domain: a mean is smaller by 2^-11
        shift = np.float32(2.0**-87 if reduction == "mean" else 2.0**-98)
        inputs = [inputs[0] * shift, inputs[1] * shift, inputs[2]]
    y, y_rest, s, s_rest = emulated(*inputs, plan(elems, "float32", reduction, variant="precise"))
    worst = {"s": Fraction(0), "y": Fraction(0)}
    outside = 0
    for at in range(elems):
        predict, label, dout = (float(tensor[at]) for tensor in inputs)
        exact = [reference.exact(predict, label, factor, elems, reduction) for factor in (1.0, dout)]
        if min(map(abs, exact)) < Fraction(1, 2**100):
            outside += 1
            continue
        for name, truth, words in zip(worst, exact, ((s, s_rest), (y, y_rest)), strict=True):
            found = sum(Fraction(float(word[at])) for word in words)
            worst[name] = max(worst[name], abs(found - truth) / abs(truth) / U**2)
    assert worst["s"] < 10 and worst["y"] < 17 and (worst["s"] > 0) == (reduction == "mean")
    assert outside < elems - 1000 and (outside > 0 or draw != "small")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("draw", [*DRAWS, "special"])
def test_the_emulated_steps_are_those_of_the_kernel(draw, reduction):
    elems = 30_011
    inputs = make_inputs(elems, "float32", "special") if draw == "special" else draw_inputs(draw, elems, 6)
    found = run(*inputs, reduction, variant="precise")
    with np.errstate(all="ignore"):
        y, rest, _, _ = emulated(*inputs, found.plan)
        total = y + rest
        assert bits_equal(found.y, np.where(np.abs(total) > 0, total, y)).all()
