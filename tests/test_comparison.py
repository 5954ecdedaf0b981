# SPDX-License-Identifier: Apache-2.0
"""The verdict: helpers/comparison.py passes the right answer and nothing else."""

import math
from fractions import Fraction

import numpy as np
import pytest

from helpers import comparison, reference
from helpers.comparison import compare
from helpers.contract import DTYPES, REDUCTIONS
from helpers.errors import ArgumentTypeError, ArgumentValueError
from helpers.inputs import DISTRIBUTIONS, make_inputs
from helpers.standards import STANDARDS, judge_all
from helpers.ulp import bits_equal, ulp, ulp_error

INF, NAN = np.inf, np.nan
SHAPE = (100, 100)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("overflow", reference.OVERFLOW_MODES)
@pytest.mark.parametrize("flush_to_zero", [False, True])
def test_the_emulation_passes_in_every_arithmetic(dtype, reduction, distribution, overflow, flush_to_zero):
    inputs = make_inputs(SHAPE, dtype, distribution, seed=1)
    arithmetic = {"overflow": overflow, "flush_to_zero": flush_to_zero}
    y = reference.same_order(*inputs, reduction, **arithmetic)
    result = compare(y, *inputs, reduction, **arithmetic)
    assert result.passed and result.verdict == "PASS" and result.reasons == ()
    assert result.bit_mismatches == 0 and 0 < result.ulp_elems <= result.elems == 10000
    assert result.max_ulp <= result.ulp_bound == comparison.ULP_BOUND[dtype.name, reduction]


def mutations(predict, label, dout, reduction):
    """Wrong outputs that a careless check lets pass, by name."""

    def gradient(*inputs, **how):
        return reference.same_order(*inputs, how.pop("reduction", reduction), **how)

    y = gradient(predict, label, dout)
    last_dropped, one_ulp = y.copy(), y.copy()
    last_dropped.flat[-1] = 0
    one_ulp.flat[8192] = np.nextafter(one_ulp.flat[8192], y.dtype.type(INF))
    yield "all zeros", np.zeros_like(y)
    with np.errstate(over="ignore"):
        yield "+1 %", (y.astype(np.float64) * 1.01).astype(y.dtype)
    yield "without the factor 2", (y.astype(np.float64) / 2).astype(y.dtype)
    yield "the other reduction", gradient(predict, label, dout, reduction="sum" if reduction == "mean" else "mean")
    yield "predict and label swapped", gradient(label, predict, dout)
    yield "predict and dout swapped", gradient(dout, label, predict)
    yield "last element dropped", last_dropped
    yield "one element one ulp off", one_ulp
    yield "one element late", np.roll(y, 1)
    if reduction == "mean":
        yield "N - 1", gradient(predict, label, dout, elems=predict.size - 1)
        yield "N + 1", gradient(predict, label, dout, elems=predict.size + 1)
    factor = predict.dtype.type(reference.scale(predict.size, reduction))
    if y.dtype == np.float16:
        with np.errstate(over="ignore"):
            yield "float16 on the way", (predict - label) * factor * dout
    elif reduction == "mean":  # times 2 commutes with rounding, so the sum cannot tell
        yield "scale times dout first", (predict - label) * (factor * dout)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("distribution", ["positive", "normal", "loss_scaled"])
def test_every_mutation_is_rejected_by_its_bits(dtype, reduction, distribution):
    inputs = make_inputs(SHAPE, dtype, distribution, seed=2)
    names = []
    for name, y in mutations(*inputs, reduction):
        result = compare(y, *inputs, reduction)
        assert not result.passed and result.verdict == "FAIL" and result.bit_mismatches > 0, name
        assert "differ in bits" in result.reasons[0] and result.worst, name
        names.append(name)
    assert len(names) == {"mean": 12, "sum": 10 if dtype == np.float16 else 9}[reduction]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gross_mutations_also_break_the_ulp_bound(dtype, reduction):
    inputs = make_inputs(SHAPE, dtype, "positive", seed=2)
    for name, y in mutations(*inputs, reduction):
        result = compare(y, *inputs, reduction)
        if name not in ("one element one ulp off", "scale times dout first"):
            assert result.max_ulp > result.ulp_bound and "exceeds" in result.reasons[1], name


