# SPDX-License-Identifier: Apache-2.0
"""Says which run modes work on this machine and, for each that does not, why and what to do next."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from helpers import compiler, run_modes

DISTRIBUTION = "mse-loss-grad-v1-workbook"
PYTHON_FIRST, PYTHON_LAST = (3, 10), (3, 13)
SET_UP = "run `make verify`, which sets itself up, or `python -m pip install -e .` in the checkout"
SHARED_MEMORY = Path("/dev/shm")
# Four float16 tensors of 2^25 elements; containers give 64 MiB by default, which the larger examples overflow.
SHARED_MEMORY_BYTES = 4 * 2 * 2**25
GIB = 2**30
UNAVAILABLE = 3

_MARKS = {True: "yes", False: "no", None: "-"}


@dataclass(frozen=True)
class Row:
    """One thing that was looked at.

    Attributes:
        what: its name.
        ok: whether it works; None for what was not looked at or is a plain fact.
        detail: what was found, or why it does not work.
        next_step: what to do about it, "" where there is nothing to do.
    """

    what: str
    ok: bool | None
    detail: str
    next_step: str = ""


@dataclass(frozen=True)
class Doctor:
    """What was found, grouped: each group is a title and its rows.

    Attributes:
        groups: pairs of title and rows, in the order they are printed.
        embedded_works: whether the run mode that needs no hardware can run here.
    """

    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    embedded_works: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, without their groups."""
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def exit_code(self) -> int:
        """0 when the run mode `embedded` works here, 3 when not."""
        return 0 if self.embedded_works else UNAVAILABLE

    def format_text(self) -> str:
        """Return the report as aligned lines; each next step stands under the row it belongs to."""
        width = max(len(row.what) for row in self.rows)
        lines = []
        for title, rows in self.groups:
            lines.append(title)
            for row in rows:
                lines.append(f"  {_MARKS[row.ok]:<4}{row.what:<{width}}  {row.detail}".rstrip())
                if row.next_step:
                    lines.append(f"  {'':<4}{'':<{width}}  next: {row.next_step}")
        verdict = "works" if self.embedded_works else "does not work"
        return "\n".join([*lines, f"embedded {verdict} here"])


def report() -> Doctor:
    """Look at Python, packages, compilers, machine and run modes; nothing is installed, changed or raised."""
    modes = tuple(_run_modes())
    groups = (
        ("Python", (_python(), *_packages())),
        ("C++ compiler, in order of search", tuple(_compilers())),
        ("machine", (_cores(), _memory(), _shared_memory())),
        ("run modes", modes),
    )
    embedded_works = any(row.what == "embedded" and row.ok for row in modes)
    return Doctor(groups, embedded_works)


def main(argv: Sequence[str] = ()) -> int:
    """Print the report; return 0 when `embedded` works, else 3. Bad usage ends in SystemExit(2), as argparse does."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers doctor",
        description=__doc__,
        epilog="exit: 0 embedded works, 3 it does not",
    )
    parser.parse_args(argv)
    found = report()
    print(found.format_text())
    return found.exit_code


def _python() -> Row:
    detail = f"{platform.python_version()} ({platform.system()} {platform.machine()})"
    if PYTHON_FIRST <= sys.version_info[:2] <= PYTHON_LAST:
        return Row("python", True, detail)
    first, last = (".".join(map(str, version)) for version in (PYTHON_FIRST, PYTHON_LAST))
    return Row("python", False, f"{detail}; tested are {first} to {last}", f"make verify PYTHON=python{last}")


def _packages() -> Iterator[Row]:
    """One row for each requirement that pyproject.toml states without an extra, as it was when it was installed."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Row(DISTRIBUTION, False, "not installed in this environment", SET_UP)
        return
    for requirement in requirements:
        stated, _, marker = requirement.partition(";")
        if marker:
            continue
        name, bounds = re.fullmatch(r"([\w.-]+)\s*(.*)", stated.strip()).groups()
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Row(name, False, f"not installed; needed is {bounds}", SET_UP)
            continue
        if _within(version, bounds):
            yield Row(name, True, version)
        else:
            yield Row(name, False, f"{version}; tested is {bounds}", SET_UP)


def _within(version: str, bounds: str) -> bool:
    """Whether `version` meets bounds of the two forms pyproject.toml uses, `>=a` and `<b`, joined by commas."""
    for bound in filter(None, (part.strip() for part in bounds.split(","))):
        if bound.startswith(">="):
            met = _numbers(version) >= _numbers(bound[2:])
        elif bound.startswith("<") and not bound.startswith("<="):
            met = _numbers(version) < _numbers(bound[1:])
        else:
            raise ValueError(f"bound {bound!r} in pyproject.toml: allowed are '>=a' and '<b'")
        if not met:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    """The release part: "2.13.0+cpu" and "2.13.0rc1" give (2, 13); zeros at the end do not count."""
    numbers = [int(part) for part in re.match(r"\d+(\.\d+)*", version.strip()).group().split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _compilers() -> Iterator[Row]:
    candidates = compiler.search_report()
    found = any(candidate.compiler is not None for candidate in candidates)
    for candidate in candidates:
        if candidate.compiler is not None:
            used = candidate.compiler
            yield Row(candidate.name, True, " ".join(filter(None, (used.name, used.version, used.target))))
        else:
            yield Row(candidate.name, False if candidate.tried else None, candidate.why_not)
    if not found:
        set_by_hand = bool(os.environ.get("CXX", "").strip())
        next_step = "correct CXX, or unset it" if set_by_hand else compiler.NEXT_STEP
        yield Row("compiler", False, "none of these works", next_step)


def _cores() -> Row:
    total = os.cpu_count() or 1
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        usable = total
    return Row("cores", None, f"{usable} usable of {total}")


def _memory() -> Row:
    try:
        memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return Row("memory", None, "this system does not say")
    return Row("memory", None, f"{memory_bytes / GIB:.1f} GiB")


def _shared_memory() -> Row:
    """Tensors travel between processes in shared memory; on Linux that is a file system with a size of its own."""
    if not SHARED_MEMORY.is_dir():
        return Row("shared memory", None, "no file system of its own: main memory is the limit")
    free_bytes = shutil.disk_usage(SHARED_MEMORY).free
    detail = f"{free_bytes / GIB:.2f} GiB free in {SHARED_MEMORY}"
    if free_bytes >= SHARED_MEMORY_BYTES:
        return Row("shared memory", True, detail)
    return Row(
        "shared memory",
        False,
        f"{detail}; the larger examples take {SHARED_MEMORY_BYTES / GIB:.2f} GiB",
        "give the machine or container more, with docker: --shm-size=2g",
    )


def _run_modes() -> Iterator[Row]:
    for mode in run_modes.RUN_MODES:
        why = run_modes.why_not(mode)
        yield Row(mode, why is None, why or "works")
