# SPDX-License-Identifier: Apache-2.0
"""The rows of a verdict table: each judges one side of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from helpers import reference
from helpers.case import Case
from helpers.comparison import ULP_BOUND, Comparison
from helpers.findings import Findings
from helpers.inputs import Inputs
from helpers.tiling import Plan
from helpers.ulp import ulp

SAMPLE_ELEMS = 64  # evenly spaced elements judged by exact fractions, besides the ends of every core's share
_SMALLEST_NORMAL = Fraction(2) ** -126  # of float32
_LARGEST_SAFE = Fraction(2) ** 127


@dataclass(frozen=True)
class Check:
    """One row of the verdict table."""

    name: str
    verdict: str
    detail: str


def _check(name: str, passed: bool, detail: str) -> Check:
    return Check(name, "PASS" if passed else "FAIL", detail)


def kernel_row(findings: Findings, level: str) -> Check:
    """Whether the kernel ran to its end without breaking a rule; warnings are shown and do not decide."""
    clean = not any(finding.severity == "error" for finding in findings)
    silence = "no findings" if level == "checked" else f"not checked at level {level!r}, and it did not crash"
    return _check("kernel", clean, str(findings) if findings else silence)


def inputs_row(changed: Sequence[str]) -> Check:
    """Whether the inputs, of which `changed` are named, have the same bytes after the run as before."""
    detail = f"{', '.join(changed)} changed during the run" if changed else "predict, label and dout are unchanged"
    return _check("inputs", not changed, detail)


def plan_row(ran: Plan, planned: Plan) -> Check:
    """Whether the run used the plan that was made for this case."""
    return _check("plan", ran == planned, str(planned) if ran == planned else f"ran {ran}\nplanned {planned}")


def comparison_rows(comparison: Comparison, case: Case, y: np.ndarray) -> list[Check]:
    """What `compare` found, one row per side: shape and dtype, bits, error."""
    fits = y.shape == case.shape and y.dtype == case.dtype
    found = f"y is {y.dtype} {y.shape}" + ("" if fits else f" where predict is {case.dtype} {case.shape}")
    rows = [_check("shape and dtype", fits, found)]
    if not fits:
        return rows
    detail = f"{comparison.bit_mismatches} of {comparison.elems} elements differ from the same-order emulation"
    rows.append(_check("bits", comparison.bit_mismatches == 0, detail))
    detail = (
        f"max {comparison.max_ulp:.4g} ulp from the float64 truth, bound {comparison.ulp_bound:g}, "
        f"judged on {comparison.ulp_elems} elements"
    )
    notes = comparison.reasons if comparison.passed else ()
    rows.append(_check("error", comparison.max_ulp <= comparison.ulp_bound, "\n".join([detail, *notes])))
    return rows


def exact_row(y: np.ndarray, inputs: Inputs, case: Case, planned: Plan) -> Check:
    """A second opinion that shares no arithmetic with the first: a few elements as exact fractions."""
    name = "exact fractions"
    wanted = set(np.linspace(0, max(case.elems - 1, 0), SAMPLE_ELEMS, dtype=np.int64).tolist())
    for owned in planned.core_ranges():
        wanted |= {owned.start, owned.stop - 1}
    positions = sorted(position for position in wanted if position < case.elems)
    bound = Fraction(ULP_BOUND[case.dtype, case.reduction])
    judged = wrong = 0
    for position in positions:
        predict, label, dout = (float(array.flat[position]) for array in inputs)
        if not np.isfinite([predict, label, dout]).all():
            continue
        exact = reference.exact(predict, label, dout, case.elems, case.reduction)
        if not _bound_holds(exact, predict, label, case):
            continue
        judged += 1
        found = float(y.flat[position])
        spacing = Fraction(float(ulp(float(exact), case.dtype)))
        wrong += not np.isfinite(found) or abs(Fraction(found) - exact) > bound * spacing
    detail = f"{judged - wrong} of {judged} sampled elements are within the bound"
    if judged < len(positions):
        detail += f"; the bound says nothing about {len(positions) - judged} more"
    return _check(name, not wrong, detail if positions else "empty tensor: nothing to sample")


def _bound_holds(exact: Fraction, predict: float, label: float, case: Case) -> bool:
    """Whether neither predict - label, times scale, nor y leaves the range in which a rounding costs half an ulp."""
    difference = abs(Fraction(predict) - Fraction(label))
    scaled = abs(reference.exact(predict, label, 1.0, case.elems, case.reduction))
    kept_bits = scaled == 0 or scaled >= _SMALLEST_NORMAL
    return kept_bits and max(difference, scaled) < _LARGEST_SAFE and abs(exact) <= Fraction(_largest(case.dtype))


def _largest(dtype: str) -> float:
    return float(np.finfo(dtype).max)
