# SPDX-License-Identifier: Apache-2.0
"""What the pipes of one core do over modelled time, as arrays: `core_lanes(timeline, core)`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import ArgumentValueError
from helpers.timeline import PIPE_NAMES, Timeline

_S, _V, _MTE2, _MTE3 = range(4)
LANES = (_S, _MTE2, _V, _MTE3)  # from top to bottom


@dataclass(frozen=True)
class CoreLanes:
    """What the pipes of one core do, in program order; flags are left out, arrows stand for them.

    Attributes:
        place: of each instruction in `timeline.instructions`.
        pipe: indexes PIPE_NAMES.
        tile: from 0; a tile begins with a load that follows a store in the program.
        start_us, end_us: modelled, from the start of the first block.
        critical: whether the end of the core waited for it, directly or through others.
        arrows: pairs of indices into these arrays: the end of the first, on another pipe, let the second start.
    """

    place: np.ndarray
    pipe: np.ndarray
    tile: np.ndarray
    start_us: np.ndarray
    end_us: np.ndarray
    critical: np.ndarray
    arrows: np.ndarray

    def within(self, begin_us: float, end_us: float) -> np.ndarray:
        """Which instructions overlap a window."""
        return (self.end_us > begin_us) & (self.start_us < end_us)

    def shares(self, begin_us: float, end_us: float) -> dict[str, float]:
        """Shares of the window in which each pipe works, and in which a copy and V work at once ("overlap")."""
        edges = np.unique(np.concatenate([self.start_us, self.end_us, [begin_us, end_us]]).clip(begin_us, end_us))
        lengths, middles = np.diff(edges), (edges[1:] + edges[:-1]) / 2
        works = {}
        for pipe in LANES:
            own = self.pipe == pipe
            begun = np.searchsorted(np.sort(self.start_us[own]), middles)
            ended = np.searchsorted(np.sort(self.end_us[own]), middles)
            works[PIPE_NAMES[pipe]] = begun > ended
        works["overlap"] = works["V"] & (works["MTE2"] | works["MTE3"])
        return {name: float(lengths[at].sum()) / (end_us - begin_us) for name, at in works.items()}


def core_lanes(timeline: Timeline, core: int = 0) -> CoreLanes:
    """The lanes of one core. Raises ArgumentValueError if it did nothing, or of so long a launch no times are kept."""
    rows = timeline.instructions
    own = np.flatnonzero(rows["core"] == core)
    work = own[_works(rows[own])]
    if len(work) == 0:
        raise ArgumentValueError("core", core, f"cores that had work to do, of 0 to {timeline.cores - 1}")
    pipe, moves = rows["pipe"][work], rows["bytes"][work] > 0
    # 1 where the last copy before or at an instruction is a store, 0 where it is a load
    stored = np.where(moves, pipe == _MTE3, -1)
    last = np.maximum.accumulate(np.where(moves, np.arange(len(work)), 0))
    stored = stored[last] == 1
    tile = np.cumsum(np.concatenate([[False], stored[:-1] & ~stored[1:]]))
    path = _path(rows["dependency"], int(own[np.argmax(rows["end_ns"][own])]))
    index = {place: number for number, place in enumerate(work.tolist())}
    arrows = []
    for number, place in enumerate(work.tolist()):
        cause = _cause(rows, place)
        if cause in index and rows["pipe"][cause] != rows["pipe"][place]:
            arrows.append((index[cause], number))
    return CoreLanes(
        place=work,
        pipe=pipe,
        tile=tile,
        start_us=rows["start_ns"][work] * 1e-3,
        end_us=rows["end_ns"][work] * 1e-3,
        critical=np.isin(work, path),
        arrows=np.array(arrows, np.int64).reshape(-1, 2),
    )


def _works(rows: np.ndarray) -> np.ndarray:
    """Which instructions are more than a flag: those that take a pipe's time."""
    return (rows["flag"] == 0) & (rows["end_ns"] > rows["start_ns"])


def _cause(rows: np.ndarray, place: int) -> int:
    """The instruction that let `place` start, behind the flags between them; -1 for none."""
    cause = int(rows["dependency"][place])
    while cause >= 0 and not _works(rows[cause : cause + 1])[0]:
        cause = int(rows["dependency"][cause])
    return cause


def _path(dependency: np.ndarray, place: int) -> list[int]:
    path = []
    while place >= 0:
        path.append(place)
        place = int(dependency[place])
    return path
