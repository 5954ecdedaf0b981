# SPDX-License-Identifier: Apache-2.0
"""Verify one case: draw inputs, run the kernel, judge the result from several sides.

- `verify(...)` gives a Verification: verdict, table of checks, evidence
- `Verification.raise_if_failed()` ends a notebook run whose verdict is FAIL
- `main(argv)` is `python -m helpers verify`
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers.case import SHAPE_FORMS, Case
from helpers.comparison import Comparison, compare
from helpers.errors import (
    ArgumentError,
    ArgumentValueError,
    BuildError,
    CompilerNotFound,
    LaunchError,
    RunModeUnavailable,
    VerificationFailed,
)
from helpers.evidence import make_record, write_record
from helpers.findings import Finding
from helpers.inputs import Inputs, make_inputs
from helpers.operator import run
from helpers.run_modes import check_run_mode
from helpers.soc import find_soc
from helpers.tiling import Plan, plan
from helpers.verification_checks import Check, comparison_rows, exact_row, inputs_row, kernel_row, plan_row

PASSED, FAILED, BAD_USAGE, UNAVAILABLE = 0, 1, 2, 3  # exit codes


@dataclass(frozen=True, repr=False)
class Verification:
    """What came out of one case. Shows itself as a table, in text and in HTML.

    Attributes:
        case: what was verified.
        plan: how the call was tiled.
        rows: the checks, in the order they were made.
        comparison: y against emulation and truth; None where the kernel was stopped.
        findings: what the simulator had to say about the kernel.
        evidence: the record to keep, see helpers/evidence.py.
    """

    case: Case
    plan: Plan
    rows: tuple[Check, ...]
    comparison: Comparison | None
    findings: tuple[Finding, ...]
    evidence: dict[str, object]

    @property
    def verdict(self) -> str:
        """PASS if every row passed, else FAIL."""
        return "FAIL" if self.reasons else "PASS"

    @property
    def passed(self) -> bool:
        """Whether the verdict is PASS."""
        return self.verdict == "PASS"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it failed; empty for a PASS."""
        return _reasons(self.rows)

    def write_evidence(self, path: str | Path) -> Path:
        """Keep the evidence as JSON. Raises OSError where the file cannot be written."""
        return write_record(path, self.evidence)

    def raise_if_failed(self) -> None:
        """Raise VerificationFailed with the reasons if the verdict is FAIL."""
        if not self.passed:
            raise VerificationFailed(f"{self.case}\n" + "\n".join(self.reasons), self)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        width = max(len(row.name) for row in self.rows)
        lines = [str(self.case)]
        for row in self.rows:
            first, *others = row.detail.split("\n")
            lines.append(f"  {row.verdict}  {row.name:<{width}}  {first}")
            lines += [f"  {'':<4}  {'':<{width}}  {other}" for other in others]
        return "\n".join([*lines, self._verdict_line()])

    def _repr_html_(self) -> str:
        """A self-contained fragment in the page's own colours: no script, no style sheet."""
        cell = "padding:0.15em 0.7em;text-align:left;vertical-align:top;border-bottom:1px solid currentColor"
        head = "".join(f'<th style="{cell}">{name}</th>' for name in ("check", "verdict", "what was found"))
        body = "".join(
            f'<tr><td style="{cell}">{escape(row.name)}</td><td style="{cell};font-weight:bold">{row.verdict}</td>'
            f'<td style="{cell};white-space:pre-wrap">{escape(row.detail)}</td></tr>'
            for row in self.rows
        )
        mark = "border:2px solid currentColor;padding:0 0.4em;font-weight:bold"
        return (
            f'<div style="color:inherit"><div>{escape(str(self.case))}</div>'
            f'<table style="border-collapse:collapse;color:inherit;margin:0.4em 0"><thead><tr>{head}</tr></thead>'
            f'<tbody>{body}</tbody></table><span style="{mark}">{self._verdict_line()}</span></div>'
        )

    def _verdict_line(self) -> str:
        passed = sum(row.verdict == "PASS" for row in self.rows)
        return f"{self.verdict}: {passed} of {len(self.rows)} checks passed"


