# SPDX-License-Identifier: Apache-2.0
"""Runs a program under several orders of its pipes and says what is wrong with what came out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from fuzz.oracle import Oracle, OutOfBounds, initial_y, same
from fuzz.program import Action, Core, Form, Program, packed

from helpers import Kernel
from helpers.findings import Finding

SOURCE = Path(__file__).parent / "interpreter.cpp"
DEATHS = {"crash", "exit", "timeout"}
# Those that are noted and stop no block, so that every order must give the same.
NOTED = {"race-raw", "race-war", "race-waw"}
TIMEOUT_SECONDS = 20.0
# What no check finds yet, so that a wrong result may come without a finding. With its check each becomes True.
JUDGES_CORES_THAT_MEET = True  # in global memory
JUDGES_OVERLAPS = True  # of a source with another place of the destination, in one call over a count
JUDGES_UNWRITTEN_UNDER_MASKS = False  # bytes that a masked call or a reduction reads
UNWRITTEN = "y depends on bytes never written"
Launch = Callable[..., tuple[np.ndarray, tuple[Finding, ...]]]


@dataclass(frozen=True)
class Failure:
    """What a program did that it must not.

    Attributes:
        what: in words.
        options: of the launch.
        findings: that it gave.
    """

    what: str
    options: dict[str, object]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        said = "".join(f"\n  {finding}" for finding in self.findings) or " none"
        return f"{self.what} under {self.options}; findings:{said}"


def orders(seed: int) -> list[dict[str, object]]:
    """The options of launch that a program is run with."""
    return [{"schedule": "eager"}, {"schedule": "on_wait"}] + [
        {"schedule": "random", "seed": seed + more} for more in range(2)
    ]


@functools.cache
def interpreter(soc: str) -> Kernel:
    """The kernel that executes programs."""
    return Kernel.from_source(SOURCE, "interpret", soc)


def launched(program: Program, **options: object) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """What the interpreter leaves in y, and the findings."""
    cores, steps = (array.view(np.uint8) for array in packed(program))
    x, y = np.frombuffer(program.x, np.uint8).copy(), initial_y(program)
    result = interpreter(program.soc).launch(
        x,
        y,
        cores,
        steps,
        np.uint32(x.size),
        np.uint32(y.size),
        block_dim=len(program.cores),
        roles=("in", "inout", "in", "in"),
        strict_sync=program.strict_sync,
        raise_on_finding=False,
        timeout_seconds=TIMEOUT_SECONDS,
        **options,
    )
    return y, result.findings


def failures_of_correct(program: Program, seed: int, launch: Launch = launched) -> Iterator[Failure]:
    """A correct program gives in every order what the oracle gives, and no finding."""
    oracle = Oracle(program)
    for options in orders(seed):
        y, findings = launch(program, **options)
        if findings:
            yield Failure("a correct program gives findings", options, findings)
        elif wrong := np.count_nonzero(~same(y, oracle)):
            yield Failure(f"{wrong} bytes of y are wrong", options, findings)


def failures_of_broken(program: Program, seed: int, **more: object) -> Iterator[Failure]:
    """A broken program gives what program order gives, or a finding, and the same races in every order."""
    oracle, undefined = _oracle_of_broken(program)
    if oracle and oracle.cores_meet() and not JUDGES_CORES_THAT_MEET:
        return
    if oracle and oracle.overlaps and not JUDGES_OVERLAPS:
        return
    if undefined == UNWRITTEN and has_masks(program) and not JUDGES_UNWRITTEN_UNDER_MASKS:
        return
    seen = []
    for options in orders(seed):
        y, findings = launched(program, **options, **more)
        codes = {finding.code for finding in findings}
        seen.append({(finding.code, finding.cores) for finding in findings})
        if codes & DEATHS:
            yield Failure("the child process died", options, findings)
        elif undefined and not findings:
            yield Failure(f"{undefined}, which nothing says", options, findings)
        elif oracle and not oracle.made_nan and not findings and not same(y, oracle).all():
            yield Failure("a wrong result without a finding", options, findings)
    if set().union(*seen) <= {(code, cores) for code, cores in set().union(*seen) if code in NOTED}:
        for options, found in zip(orders(seed), seen, strict=True):
            if found != seen[0]:
                yield Failure(f"races differ from those of the first order, {sorted(seen[0])}", options, ())


def has_masks(program: Program) -> bool:
    """Whether a call takes a mask, or reduces, compares or selects."""
    return any(
        step.action in (Action.COMPARE, Action.SELECT) or (step.action == Action.VECTOR and step.form != Form.COUNT)
        for core in program.cores
        for step in core.steps
    )


def _oracle_of_broken(program: Program) -> tuple[Oracle | None, str]:
    """The oracle, or what no oracle can say."""
    try:
        oracle, other = Oracle(program), Oracle(program, poison=0x11)
    except OutOfBounds:
        return None, "an access is out of bounds"
    except (IndexError, KeyError):
        return None, "a queue is empty"
    if not np.array_equal(oracle.y, other.y):
        return None, UNWRITTEN
    oracle.made_nan |= other.made_nan
    return oracle, ""


def smallest(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Leave out cores, then copies and computations, for as long as it fails; synchronisation stays."""
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(program):
            if fails(smaller):
                program, progress = smaller, True
                break
    return program


def _smaller(program: Program) -> Iterator[Program]:
    idle = Core((0,) * 4, (0,) * 4, (0,) * 4, ())
    for number, core in enumerate(program.cores):
        removable = [i for i, step in enumerate(core.steps) if step.action >= Action.LOAD]
        counts = (1, 2, 4, 8, len(removable)) if removable else ()
        parts = [removable[i::count] for count in counts for i in range(count)]
        smaller = [replace(core, steps=tuple(s for i, s in enumerate(core.steps) if i not in part)) for part in parts]
        for each in ([idle] if core.steps else []) + [each for each in smaller if each != core]:
            yield replace(program, cores=(*program.cores[:number], each, *program.cores[number + 1 :]))
