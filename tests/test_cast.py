# SPDX-License-Identifier: Apache-2.0
"""Cast in every rounding mode, against neighbours found by NumPy."""

import functools

import numpy as np
import pytest

from helpers import Kernel, KernelFault

MODES = ("NONE", "RINT", "FLOOR", "CEIL", "ROUND", "TRUNC", "ODD")
DIRECTED = MODES[1:6]
TYPES = {"half": np.float16, "float": np.float32, "int32_t": np.int32}
PAIRS = {
    ("half", "float"): ("NONE",),
    ("float", "half"): MODES,
    ("float", "float"): DIRECTED,
    ("float", "int32_t"): DIRECTED,
    ("int32_t", "float"): ("NONE", *DIRECTED),
    ("half", "int32_t"): DIRECTED,
}
ELEMS = 8192
SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void cast(GM_ADDR x, GM_ADDR y, uint32_t mode, uint32_t elems)
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
    const RoundMode roundMode = static_cast<RoundMode>(mode);
    if (elems == 64) {
        Cast(dst, src, roundMode, 61, 1, UnaryRepeatParams(1, 1, 8, 8));
    } else {
        Cast(dst, src, roundMode, elems);
    }
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, dst, elems);
}
"""


@functools.cache
def kernel(src: str, dst: str) -> Kernel:
    return Kernel.from_source(SOURCE, "cast", defines={"SRC": src, "DST": dst})


def cast(src: str, dst: str, mode: str, x: np.ndarray) -> np.ndarray:
    y = np.zeros(x.size, TYPES[dst])
    kernel(src, dst).launch(x.copy(), y, np.uint32(MODES.index(mode)), np.uint32(x.size))
    return y


def telling(src: str, dst: str) -> np.ndarray:
    """Values on, beside and halfway between representable results, of both signs, and the ends of all ranges."""
    generator = np.random.default_rng(0)
    if src == "int32_t":
        near = np.concatenate([2**k + np.arange(-6, 7) for k in range(20, 31)])
        ends = [0, 1, -1, 2**31 - 1, -(2**31), 2**24 + 1, 2**25 + 2, 2**25 + 6]
        drawn = generator.integers(-(2**31), 2**31, ELEMS)
        drawn[: 2 * near.size + len(ends)] = [*near, *-near, *ends]
        return drawn.astype(np.int32)
    ends = [0.0, -0.0, np.inf, np.nan, 65504, 65519.996, 65520, 65536, 2.0**31, -(2.0**31) - 256, 3e38]
    ends += [2.0**31 - 128, 1e-45, 2.0**-25, 2.0**-25 * 1.001, 2.0**-26, 2.0**-14, 2.0**-24 * 1.5, 2.0**-24 * 2.5]
    if dst == "half":
        halves = generator.integers(0, 0x7C00, 800).astype(np.uint16).view(np.float16)
        step = np.spacing(halves).astype(np.float64)
        near = np.concatenate([halves + step * part for part in (0, 1 / 1024, 0.499, 0.5, 0.501)])
    else:
        whole = generator.integers(-3000, 3000, 800)
        near = np.concatenate([whole + part for part in (0, 0.25, 0.4999, 0.5, 0.75)])
    drawn = np.concatenate([ends, np.negative(ends), near, -near])
    with np.errstate(over="ignore"):  # 3e38 is no half
        return np.resize(drawn, ELEMS).astype(TYPES[src])


def neighbours(exact: np.ndarray, dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """The results next to `exact` (float64) from below and from above."""
    if dtype is np.int32 or dtype is None:
        return np.floor(exact), np.ceil(exact)
    nearest = exact.astype(dtype)
    below = np.where(nearest.astype(np.float64) <= exact, nearest, np.nextafter(nearest, dtype(-np.inf)))
    above = np.where(nearest.astype(np.float64) >= exact, nearest, np.nextafter(nearest, dtype(np.inf)))
    return below, above


def rounded(x: np.ndarray, dst: str, mode: str, to_integral: bool) -> np.ndarray:
    """What the mode says, element by element, in float64."""
    exact = x.astype(np.float64)
    dtype = TYPES[dst]
    below, above = (n.astype(np.float64) for n in neighbours(exact, None if to_integral else dtype))
    if mode in ("NONE", "RINT"):
        return np.rint(exact) if to_integral else exact.astype(dtype).astype(np.float64)
    up, down = above - exact, exact - below
    nearest_away = np.where(up < down, above, np.where(down < up, below, np.where(exact < 0, below, above)))
    if not to_integral:  # beyond the largest number the nearest is what the threshold says, not a distance
        nearest_away = np.where(np.isinf(above) | np.isinf(below), exact.astype(dtype).astype(np.float64), nearest_away)
    odd = None
    if mode == "ODD":
        bits = below.astype(dtype).view(f"u{np.dtype(dtype).itemsize}") & 1
        odd = np.where(below == above, below, np.where(bits == 1, below, above))
    towards_zero = np.where(exact < 0, above, below)
    chosen = {"FLOOR": below, "CEIL": above, "TRUNC": towards_zero, "ROUND": nearest_away, "ODD": odd}
    return np.where(np.isfinite(exact), chosen[mode], exact)


@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_every_mode_takes_the_neighbour_it_names(src, dst):
    x = telling(src, dst)
    for mode in PAIRS[src, dst]:
        with np.errstate(all="ignore"):
            expected = rounded(x, dst, mode, to_integral=dst == "int32_t" or (src, dst) == ("float", "float"))
            if dst == "int32_t":
                expected = np.clip(np.nan_to_num(expected), -(2.0**31), 2.0**31 - 1)
            expected = expected.astype(TYPES[dst])
        got = cast(src, dst, mode, x)
        same = (got == expected) | ((got != got) & (expected != expected))
        if dst != "int32_t":
            same &= (np.signbit(got) == np.signbit(expected)) | (got != got)
        wrong = np.flatnonzero(~same)
        assert wrong.size == 0, (mode, [(x[i], got[i], expected[i]) for i in wrong[:5]])


def test_half_a_last_place_above_one_half_shows_the_modes_apart():
    """The example of CANN's page on precision conversion: 0.5 + 2^-12 to half."""
    x = np.full(64, 0.5 + 2.0**-12, np.float32)
    up = {mode for mode in MODES if cast("float", "half", mode, x)[0] == np.float16(0.5 + 2.0**-11)}
    assert up == {"CEIL", "ROUND", "ODD"}


def test_the_masked_form_converts_the_masked_lanes():
    x = np.arange(64, dtype=np.float32) + 0.5
    y = cast("float", "int32_t", "FLOOR", x)
    assert np.array_equal(y, [*range(61), -1, -1, -1])  # UB was never written there: all bits are set


@pytest.mark.parametrize(("src", "dst"), PAIRS)
def test_a_mode_that_a_pair_does_not_have_is_a_finding(src, dst):
    x = np.zeros(64, TYPES[src])
    for mode in set(MODES) - set(PAIRS[src, dst]):
        with pytest.raises(KernelFault, match=rf"cast-mode.*CAST_{mode}.*they have CAST_{PAIRS[src, dst][0]}"):
            cast(src, dst, mode, x)
