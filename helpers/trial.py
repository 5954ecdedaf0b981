# SPDX-License-Identifier: Apache-2.0
"""Try a kernel: what the checks say, and in which orders of execution its result would have looked right without them.

- `attempt(kernel, ...)` launches it in program order, as late as flags permit, and in random orders: a `Trial`
- `Overview({name: trial, ...})` is a table of trials
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from helpers.findings import Findings
from helpers.kernel import Kernel
from helpers.launch import CHECK_NAMES

SEEDS = range(10)
WORDS = {True: "right", False: "wrong"}


@dataclass(frozen=True, repr=False)
class Trial:
    """What came out of one kernel.

    Attributes:
        findings: what the checks say.
        program_order, on_wait: whether the result is right without checks, with each instruction executed at once, and
            with each as late as flags permit.
        random: the same for random orders, one for each of SEEDS.
    """

    findings: Findings
    program_order: bool
    on_wait: bool
    random: tuple[bool, ...]

    @property
    def orders(self) -> str:
        """The orders and what each gives, in words."""
        return (
            f"program order {WORDS[self.program_order]}, as late as flags permit {WORDS[self.on_wait]}, "
            f"random orders right in {sum(self.random)} of {len(self.random)}"
        )

    @property
    def green(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.findings and self.program_order and self.on_wait and all(self.random)

    def __repr__(self) -> str:
        return f"{self.findings}\nresult: {self.orders}"

    def _repr_html_(self) -> str:
        return f"{self.findings._repr_html_()}<div>result: {escape(self.orders)}</div>"


def attempt(kernel: Kernel, *arguments: object, output: np.ndarray, expected: np.ndarray, **options: object) -> Trial:
    """Launch `kernel` with the checks, and then without them in several orders.

    Args:
        kernel: the kernel.
        arguments: as `Kernel.launch` takes them; one of them is `output`.
        output: the array that is compared with `expected`; it is set to zero before each launch.
        expected: what it should hold then.
        options: those of `Kernel.launch`, level, schedule, seed and checks apart.
    """

    def launch(**order: object) -> tuple[Findings, bool]:
        output[...] = 0
        # One thread: blocks that overwrite each other's elements do so in the order of the seed.
        result = kernel.launch(*arguments, raise_on_finding=False, threads=1, **options, **order)
        return result.findings, np.array_equal(output, expected)

    unchecked = {"checks_off": CHECK_NAMES}
    return Trial(
        findings=launch()[0],
        program_order=launch(schedule="eager", **unchecked)[1],
        on_wait=launch(schedule="on_wait", **unchecked)[1],
        random=tuple(launch(schedule="random", seed=seed, **unchecked)[1] for seed in SEEDS),
    )


@dataclass(frozen=True, repr=False)
class Overview:
    """A table of trials by name: each finding under its three names, and whether program order looks right."""

    trials: Mapping[str, Trial]

    def rows(self) -> list[tuple[str, ...]]:
        """The cells, the head first."""
        head = ("what is wrong", "finding", "npuchk", "msSanitizer", "program order looks")
        return [head, *(row for name, trial in self.trials.items() for row in _rows_of(name, trial))]

    def __repr__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    def _repr_html_(self) -> str:
        """A self-contained fragment: no script, no style sheet, no colour of its own."""
        head, *body = self.rows()
        rows = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in body)
        return (
            f'<table style="border-collapse:collapse;color:inherit"><thead><tr>{_cells(head, "th")}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


def _cells(row: Sequence[str], tag: str) -> str:
    style = "padding:0.15em 0.7em;text-align:left;border-bottom:1px solid currentColor;background:transparent"
    return "".join(f'<{tag} style="{style}">{escape(cell)}</{tag}>' for cell in row)


def _rows_of(name: str, trial: Trial) -> list[tuple[str, ...]]:
    looks = WORDS[trial.program_order]
    found = [(finding.code, finding.cann_names) for finding in trial.findings]
    return [(name, code, names.npuchk or "none", names.mssanitizer or "none", looks) for code, names in found] or [
        (name, "none", "", "", looks)
    ]
