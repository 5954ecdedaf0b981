# SPDX-License-Identifier: Apache-2.0
"""Cast between all its types in every rounding mode, against exact rational arithmetic."""

import functools
import itertools
from fractions import Fraction
from math import ceil, floor, inf, isinf, isnan, nan

import numpy as np
import pytest

from helpers import Kernel, KernelFault

MODES = ("NONE", "RINT", "FLOOR", "CEIL", "ROUND", "TRUNC", "ODD")
DIRECTED = MODES[1:6]
# bfloat16 has no NumPy type: its bits travel as uint16.
TYPES = {"half": np.float16, "bfloat16_t": np.uint16, "float": np.float32, "int8_t": np.int8, "uint8_t": np.uint8}
TYPES |= {"int16_t": np.int16, "int32_t": np.int32, "int64_t": np.int64}
# Bits of the significand, exponent of the smallest subnormal, largest value.
FORMATS = {
    "half": (11, -24, Fraction(65504)),
    "bfloat16_t": (8, -133, Fraction(255 * 2**120)),
    "float": (24, -149, Fraction((2**24 - 1) * 2**104)),
}
PAIRS = {
    ("half", "float"): ("NONE",),
    ("half", "int32_t"): DIRECTED,
    ("half", "int16_t"): DIRECTED,
    ("half", "int8_t"): ("NONE", *DIRECTED),
    ("half", "uint8_t"): ("NONE", *DIRECTED),
    ("bfloat16_t", "float"): ("NONE",),
    ("bfloat16_t", "int32_t"): DIRECTED,
    ("float", "half"): MODES,
    ("float", "bfloat16_t"): DIRECTED,
    ("float", "float"): DIRECTED,
    ("float", "int64_t"): DIRECTED,
    ("float", "int32_t"): DIRECTED,
    ("float", "int16_t"): DIRECTED,
    ("int8_t", "half"): ("NONE",),
    ("uint8_t", "half"): ("NONE",),
    ("int16_t", "half"): ("NONE", *DIRECTED),
    ("int16_t", "float"): ("NONE",),
    ("int32_t", "float"): ("NONE", *DIRECTED),
    ("int32_t", "int64_t"): ("NONE",),
    ("int32_t", "int16_t"): ("NONE",),
    ("int64_t", "float"): DIRECTED,
    ("int64_t", "int32_t"): ("NONE",),
}
SATURATES = {"Ascend910B1": False, "Ascend310B4": True}
ELEMS = 2048
SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

template <typename SRC, typename DST>
__aicore__ void Run(GM_ADDR x, GM_ADDR y, RoundMode roundMode, uint32_t elems)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    pipe.InitBuffer(buffers[0], elems * sizeof(SRC));
    pipe.InitBuffer(buffers[1], elems * sizeof(DST));
    LocalTensor<SRC> src = buffers[0].Get<SRC>();
    LocalTensor<DST> dst = buffers[1].Get<DST>();
    GlobalTensor<SRC> xGm;
    GlobalTensor<DST> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ SRC *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ DST *>(y), elems);
    DataCopy(src, xGm, elems);
    PipeBarrier<PIPE_ALL>();
    if (elems == 64) {
        constexpr uint8_t srcStride = sizeof(SRC) >= sizeof(DST) ? 8 : 8 * sizeof(SRC) / sizeof(DST);
        constexpr uint8_t dstStride = sizeof(DST) >= sizeof(SRC) ? 8 : 8 * sizeof(DST) / sizeof(SRC);
        constexpr uint32_t lanes = 256 / (sizeof(SRC) > sizeof(DST) ? sizeof(SRC) : sizeof(DST));
        Cast(dst, src, roundMode, lanes < 61 ? lanes : 61, 1, UnaryRepeatParams(1, 1, dstStride, srcStride));
    } else {
        Cast(dst, src, roundMode, elems);
    }
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, dst, elems);
}

