# SPDX-License-Identifier: Apache-2.0
"""Judge an output of the operator: the same bits as the kernel's own steps, and close to the truth.

- compare(y, predict, label, dout): PASS or FAIL, why, and the worst elements; prints and draws itself
A relative or absolute tolerance cannot judge this operator: a mean-reduced gradient is so small that a tensor of zeros
passes. Both criteria here are free of scale. What the published criteria of helpers/standards.py say is reported beside
them and decides nothing.

Where ULP_BOUND comes from. A rounding to nearest changes a normal value by a factor 1 + e with |e| <= u, u = 2^-11 for
float16 and 2^-24 for float32, and |y| is less than 1/u of its own spacings, so k roundings cost less than k ulp up to
terms of the order u (below 1e-6 ulp).

- float32, "mean": scale, predict - label, times scale, times dout: 4 roundings, 4 ulp. Largest ever seen: 3.51.
- float32, "sum": times 2 is exact, so 2 roundings, 2 ulp. Largest ever seen: 1.50.
- float16: those 4 happen in float32, together 4 * 2^-24, which is at most 4 * 2^-24 * 2^11 = 0.00049 ulp of float16;
  the one cast adds half an ulp: 0.5005, stated as 0.501. No intermediate leaves the normal range of float32
  (differences are multiples of 2^-24 and below 2^17), so this holds for every finite input.

For float32 it holds only where t = (predict - label) * scale neither overflows nor loses bits as a subnormal. Elsewhere
an ulp count says nothing about the kernel, and the bits judge alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from helpers import reference, standards
from helpers.comparison_view import as_html, as_line, as_text
from helpers.contract import Call, check_array, check_call, check_choice
from helpers.ulp import bits_equal, overflow_threshold, ulp_error

ULP_BOUND = MappingProxyType(
    {("float16", "mean"): 0.501, ("float16", "sum"): 0.501, ("float32", "mean"): 4.0, ("float32", "sum"): 2.0}
)
WORST_ELEMS = 3  # how many elements a Comparison shows
STANDARDS_ELEMS = 1 << 20  # up to which published criteria are asked: they take whole arrays of float64


@dataclass(frozen=True)
class WorstElement:
    """One element, all values exact as Python floats; `expected` is the same-order emulation's."""

    index: tuple[int, ...]
    predict: float
    label: float
    dout: float
    y: float
    expected: float
    truth: float
    ulp: float


@dataclass(frozen=True, repr=False)
class Comparison:
    """What `compare` found.

    Attributes:
        verdict: "PASS" or "FAIL".
        elems: elements of predict.
        bit_mismatches: elements whose bits differ from the same-order emulation; all where nothing was comparable.
        max_ulp: the largest error in ulp among `ulp_elems`; infinite where nothing was comparable.
        ulp_bound: what max_ulp may be.
        ulp_elems: elements the bound holds for: no overflow, no lost bits on the way. The others are judged by bits.
        worst: mismatching elements with the largest errors, or, where all bits agree, simply those.
        reasons: why it failed; for a PASS, what a reader should know all the same.
        standards: whether each published criterion accepts y, by its name in helpers/standards.py. They decide nothing.
            Empty where nothing was comparable, and of more than STANDARDS_ELEMS elements.
    """

    verdict: str
    dtype: str
    reduction: str
    elems: int
    bit_mismatches: int
    max_ulp: float
    ulp_bound: float
    ulp_elems: int
    worst: tuple[WorstElement, ...] = field(default=())
    reasons: tuple[str, ...] = field(default=())
    standards: Mapping[str, bool] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the verdict is PASS."""
        return self.verdict == "PASS"

    def __repr__(self) -> str:
        return f"<Comparison {as_line(self)}>"

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def compare(
    y: np.ndarray,
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    reduction: str = "mean",
    *,
    overflow: str = "infnan",
    flush_to_zero: bool = False,
) -> Comparison:
    """Judge `y`. PASS means: shape and dtype of predict, every bit as expected, and no error above ULP_BOUND.

    Args:
        y: the output, any array. A wrong shape or dtype is a FAIL, not an error.
        predict, label, dout, reduction: as in contract.check_call, which also names the errors.
        overflow, flush_to_zero: the arithmetic the output was made with, as in reference.same_order. They change the
            expected bits. The ulp bound then leaves out what "saturate" clamps, and every element for which an
            operand, an intermediate or the result is subnormal under `flush_to_zero`.
    """
    call = check_call(predict, label, dout, reduction)
    check_choice("overflow", overflow, reference.OVERFLOW_MODES)
    check_array("y", y)
    fixed = (call.dtype.name, call.reduction, call.elems)
    bound = ULP_BOUND[call.dtype.name, call.reduction]
    misfits = _misfits(y, call)
    if misfits:
        return Comparison("FAIL", *fixed, call.elems, math.inf, bound, 0, reasons=misfits)
    if call.elems == 0:
        return Comparison("PASS", *fixed, 0, 0.0, bound, 0, reasons=("empty tensor: nothing to compare",))

    bit_mismatches = ulp_elems = 0
    max_ulp = 0.0
    wrong, right = _Ranking(), _Ranking()
    for chunk, parts in reference.chunks(y, predict, label, dout):
        errors, equal, judged = _judge(call, *parts, overflow=overflow, flush_to_zero=flush_to_zero)
        bit_mismatches += chunk.stop - chunk.start - int(np.count_nonzero(equal))
        ulp_elems += int(np.count_nonzero(judged))
        max_ulp = max(max_ulp, float(np.max(errors, where=judged, initial=0.0)))
        if bit_mismatches:
            wrong.offer(np.where(equal, -1.0, errors), chunk.start)
        else:
            right.offer(np.where(judged, errors, -1.0), chunk.start)

    reasons = []
    if bit_mismatches:
        reasons.append(f"{bit_mismatches} of {call.elems} elements differ in bits from the same-order emulation")
    if max_ulp > bound:
        reasons.append(f"the largest error, {max_ulp:.6g} ulp, exceeds {bound:g} ulp")
    verdict = "FAIL" if reasons else "PASS"
    if ulp_elems == 0:
        reasons.append("the ulp bound holds for none of the elements: bits alone were judged")
    positions = (wrong if bit_mismatches else right).positions
    worst = tuple(
        _worst_element(call, y, position, overflow=overflow, flush_to_zero=flush_to_zero) for position in positions
    )
    accepted = _asked_standards(y, call, overflow)
    return Comparison(verdict, *fixed, bit_mismatches, max_ulp, bound, ulp_elems, worst, tuple(reasons), accepted)


class _Ranking:
    """Flat positions of the WORST_ELEMS largest keys offered so far; at a tie the earlier position stays."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int]] = []

    @property
    def positions(self) -> list[int]:
        return [position for _, position in self._entries]

    def offer(self, keys: np.ndarray, start: int) -> None:
        """Consider the elements from flat position `start`; a negative key never ranks. `keys` is used up."""
        for _ in range(WORST_ELEMS):
            at = int(np.argmax(keys))
            key = float(keys[at])
            if key < 0 or (len(self._entries) == WORST_ELEMS and key <= self._entries[-1][0]):
                return
            self._entries.append((key, start + at))
            self._entries.sort(key=lambda entry: (-entry[0], entry[1]))
            del self._entries[WORST_ELEMS:]
            keys[at] = -1.0


