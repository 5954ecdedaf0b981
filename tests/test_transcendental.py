# SPDX-License-Identifier: Apache-2.0
"""Exp, Ln, Rsqrt, Sqrt and Reciprocal against decimal arithmetic of 40 digits: the nearest float."""

import functools
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
import pytest

from helpers import Kernel

CALLS = ("Exp", "Ln", "Rsqrt", "Sqrt", "Reciprocal")
DIGITS = Context(prec=40, Emin=-999999, Emax=999999)
ELEMS = 2048
SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"
using namespace AscendC;

template <typename T>
__aicore__ void Run(GM_ADDR x, GM_ADDR y, uint32_t call, uint32_t elems)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 2048 * sizeof(T));
    LocalTensor<T> local = buffer.Get<T>();
    GlobalTensor<T> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y), elems);
    for (uint32_t start = 0; start < elems; start += 2048) {
        DataCopy(local, xGm[start], 2048);
        PipeBarrier<PIPE_ALL>();
        switch (call) {
            case 0: Exp(local, local, 2048); break;
            case 1: Ln(local, local, 2048); break;
            case 2: Rsqrt(local, local, 2048); break;
            case 3: Sqrt(local, local, 2048); break;
            default: Reciprocal(local, local, 2048);
        }
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm[start], local, 2048);
        PipeBarrier<PIPE_ALL>();
    }
}

extern "C" __global__ __aicore__ void of_floats(GM_ADDR x, GM_ADDR y, uint32_t call, uint32_t elems)
{
    Run<float>(x, y, call, elems);
}

extern "C" __global__ __aicore__ void of_halves(GM_ADDR x, GM_ADDR y, uint32_t call, uint32_t elems)
{
    Run<half>(x, y, call, elems);
}
"""


def run(call: str, x: np.ndarray, **options) -> np.ndarray:
    entry = "of_floats" if x.dtype == np.float32 else "of_halves"
    y = np.zeros_like(x)
    Kernel.from_source(SOURCE, entry).launch(x, y, np.uint32(CALLS.index(call)), np.uint32(x.size), **options)
    return y


def exact(call: str, value: float) -> Fraction:
    x = Decimal(value)
    match call:
        case "Exp":
            return Fraction(DIGITS.exp(x))
        case "Ln":
            return Fraction(DIGITS.ln(x))
        case "Sqrt":
            return Fraction(DIGITS.sqrt(x))
        case "Rsqrt":
            return Fraction(DIGITS.divide(1, DIGITS.sqrt(x)))
    return 1 / Fraction(value)


def arguments(call: str) -> np.ndarray:
    """Floats of all sizes for which the result is finite and no zero."""
    generator = np.random.default_rng(2)
    if call == "Exp":
        x = generator.uniform(-103.9, 88.7, ELEMS)
        x[:600] = generator.normal(size=600) * 2.0 ** generator.integers(-30, 3, 600)
        x[-3:] = [88.72283, -103.97207, 2.0**-149]
    else:
        x = generator.uniform(1, 2, ELEMS) * 2.0 ** generator.integers(-148, 128, ELEMS)
        x[:600] = 1 + generator.normal(size=600) * 2.0 ** generator.integers(-24, -2, 600)  # where ln nears zero
        x[-3:] = [np.finfo(np.float32).max, 2.0**-149, 2.0**-126]
    x = np.abs(x) if call != "Exp" else x
    x = x.astype(np.float32)
    if call == "Ln":
        x[x == 1] = 1.5
    if call == "Reciprocal":
        x = np.clip(x, np.float32(2.0**-127), None)
    return x


def not_nearest(call: str, x: np.ndarray, got: np.ndarray) -> list[tuple[float, float]]:
    """Where a neighbour of the result lies nearer to the exact value."""
    found = []
    for value, result in zip(x.tolist(), got, strict=True):
        truth = exact(call, value)
        distance = abs(Fraction(float(result)) - truth)
        with np.errstate(over="ignore"):
            neighbours = [np.nextafter(result, np.float32(side)) for side in (-np.inf, np.inf)]
        nearer = [n for n in neighbours if np.isfinite(n) and abs(Fraction(float(n)) - truth) < distance]
        found += [(value, float(result))] if nearer else []
    return found


@pytest.mark.parametrize("call", CALLS)
def test_the_result_is_the_float_nearest_to_the_exact_value(call):
    x = arguments(call)
    assert not_nearest(call, x, run(call, x)) == []


@pytest.mark.usefixtures("exhaustive")
@pytest.mark.parametrize("call", ["Exp", "Ln"])
def test_every_float_gets_the_nearest_result(call):
    """Where NumPy's double, rounded to float, says something else, decimal arithmetic decides."""
    chunk = 1 << 24
    for first in range(0, 1 << 32, chunk):
        x = np.arange(first, first + chunk, dtype=np.uint32).view(np.float32)
        got = run(call, x, level="fast")
        with np.errstate(all="ignore"):
            expected = {"Exp": np.exp, "Ln": np.log}[call](x.astype(np.float64)).astype(np.float32)
        differ = (got.view(np.uint32) != expected.view(np.uint32)) & ~(np.isnan(got) & np.isnan(expected))
        assert not_nearest(call, x[differ], got[differ]) == []


