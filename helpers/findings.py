# SPDX-License-Identifier: Apache-2.0
"""What the simulator has to say about a kernel.

- `Finding` is one broken rule: where, which operand, the two numbers that disagree, the next step
- `collect(records)` joins equal findings of several cores and puts them in a fixed order
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Finding:
    """One broken rule.

    Attributes:
        code: stable name of the rule, for example "gm-out-of-bounds".
        severity: "error" (the block was stopped) or "warning".
        cores: the cores (block indices) it happened on.
        call: the API call, for example "DataCopyPad".
        file, line: where the kernel makes that call; empty and 0 where no line is to blame.
        operand: which operand, tensor or buffer.
        message: what happened, on the first of the cores.
        actual, expected: the two numbers that disagree.
        remedy: the next step.
    """

    code: str
    severity: str
    cores: tuple[int, ...]
    call: str
    file: str
    line: int
    operand: str
    message: str
    actual: int
    expected: int
    remedy: str

    def __str__(self) -> str:
        place = f" at {PurePath(self.file).name}:{self.line}" if self.line else ""
        operand = f", {self.operand}" if self.operand else ""
        return (
            f"{self.severity} {self.code}: {cores_text(self.cores)}, {self.call}{place}{operand}: {self.message}. "
            f"Remedy: {self.remedy}."
        )


def cores_text(cores: Iterable[int]) -> str:
    """Cores as ranges: "cores 0-3, 7"."""
    ordered = sorted(cores)
    ranges: list[list[int]] = []
    for core in ordered:
        if ranges and ranges[-1][1] + 1 == core:
            ranges[-1][1] = core
        else:
            ranges.append([core, core])
    text = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
    return f"core {text}" if len(ordered) == 1 else f"cores {text}"


def collect(records: Iterable[Mapping[str, object]]) -> tuple[Finding, ...]:
    """Findings from the records of the child process: equal ones joined over cores, errors first, by core."""
    joined: dict[tuple[object, ...], list[Mapping[str, object]]] = {}
    for record in records:
        key = tuple(record[name] for name in ("severity", "code", "call", "file", "line"))
        joined.setdefault(key, []).append(record)
    found = []
    for same in joined.values():
        first = min(same, key=lambda record: record["core"])
        fields = {name: first[name] for name in Finding.__dataclass_fields__ if name != "cores"}
        found.append(Finding(cores=tuple(sorted({record["core"] for record in same})), **fields))
    return tuple(sorted(found, key=lambda f: (f.severity != "error", f.cores, f.line, f.code)))
