# SPDX-License-Identifier: Apache-2.0
"""What the kernel makes of every pair of float16 values, judged against exact arithmetic.

- `Combination` fixes everything but predict and label: SoC, reduction, N and dout
- `PairProver(combination).prove(part)` runs one of PARTS slices through the kernel and counts what came out
- `judge_fast(y, predict, label, combination)` is the judgement alone: one value of predict against an array of labels
- `judge(...)` is the same in NumPy: shorter to read, and what a test holds the fast one against

The kernel sees N only as the factor in its tiling. So the tensors here are as long as a slice, the tiling is that of
such a tensor, and its factor is the one that the planner gives for N: any N can be proven, not only the slice's length.

Why float64 is enough. A finite float16 is a multiple of 2^-24 below 2^16. So predict - label is a multiple of 2^-24 up
to 2^17: at most 41 significant bits, exact. Times 2 * dout, of 11 bits, makes 52: exact. The division by N, at most
2^40, is the only rounding, and nothing here comes near either end of float64's exponents. Hence the truth is known to a
factor 1 +- 2^-53, and an error in ulp to 2^-53 * 2^11 = 2^-42, far below the last digit of the bound.

Where BOUND comes from: four roundings in float32 change the product by less than 2.3842e-7 of itself, 0.000489 ulp of a
float16, and the cast adds half an ulp.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from helpers.build import build_library
from helpers.build_cache import CHECKOUT
from helpers.contract import check_reduction
from helpers.errors import ArgumentValueError
from helpers.operator import build_kernel
from helpers.shared_tensor import shared_array
from helpers.soc import find_soc
from helpers.tiling import MAX_ELEMS, plan

BOUND_ULP = 0.50049
CODES = 1 << 16  # encodings of float16
PARTS = 256  # slice s holds every pair whose predict has an encoding of s modulo PARTS: all exponents, both signs
LAUNCH_SECONDS = 600.0

_HALVES = np.arange(CODES, dtype=np.uint32).astype(np.uint16).view(np.float16)
_VALUES = _HALVES.astype(np.float64)
_INFINITE = np.isinf(_VALUES)
# An infinite half counts as the power of two after 65504. A truth beyond that is clipped to it: so the right infinity
# is no error, 65504 in its place is one ulp, and an infinity where the truth rounds to 65504 is more than half an ulp.
_PLACES = np.where(_INFINITE, np.copysign(2.0**16, _VALUES), _VALUES)
_NEGATIVE = np.signbit(_VALUES)
_EXPONENT = np.int64(0x7FF << 52)


@dataclass(frozen=True)
class Combination:
    """What all 2^32 pairs have in common; `dout` is a float16 value."""

    soc: str
    reduction: str
    elems: int
    dout: float

    def __post_init__(self) -> None:
        find_soc(self.soc)
        check_reduction(self.reduction)
        if not 1 <= self.elems <= MAX_ELEMS:
            raise ArgumentValueError("elems", self.elems, "1 to 2**40")
        if not math.isfinite(self.dout) or float(np.float16(self.dout)) != self.dout:
            raise ArgumentValueError("dout", self.dout, "finite float16 values")

    @property
    def overflow(self) -> str:
        """The overflow mode of its SoC."""
        return find_soc(self.soc).overflow

    @property
    def name(self) -> str:
        """A name for files."""
        return f"{self.soc}-{self.reduction}-{self.elems}-{self.dout.hex().replace('+', '')}"

    def __str__(self) -> str:
        return f"float16 {self.reduction}, N = {self.elems}, dout = {self.dout:g}, {self.soc}"


@dataclass(frozen=True)
class Verdict:
    """Counts over some pairs; `worst_predict` and `worst_label` gave `max_ulp`.

    Attributes:
        pairs: judged.
        nan, infinite, zero, subnormal: how many y are that.
        not_nearest: y that are not the nearest float16 to the truth (error above half an ulp), within the bound.
        max_ulp: the largest error.
        failures: pairs above the bound, with a NaN on one side only, or with the wrong sign.
    """

    pairs: int = 0
    nan: int = 0
    infinite: int = 0
    zero: int = 0
    subnormal: int = 0
    not_nearest: int = 0
    max_ulp: float = 0.0
    worst_predict: float = 0.0
    worst_label: float = 0.0
    failures: int = 0

    def __add__(self, other: Verdict) -> Verdict:
        worst = self if self.max_ulp >= other.max_ulp else other
        counts = ("pairs", "nan", "infinite", "zero", "subnormal", "not_nearest", "failures")
        return replace(worst, **{name: getattr(self, name) + getattr(other, name) for name in counts})


def judge(y: np.ndarray, predict: np.float16, label: np.ndarray, combination: Combination) -> Verdict:
    """Judge `y`, made from one `predict` and an array of `label`, by exact arithmetic (see the module's docstring)."""
    codes = y.view(np.uint16)
    saturates = combination.overflow == "saturate"
    divisor = combination.elems if combination.reduction == "mean" else 1
    with np.errstate(all="ignore"):
        truth = float(predict) - label.astype(np.float64)
        truth *= 2.0 * combination.dout
        truth /= divisor
        limit = 65504.0 if saturates else 2.0**16
        np.clip(truth, -limit, limit, out=truth)
        undefined = np.isnan(truth)
        spacing = (truth.view(np.int64) & _EXPONENT).view(np.float64)
        np.clip(spacing, 2.0**-14, 2.0**15, out=spacing)
        error = _PLACES[codes]
        error -= truth
        np.abs(error, out=error)
        error /= spacing
        error *= 2.0**10
    wrong = error > BOUND_ULP
    wrong |= (_NEGATIVE[codes] != np.signbit(truth)) & ~undefined
    found_nan = np.isnan(y)
    wrong |= (codes != 0) & undefined if saturates else found_nan != undefined
    if saturates:
        wrong |= found_nan & ~undefined
    error[undefined] = 0.0
    np.nan_to_num(error, copy=False, nan=np.inf)
    worst = int(error.argmax())
    magnitude = codes & 0x7FFF
    return Verdict(
        pairs=codes.size,
        nan=int(np.count_nonzero(found_nan)),
        infinite=int(np.count_nonzero(magnitude == 0x7C00)),
        zero=int(np.count_nonzero(magnitude == 0)),
        subnormal=int(np.count_nonzero((magnitude < 0x400) & (magnitude > 0))),
        not_nearest=int(np.count_nonzero(error > 0.5)),
        max_ulp=float(error[worst]),
        worst_predict=float(predict),
        worst_label=float(label[worst]),
        failures=int(np.count_nonzero(wrong)),
    )


class _FoundPairs(ctypes.Structure):
    """struct PairVerdict of helpers/proof_judge.cpp."""

    _fields_ = (
        *((name, ctypes.c_uint64) for name in ("nan", "infinite", "zero", "subnormal", "not_nearest", "failures")),
        ("max_ulp", ctypes.c_double),
        ("worst", ctypes.c_uint64),
    )


@functools.cache
def _judge_library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(build_library("proof-judge", [CHECKOUT / "helpers" / "proof_judge.cpp"]).artefact))
    address, number, word = ctypes.c_void_p, ctypes.c_double, ctypes.c_uint64
    library.JudgePairs.argtypes = [address, number, address, word, address, number, number, number]
    library.JudgePairs.argtypes += [ctypes.c_uint32, ctypes.POINTER(_FoundPairs)]
    library.JudgePairs.restype = None
    return library


