# SPDX-License-Identifier: Apache-2.0
"""Findings as notebooks show them: self-contained HTML, without script or style sheet, for light and dark themes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from helpers.findings import Finding, Findings, cores_text

# A bar at the side and a word say how severe it is; colours come on top, and come from the theme where there is one.
_COLOURS = {"error": "var(--jp-error-color1, #D55E00)", "warning": "var(--jp-warn-color1, #E69F00)"}
_SIGNS = {"error": "✖", "warning": "▲"}
_LABEL = (
    "padding:0.1em 0.8em 0.1em 0;vertical-align:top;text-align:left;white-space:nowrap;font-weight:normal;opacity:0.75"
)
_CELL = "padding:0.1em 0;text-align:left;background:transparent"


def card(finding: Finding) -> str:
    """One finding: what, where, with the line of the kernel, why, what next, and CANN's names for it."""
    colour = _COLOURS[finding.severity]
    names = finding.cann_names
    rows = [
        ("where", f"{cores_text(finding.cores)}, {finding.call}" + (f" at {finding.place}" if finding.line else "")),
        ("line", finding.source),
        ("operand", finding.operand_named),
        ("against", f"{finding.other_call} at {finding.other_place}" if finding.other_line else ""),
        ("what", f"{finding.message}."),
        ("next", f"{finding.remedy}."),
        ("npuchk", names.npuchk or "has no such rule"),
        ("msSanitizer", names.mssanitizer or "has no such report"),
    ]
    body = "".join(_row(label, text, code=label == "line") for label, text in rows if text)
    return (
        f'<div style="border-left:4px solid {colour};padding:0.2em 0 0.2em 0.8em;margin:0.4em 0">'
        f'<div><b><span style="color:{colour}">{_SIGNS[finding.severity]}</span> '
        f"{escape(finding.severity)} {escape(finding.code)}</b></div>"
        f'<table style="border-collapse:collapse;color:inherit;margin:0">{body}</table></div>'
    )


def cards(findings: Findings | Sequence[Finding]) -> str:
    """All findings of a launch, one below the other."""
    if not findings:
        return '<div><b><span style="color:var(--jp-success-color1, #009E73)">✔</span> no findings</b></div>'
    dropped = getattr(findings, "dropped", 0)
    more = f"<div>{dropped} more were found, beyond what is kept.</div>" if dropped else ""
    return "".join(card(finding) for finding in findings) + more


def _row(label: str, text: str, *, code: bool) -> str:
    shown = f'<code style="white-space:pre-wrap;color:inherit">{escape(text)}</code>' if code else escape(text)
    return f'<tr style="background:transparent"><th style="{_LABEL}">{label}</th><td style="{_CELL}">{shown}</td></tr>'
