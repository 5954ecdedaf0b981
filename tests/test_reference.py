# SPDX-License-Identifier: Apache-2.0
"""The judge's own numbers: helpers/reference.py against fractions, known vectors, special values and PyTorch."""

from fractions import Fraction

import numpy as np
import pytest

from helpers import reference
from helpers.contract import DTYPES, REDUCTIONS
from helpers.errors import ArgumentValueError
from helpers.inputs import make_inputs
from helpers.ulp import bits_equal, ulp, ulp_error

INF, NAN = np.inf, np.nan


def one(dtype, predict, label, dout, elems, reduction="mean", **how):
    inputs = (np.array([value], dtype) for value in (predict, label, dout))
    return reference.same_order(*inputs, reduction, elems=elems, **how)


def bits(array):
    return int(array.view(f"u{array.itemsize}")[0])


def assert_same_bits(a, b):
    assert a.dtype == b.dtype and bits_equal(a, b).all()


@pytest.mark.parametrize(
    ("predict", "label", "dout", "elems", "float16_bits", "float32_bits"),
    [
        (3, 1, 0.5, 4, 0x3800, 0x3F000000),
        (0.1, 0.2, 1, 3, 0xAC44, 0xBD888889),
        (1000, 1, 1, 7, 0x5C76, 0x438EB6DC),
        (2048, 2047, 0.333, 10001, 0x045D, 0x388BA807),
    ],
)
def test_reference_vectors_match_bit_for_bit(predict, label, dout, elems, float16_bits, float32_bits):
    assert bits(one(np.float16, predict, label, dout, elems)) == float16_bits
    assert bits(one(np.float32, predict, label, dout, elems)) == float32_bits


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_public_example_starts_with_a_negative_zero(dtype):
    ramp = np.arange(4, dtype=dtype)
    y = reference.same_order(ramp, np.ones(4, dtype), ramp)
    assert_same_bits(y, np.array([-0.0, 0, 1, 3], dtype))


# predict, label, dout, and what mean and sum both give for N = 1; saturated is for float16.
SPECIAL_VALUES = [
    (NAN, 1, 1, NAN, 0),
    (1, NAN, 1, NAN, 0),
    (1, 1, NAN, NAN, 0),
    (INF, 1, 1, INF, 65504),
    (-INF, 1, 1, -INF, -65504),
    (INF, INF, 1, NAN, 0),
    (1, 1, INF, NAN, 0),
    (INF, 1, 0, NAN, 0),
    (INF, -INF, 1, INF, 65504),
    (5, 5, 1, 0.0, 0.0),
    (5, 5, -1, -0.0, -0.0),
    (-0.0, 0.0, 1, -0.0, -0.0),
    (0.0, -0.0, 1, 0.0, 0.0),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("predict", "label", "dout", "expected", "saturated"), SPECIAL_VALUES)
def test_special_values_follow_ieee_or_saturate(predict, label, dout, expected, saturated, reduction):
    for dtype in DTYPES:
        assert_same_bits(one(dtype, predict, label, dout, 1, reduction), np.array([expected], dtype))
    clamped = one(np.float16, predict, label, dout, 1, reduction, overflow="saturate")
    assert_same_bits(clamped, np.array([saturated], np.float16))
    float32_is_never_clamped = one(np.float32, predict, label, dout, 1, reduction, overflow="saturate")
    assert_same_bits(float32_is_never_clamped, np.array([expected], np.float32))


@pytest.mark.parametrize(
    ("dtype", "predict", "label", "dout", "elems", "reduction", "expected", "saturated"),
    [
        ("float16", 65504, -65504, 1, 4, "mean", 65504, 65504),
        ("float16", 40000, 0, 0.125, 9, "sum", 10000, 10000),
        ("float16", 32752, 0, 1, 8, "mean", 8188, 8188),
        ("float16", 32768, 0, 1, 8, "mean", 8192, 8192),
        ("float16", 65504, 0, 1, 9, "sum", INF, 65504),
        ("float16", 2.0**-24, 0, 1, 9, "sum", 2.0**-23, 2.0**-23),
        ("float16", 2.0**-24, 0, 0.25, 9, "sum", 0, 0),
        ("float16", 0.01, 0, 1024, 10**4, "mean", np.array(0x1832, np.uint16).view(np.float16), None),
        ("float16", 20000, -20000, 1, 8, "mean", 10000, 10000),
        ("float16", 1 + 2.0**-10, 1, 1, 9, "sum", 2.0**-9, 2.0**-9),
        ("float16", 2050, 2048, 1, 9, "sum", 4, 4),
        ("float32", 1 + 2.0**-23, 1, 1, 9, "sum", 2.0**-22, None),
        ("float32", 1e-40, 0, 1, 9, "sum", 2 * float(np.float32(1e-40)), None),
        ("float32", 2e38, 0, 1, 4, "mean", 1e38, None),
        ("float32", 1e30, 0, 1e10, 10**6, "mean", np.float32(1e30) * np.float32(2e-6) * np.float32(1e10), None),
    ],
)
def test_edge_values_have_known_bits(dtype, predict, label, dout, elems, reduction, expected, saturated):
    assert_same_bits(one(dtype, predict, label, dout, elems, reduction), np.array([expected], dtype))
    if saturated is not None:
        clamped = one(dtype, predict, label, dout, elems, reduction, overflow="saturate")
        assert_same_bits(clamped, np.array([saturated], dtype))


