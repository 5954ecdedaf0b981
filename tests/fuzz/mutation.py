# SPDX-License-Identifier: Apache-2.0
"""Breaks a program in one place: a synchronisation less, a length too long, a wrong offset."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from fuzz.program import BLOCK_BYTES, TYPES, Action, CopyForm, Form, Program, Step

Steps = list[Step]


def mutated(program: Program, draw: random.Random) -> tuple[str, Program] | None:
    """A name of what was done, and the broken program; None where the drawn core has nothing of the kind."""
    name = draw.choice(list(MUTATIONS))
    number = draw.randrange(len(program.cores))
    core = program.cores[number]
    steps = MUTATIONS[name](list(core.steps), draw)
    if steps is None:
        return None
    cores = list(program.cores)
    cores[number] = replace(core, steps=tuple(steps))
    return name, replace(program, cores=tuple(cores))


def _places(steps: Steps, *actions: Action) -> list[int]:
    return [place for place, step in enumerate(steps) if step.action in actions]


def _partner(steps: Steps, place: int, first: Action, second: Action) -> int:
    """The `second` that answers the `first` at `place`: both are first in, first out."""
    number = steps[place].number
    rank = sum(step.action == first and step.number == number for step in steps[:place])
    answers = [i for i in _places(steps, second) if steps[i].number == number]
    return answers[rank]


def _without(steps: Steps, *places: int) -> Steps:
    return [step for place, step in enumerate(steps) if place not in places]


def _drop_pair(first: Action, second: Action) -> Callable[[Steps, random.Random], Steps | None]:
    def drop(steps: Steps, draw: random.Random) -> Steps | None:
        places = _places(steps, first)
        if not places:
            return None
        place = draw.choice(places)
        return _without(steps, place, _partner(steps, place, first, second))

    return drop


def _drop(*actions: Action) -> Callable[[Steps, random.Random], Steps | None]:
    def drop(steps: Steps, draw: random.Random) -> Steps | None:
        places = _places(steps, *actions)
        return _without(steps, draw.choice(places)) if places else None

    return drop


def _move(action: Action, distance: int) -> Callable[[Steps, random.Random], Steps | None]:
    def move(steps: Steps, draw: random.Random) -> Steps | None:
        places = [place for place in _places(steps, action) if 0 <= place + distance < len(steps)]
        if not places:
            return None
        place = draw.choice(places)
        steps.insert(place + distance, steps.pop(place))
        return steps

    return move


def _change(
    usable: Callable[[Step], bool], change: Callable[[Step, random.Random], Step]
) -> Callable[[Steps, random.Random], Steps | None]:
    def apply(steps: Steps, draw: random.Random) -> Steps | None:
        places = [place for place, step in enumerate(steps) if usable(step)]
        if not places:
            return None
        place = draw.choice(places)
        steps[place] = change(steps[place], draw)
        return steps

    return apply


def _has_count(step: Step) -> bool:
    counts = step.action in (Action.CAST, Action.SELECT) or (step.action == Action.VECTOR and step.form == Form.COUNT)
    return counts or (_copies(step) and step.form == CopyForm.WHOLE)


def _copies(step: Step) -> bool:
    return step.action in (Action.LOAD, Action.STORE)


def _computes(step: Step) -> bool:
    return step.action in (Action.VECTOR, Action.CAST, Action.SELECT)


def _other_offset(step: Step, draw: random.Random) -> Step:
    offset = list(step.offset)
    which = draw.randrange(3)
    offset[which] = max(0, offset[which] + draw.choice((-1, 1, 2, 16)) * BLOCK_BYTES)
    return replace(step, offset=tuple(offset))


def _longer(step: Step, draw: random.Random) -> Step:
    block = BLOCK_BYTES if step.form == CopyForm.BLOCKS else TYPES[step.type].itemsize
    return replace(step, block_bytes=step.block_bytes + draw.choice((1, 2, 7)) * block)


def _elsewhere(step: Step, draw: random.Random) -> Step:
    distance = draw.choice((-64, -1, 1, 3, 64)) * BLOCK_BYTES
    return replace(step, gm_offset=max(0, step.gm_offset + distance))


MUTATIONS: dict[str, Callable[[Steps, random.Random], Steps | None]] = {
    "flag dropped": _drop_pair(Action.SET_FLAG, Action.WAIT_FLAG),
    "queue passed by": _drop_pair(Action.ENQUE, Action.DEQUE),
    "barrier dropped": _drop(Action.BARRIER),
    "set dropped": _drop(Action.SET_FLAG),
    "wait dropped": _drop(Action.WAIT_FLAG),
    "free dropped": _drop(Action.FREE),
    "set too early": _move(Action.SET_FLAG, -1),
    "wait too late": _move(Action.WAIT_FLAG, 1),
    "free too early": _move(Action.FREE, -2),
    "count too long": _change(
        _has_count, lambda step, draw: replace(step, count=step.count + draw.choice((1, 8, 64, 1000)))
    ),
    "one block more": _change(
        lambda step: _copies(step) and step.form != CopyForm.WHOLE,
        lambda step, _: replace(step, block_count=step.block_count + 1),
    ),
    "block too long": _change(lambda step: _copies(step) and step.form != CopyForm.WHOLE, _longer),
    "one repeat more": _change(
        lambda step: step.action == Action.VECTOR and step.form != Form.COUNT,
        lambda step, _: replace(step, repeats=step.repeats + 1),
    ),
    "wrong offset in UB": _change(_computes, _other_offset),
    "wrong offset in GM": _change(_copies, _elsewhere),
}
