# SPDX-License-Identifier: Apache-2.0
"""What a sweep found: `Summary` with its verdict, written as `summary.json` and `summary.html`.

The page needs no script, no network and no other file, and follows the reader's light or dark colours.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from helpers.case import Case, shape_text
from helpers.evidence import write_atomically

FORMAT = "mse-loss-grad-v1-summary"
VERSION = 1
JSON_NAME, HTML_NAME = "summary.json", "summary.html"

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --line: #8a8a8a; --mark: #a3261b; --link: #0b57a4 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #16181a; --line: #777777; --mark: #ff9a8d; --link: #8ec2ff }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem }
a { color: var(--link) }
.verdict { font-size: 1.3rem; font-weight: bold }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; padding: 0.5rem 0 }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
.number { text-align: right }
.fail { color: var(--mark); font-weight: bold }
.reason { white-space: pre-wrap }
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    Attributes:
        case: the case that was asked for.
        reasons: why it failed; empty for a PASS.
        record: its evidence, None where there is none that can be relied on.
        seconds: wall time of the notebook run, with start-up; 0 for a case that did not run.
        attempts: Jupyter kernels that were started for it.
        notebook, evidence: files relative to the output folder, "" where they do not exist.
    """

    case: Case
    reasons: tuple[str, ...]
    record: Mapping[str, object] | None = None
    seconds: float = 0.0
    attempts: int = 0
    notebook: str = ""
    evidence: str = ""

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "FAIL" if self.reasons else "PASS"

    @property
    def metrics(self) -> Mapping[str, object]:
        """The numbers of its evidence; empty where nothing was compared."""
        return (self.record or {}).get("metrics") or {}

    def __str__(self) -> str:
        case, metrics = self.case, self.metrics
        words = f"{self.verdict}  {case.soc:<12} {case.dtype} {case.reduction:<4} {shape_text(case.shape):>9}"
        if metrics:
            words += f"  {metrics['bit_mismatches']} of {metrics['elems']} elements differ in bits, "
            words += f"max {float(metrics['max_ulp']):.3f} ulp (bound {metrics['ulp_bound']:g})"
        retried = f", {self.attempts} attempts" if self.attempts > 1 else ""
        words += f"  {self.seconds:.1f} s{retried}"
        return "\n".join([words, *(f"      {line}" for reason in self.reasons for line in reason.split("\n"))])


@dataclass(frozen=True)
class Summary:
    """All outcomes of one sweep, in the order of its cases."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the sweep as a whole fails; empty for a PASS. A sweep that compared nothing proves nothing."""
        reasons = []
        failed = sum(outcome.verdict != "PASS" for outcome in self.outcomes)
        if failed:
            reasons.append(f"{failed} of {_cases(len(self.outcomes))} failed")
        if not self.outcomes:
            reasons.append("there were no cases")
        elif not failed and self.elems_compared == 0:
            reasons.append("no case compared a single element")
        if len(self.sources) > 1:
            reasons.append("the sources changed while the sweep ran: not all cases ran the same kernel")
        return tuple(reasons)

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "FAIL" if self.reasons else "PASS"

    @property
    def elems_compared(self) -> int:
        """Elements compared in all cases together."""
        return sum(outcome.metrics.get("elems", 0) for outcome in self.outcomes)

    @property
    def sources(self) -> set[str]:
        """The different sets of source hashes in the evidence, each as text: one, if all ran the same kernel."""
        records = [outcome.record for outcome in self.outcomes if outcome.record is not None]
        return {
            json.dumps([r["run"]["source_sha256"], r["environment"]["source_sha256"]], sort_keys=True) for r in records
        }

    def __str__(self) -> str:
        if self.reasons:
            return f"FAIL: {'; '.join(self.reasons)}"
        return f"PASS: {_cases(len(self.outcomes))}, {self.elems_compared} elements compared, {self.seconds:.0f} s"


def write_summary(summary: Summary, out: Path) -> None:
    """Write both forms into the folder `out`."""
    write_atomically(out / JSON_NAME, json.dumps(as_json(summary), indent=2, allow_nan=False) + "\n")
    write_atomically(out / HTML_NAME, as_html(summary))


