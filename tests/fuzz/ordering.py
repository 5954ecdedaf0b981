# SPDX-License-Identifier: Apache-2.0
"""Gives a random program the synchronisation it needs: a flag set early, one on the spot, or a barrier."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from fuzz.program import ALL_PIPES, FLAG_IDS, FLAG_PAIRS, PIPES, Action, Step, V

# A room is memory that only its own number names: a buffer, one allocation of a queue, or a global tensor.
Range = tuple[int, int, int]  # room, first byte, end


@dataclass(frozen=True)
class _Access:
    pipe: int
    number: int  # in its pipe
    range: Range
    written: bool


@dataclass
class Ordering:
    """The steps of one core, and what each pipe is certain to have seen the others finish.

    Args:
        draw: source of randomness.
        vector_in_order: whether an instruction of pipe V starts only after the one before.
        uses_transitivity: whether a flag is known to pass on what its setter had waited for.
    """

    draw: random.Random
    vector_in_order: bool
    uses_transitivity: bool
    steps: list[Step] = field(default_factory=list)
    _issued: list[int] = field(default_factory=lambda: [0] * len(PIPES))
    _known: list[list[int]] = field(default_factory=lambda: [[0] * len(PIPES) for _ in PIPES])
    _accesses: list[_Access] = field(default_factory=list)
    _pending: dict[int, list[int]] = field(default_factory=dict)  # clock of each flag that is set, by Step.number

    def issue(self, step: Step, pipe: int, reads: list[Range], writes: list[Range]) -> None:
        """Append an instruction, behind what it must wait for. Ranges may be hulls of what is touched."""
        ranges = [(where, False) for where in reads] + [(where, True) for where in writes]
        for earlier in self._accesses:
            conflicts = any(
                (earlier.written or written) and _overlap(earlier.range, where) for where, written in ranges
            )
            if conflicts and self._known[pipe][earlier.pipe] <= earlier.number:
                self._wait_for(pipe, earlier)
        self._accesses += [_Access(pipe, self._issued[pipe], where, written) for where, written in ranges]
        self.steps.append(step)
        self._issued[pipe] += 1
        if pipe == V and self.vector_in_order:
            self._known[V][V] = self._issued[V]

    def set_early(self) -> None:
        """Set a flag that a later step may wait for."""
        number = self.draw.randrange(len(FLAG_PAIRS) * FLAG_IDS)
        if number not in self._pending:
            self._set(number)

    def barrier(self, pipe: int) -> None:
        """A barrier of one pipe, or ALL_PIPES."""
        self.steps.append(Step(Action.BARRIER, number=pipe))
        for each in PIPES if pipe == ALL_PIPES else [pipe]:
            self._known[each][each] = self._issued[each]
        if pipe == ALL_PIPES:
            self._known = [list(self._issued) for _ in PIPES]

    def enqueue(self, step: Step, source: int) -> list[int]:
        """A step of a queue that sets a flag; returns what `dequeue` passes on."""
        self.steps.append(step)
        return self._released(source)

    def dequeue(self, step: Step, destination: int, clock: list[int]) -> None:
        """A step of a queue that waits for a flag."""
        self.steps.append(step)
        self._join(destination, clock)

    def end(self) -> None:
        """Wait for the flags that are still set."""
        for number in sorted(self._pending):
            self._wait(number)

    def _wait_for(self, pipe: int, earlier: _Access) -> None:
        if earlier.pipe == pipe:
            self.barrier(pipe if self.draw.random() < 0.8 else ALL_PIPES)
            return
        numbers = [
            FLAG_PAIRS.index((earlier.pipe, pipe)) * FLAG_IDS + i for i in self.draw.sample(range(FLAG_IDS), FLAG_IDS)
        ]
        for number in numbers:
            if self._pending.get(number, [0] * len(PIPES))[earlier.pipe] > earlier.number:
                self._wait(number)
                return
        if self.draw.random() < 0.1:
            self.barrier(ALL_PIPES)
            return
        for number in numbers:
            if number not in self._pending:
                break
        else:
            self._wait(number)
        self._set(number)
        self._wait(number)

    def _set(self, number: int) -> None:
        self.steps.append(Step(Action.SET_FLAG, number=number))
        self._pending[number] = self._released(FLAG_PAIRS[number // FLAG_IDS][0])

    def _wait(self, number: int) -> None:
        self.steps.append(Step(Action.WAIT_FLAG, number=number))
        self._join(FLAG_PAIRS[number // FLAG_IDS][1], self._pending.pop(number))

    def _released(self, source: int) -> list[int]:
        clock = list(self._known[source]) if self.uses_transitivity else [0] * len(PIPES)
        clock[source] = self._issued[source]
        return clock

    def _join(self, destination: int, clock: list[int]) -> None:
        self._known[destination] = [max(pair) for pair in zip(self._known[destination], clock, strict=True)]


def _overlap(left: Range, right: Range) -> bool:
    return left[0] == right[0] and left[1] < right[2] and right[1] < left[2]
