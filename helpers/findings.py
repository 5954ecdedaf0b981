# SPDX-License-Identifier: Apache-2.0
"""What the simulator has to say about a kernel.

- `Finding` is one broken rule: where, which operand, the two numbers that disagree, the next step
- `Findings` are those of one launch, in a fixed order
- `collect(records)` makes them of what the child process wrote: equal ones of several cores are joined
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path, PurePath

from helpers.call_text import operand_text
from helpers.cann_names import CannNames, names_of


@dataclass(frozen=True, repr=False)
class Finding:
    """One broken rule.

    Attributes:
        code: stable name of the rule, for example "gm-out-of-bounds".
        severity: "error" or "warning".
        cores: the cores (block indices) it happened on.
        call: the API call, for example "DataCopyPad".
        file, line: where the kernel makes that call; empty and 0 where no line is to blame.
        source: that line as its author wrote it.
        operand: which operand, tensor or buffer, as the API names it.
        variable: the expression that the kernel passes there; empty where it cannot be told.
        message: what happened, on the first of the cores.
        actual, expected: the two numbers that disagree.
        remedy: the next step.
        other_call, other_file, other_line: the call it conflicts with, where there is one.
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
    source: str = ""
    variable: str = ""
    other_call: str = ""
    other_file: str = ""
    other_line: int = 0

    def __str__(self) -> str:
        place = f" at {self.place}" if self.line else ""
        operand = f", {self.operand_named}" if self.operand else ""
        return (
            f"{self.severity} {self.code}: {cores_text(self.cores)}, {self.call}{place}{operand}: {self.message}. "
            f"Remedy: {self.remedy}."
        )

    __repr__ = __str__

    @property
    def place(self) -> str:
        """File and line; empty where no line is to blame."""
        return f"{PurePath(self.file).name}:{self.line}" if self.line else ""

    @property
    def other_place(self) -> str:
        """File and line of the call it conflicts with; empty where there is none."""
        return f"{PurePath(self.other_file).name}:{self.other_line}" if self.other_line else ""

    @property
    def operand_named(self) -> str:
        """The operand with the kernel's own name for it: "src = predict"."""
        return f"{self.operand} = {self.variable}" if self.variable else self.operand

    @property
    def cann_names(self) -> CannNames:
        """What CANN's own tools call it."""
        return names_of(self.code)

    def as_record(self) -> dict[str, object]:
        """The same for JSON, without the folders of this machine."""
        files = {name: PurePath(getattr(self, name)).name for name in ("file", "other_file")}
        return {**asdict(self), "cores": list(self.cores), **files}

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> Finding:
        """The finding that `as_record` described."""
        return cls(**{**record, "cores": tuple(record["cores"])})

    def _repr_html_(self) -> str:
        from helpers.finding_card import card

        return card(self)


class Findings(tuple[Finding, ...]):
    """The findings of one launch, errors first, then by core and line.

    `dropped` counts those beyond the limit, of which nothing is known but that they were there.
    """

    dropped: int

    def __new__(cls, findings: Iterable[Finding] = (), dropped: int = 0) -> Findings:
        """The findings in the order given."""
        made = super().__new__(cls, findings)
        made.dropped = dropped
        return made

    def __str__(self) -> str:
        lines = [str(finding) for finding in self]
        if self.dropped:
            lines.append(f"{self.dropped} more were found, beyond what is kept")
        return "\n".join(lines) or "no findings"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from helpers.finding_card import cards

        return cards(self)


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


# What a record leaves out when the child dies, or nothing was launched.
_ABSENT = {"operand_index": -1, "other_call": "", "other_file": "", "other_line": 0}
_SAME_RULE = ("severity", "code", "call", "file", "line", "operand_index", "other_call", "other_file", "other_line")
_NUMBERS = ("actual", "expected", "remedy")


def collect(records: Iterable[Mapping[str, object]], dropped: int = 0) -> Findings:
    """Findings from the records of the child process."""
    joined: dict[tuple[object, ...], list[Mapping[str, object]]] = {}
    for given in records:
        record = {**_ABSENT, **given}
        # Of a queue's buffers each core may break the rule with another one; tensors and parameters stay apart.
        subject = record["operand"].partition(" buffer ")[0]
        joined.setdefault((subject, *(record[name] for name in _SAME_RULE)), []).append(record)
    texts: dict[str, str] = {}
    return Findings(sorted((_joined(same, texts) for same in joined.values()), key=_order), dropped)


def _joined(same: list[Mapping[str, object]], texts: dict[str, str]) -> Finding:
    """One finding of records that differ in cores and numbers."""
    first = dict(min(same, key=lambda record: [record[name] for name in ("core", "message", "operand", *_NUMBERS)]))
    cores = tuple(sorted({record["core"] for record in same}))
    del first["record"], first["core"]
    index, file, line = first.pop("operand_index"), first["file"], first["line"]
    text = texts.setdefault(file, _text_of(file)) if line else ""
    lines = text.split("\n")
    return Finding(
        cores=cores,
        source=lines[line - 1].strip() if 0 < line <= len(lines) else "",
        variable=operand_text(text, line, first["call"], index, first["operand"]),
        **first,
    )


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _order(finding: Finding) -> tuple[object, ...]:
    """Errors first, then by core, line and code; what is left settles ties."""
    return (finding.severity != "error", finding.cores, finding.line, finding.code, *astuple(finding))