extern "C" __global__ __aicore__ void cast(GM_ADDR x, GM_ADDR y, uint32_t pair, uint32_t mode, uint32_t elems)
{
    const RoundMode roundMode = static_cast<RoundMode>(mode);
    switch (pair) {
"""
CASES = "".join(f"        case {i}: return Run<{s}, {d}>(x, y, roundMode, elems);\n" for i, (s, d) in enumerate(PAIRS))


@functools.cache
def kernel(soc: str, plain: bool = False) -> Kernel:
    defines = {"SIMULATOR_PLAIN_CONVERSIONS": 1} if plain else {}
    return Kernel.from_source(SOURCE + CASES + "    }\n}\n", "cast", soc, defines=defines)


def cast(src: str, dst: str, mode: str, x: np.ndarray, soc: str = "Ascend910B1", **options) -> np.ndarray:
    y = np.zeros(x.size, TYPES[dst])
    numbers = tuple(PAIRS).index((src, dst)), MODES.index(mode), x.size
    kernel(soc, options.pop("plain", False)).launch(x.copy(), y, *map(np.uint32, numbers), **options)
    return y


def as_floats(name: str, array: np.ndarray) -> np.ndarray:
    """The values of floating-point elements as float64, which holds all of them."""
    if name == "bfloat16_t":
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float64)


def telling_floats(name: str, dst: str) -> np.ndarray:
    """Elements of a floating type on, beside and halfway between results, of both signs, and the ends of all ranges."""
    generator = np.random.default_rng(0)
    ends = [0.0, inf, nan, 65504, 65519.996, 65520, 65536, 2.0**31, 2.0**31 + 256, 2.0**31 - 128, 3e38, 127.5, 127.25]
    ends += [128, 255.5, 256, 32767, 32767.5, 32768, 2.0**63, 2.0**63 * (1 - 2.0**-24), 3.3895e38, 3.39e38, 0.5, 1.5]
    ends += [
        1e-45,
        2.0**-25,
        2.0**-25 * 1.001,
        2.0**-26,
        2.0**-14,
        2.0**-24 * 1.5,
        2.0**-24 * 2.5,
        2.0**-133,
        2.0**-134,
    ]
    if dst in ("half", "bfloat16_t"):
        bits = generator.integers(0, 0x7C00 if dst == "half" else 0x7F80, 160).astype(np.uint16)
        results = as_floats(dst, bits.view(np.float16) if dst == "half" else bits)
        neighbours = bits + np.uint16(1)
        steps = as_floats(dst, neighbours.view(np.float16) if dst == "half" else neighbours) - results
        near = [results + steps * part for part in (0, 1 / 1024, 0.499, 0.5, 0.501)]
    else:
        reach = {"int8_t": 140, "uint8_t": 270, "int16_t": 33000, "int32_t": 2**31, "int64_t": 2**63}.get(dst, 2**23)
        whole = np.rint(reach * generator.uniform(0, 1, 160) ** 3)
        near = [whole + part for part in (0, 0.25, 0.4999, 0.5, 0.75)]
    drawn = np.concatenate([ends, *near])
    drawn = np.resize(np.concatenate([drawn, -drawn]), ELEMS)
    with np.errstate(over="ignore", invalid="ignore"):
        if name == "bfloat16_t":
            return (drawn.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
        return drawn.astype(TYPES[name])


def telling_integers(name: str) -> np.ndarray:
    """Integers beside powers of two and their ties, the ends of the range, and others."""
    limits = np.iinfo(TYPES[name])
    near = [2**k + offset for k in range(3, limits.bits) for offset in range(-6, 7)]
    near += [2**k + 2 ** max(k - 24, 0) * half for k in range(20, limits.bits) for half in (1, 3, 5)]
    ends = [limits.min, limits.min + 1, limits.max, limits.max - 1, 0, 1]
    fitting = [v for n in near for v in (n, -n) if limits.min <= v <= limits.max][: ELEMS - len(ends)]
    drawn = np.random.default_rng(1).integers(limits.min, limits.max, ELEMS, TYPES[name], endpoint=True)
    drawn[: len(ends) + len(fitting)] = ends + fitting
    return drawn


def telling(src: str, dst: str) -> np.ndarray:
    return telling_floats(src, dst) if src in FORMATS else telling_integers(src)


def chosen(value: Fraction, quantum: Fraction, mode: str) -> Fraction:
    """`value` rounded to a multiple of `quantum` as the mode says."""
    steps = value / quantum
    below, above = floor(steps), ceil(steps)
    if below == above:
        return value
    nearest = below if steps - below < above - steps else above
    tie = steps - below == above - steps
    even, away = (below if below % 2 == 0 else above), (below if value < 0 else above)
    return (
        quantum
        * {
            "NONE": even if tie else nearest,
            "RINT": even if tie else nearest,
            "ROUND": away if tie else nearest,
            "FLOOR": below,
            "CEIL": above,
            "TRUNC": above if value < 0 else below,
            "ODD": below if below % 2 == 1 else above,
        }[mode]
    )


def rounded_to_format(value: float | Fraction, name: str, mode: str) -> float:
    """In a floating type: beyond the largest number lies infinity, or that number where the mode points back."""
    if value == 0 or (isinstance(value, float) and (isnan(value) or isinf(value))):
        return float(value)
    bits, smallest, largest = FORMATS[name]
    value = Fraction(value)
    exponent = abs(value).numerator.bit_length() - abs(value).denominator.bit_length()
    exponent -= 1 if abs(value) < Fraction(2) ** exponent else 0
    result = chosen(value, Fraction(2) ** max(exponent - bits + 1, smallest), mode)
    if abs(result) <= largest:
        return float(result) if result else float("-0.0" if value < 0 else "0.0")
    outwards = mode in ("NONE", "RINT", "ROUND") or mode == ("FLOOR" if value < 0 else "CEIL")
    return (inf if outwards else float(largest)) * (-1 if value < 0 else 1)


def rounded_to_integer(value: float | int, name: str, mode: str) -> int:
    """Saturated; NaN is 0."""
    limits = np.iinfo(TYPES[name])
    if isinstance(value, float) and isnan(value):
        return 0
    if isinstance(value, float) and isinf(value):
        return limits.max if value > 0 else limits.min
    return min(max(int(chosen(Fraction(value), Fraction(1), mode)), limits.min), limits.max)


def expected_of(src: str, dst: str, mode: str, x: np.ndarray, saturate: bool) -> list:
    exact = as_floats(src, x).tolist() if src in FORMATS else x.tolist()
    if (src, dst) == ("float", "float"):  # to integral values
        special = [isnan(v) or isinf(v) or v == 0 for v in exact]
        whole = [
            v if is_special else float(chosen(Fraction(v), Fraction(1), mode))
            for v, is_special in zip(exact, special, strict=True)
        ]
        return [np.copysign(w, v) if w == 0 else w for w, v in zip(whole, exact, strict=True)]
    if dst not in FORMATS:
        return [rounded_to_integer(value, dst, mode) for value in exact]
    results = [rounded_to_format(v if src in FORMATS else Fraction(v), dst, mode) for v in exact]
    if saturate and dst != "float":
        largest = float(FORMATS[dst][2])
        results = [0.0 if isnan(v) else min(max(v, -largest), largest) for v in results]
    return results


def wrong(src: str, dst: str, x: np.ndarray, got: np.ndarray, expected: list) -> list:
    """The first elements that differ; any NaN is like any other, zeros have signs."""
    if dst not in FORMATS:
        return [(a, b, c) for a, b, c in zip(x.tolist(), got.tolist(), expected, strict=True) if b != c][:5]
    pairs = zip(as_floats(dst, got).tolist(), expected, strict=True)
    same = [(a == b and np.signbit(a) == np.signbit(b)) or (isnan(a) and isnan(b)) for a, b in pairs]
    return [(x[i], got[i], expected[i]) for i, is_same in enumerate(same) if not is_same][:5]


@pytest.mark.parametrize("soc", SATURATES)
@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_every_mode_takes_the_neighbour_it_names(src, dst, soc):
    x = telling(src, dst)
    for mode in PAIRS[src, dst]:
        expected = expected_of(src, dst, mode, x, SATURATES[soc])
        assert wrong(src, dst, x, cast(src, dst, mode, x, soc), expected) == [], mode


@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_the_portable_conversions_give_the_bits_of_the_processors(src, dst):
    x = telling(src, dst)
    for mode in PAIRS[src, dst]:
        one, other = (cast(src, dst, mode, x, plain=plain) for plain in (False, True))
        assert np.array_equal(one.view(np.uint8), other.view(np.uint8))


@pytest.mark.parametrize(("src", "dst"), [pair for pair in PAIRS if "float" in pair or "half" in pair])
def test_flush_to_zero_takes_subnormals_as_zero_before_and_after(src, dst):
    x = telling(src, dst)
    smallest = {"half": 2.0**-14, "bfloat16_t": 2.0**-126, "float": 2.0**-126}
    mode = PAIRS[src, dst][-1]
    inputs = x.copy()
    if src in FORMATS:
        subnormal = np.abs(as_floats(src, x)) < smallest[src]
        inputs[subnormal] = x[subnormal] & 0x8000 if src == "bfloat16_t" else np.copysign(x.dtype.type(0), x[subnormal])
    expected = expected_of(src, dst, mode, inputs, False)
    if dst in FORMATS:
        expected = [np.copysign(0.0, v) if abs(v) < smallest[dst] else v for v in expected]
    assert wrong(src, dst, x, cast(src, dst, mode, x, flush_to_zero=True), expected) == []


def test_half_a_last_place_above_one_half_shows_the_modes_apart():
    """The example of CANN's page on precision conversion: 0.5 + 2^-12 to half."""
    x = np.full(128, 0.5 + 2.0**-12, np.float32)
    up = {mode for mode in MODES if cast("float", "half", mode, x)[0] == np.float16(0.5 + 2.0**-11)}
    assert up == {"CEIL", "ROUND", "ODD"}


@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_the_masked_form_converts_the_masked_lanes(src, dst):
    x = telling(src, dst)[:64]
    mode = PAIRS[src, dst][0]
    lanes = min(61, 256 // max(x.itemsize, np.dtype(TYPES[dst]).itemsize))
    y = cast(src, dst, mode, x)
    whole = cast(src, dst, mode, np.resize(x, 128))
    assert np.array_equal(y[:lanes].view(np.uint8), whole[:lanes].view(np.uint8))
    assert np.all(y[lanes:].view(np.uint8) == 0xFF)  # UB was never written there: all bits are set


@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_a_mode_that_a_pair_does_not_have_is_a_finding(src, dst):
    x = np.zeros(64, TYPES[src])
    for mode in set(MODES) - set(PAIRS[src, dst]):
        with pytest.raises(KernelFault, match=rf"cast-mode.*CAST_{mode}.*they have CAST_{PAIRS[src, dst][0]}"):
            cast(src, dst, mode, x)


EVERY_BFLOAT16 = np.arange(1 << 16, dtype=np.uint16)


def bfloat16_boundaries() -> np.ndarray:
    """Every bfloat16, every midpoint of neighbours, and the floats on either side of each: all places where the result
    of rounding changes, with infinity and NaNs of both signs."""
    points = np.concatenate([EVERY_BFLOAT16.astype(np.uint32) << 16, (EVERY_BFLOAT16.astype(np.uint32) << 16) + 0x8000])
    return np.concatenate([points - 1, points, points + 1]).view(np.float32)


def test_every_bfloat16_widens_to_the_float_of_equal_bits():
    got = np.concatenate([cast("bfloat16_t", "float", "NONE", part) for part in np.split(EVERY_BFLOAT16, 8)])
    assert np.array_equal(got.view(np.uint32), EVERY_BFLOAT16.astype(np.uint32) << 16)


@pytest.mark.parametrize("mode", DIRECTED)
def test_floats_beside_every_rounding_boundary_of_bfloat16_take_the_neighbour_that_integers_say(mode):
    """In integers: the bits of a float without the lower half are the neighbour towards zero, the next ones the other;
    this holds over the step to infinity as well."""
    x = np.unique(bfloat16_boundaries().view(np.uint32))
    finite = x[(x & 0x7FFFFFFF) < 0x7F800000]
    finite = np.resize(finite, -(-finite.size // 8192) * 8192)
    towards_zero, rest, negative = finite >> 16, finite & 0xFFFF, finite >> 31 == 1
    odd = towards_zero & 1
    away = {
        "RINT": (rest > 0x8000) | ((rest == 0x8000) & (odd == 1)),
        "ROUND": rest >= 0x8000,
        "FLOOR": negative & (rest > 0),
        "CEIL": ~negative & (rest > 0),
        "TRUNC": np.zeros(rest.shape, bool),
    }[mode]
    parts = np.split(finite.view(np.float32), finite.size // 8192)
    got = np.concatenate([cast("float", "bfloat16_t", mode, part) for part in parts])
    assert np.array_equal(got, (towards_zero + away).astype(np.uint16))


def test_the_table_of_pairs_is_complete():
    """What is no pair does not compile; the message lists the pairs, and this list has as many."""
    assert len(PAIRS) == 22 and len(set(itertools.chain(*PAIRS))) == len(TYPES)