def as_json(summary: Summary) -> dict[str, object]:
    """The summary for machines. Numbers that JSON lacks are strings, as in evidence; files are relative to it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "verdict": summary.verdict,
        "reasons": list(summary.reasons),
        "counts": dict(sorted(Counter(outcome.verdict for outcome in summary.outcomes).items())),
        "elems_compared": summary.elems_compared,
        "seconds": round(summary.seconds, 3),
        "cases": [
            {
                "case": outcome.case.as_json(),
                "verdict": outcome.verdict,
                "reasons": list(outcome.reasons),
                "metrics": dict(outcome.metrics) or None,
                "seconds": round(outcome.seconds, 3),
                "attempts": outcome.attempts,
                "notebook": outcome.notebook or None,
                "evidence": outcome.evidence or None,
            }
            for outcome in summary.outcomes
        ],
    }


def as_html(summary: Summary) -> str:
    """The summary as a page of its own."""
    columns = ("verdict", "SoC", "dtype", "reduction", "shape", "bit mismatches", "max ulp", "bound", "time", "files")
    numbers = ("bit mismatches", "max ulp", "bound", "time")
    head = "".join(f'<th scope="col"{_class(name in numbers)}>{name}</th>' for name in columns)
    body = "\n".join(_rows(summary.outcomes, len(columns)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{summary.verdict}: MseLossGradV1 sweep</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>MseLossGradV1: sweep of the verify notebook</h1>
<p class="verdict{"" if summary.verdict == "PASS" else " fail"}">{escape(str(summary))}</p>
{_provenance(summary)}
<div class="wide"><table>
<caption>Every case ran as a notebook of its own. Bits are compared with the kernel's own steps in NumPy, errors
with the float64 truth in units of the last place (ulp). Times are wall times of this run, with start-up.</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table></div>
<p>The same for machines: <a href="{JSON_NAME}">{JSON_NAME}</a></p>
</body>
</html>
"""


def _rows(outcomes: Sequence[Outcome], columns: int) -> list[str]:
    rows = []
    for outcome in outcomes:
        case, metrics = outcome.case, outcome.metrics
        numbers = ["-"] * 3
        if metrics:
            numbers = [str(metrics["bit_mismatches"]), f"{float(metrics['max_ulp']):.4f}", f"{metrics['ulp_bound']:g}"]
        cells = [f"<td>{escape(text)}</td>" for text in (case.soc, case.dtype, case.reduction, str(case.shape))]
        cells += [f'<td class="number">{escape(text)}</td>' for text in (*numbers, f"{outcome.seconds:.1f} s")]
        links = [
            (name, path) for name, path in (("notebook", outcome.notebook), ("evidence", outcome.evidence)) if path
        ]
        linked = " ".join(f'<a href="{quote(path)}">{name}</a>' for name, path in links)
        failed = outcome.verdict != "PASS"
        mark = f"<td{' class=fail' if failed else ''}>{outcome.verdict}</td>"
        rows.append(f"<tr>{mark}{''.join(cells)}<td>{linked}</td></tr>")
        if failed:
            reasons = escape("\n".join(outcome.reasons))
            rows.append(f'<tr><td></td><td colspan="{columns - 1}" class="reason">{reasons}</td></tr>')
    return rows


def _provenance(summary: Summary) -> str:
    """A paragraph on what ran, from the evidence of the first case that has any."""
    record = next((outcome.record for outcome in summary.outcomes if outcome.record is not None), None)
    if record is None:
        return ""
    found, compiler = record["environment"], record["environment"]["compiler"]
    commit = f"commit {found['git_commit'][:12]}" if found["git_commit"] else "no git commit"
    changed = " with changes" if found["git_modified"] else ""
    words = (
        f"Run mode {record['case']['run_mode']}, {commit}{changed}; Python {found['python']}, NumPy {found['numpy']}, "
        f"{compiler['name']} {compiler['version']}, {found['system']} {found['processor']}; {record['created_utc']}."
    )
    return f"<p>{escape(words)}</p>"


def _class(number: bool) -> str:
    return ' class="number"' if number else ""


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"
