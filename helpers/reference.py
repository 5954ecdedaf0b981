# SPDX-License-Identifier: Apache-2.0
"""Compute y = dout * (predict - label) * scale without the kernel, four ways.

- truth: float64, the yardstick for errors in ulp
- same_order: the kernel's own float32 steps in NumPy, bit for bit
- exact: one element as a fraction, to audit the other two
- loss, central_difference: the quadratic loss this is the gradient of, in fractions, so differences are exact
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from helpers.contract import check_call, check_choice, check_reduction
from helpers.errors import PARAM_INVALID, ArgumentValueError

OVERFLOW_MODES = ("infnan", "saturate")
CHUNK_ELEMS = 1 << 16  # the work arrays of one chunk stay in a core's L2 cache


def scale(elems: int, reduction: str) -> float:
    """Return 2 / `elems` for "mean" and 2 for "sum", in float64; 0 for a mean over no elements."""
    if elems < 0:
        raise ArgumentValueError("elems", elems, "counts from 0")
    if check_reduction(reduction) == "sum":
        return 2.0
    return 2.0 / elems if elems else 0.0


def scale_float32(elems: int, reduction: str) -> np.float32:
    """Return what the kernel multiplies by: `scale` rounded once to float32."""
    return np.float32(scale(elems, reduction))


def truth(
    predict: np.ndarray, label: np.ndarray, dout: np.ndarray, reduction: str = "mean", *, elems: int | None = None
) -> np.ndarray:
    """Return the gradient in float64, never rounded to the inputs' dtype.

    float64 is enough. float16 inputs: predict - label needs at most 41 bits and times dout 52 of the 53, so only the
    division by N rounds. float32 inputs: four roundings, a relative error of at most 4 * 2^-53, so an error in ulp is
    known to 2^-27. No product of float32 values leaves the range of float64.

    Args:
        predict, label, dout: float16 or float32 arrays of one shape; see contract.check_call for the errors.
        elems: N of "mean" where the arrays are a slice of a longer call; their own size by default.

    Returns:
        A new float64 array of predict's shape. NaN and infinity follow IEEE 754.
    """
    call = check_call(predict, label, dout, reduction)
    divisor = 1.0 if call.reduction == "sum" else float(call.elems if elems is None else elems)
    y = np.empty(call.elems, np.float64)
    with np.errstate(all="ignore"):
        for chunk, (predict_part, label_part, dout_part) in chunks(predict, label, dout):
            part = np.subtract(predict_part, label_part, out=y[chunk], dtype=np.float64)
            part *= dout_part
            part *= 2.0
            part /= divisor
    return y.reshape(call.shape)


def same_order(
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    reduction: str = "mean",
    *,
    overflow: str = "infnan",
    flush_to_zero: bool = False,
    elems: int | None = None,
) -> np.ndarray:
    """Return what the kernel must return, bit for bit (the payload of a NaN apart).

    d = predict - label, t = d * scale, y = t * dout, each rounded to float32; float16 is widened before (exact) and y
    rounded to it once at the end, ties to even.

    Args:
        predict, label, dout, reduction: as in contract.check_call, which also names the errors.
        overflow: "infnan" keeps infinity and NaN. "saturate" turns them into +-65504 and 0 where a float16 is the
            result of an instruction, here the last cast; float32 stays as it is.
        flush_to_zero: every instruction reads subnormal operands as zero and writes subnormal results as zero, of the
            same sign, each in its own dtype.
        elems: N of "mean" where the arrays are a slice of a longer call; their own size by default.

    Returns:
        A new array of predict's shape and dtype.
    """
    call = check_call(predict, label, dout, reduction)
    check_choice("overflow", overflow, OVERFLOW_MODES)
    factor = scale_float32(call.elems if elems is None else elems, call.reduction)
    y = np.empty(call.elems, call.dtype)
    for chunk, parts in chunks(predict, label, dout):
        product = float32_steps(*parts, factor, flush_to_zero=flush_to_zero)[-1]
        y[chunk] = narrow(product, call.dtype, overflow=overflow, flush_to_zero=flush_to_zero)
    return y.reshape(call.shape)


def float32_steps(
    predict: np.ndarray, label: np.ndarray, dout: np.ndarray, factor: np.float32, *, flush_to_zero: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d = predict - label, t = d * factor and t * dout as float32 arrays, in the kernel's order of rounding."""
    with np.errstate(all="ignore"):
        if not flush_to_zero:
            difference = np.subtract(predict, label, dtype=np.float32)
            scaled = difference * factor
            return difference, scaled, scaled * dout
        predict, label, dout = (flushed(tensor).astype(np.float32) for tensor in (predict, label, dout))
        difference = flushed(predict - label)
        scaled = flushed(difference * factor)
        return difference, scaled, flushed(scaled * dout)


def narrow(
    product: np.ndarray, dtype: np.dtype, *, overflow: str = "infnan", flush_to_zero: bool = False
) -> np.ndarray:
    """Return the float32 `product` as the kernel stores it: unchanged, or cast to float16 with ties to even."""
    if dtype == np.float32:
        return product
    with np.errstate(all="ignore"):
        y = product.astype(np.float16)
    if flush_to_zero:
        y = flushed(y)
    if overflow == "saturate":
        bits = y.view(np.uint16)
        magnitude = bits & np.uint16(0x7FFF)
        infinity = np.uint16(0x7C00)
        clamped = np.where(magnitude == infinity, bits - np.uint16(1), bits)  # the encoding before infinity is 65504
        y = np.where(magnitude > infinity, np.uint16(0), clamped).view(np.float16)
    return y


