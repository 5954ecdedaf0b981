# SPDX-License-Identifier: Apache-2.0
"""Half to float and back, as Cast does it on the vector unit, against NumPy and bit for bit."""

import time

import numpy as np
import pytest

from helpers import Kernel

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y = x in the other type, tile by tile.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t TILE_ELEMS = 16384;

template <typename From, typename To>
__aicore__ void Convert(GM_ADDR x, GM_ADDR y, RoundMode mode, uint32_t elems)
{
    GlobalTensor<From> xGm;
    GlobalTensor<To> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ From *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ To *>(y), elems);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> inQueue;
    TQue<TPosition::VECOUT, 1> outQueue;
    pipe.InitBuffer(inQueue, 1, TILE_ELEMS * sizeof(From));
    pipe.InitBuffer(outQueue, 1, TILE_ELEMS * sizeof(To));
    const uint32_t step = GetBlockNum() * TILE_ELEMS;
    for (uint32_t start = GetBlockIdx() * TILE_ELEMS; start < elems; start += step) {
        const uint32_t count = elems - start < TILE_ELEMS ? elems - start : TILE_ELEMS;
        const DataCopyExtParams in{1, static_cast<uint32_t>(count * sizeof(From)), 0, 0, 0};
        const DataCopyExtParams out{1, static_cast<uint32_t>(count * sizeof(To)), 0, 0, 0};
        LocalTensor<From> from = inQueue.AllocTensor<From>();
        DataCopyPad(from, xGm[start], in, DataCopyPadExtParams<From>{});
        inQueue.EnQue(from);
        from = inQueue.DeQue<From>();
        LocalTensor<To> to = outQueue.AllocTensor<To>();
        Cast(to, from, mode, count);
        outQueue.EnQue(to);
        inQueue.FreeTensor(from);
        to = outQueue.DeQue<To>();
        DataCopyPad(yGm[start], to, out);
        outQueue.FreeTensor(to);
    }
}

extern "C" __global__ __aicore__ void widen(GM_ADDR x, GM_ADDR y, RoundMode mode, uint32_t elems)
{
    Convert<half, float>(x, y, mode, elems);
}

extern "C" __global__ __aicore__ void narrow(GM_ADDR x, GM_ADDR y, RoundMode mode, uint32_t elems)
{
    Convert<float, half>(x, y, mode, elems);
}
"""
MODES = ("NONE", "RINT", "FLOOR", "CEIL", "ROUND", "TRUNC", "ODD")
CAST_NONE, CAST_RINT = np.uint8(0), np.uint8(1)
EVERY_HALF = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
CHUNK_ELEMS = 1 << 24
OVERFLOW_THRESHOLD = 65520.0  # halfway from the largest half, 65504, to 2^16


def cast(entry, x: np.ndarray, mode: np.uint8, soc="Ascend910B1", level="checked", plain=False) -> np.ndarray:
    """`plain` builds without the processor's own conversions."""
    defines = {"SIMULATOR_PLAIN_CONVERSIONS": 1} if plain else {}
    kernel = Kernel.from_source(SOURCE, entry, soc, defines=defines)
    y = np.empty(x.shape, np.float32 if entry == "widen" else np.float16)
    kernel.launch(x, y, mode, np.uint32(x.size), block_dim=2, roles=("in", "out"), level=level)
    return y


def in_hex(x: np.ndarray, got: np.ndarray, expected: np.ndarray) -> list[str]:
    """The first inputs whose results differ: input, got, expected, as bits. Any NaN equals any NaN of its sign."""
    unsigned = {2: np.uint16, 4: np.uint32}
    bits = [array.view(unsigned[array.itemsize]) for array in (x, got, expected)]
    both_nan = np.isnan(got) & np.isnan(expected) & (np.signbit(got) == np.signbit(expected))
    differ = np.flatnonzero((bits[1] != bits[2]) & ~both_nan)
    return [" ".join(f"{int(array[place]):#x}" for array in bits) for place in differ[:10]]


def narrowed_by_numpy(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return x.astype(np.float16)


def rounding_boundaries() -> np.ndarray:
    """Every half, every midpoint of neighbours, and the floats on either side of each: all places where the result
    of rounding changes. The sum of two halves, and half of it, are exact in float32; beyond 65504 the next half would
    be 65536."""
    halves = np.append(np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32), np.float32(65536))
    points = np.concatenate([halves, (halves[:-1] + halves[1:]) / 2]).view(np.uint32)
    around = np.concatenate([points - 1, points, points + 1])  # below 0 wraps to a NaN, which is welcome too
    largest, infinity = np.uint32(0x7F7FFFFF), np.uint32(0x7F800000)
    special = np.array([1, 0x007FFFFF, 0x00800000, largest, infinity, infinity + 1, 0x7FC00000, 0x7FFFFFFF], np.uint32)
    positive = np.unique(np.concatenate([around, special]) & np.uint32(0x7FFFFFFF))
    return np.concatenate([positive, positive | np.uint32(0x80000000)]).view(np.float32)