def test_the_ulp_clause_fails_a_kernel_even_where_its_emulation_shares_the_mistake(monkeypatch):
    inputs = make_inputs(SHAPE, "float32", "normal")
    monkeypatch.setattr(reference, "scale_float32", lambda elems, reduction: np.float32(2 / (elems + 1)))
    y = reference.same_order(*inputs)
    result = compare(y, *inputs)
    assert result.bit_mismatches == 0 and not result.passed and "exceeds 4 ulp" in result.reasons[0]
    assert result.worst[0].ulp == result.max_ulp


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("elems", [65519, 65520, 65521, 65536])
def test_a_zero_gradient_at_the_lengths_that_overflow_a_half_is_rejected(elems, dtype):
    inputs = make_inputs(elems, dtype, "positive")
    assert compare(reference.same_order(*inputs), *inputs).passed
    assert not compare(np.zeros(elems, dtype), *inputs).passed


def test_a_wrong_sign_of_zero_fails_and_another_nan_does_not():
    predict = label = np.ones(2, np.float32)
    dout = np.array([1, -1], np.float32)
    assert compare(np.array([0.0, -0.0], np.float32), predict, label, dout).passed
    result = compare(np.zeros(2, np.float32), predict, label, dout)
    assert result.bit_mismatches == 1 and result.max_ulp == 0 and result.worst[0].index == (1,)
    payloads = np.array([0x7FC00001, 0xFFC12345], np.uint32).view(np.float32)
    assert compare(payloads, predict, label, np.full(2, NAN, np.float32)).passed


def test_shape_and_dtype_of_y_are_judged_first():
    inputs = make_inputs((4, 5), "float32")
    y = reference.same_order(*inputs)
    wrong_shape, wrong_dtype = compare(y.reshape(20), *inputs), compare(y.astype(np.float16), *inputs)
    assert wrong_shape.reasons == ("y has shape (20,) where predict has (4, 5)",)
    assert wrong_dtype.reasons == ("y has dtype float16 where predict has float32",)
    for result in (wrong_shape, wrong_dtype):
        assert not result.passed and result.bit_mismatches == 20 and result.ulp_elems == 0


def test_nothing_to_compare_passes_and_says_so():
    inputs = make_inputs((3, 0, 5), "float16")
    result = compare(reference.same_order(*inputs), *inputs)
    assert result.passed and result.elems == 0 and result.reasons == ("empty tensor: nothing to compare",)
    assert not compare(np.empty((3, 0), np.float16), *inputs).passed


def test_bits_alone_judge_where_the_bound_does_not_hold_and_that_is_said():
    infinite = np.full(3, INF, np.float32)
    result = compare(infinite, infinite, np.zeros(3, np.float32), np.ones(3, np.float32))
    assert result.passed and result.ulp_elems == 0 and "bits alone" in result.reasons[0]
    assert not compare(-infinite, infinite, np.zeros(3, np.float32), np.ones(3, np.float32)).passed


def test_the_bound_leaves_out_what_lost_bits_on_the_way_but_not_what_is_merely_small():
    """1.7 * 2^-120 / 2^20 is subnormal before dout = 2^60 makes it normal again: far more than 4 ulp, yet expected."""
    predict = np.full(2**20 + 1, 1.7 * 2.0**-120, np.float32)
    label, dout = np.zeros_like(predict), np.full_like(predict, 2.0**60)
    predict[:100] = 2.0**-60
    dout[:100] = 2.0**-70  # y is subnormal here, t is not: the bound holds
    y = reference.same_order(predict, label, dout)
    result = compare(y, predict, label, dout)
    assert result.passed and result.ulp_elems == 100
    assert ulp_error(y[-1:], reference.truth(predict[-1:], label[-1:], dout[-1:], elems=predict.size))[0] > 100


def test_equal_predict_and_label_are_judged_in_ulp_too():
    same, dout = np.arange(8, dtype=np.float32), np.ones(8, np.float32)
    assert compare(same * 0, same, same, dout).ulp_elems == 8


def test_each_arithmetic_rejects_the_output_of_another():
    one = np.ones(2, np.float16)
    big = np.full(2, 65504, np.float16)
    clamped, infinite = big, np.full(2, INF, np.float16)
    assert compare(clamped, big, one * 0, one, "sum", overflow="saturate").passed
    assert not compare(infinite, big, one * 0, one, "sum", overflow="saturate").passed
    assert compare(infinite, big, one * 0, one, "sum").passed
    assert not compare(clamped, big, one * 0, one, "sum").passed

    small = np.full(2, 2.0**-15, np.float16)
    assert compare(one * 0, small, one * 0, one, "sum", flush_to_zero=True).passed
    assert not compare(one * 0, small, one * 0, one, "sum").passed