def verify(
    run_mode: str = "embedded",
    soc: str = "Ascend910B1",
    dtype: str = "float16",
    reduction: str = "mean",
    shape: str | int | Sequence[int] = (100, 100),
    seed: int = 0,
    distribution: str = "normal",
    level: str = "checked",
    schedule: str = "on_wait",
) -> Verification:
    """Run one case and judge it. A rule that the kernel broke is a FAIL with the finding's text, not an exception.

    Args:
        shape: a shape, an element count, or text such as "100,100" (see case.parse_shape).
        seed: draws the inputs, and the order of cores and pipes in the simulator.
        others: as in case.Case.

    Raises:
        ValueError, TypeError: a value is not allowed; nothing ran.
        RunModeUnavailable: the run mode does not work here.
        BuildError, LaunchError: the kernel could not be built or started.
    """
    check_run_mode(run_mode)
    case = Case.of(
        run_mode=run_mode,
        soc=soc,
        dtype=dtype,
        reduction=reduction,
        shape=shape,
        seed=seed,
        distribution=distribution,
        level=level,
        schedule=schedule,
    )
    planned = plan(case.shape, case.dtype, case.reduction, case.soc)
    inputs = make_inputs(case.shape, case.dtype, case.distribution, case.seed)
    hashes_before = _hashes(inputs)
    result = run(
        *inputs,
        reduction=case.reduction,
        soc=case.soc,
        run_mode=case.run_mode,
        level=case.level,
        schedule=case.schedule,
        seed=case.seed,
        raise_on_finding=False,
    )
    changed = [name for name, value in _hashes(inputs).items() if value != hashes_before[name]]
    inputs = make_inputs(case.shape, case.dtype, case.distribution, case.seed) if changed else inputs
    rows = [kernel_row(result.findings, case.level), inputs_row(changed), plan_row(result.plan, planned)]
    comparison = None
    if not any(finding.severity == "error" for finding in result.findings):
        comparison = compare(result.y, *inputs, case.reduction, overflow=find_soc(case.soc).overflow)
        rows += comparison_rows(comparison, case, result.y)
        if result.y.shape == case.shape and result.y.dtype == case.dtype:
            rows.append(exact_row(result.y, inputs, case, planned))
    metrics = ("elems", "bit_mismatches", "max_ulp", "ulp_bound", "ulp_elems")
    record = make_record(
        case,
        reasons=_reasons(rows),
        run=result.evidence,
        inputs_sha256=hashes_before,
        metrics=None if comparison is None else {name: getattr(comparison, name) for name in metrics},
        checks=[vars(row) for row in rows],
        findings=result.findings,
    )
    return Verification(case, planned, tuple(rows), comparison, result.findings, record)


def _reasons(rows: Sequence[Check]) -> tuple[str, ...]:
    return tuple(f"{row.name}: {row.detail}" for row in rows if row.verdict != "PASS")


def _hashes(inputs: Inputs) -> dict[str, str]:
    return {name: hashlib.sha256(array).hexdigest() for name, array in vars(inputs).items()}


# --- python -m helpers verify -----------------------------------------------------------------------------------------


def main(argv: Sequence[str] = ()) -> int:
    """Verify one case and print its table; the last line is the verdict. Returns 0 PASS, 1 FAIL, 3 unavailable.

    Bad usage, bad values included, ends in SystemExit(2), as argparse does.
    """
    usual = Case()
    parser = argparse.ArgumentParser(
        prog="python -m helpers verify",
        description="Run one case through the kernel and judge the result.",
        epilog="exit: 0 PASS, 1 FAIL, 2 bad usage, 3 the run mode does not work here",
    )
    for name in ("run_mode", "soc", "dtype", "reduction", "distribution", "level", "schedule"):
        parser.add_argument(f"--{name.replace('_', '-')}", default=getattr(usual, name), metavar="NAME")
    parser.add_argument("--shape", default="100,100", metavar="EXTENTS", help=SHAPE_FORMS)
    parser.add_argument("--seed", default="0", metavar="INTEGER")
    parser.add_argument("--evidence", default="", metavar="FILE", help="write the evidence there, as JSON")
    given = vars(parser.parse_args(argv))
    evidence_file = given.pop("evidence")
    try:
        given["seed"] = read_integer("seed", given["seed"])
        verification = verify(**given)
        if evidence_file:
            print(f"evidence: {verification.write_evidence(evidence_file)}")
    except (BuildError, LaunchError) as error:
        print(f"{error}\nFAIL: the kernel could not be {'built' if isinstance(error, BuildError) else 'started'}")
        return FAILED
    except (RunModeUnavailable, CompilerNotFound) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return UNAVAILABLE
    except MemoryError as error:
        parser.exit(BAD_USAGE, f"{parser.prog}: error: shape={given['shape']!r} is too large here: {error}\n")
    except (ArgumentError, OSError) as error:
        parser.exit(BAD_USAGE, f"{parser.prog}: error: {error}\n")
    print(verification)
    return PASSED if verification.passed else FAILED


def read_integer(argument: str, text: str) -> int:
    """The integer that `text` writes; the error names `argument`."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentValueError(argument, text, "integers") from None