@pytest.mark.parametrize(
    ("dtype", "predict", "label", "dout", "elems", "seen"),
    [
        ("float16", "0x1.1dp+12", "0x1.538p-11", "0x1.bbcp+1", 1000, 0.50029),
        ("float32", "0x1.afd6fp+0", "0x1.462c3ap-1", "0x1.d11cbp+0", 1000003, 3.5101),
    ],
)
def test_the_worst_cases_found_by_search_still_are_as_bad(dtype, predict, label, dout, elems, seen):
    inputs = [np.array([float.fromhex(text)], dtype) for text in (predict, label, dout)]
    y = reference.same_order(*inputs, elems=elems)
    exact = reference.exact(*(array[0] for array in inputs), elems)
    error = abs(Fraction(float(y[0])) - exact) / Fraction(float(ulp(float(exact), dtype)))
    assert round(float(error), len(str(seen)) - 2) == seen
    # Four roundings of float64 at most: 4 * 2^-53 relative, times at most 2^24 spacings per value.
    assert abs(ulp_error(y, reference.truth(*inputs, elems=elems))[0] - float(error)) <= 2.0**-27


@pytest.mark.parametrize("elems", [1, 3, 2049, 32769, 65519, 65520, 65521, 65536, 2**20, 2**24 + 1, 2**26, 2**32 + 5])
@pytest.mark.parametrize("distribution", ["normal", "positive", "wide"])
def test_float16_stays_within_0_501_ulp_however_long_the_tensor(elems, distribution):
    inputs = make_inputs(4000, "float16", distribution, seed=elems)
    y, truth = reference.same_order(*inputs, elems=elems), reference.truth(*inputs, elems=elems)
    assert ulp_error(y, truth).max() <= 0.501


def test_the_cast_to_half_rounds_to_nearest_even_beside_every_midpoint():
    low = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
    high = np.arange(1, 0x7C01, dtype=np.uint16).view(np.float16)
    above = high.astype(np.float32)
    above[-1] = 65536  # what follows 65504 if the exponent had no end: the midpoint before infinity is 65520
    middle = (low.astype(np.float32) + above) / 2  # exact: one bit more than a half has
    even = np.where(np.arange(0x7C00) % 2 == 0, low, high)
    for sign in (1, -1):
        for value, expected in ((middle, even), (np.nextafter(middle, 0), low), (np.nextafter(middle, INF), high)):
            value = (sign * value).astype(np.float32)
            assert_same_bits(reference.narrow(value, np.dtype(np.float16)), (sign * expected).astype(np.float16))


@pytest.mark.parametrize("dtype", DTYPES)
def test_flush_to_zero_reads_and_writes_signed_zeros(dtype):
    info = np.finfo(dtype)
    tiny, largest = float(info.tiny), float(info.tiny - info.smallest_subnormal)

    def flushed(*call):
        return one(dtype, *call, 1, "sum", flush_to_zero=True)[0]

    assert flushed(largest, 0, 1) == 0 and not np.signbit(flushed(largest, 0, 1))
    assert flushed(-largest, 0, 1) == 0 and np.signbit(flushed(-largest, 0, 1))
    assert flushed(1, 0, -largest) == 0 and np.signbit(flushed(1, 0, -largest))
    assert flushed(tiny, 0, 0.5) == tiny  # normal all the way
    assert flushed(tiny, 0, 0.25) == 0  # the result is subnormal
    assert np.isnan(flushed(INF, 0, largest))  # infinity times a flushed zero


def test_flush_to_zero_keeps_a_half_that_rounds_up_to_normal():
    just_below = np.array([2.0**-14 * (1 - 2.0**-12)], np.float32)  # nearer to 2^-14 than to the half below
    half = np.dtype(np.float16)
    assert reference.narrow(just_below, half, flush_to_zero=True)[0] == 2.0**-14
    largest_subnormal = np.array([2.0**-14 - 2.0**-24], np.float32)
    assert reference.narrow(largest_subnormal, half, flush_to_zero=True)[0] == 0