@pytest.mark.parametrize("dtype", DTYPES)
def test_ulp_is_the_distance_to_the_next_value(dtype):
    encoding = np.dtype(f"u{dtype.itemsize}")
    infinity = int(np.array(INF, dtype).view(encoding))
    codes = np.unique(np.linspace(0, infinity - 2, 5000).astype(encoding))
    values = codes.view(dtype).astype(np.float64)
    following = (codes + 1).astype(encoding).view(dtype).astype(np.float64)
    np.testing.assert_array_equal(ulp(values, dtype), following - values)
    np.testing.assert_array_equal(ulp(-values, dtype), following - values)


def test_ulp_at_the_ends():
    assert ulp(0, "float16") == 2.0**-24 == ulp(2.0**-14 - 2.0**-24, "float16") == ulp(2.0**-14, "float16")
    assert ulp(65504, "float16") == ulp(1e300, "float16") == 32
    assert ulp(2048 - 1e-9, "float16") == 1 and ulp(2048, "float16") == 2
    assert np.isnan(ulp(NAN, "float32")) and np.isnan(ulp(INF, "float32"))


@pytest.mark.parametrize(
    ("y", "truth", "error"),
    [
        (1.0, 1.0, 0),
        (1.0, 1 + 2.0**-11, 0.5),
        (1.0, 1 - 2.0**-11, 1),  # below a power of two the spacing halves
        (0.0, -0.0, 0),
        (0.0, 2.0**-25, 0.5),
        (INF, 65520, 0),
        (INF, 1e9, 0),
        (INF, INF, 0),
        (NAN, NAN, 0),
        (65504, 65520, 0.5),
        (INF, 65519, 17 / 32),  # counts as 65536
        (INF, 0.0, 2.0**40),
        (65504, 65536, 1),
        (-INF, 65520, (65536 + 65520) / 32),
        (-INF, INF, INF),
        (65504, INF, INF),
        (NAN, 1.0, INF),
        (1.0, NAN, INF),
        (NAN, INF, INF),
        (INF, NAN, INF),
    ],
)
def test_ulp_error_is_defined_for_every_pair(y, truth, error):
    assert ulp_error(np.array([y], np.float16), np.array([truth]))[0] == error
    assert ulp_error(np.array([-y], np.float16), np.array([-truth]))[0] == error


def test_bits_equal_ignores_the_payload_of_a_nan_and_keeps_the_sign_of_zero():
    a = np.array([0x7FC00000, 0x80000000, 0x3F800000], np.uint32).view(np.float32)
    b = np.array([0xFF800001, 0x00000000, 0x3F800000], np.uint32).view(np.float32)
    assert bits_equal(a, b).tolist() == [True, False, True]
    for other in (b.astype(np.float16), b[:2]):
        with pytest.raises(ValueError, match="compare like with like"):
            bits_equal(a, other)