def _judge(
    call: Call,
    y: np.ndarray,
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    *,
    overflow: str,
    flush_to_zero: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for one flat chunk: errors in ulp, where bits are as expected, where the ulp bound holds."""
    factor = reference.scale_float32(call.elems, call.reduction)
    widened = [tensor.astype(np.float32, copy=False) for tensor in (predict, label, dout)]  # exact, once for both uses
    difference, scaled, product = reference.float32_steps(*widened, factor)
    truth = reference.truth(*widened, call.reduction, elems=call.elems)

    tiny = np.finfo(np.float32).tiny
    judged = np.isfinite(scaled) & np.isfinite(widened[2])
    if factor < 1:  # a factor of 1 or 2 is exact even on a subnormal difference
        judged &= (np.abs(scaled) >= tiny) | (difference == 0)
    if overflow == "saturate" and call.dtype == np.float16:
        judged &= np.abs(truth) < overflow_threshold(call.dtype)
    if flush_to_zero:
        stored = reference.narrow(product, call.dtype)
        for step in (predict, label, dout, difference, scaled, product, stored):
            judged &= ~reference.is_subnormal(step)
        expected = reference.same_order(
            predict, label, dout, call.reduction, overflow=overflow, flush_to_zero=True, elems=call.elems
        )
    else:
        expected = reference.narrow(product, call.dtype, overflow=overflow)
    return ulp_error(y, truth), bits_equal(y, expected), judged


def _worst_element(call: Call, y: np.ndarray, position: int, *, overflow: str, flush_to_zero: bool) -> WorstElement:
    index = tuple(int(i) for i in np.unravel_index(position, call.shape))
    inputs = [tensor[index].reshape(1) for tensor in (call.predict, call.label, call.dout)]
    truth = reference.truth(*inputs, call.reduction, elems=call.elems)
    expected = reference.same_order(
        *inputs, call.reduction, overflow=overflow, flush_to_zero=flush_to_zero, elems=call.elems
    )
    error = ulp_error(y[index].reshape(1), truth)
    values = [float(array[0]) for array in (*inputs, y[index].reshape(1), expected, truth, error)]
    return WorstElement(index, *values)


def _asked_standards(y: np.ndarray, call: Call, overflow: str) -> dict[str, bool]:
    if call.elems > STANDARDS_ELEMS:
        return {}
    truth = reference.truth(call.predict, call.label, call.dout, call.reduction)
    if overflow == "saturate" and call.dtype == np.float16:  # what these criteria call the golden value is clamped too
        limit = float(np.finfo(np.float16).max)
        truth = np.where(np.isnan(truth), 0.0, np.clip(truth, -limit, limit))
    return {name: answer for name, answer in standards.judge_all(y, truth).items() if name != standards.OWN}


def _misfits(y: np.ndarray, call: Call) -> tuple[str, ...]:
    reasons = []
    if y.shape != call.shape:
        reasons.append(f"y has shape {y.shape} where predict has {call.shape}")
    if y.dtype != call.dtype:
        reasons.append(f"y has dtype {y.dtype} where predict has {call.dtype}")
    return tuple(reasons)