def judge_fast(y: np.ndarray, predict: np.float16, label: np.ndarray, combination: Combination) -> Verdict:
    """`judge`, compiled."""
    found = _FoundPairs()
    y = np.ascontiguousarray(y)
    labels = _VALUES if label is _HALVES else label.astype(np.float64)
    _judge_library().JudgePairs(
        y.ctypes.data,
        float(predict),
        labels.ctypes.data,
        y.size,
        _PLACES.ctypes.data,
        2.0 * combination.dout,
        float(combination.elems if combination.reduction == "mean" else 1),
        BOUND_ULP,
        combination.overflow == "saturate",
        ctypes.byref(found),
    )
    counts = {name: getattr(found, name) for name, _ in _FoundPairs._fields_ if name != "worst"}
    return Verdict(pairs=y.size, worst_predict=float(predict), worst_label=float(label[found.worst]), **counts)


class PairProver:
    """Runs the slices of one combination; the tensors are made once.

    Attributes:
        combination: what is proven.
        source_sha256: of every file that went into the kernel's build, by name.
    """

    def __init__(self, combination: Combination) -> None:
        self.combination = combination
        self._kernel = build_kernel(combination.soc, "float16")
        self.source_sha256 = dict(sorted(self._kernel.built.source_hashes.items()))
        rows = CODES // PARTS
        shape = (rows, CODES)
        self._predict, self._label, self._dout = (shared_array(shape, np.float16) for _ in range(3))
        self._y = shared_array(shape, np.float16)
        self._label[:] = _HALVES
        self._dout[:] = combination.dout
        self._plan = plan(rows * CODES, "float16", combination.reduction, combination.soc)
        self._tiling = _with_scale_of(combination, self._plan.tiling_bytes, self._plan.scale)

    def run(self, part: int) -> tuple[np.ndarray, np.ndarray]:
        """Run slice `part` on all cores: the values of predict, and y with a row for each."""
        values = _HALVES[part::PARTS]
        self._predict[:] = values[:, None]
        self._kernel.launch(
            self._predict,
            self._label,
            self._dout,
            self._y,
            workspace_bytes=0,
            tiling=self._tiling,
            block_dim=self._plan.cores,
            level="fast",
            roles=("in", "in", "in", "out"),
            timeout_seconds=LAUNCH_SECONDS,
        )
        return values, self._y

    def prove(self, part: int) -> tuple[Verdict, str]:
        """Judge slice `part`; also a digest of its y, by which a later kernel can be told from this one."""
        values, y = self.run(part)
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # compiled code and hashes let other threads run
            bits = pool.submit(digest, y)
            rows = pool.map(lambda predict, row: judge_fast(row, predict, _HALVES, self.combination), values, y)
            return sum(rows, Verdict()), bits.result()


def digest(y: np.ndarray) -> str:
    """16 hexadecimal digits of y's bits, every NaN taken as the same."""
    codes = y.view(np.uint16)
    return hashlib.blake2b(np.where((codes & 0x7FFF) > 0x7C00, np.uint16(0x7E00), codes), digest_size=8).hexdigest()


def _with_scale_of(combination: Combination, tiling: bytes, scale: float) -> bytes:
    """`tiling` with the factor of the combination's N in place of its own, `scale`: the struct's last field."""
    own, wanted = (np.float32(value).tobytes() for value in (scale, _planned_scale(combination)))
    if not tiling.endswith(own):
        raise RuntimeError("the tiling struct does not end in its scale any more: change helpers/proof.py with it")
    return tiling.removesuffix(own) + wanted


def _planned_scale(combination: Combination) -> float:
    return plan(combination.elems, "float16", combination.reduction, combination.soc).scale
