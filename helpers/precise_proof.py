# SPDX-License-Identifier: Apache-2.0
"""Why the precise variant is within 0.5 + 17 * 2^-24 ulp, and random float32 inputs that hold the code against it.

- `sample(draw, seed)` runs one launch and judges it, `judge(y, ...)` judges alone

Notation: u = 2^-24; fl rounds to the nearest float32; C = 2/N, or 2, and c = fl(C), c' = fl(C - c) come from the host.
The domain is that of kernel/precise/mse_loss_grad_v1_precise.h; tests/test_precise_lemmas.py checks each step.

1. d = fl(predict - label), and Knuth's five further operations give r = predict - label - d without error: they need
   that nothing overflows, and a subtraction never underflows. |r| <= u |d|.
2. A float32 has 24 significant bits. Head cuts off its lower 12; they are the tail, exactly. A product of two such
   parts has at most 24 bits, so it is exact, and it makes no difference whether an instruction that adds it on rounds
   it. Dekker: for p = fl(x y), head * head - p + head * tail + tail * head + tail * tail = x y - p, and no addition on
   the way rounds: for 1 <= x, y < 2, in units of 2^-46, the partial sums are multiples of 2^23, 2^12, 2^12 and 1, and
   below 2^38, 2^36, 2^25 and 2^24. The smallest unit is that of tail * tail, which is no less than 2^-149 where
   |x y| >= 2^-100. Parts are no larger than what they are of: they do not overflow where p does not.
3. s = fl(d c), and its rest is the sum of x y - p of step 2, d c' and r c. In units of u^2 |d c|: rounding d c' and r c
   costs 1 each, rounding their sum 2 and the whole 3; leaving out r c' costs 1, and c' itself is off by 1.04, since it
   is rounded from a float64. Together less than 10 (second-order terms are below 2^-20 of these).
4. y = fl(s dout), and its rest is the sum of x y - p of step 2 and rest * dout. Rounding costs 3 and 4 units of
   u^2 |y|: 7. Where s and y are 2^-100 at least, a unit is 2^-148 at least, and a rounding that makes a subnormal is
   off by 2^-150 at most, so this holds for the smallest rests too.
5. So y + rest is within 17 u^2 |y| of the truth, and |y| is less than 1/u ulp: 17 u ulp. Adding them rounds once more,
   half an ulp. Where that leads into the next binade, the result is the power of two between, which is nearer still.

With flush_to_zero a rest below the smallest normal number, 2^-126 in place of 2^-150, is lost: the same steps hold with
2^-76 in place of 2^-100.

The truth in float64 is off by four roundings, at most 4 * 2^-53, so an error in ulp is known to 2^-27. Elements outside
the domain are not counted.
"""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass, replace

import numpy as np

from helpers.build import build_library
from helpers.build_cache import CHECKOUT
from helpers.operator import run

BOUND_ULP = 0.5001
LAUNCH_ELEMS = 1 << 23
DRAWS = ("wide", "near", "close")


@dataclass(frozen=True)
class Sampled:
    """Counts over some elements; `worst` is predict, label, dout and N of the element with the largest error."""

    judged: int = 0
    not_nearest: int = 0
    failures: int = 0
    max_ulp: float = 0.0
    worst: tuple[float, float, float, int] = (0.0, 0.0, 0.0, 0)

    def __add__(self, other: Sampled) -> Sampled:
        worst = self if self.max_ulp >= other.max_ulp else other
        counts = ("judged", "not_nearest", "failures")
        return replace(worst, **{name: getattr(self, name) + getattr(other, name) for name in counts})


class _Found(ctypes.Structure):
    """struct FloatVerdict of helpers/proof_judge.cpp."""

    _fields_ = (
        *((name, ctypes.c_uint64) for name in ("judged", "not_nearest", "failures")),
        ("max_ulp", ctypes.c_double),
        ("worst", ctypes.c_uint64),
    )


@functools.cache
def _judge_library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(build_library("proof-judge", [CHECKOUT / "helpers" / "proof_judge.cpp"]).artefact))
    address, number = ctypes.c_void_p, ctypes.c_double
    library.JudgeFloats.argtypes = [*[address] * 4, ctypes.c_uint64, number, number, ctypes.POINTER(_Found)]
    library.JudgeFloats.restype = None
    return library


def judge(y: np.ndarray, predict: np.ndarray, label: np.ndarray, dout: np.ndarray, reduction: str = "mean") -> Sampled:
    """Judge contiguous float32 arrays inside the domain of the precise variant."""
    found = _Found()
    arrays = [np.ascontiguousarray(array) for array in (y, predict, label, dout)]
    divisor = float(y.size if reduction == "mean" else 1)
    addresses = [array.ctypes.data for array in arrays]
    _judge_library().JudgeFloats(*addresses, y.size, divisor, BOUND_ULP, ctypes.byref(found))
    place = np.unravel_index(found.worst, y.shape)
    worst = (*(float(array[place]) for array in arrays[1:]), y.size)
    if not found.judged:
        return Sampled()
    return Sampled(found.judged, found.not_nearest, found.failures, found.max_ulp, worst)


def draw_inputs(draw: str, elems: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random significands and signs: "wide" with exponents far apart, "near" with close ones, "close" with a label
    that shares predict's leading bits, so that the difference cancels."""
    generator = np.random.default_rng(seed)
    predict = _floats(generator, elems, 40 if draw == "wide" else 2)
    if draw == "close":
        changed = generator.integers(0, 1 << 23, elems, np.uint32) >> generator.integers(0, 23, elems, np.uint32)
        label = (predict.view(np.uint32) ^ changed).view(np.float32)
    else:
        label = _floats(generator, elems, 40 if draw == "wide" else 2)
    return predict, label, _floats(generator, elems, 40 if draw == "wide" else 4)


def sample(
    draw: str, seed: int, elems: int | None = None, reduction: str = "mean", soc: str = "Ascend910B1"
) -> Sampled:
    """Run the precise variant on `elems` elements of a draw and judge them; by default an odd length that `seed` draws
    below LAUNCH_ELEMS, since a power of two makes 2/N exact."""
    if elems is None:
        elems = LAUNCH_ELEMS - 1 - 2 * int(np.random.default_rng(seed).integers(0, LAUNCH_ELEMS // 4))
    inputs = draw_inputs(draw, elems, seed)
    result = run(*inputs, reduction, soc, level="fast", variant="precise", timeout_seconds=600)
    return judge(result.y, *inputs, reduction)


def _floats(generator: np.random.Generator, elems: int, spread: int) -> np.ndarray:
    bits = generator.integers(0, 1 << 32, elems, np.uint32) & np.uint32(0x807FFFFF)
    exponent = generator.integers(127 - spread, 127 + spread, elems, np.uint32, endpoint=True)
    return (bits | exponent << np.uint32(23)).view(np.float32)