def flushed(array: np.ndarray) -> np.ndarray:
    """Return a copy of a float16 or float32 array with every subnormal replaced by the zero of its sign."""
    bits, sign, exponent = _fields(array)
    return np.where(bits & exponent == 0, bits & sign, bits).view(array.dtype)


def is_subnormal(array: np.ndarray) -> np.ndarray:
    """Return where a float16 or float32 array is neither zero nor normal nor infinite nor NaN."""
    bits, sign, exponent = _fields(array)
    return (bits & exponent == 0) & (bits & ~sign != 0)


def exact(predict: float, label: float, dout: float, elems: int, reduction: str = "mean") -> Fraction:
    """Return the gradient of one element as a fraction; the three numbers must be finite (NumPy scalars are fine)."""
    divisor = elems if check_reduction(reduction) == "mean" else 1
    if divisor < 1:
        raise ArgumentValueError("elems", elems, "counts from 1")
    return 2 * (_fraction("predict", predict) - _fraction("label", label)) * _fraction("dout", dout) / divisor


def loss(
    predict: np.ndarray, label: np.ndarray, reduction: str = "mean", *, dout: np.ndarray | None = None
) -> Fraction:
    """Return sum(dout * (predict - label)^2), divided by N for "mean", as a fraction.

    Without `dout` (ones) this is the mean squared error itself. The operator's y is the gradient of this number for
    predict: each element's term is weighted by the gradient that arrives there. One Python step per element, so for
    small arrays; finite values only.
    """
    check_reduction(reduction)
    return _loss(*_terms(predict, label, dout), reduction)


def central_difference(
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray | None,
    index: int | tuple[int, ...],
    reduction: str = "mean",
    *,
    step: float | Fraction = 1,
) -> Fraction:
    """Return (loss(predict + step) - loss(predict - step)) / (2 * step) where only element `index` moves.

    For a quadratic every `step` other than 0 gives the derivative itself, the fraction `exact` returns: the error term
    of a central difference is the third derivative, which is zero, and fractions do not round.

    Args:
        index: the element of predict, an int for the flat position or a tuple.
        step: how far predict moves to each side, in predict's units.
    """
    check_reduction(reduction)
    if not step:
        raise ArgumentValueError("step", step, "numbers other than 0")
    values, labels, weights = _terms(predict, label, dout)
    position = int(np.ravel_multi_index(index, np.shape(predict))) if isinstance(index, tuple) else index
    middle, step = values[position], Fraction(step)
    values[position] = middle + step
    above = _loss(values, labels, weights, reduction)
    values[position] = middle - step
    below = _loss(values, labels, weights, reduction)
    return (above - below) / (2 * step)


def chunks(*arrays: np.ndarray) -> Iterator[tuple[slice, tuple[np.ndarray, ...]]]:
    """Walk arrays of one size in flat C order: yield (slice, parts) with at most CHUNK_ELEMS elements in each part.

    A part is a view where the array is contiguous and a copy where it is not, so that no array is copied as a whole.
    """
    flats = [array.reshape(-1) if array.flags.c_contiguous else array.flat for array in arrays]
    for start in range(0, arrays[0].size, CHUNK_ELEMS):
        chunk = slice(start, min(start + CHUNK_ELEMS, arrays[0].size))
        yield chunk, tuple(flat[chunk] for flat in flats)


def _fields(array: np.ndarray) -> tuple[np.ndarray, np.integer, np.integer]:
    """Return the encodings, the mask of the sign bit and the mask of the exponent's bits."""
    encoding = np.dtype(f"u{array.dtype.itemsize}")
    sign = encoding.type(1 << (8 * array.dtype.itemsize - 1))
    return array.view(encoding), sign, np.array(np.inf, array.dtype).view(encoding)[()]


def _terms(
    predict: np.ndarray, label: np.ndarray, dout: np.ndarray | None
) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    shape = np.shape(predict)
    if np.size(predict) == 0:
        raise ArgumentValueError("predict", predict, "arrays of at least one element: the loss of none is undefined")
    dout = np.ones(shape) if dout is None else dout
    for name, array in (("label", label), ("dout", dout)):
        if np.shape(array) != shape:
            raise ArgumentValueError(name, array, f"arrays of predict's shape {shape}", PARAM_INVALID)
    return _fractions("predict", predict), _fractions("label", label), _fractions("dout", dout)


def _loss(values: list[Fraction], labels: list[Fraction], weights: list[Fraction], reduction: str) -> Fraction:
    terms = (weight * (x - target) ** 2 for x, target, weight in zip(values, labels, weights, strict=True))
    return sum(terms, Fraction(0)) / (len(values) if reduction == "mean" else 1)


def _fractions(argument: str, array: np.ndarray) -> list[Fraction]:
    return [_fraction(argument, value) for value in np.asarray(array).ravel().tolist()]


def _fraction(argument: str, value: float | Fraction) -> Fraction:
    if not isinstance(value, Fraction) and not np.isfinite(value):
        raise ArgumentValueError(argument, value, "finite numbers: a fraction is neither infinite nor NaN")
    return value if isinstance(value, Fraction) else Fraction(float(value))