@pytest.mark.parametrize("call", CALLS)
def test_every_half_gets_the_float_result_rounded_once_more(call):
    x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    got = run(call, x)
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64)
        of = {
            "Exp": np.exp,
            "Ln": np.log,
            "Sqrt": np.sqrt,
            "Rsqrt": lambda v: 1 / np.sqrt(v),
            "Reciprocal": lambda v: 1 / v,
        }[call]
        expected = of(wide).astype(np.float32).astype(np.float16)
    differ = (got.view(np.uint16) != expected.view(np.uint16)) & ~(np.isnan(got) & np.isnan(expected))
    assert np.count_nonzero(differ) == 0


SPECIAL = {
    "Exp": [
        (0.0, 1),
        (-0.0, 1),
        (np.inf, np.inf),
        (-np.inf, 0),
        (88.8, np.inf),
        (-104.0, 0),
        (-1e30, 0),
        (1e30, np.inf),
    ],
    "Ln": [
        (1.0, 0),
        (0.0, -np.inf),
        (-0.0, -np.inf),
        (-1.0, np.nan),
        (-np.inf, np.nan),
        (np.inf, np.inf),
        (-1e-45, np.nan),
    ],
    "Sqrt": [(0.0, 0), (-0.0, -0.0), (-1.0, np.nan), (np.inf, np.inf), (-1e-45, np.nan)],
    "Rsqrt": [(0.0, np.inf), (-0.0, -np.inf), (-1.0, np.nan), (np.inf, 0), (4.0, 0.5)],
    "Reciprocal": [(0.0, np.inf), (-0.0, -np.inf), (np.inf, 0), (-np.inf, -0.0), (4.0, 0.25)],
}


@pytest.mark.parametrize("call", CALLS)
def test_the_ends_of_the_line(call):
    pairs = np.array([*SPECIAL[call], (np.nan, np.nan)], np.float32)
    x, expected = (np.resize(column, ELEMS) for column in pairs.T)
    got = run(call, x)
    assert np.array_equal(got, expected, equal_nan=True)
    assert np.array_equal(np.signbit(got) | np.isnan(got), np.signbit(expected) | np.isnan(expected))


def test_where_half_saturates_the_logarithm_of_zero_is_finite_and_a_negative_root_is_zero():
    x = np.resize(np.array([0, -1, 12], np.float16), ELEMS)
    y = np.zeros_like(x)
    kernel = Kernel.from_source(SOURCE, "of_halves", "Ascend310B4")
    results = functools.partial(kernel.launch, x)
    for call, expected in (("Ln", [-65504, 0]), ("Sqrt", [0, 0]), ("Rsqrt", [65504, 0]), ("Exp", [1])):
        results(y, np.uint32(CALLS.index(call)), np.uint32(x.size))
        assert y[: len(expected)].tolist() == expected
    assert y[2] == 65504  # exp(12) is beyond half