def test_flush_to_zero_differs_from_ieee_where_only_the_difference_is_subnormal():
    predict, label = 1.5 * 2.0**-126, 2.0**-126
    assert one(np.float32, predict, label, 2.0**20, 1, "sum")[0] == 2.0**-106
    assert one(np.float32, predict, label, 2.0**20, 1, "sum", flush_to_zero=True)[0] == 0


def test_scale_is_rounded_once_and_never_divides_by_zero():
    assert reference.scale(0, "mean") == 0 and reference.scale(0, "sum") == 2
    for elems in (1, 3, 2**24 + 1, 73160486, 2**31, 2**32 + 5, 2**40):
        factor = reference.scale_float32(elems, "mean")
        neighbours = [np.nextafter(factor, np.float32(0)), factor, np.nextafter(factor, np.float32(4))]
        distances = [abs(Fraction(float(value)) - Fraction(2, elems)) for value in neighbours]
        assert factor > 0 and factor.dtype == np.float32 and distances[1] == min(distances)
    with pytest.raises(ArgumentValueError, match="^elems=-1"):
        reference.scale(-1, "mean")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 5), (7, 9), (reference.CHUNK_ELEMS + 3,), (300, 301)])
def test_shape_strides_and_chunks_change_nothing(shape, dtype):
    inputs = make_inputs(shape, dtype, "wide", seed=5)
    y, truth = reference.same_order(*inputs), reference.truth(*inputs)
    assert (y.shape, y.dtype, truth.shape, truth.dtype) == (shape, dtype, shape, np.float64)
    fortran = [np.array(tensor, order="F") for tensor in inputs]
    assert_same_bits(reference.same_order(*fortran), y)
    strided = [np.repeat(tensor[..., None], 2, axis=-1)[..., 0] for tensor in inputs]
    assert_same_bits(reference.same_order(*strided), y)
    misaligned = []
    for tensor in inputs:
        room = np.zeros(tensor.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape)
        room[...] = tensor
        misaligned.append(room)
    assert_same_bits(reference.same_order(*misaligned), y)
    np.testing.assert_array_equal(reference.truth(*fortran), truth)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("step", [1, 1000, Fraction(1, 3), 2.0**-40])
def test_a_central_difference_of_the_loss_is_exact_for_any_step(dtype, reduction, step):
    predict, label, dout = make_inputs((3, 5), dtype, "wide", seed=3)
    for index in ((0, 0), (2, 3), 14):
        at = np.unravel_index(index, (3, 5)) if isinstance(index, int) else index
        expected = reference.exact(predict[at], label[at], dout[at], 15, reduction)
        assert reference.central_difference(predict, label, dout, index, reduction, step=step) == expected


def test_loss_is_the_mean_squared_error():
    predict, label = np.array([0.5, 2.0, -1.0], np.float32), np.array([0.25, 0.0, 1.0], np.float32)
    assert reference.loss(predict, label, "sum") == Fraction(1, 16) + 4 + 4
    assert reference.loss(predict, label) == (Fraction(1, 16) + 8) / 3
    assert reference.loss(predict, label, "sum", dout=np.array([16, 0, 1], np.float32)) == 5


def test_fractions_refuse_what_they_cannot_hold():
    ones, holed = np.ones(2, np.float32), np.array([1, NAN], np.float32)
    for call in (
        lambda: reference.loss(holed, ones),
        lambda: reference.loss(ones, np.ones(3, np.float32)),
        lambda: reference.loss(ones[:0], ones[:0]),
        lambda: reference.exact(1, 2, INF, 3),
        lambda: reference.exact(1, 2, 3, 0),
        lambda: reference.central_difference(ones, ones, ones, 0, step=0),
    ):
        with pytest.raises(ArgumentValueError):
            call()


def test_inputs_are_never_modified():
    for dtype in DTYPES:
        inputs = make_inputs(1000, dtype, "special")
        before = [tensor.tobytes() for tensor in inputs]
        for tensor in inputs:
            tensor.flags.writeable = False
        reference.truth(*inputs)
        reference.same_order(*inputs, overflow="saturate", flush_to_zero=True)
        assert [tensor.tobytes() for tensor in inputs] == before


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("distribution", ["normal", "wide", "special", "loss_scaled"])
@pytest.mark.parametrize("elems", [7, 1000, 2**20 - 3])
def test_float32_is_bit_for_bit_what_pytorch_computes(elems, distribution, reduction):
    torch = pytest.importorskip("torch", reason="needs the torch extra")
    inputs = make_inputs(elems, "float32", distribution, seed=elems)
    predict, label, dout = (torch.from_numpy(tensor) for tensor in inputs)
    theirs = torch.ops.aten.mse_loss_backward(dout, predict, label, {"mean": 1, "sum": 2}[reduction]).numpy()
    assert_same_bits(reference.same_order(*inputs, reduction), theirs)
