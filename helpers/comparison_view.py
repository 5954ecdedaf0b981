# SPDX-License-Identifier: Apache-2.0
"""Show a Comparison: one line, some lines of text, or an HTML table that follows the page's own colours."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.comparison import Comparison, WorstElement

COLUMNS = ("index", "predict", "label", "dout", "y", "expected", "truth", "ulp")

# Digits that tell any two neighbours of the dtype apart.
_DIGITS = {"float16": 5, "float32": 9}


def as_line(comparison: Comparison) -> str:
    """Return verdict and the numbers behind it on one line."""
    if not comparison.elems:
        return f"{comparison.verdict} {comparison.dtype} {comparison.reduction}: 0 elements"
    return (
        f"{comparison.verdict} {comparison.dtype} {comparison.reduction}: {comparison.elems} elements, "
        f"{comparison.bit_mismatches} bit mismatches, max {comparison.max_ulp:.4g} ulp "
        f"(bound {comparison.ulp_bound:g}, held against {comparison.ulp_elems})"
    )


def as_text(comparison: Comparison) -> str:
    """Return the line, the reasons below it, what published criteria say and, for a FAIL, the worst elements."""
    lines = [as_line(comparison), *(f"  {note}" for note in (*comparison.reasons, *_standards(comparison)))]
    if not comparison.passed:
        for element in comparison.worst:
            cells = zip(COLUMNS, element_cells(element, comparison.dtype), strict=True)
            lines.append("  " + "  ".join(f"{column} {cell}" for column, cell in cells))
    return "\n".join(lines)


def as_html(comparison: Comparison) -> str:
    """Return a self-contained fragment: no script, no style sheet, no colour of its own."""
    cell = "padding:0.15em 0.7em;text-align:right;border-bottom:1px solid currentColor;background:transparent"
    head = "".join(f'<th style="{cell}">{column}</th>' for column in COLUMNS)
    rows = "".join(
        "<tr>"
        + "".join(f'<td style="{cell}">{escape(text)}</td>' for text in element_cells(element, comparison.dtype))
        + "</tr>"
        for element in comparison.worst
    )
    reasons = "".join(f"<div>{escape(note)}</div>" for note in (*comparison.reasons, *_standards(comparison)))
    table = (
        f'<table style="border-collapse:collapse;color:inherit;font-variant-numeric:tabular-nums;margin-top:0.4em">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    mark = "border:2px solid currentColor;padding:0 0.4em;font-weight:bold"
    line = as_line(comparison).removeprefix(comparison.verdict)
    return (
        f'<div style="color:inherit"><span style="{mark}">{comparison.verdict}</span>{escape(line)}'
        f"{reasons}{table if rows else ''}</div>"
    )


def _standards(comparison: Comparison) -> tuple[str, ...]:
    """What the published criteria say, as one sentence or none; they decide nothing."""
    if not comparison.standards:
        return ()
    said = {answer: [name for name, each in comparison.standards.items() if each == answer] for answer in (True, False)}
    words = [f"{', '.join(names)} {'accept' if answer else 'refuse'}" for answer, names in said.items() if names]
    return (f"published criteria, for comparison: {'; '.join(words)}",)


def element_cells(element: WorstElement, dtype: str) -> tuple[str, ...]:
    """Return one element's values as text, in the order of COLUMNS."""
    digits = _DIGITS[dtype]
    values = (element.predict, element.label, element.dout, element.y, element.expected)
    index = ", ".join(str(i) for i in element.index)
    return (f"({index})", *(f"{value:.{digits}g}" for value in values), f"{element.truth:.9g}", f"{element.ulp:.6g}")