PLAIN = pytest.mark.parametrize("plain", [False, True], ids=["processor", "portable"])


@PLAIN
def test_every_half_widens_to_the_float_of_equal_value(plain):
    widened = cast("widen", EVERY_HALF, CAST_NONE, plain=plain)
    assert in_hex(EVERY_HALF, widened, EVERY_HALF.astype(np.float32)) == []
    assert np.count_nonzero(np.isnan(widened)) == 2 * 1023


@PLAIN
def test_every_half_comes_back_from_float_as_it_was(plain):
    assert in_hex(EVERY_HALF, cast("narrow", EVERY_HALF.astype(np.float32), CAST_RINT, plain=plain), EVERY_HALF) == []


@PLAIN
@pytest.mark.parametrize("mode", [CAST_NONE, CAST_RINT], ids=["none", "rint"])
def test_floats_beside_every_rounding_boundary_narrow_as_numpy_does(mode, plain):
    x = rounding_boundaries()
    assert x.size == 380_946  # twice 3 x 63,489 and a few special ones
    assert in_hex(x, cast("narrow", x, mode, plain=plain), narrowed_by_numpy(x)) == []


def test_both_conversions_give_the_same_bits_payloads_of_nan_included():
    x = rounding_boundaries()
    for entry, inputs, mode in (("narrow", x, CAST_RINT), ("widen", EVERY_HALF, CAST_NONE)):
        one, other = (cast(entry, inputs, mode, plain=plain) for plain in (False, True))
        assert np.array_equal(one.view(np.uint8), other.view(np.uint8))


@pytest.mark.parametrize("mode", MODES[2:])
def test_beside_every_rounding_boundary_each_mode_takes_the_neighbour_it_names(mode):
    """The neighbour towards zero is NumPy's nearest or the half before it; float64 holds the midpoint to the next."""
    x = rounding_boundaries()
    x = x[np.isfinite(x)]
    size, negative, nearest = np.abs(x).astype(np.float64), np.signbit(x), np.abs(narrowed_by_numpy(x))
    inner = nearest.view(np.uint16) - (nearest.astype(np.float64) > size).astype(np.uint16)
    value = inner.view(np.float16).astype(np.float64)
    outer = np.minimum((inner + np.uint16(1)).view(np.float16).astype(np.float64), 65536)
    inexact = value != size
    away = {
        "FLOOR": inexact & negative,
        "CEIL": inexact & ~negative,
        "ROUND": size >= (value + outer) / 2,
        "TRUNC": np.zeros(x.shape, bool),
        "ODD": inexact & (inner % 2 == 0),
    }[mode]
    expected = ((inner + away) | np.where(negative, 0x8000, 0)).astype(np.uint16).view(np.float16)
    assert in_hex(x, cast("narrow", x, np.uint8(MODES.index(mode))), expected) == []


def test_a_tie_goes_to_the_even_half():
    ulp = 2.0**-10
    x = np.array([1 + ulp / 2, 1 + 3 * ulp / 2, 2.0**-25, 3 * 2.0**-25, -(2.0**-25)], np.float32)
    y = cast("narrow", x, CAST_RINT)
    assert y.tolist() == [1.0, 1 + 2 * ulp, 0.0, 2 * 2.0**-24, 0.0] and np.signbit(y[-1])


def test_infinity_begins_at_65520():
    below = np.nextafter(np.float32(OVERFLOW_THRESHOLD), np.float32(0))
    x = np.array([below, OVERFLOW_THRESHOLD, -below, -OVERFLOW_THRESHOLD, np.inf, 3e38], np.float32)
    assert cast("narrow", x, CAST_RINT).tolist() == [65504.0, np.inf, -65504.0, -np.inf, np.inf, np.inf]


def test_where_the_family_saturates_infinity_becomes_65504_and_nan_becomes_zero():
    x = rounding_boundaries()
    expected = narrowed_by_numpy(x)
    expected[np.isposinf(expected)] = 65504
    expected[np.isneginf(expected)] = -65504
    expected[np.isnan(expected)] = 0
    assert in_hex(x, cast("narrow", x, CAST_RINT, "Ascend310B4"), expected) == []


@pytest.mark.usefixtures("exhaustive")
def test_all_floats_narrow_as_numpy_does(capsys):
    started = time.monotonic()
    for first in range(0, 1 << 32, CHUNK_ELEMS):
        x = np.arange(first, first + CHUNK_ELEMS, dtype=np.uint32).view(np.float32)
        assert in_hex(x, cast("narrow", x, CAST_RINT, level="fast"), narrowed_by_numpy(x)) == []
    with capsys.disabled():
        print(f"\nall 2^32 floats narrowed and compared in {time.monotonic() - started:.0f} s")
