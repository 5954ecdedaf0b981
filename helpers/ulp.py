# SPDX-License-Identifier: Apache-2.0
"""Spacings of a dtype, errors in them, and equality of bits.

- ulp(x, dtype): the spacing at |x|
- ulp_error(y, truth): how many spacings of the dtype each element is off
- bits_equal(a, b): equal encodings, where any NaN equals any NaN and +0 does not equal -0
"""

from __future__ import annotations

import numpy as np

from helpers.contract import DTYPES, check_dtype

_FLOATS = {dtype: np.finfo(dtype) for dtype in DTYPES}


def ulp(x: np.ndarray | float, dtype: np.dtype | str) -> np.ndarray:
    """Return the spacing of `dtype` at |x|, a float64 array: 2^(e - p + 1) for 2^e <= |x| < 2^(e + 1).

    Below the normal range it is the smallest subnormal, beyond the largest finite value that of the top binade; p
    counts significand bits (11 and 24). NaN for NaN and infinity.
    """
    info = _FLOATS[check_dtype(dtype)]
    x = np.asarray(x, np.float64)
    exponent = ((x.view(np.int64) >> 52) & 0x7FF) - 1023
    spacing_exponent = np.clip(exponent, info.minexp, info.maxexp - 1) - info.nmant
    spacing = ((spacing_exponent + 1023) << 52).view(np.float64)
    return np.where(np.isfinite(x), spacing, np.nan)


def ulp_error(y: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return |y - truth| / ulp(truth), float64, of a float16 or float32 `y` against a float64 `truth` of its shape.

    - truth NaN: 0 where y is NaN; truth infinite: 0 where y is the same infinity; else infinite.
    - truth finite but rounding to infinity in y's dtype: 0 where y is that infinity.
    - Otherwise an infinite y counts as the power of two after the largest finite value, since the sliver of truths
      just below that threshold may round either way; y NaN is infinitely wrong.
    - The sign of a zero is not looked at: that is for bits_equal.
    """
    y = np.asarray(y)
    info = _FLOATS[check_dtype(y.dtype)]
    value = y.astype(np.float64)
    value = np.where(np.isinf(value), np.copysign(2.0**info.maxexp, value), value)
    with np.errstate(all="ignore"):
        error = np.abs(value - truth) / ulp(truth, y.dtype)
    undecided = ~np.isfinite(truth) | np.isnan(value)
    if undecided.any():
        agree = np.where(np.isnan(truth), np.isnan(y), y == truth)
        error = np.where(undecided, np.where(agree, 0.0, np.inf), error)
    overflows = np.abs(truth) >= overflow_threshold(y.dtype)
    if overflows.any():
        error = np.where(overflows & np.isinf(y) & (np.signbit(y) == np.signbit(truth)), 0.0, error)
    return error


def bits_equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return where two arrays of one float dtype and shape hold the same encoding; any NaN equals any NaN."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        raise ValueError(f"bits_equal: {a.dtype} {a.shape} against {b.dtype} {b.shape}: compare like with like")
    bits = np.dtype(f"u{check_dtype(a.dtype).itemsize}")
    equal = a.view(bits) == b.view(bits)
    return equal if np.all(equal) else equal | (np.isnan(a) & np.isnan(b))


def overflow_threshold(dtype: np.dtype | str) -> float:
    """The smallest magnitude that rounds to infinity in `dtype`: half a spacing above the largest finite value."""
    info = _FLOATS[check_dtype(dtype)]
    return 2.0**info.maxexp - 2.0 ** (info.maxexp - info.nmant - 2)