@pytest.mark.parametrize("dtype", DTYPES)
def test_chunks_and_strides_do_not_change_the_verdict(dtype):
    shape = (3, reference.CHUNK_ELEMS // 2 + 7)
    inputs = make_inputs(shape, dtype, "wide", seed=9)
    y = reference.same_order(*inputs)
    y[2, 5] = 7
    y[0, 1] = -7
    whole = compare(y, *inputs)
    assert whole.bit_mismatches == 2 and {element.index for element in whole.worst} == {(2, 5), (0, 1)}
    assert compare(np.asfortranarray(y), *(np.asfortranarray(tensor) for tensor in inputs)) == whole


def test_the_worst_elements_are_those_with_the_largest_errors_first_come_at_a_tie():
    predict = np.zeros(200_000, np.float32)
    dout = np.ones_like(predict)
    y = reference.same_order(predict, predict, dout)
    for position, value in ((150_000, 1.0), (70_000, 3.0), (199_999, 2.0), (10, 1.0), (5, 0.5)):
        y[position] = value
    assert [element.index for element in compare(y, predict, predict, dout).worst] == [(70_000,), (199_999,), (10,)]


def test_a_worst_element_tells_the_whole_story():
    predict, label, dout = (np.array([[value]], np.float16) for value in (3, 1, 0.5))
    element = compare(np.array([[2.5]], np.float16), predict, label, dout).worst[0]
    exact = reference.exact(3, 1, 0.5, 1)
    assert element == comparison.WorstElement((0, 0), 3.0, 1.0, 0.5, 2.5, 2.0, 2.0, 256.0)
    assert Fraction(element.truth) == exact and element.ulp == 0.5 / ulp(2.0, "float16")


def test_its_texts_are_short_and_the_same_every_time():
    inputs = make_inputs(SHAPE, "float16", "positive", seed=2)
    y = reference.same_order(*inputs)
    good, bad = compare(y, *inputs), compare(np.zeros_like(y), *inputs)
    assert repr(good) == f"<Comparison {str(good).splitlines()[0]}>" and "\n" not in repr(bad) and len(repr(bad)) < 160
    assert str(good).startswith("PASS float16 mean: 10000 elements, 0 bit mismatches, max 0.")
    assert str(bad).splitlines()[1].strip() == bad.reasons[0]
    assert len(str(bad).splitlines()) == 4 + comparison.WORST_ELEMS
    assert str(bad) == str(compare(np.zeros_like(y), *inputs)) and bad == compare(np.zeros_like(y), *inputs)


def test_its_html_stands_alone_and_takes_the_page_s_colours():
    inputs = make_inputs(SHAPE, "float16", "positive", seed=2)
    html = compare(np.zeros(SHAPE, np.float16), *inputs)._repr_html_()
    assert "FAIL" in html and "currentColor" in html and html.count("<tr>") == 1 + comparison.WORST_ELEMS
    assert not any(word in html for word in ("<script", "<style", "http", "#", "rgb"))


def test_bad_arguments_are_errors_and_not_verdicts():
    inputs = make_inputs(4, "float32")
    y = reference.same_order(*inputs)
    with pytest.raises(ArgumentTypeError, match="^y="):
        compare(y.tolist(), *inputs)
    with pytest.raises(ArgumentValueError, match="^overflow='clamp'.*'infnan' and 'saturate'"):
        compare(y, *inputs, overflow="clamp")
    with pytest.raises(ArgumentValueError, match="^label="):
        compare(y, inputs.predict, inputs.label[:3], inputs.dout)


def test_neither_y_nor_the_inputs_are_modified():
    for dtype in DTYPES:
        inputs = make_inputs(5000, dtype, "special")
        y = reference.same_order(*inputs)
        for tensor in (y, *inputs):
            tensor.flags.writeable = False
        assert compare(y, *inputs, flush_to_zero=False).passed
        assert not math.isnan(compare(y, *inputs, flush_to_zero=True).max_ulp)


def test_published_criteria_are_reported_and_decide_nothing():
    inputs = make_inputs(SHAPE, "float16", "positive", seed=2)
    y, truth = reference.same_order(*inputs), reference.truth(*inputs)
    zeros = compare(np.zeros_like(y), *inputs)
    asked = judge_all(np.zeros_like(y), truth)
    assert zeros.standards == {name: asked[name] for name in STANDARDS if name != "ulp"} and not zeros.passed
    assert zeros.standards["ST default"] and not zeros.standards["assert_close"]
    right = compare(y, *inputs)
    assert right.passed and not right.standards["MERE/MARE"]
    sentence = "published criteria, for comparison: double 1/1000, ST default, "
    for shown in (str(right), right._repr_html_()):
        assert sentence in shown and "accept; MERE/MARE refuse" in shown
    assert compare(y[:1], *inputs).standards == {} and "published" not in str(compare(y[:1], *inputs))


def test_published_criteria_are_asked_of_the_truth_of_the_overflow_mode():
    inputs = [np.array([value], np.float16) for value in (65504, 0, 1)]
    clamped = np.array([65504], np.float16)
    assert all(compare(clamped, *inputs, "sum", overflow="saturate").standards.values())
    accepting = [name for name, accepts in compare(clamped, *inputs, "sum").standards.items() if accepts]
    assert accepting == ["double 1/1000"]  # to which an infinite e allows an infinite error


def test_published_criteria_are_not_asked_of_more_elements_than_stated(monkeypatch):
    inputs = make_inputs(100, "float32", seed=2)
    y = reference.same_order(*inputs)
    monkeypatch.setattr(comparison, "STANDARDS_ELEMS", 99)
    assert compare(y, *inputs).standards == {} and compare(y, *inputs).passed
    monkeypatch.setattr(comparison, "STANDARDS_ELEMS", 100)
    assert compare(y, *inputs).standards
