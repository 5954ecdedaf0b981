# SPDX-License-Identifier: Apache-2.0
"""The precise variant on random float32 inputs: `sample(draw, seed)` runs one launch and judges it.

The proof that it is within 0.5 + 17 * 2^-24 ulp stands in kernel/precise/mse_loss_grad_v1_precise.h; this holds the
code against it. The truth in float64 is off by four roundings, at most 4 * 2^-53, so an error in ulp is known to 2^-27.
Elements outside the domain that the header states are not counted.
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
