# SPDX-License-Identifier: Apache-2.0
"""What `msprof op` wrote, laid over a modelled timeline lane by lane.

- `read_profile(path)` reads a trace.json, of all cores or of one, or a PipeUtilization.csv
- `lay_over(timeline, profile)` compares busy times and, for a trace, instruction by instruction

Whether a file was measured on a device or came from CANN's own simulator is not to be seen from it: `origin` says what
the caller knows, and stands beside every figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from helpers.errors import ArgumentValueError
from helpers.timeline import Timeline
from helpers.trace import LANES, process_name
from helpers.trace_formats import busy_us, read_pipe_utilization, read_trace


@dataclass(frozen=True)
class Profile:
    """One file of `msprof op`.

    Attributes:
        origin: where it comes from, in the caller's words; else the name of the file.
        busy_us: microseconds each lane works, by process ("core0.veccore1") and pipe ("MTE2").
        slices: start and duration in microseconds of each instruction of a lane, in order; empty for a CSV.
    """

    origin: str
    busy_us: Mapping[tuple[str, str], float] = field(repr=False)
    slices: Mapping[tuple[str, str], np.ndarray] = field(repr=False)


@dataclass(frozen=True)
class LaneResidual:
    """One lane, modelled and imported.

    Attributes:
        process, pipe: the lane.
        modelled_us, imported_us: how long it works.
        starts_us: imported minus modelled start of each instruction, both from the lane's first; None where the numbers
            of instructions differ or the file has none.
    """

    process: str
    pipe: str
    modelled_us: float
    imported_us: float
    starts_us: np.ndarray | None = field(repr=False)

    @property
    def residual_us(self) -> float:
        """Imported minus modelled."""
        return self.imported_us - self.modelled_us


@dataclass(frozen=True)
class Overlay:
    """All lanes that the file and the timeline share, and the names of those that only one has."""

    origin: str
    lanes: tuple[LaneResidual, ...]
    only_modelled: tuple[tuple[str, str], ...]
    only_imported: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        lines = [f"imported from {self.origin}, beside modelled times"]
        lines += [
            f"{lane.process} {lane.pipe:<6}  modelled {lane.modelled_us:10.3f} us  imported {lane.imported_us:10.3f} us"
            f"  residual {lane.residual_us:+10.3f} us"
            for lane in self.lanes
        ]
        for word, lanes in (("modelled", self.only_modelled), ("imported", self.only_imported)):
            lines += [f"only {word}: {process} {pipe}" for process, pipe in lanes]
        return "\n".join(lines)


def read_profile(
    path: str | Path, origin: str = "", core: str | None = None, clock_mhz: float | None = None
) -> Profile:
    """Read one of the files that helpers/trace_formats.py lists.

    Args:
        path: the file.
        origin: where it comes from, in words that stand beside every figure.
        core: of a trace of one core, which; else the name of its folder says it.
        clock_mhz: of a trace in cycles, the clock.

    Raises:
        ArgumentValueError: it is none of these, or `core` or `clock_mhz` is needed.
    """
    file = Path(path)
    known = origin or file.name
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArgumentValueError("path", str(file), f"text, JSON or CSV ({error.reason})") from error
    if not text.lstrip().startswith(("{", "[")):
        return Profile(known, read_pipe_utilization(file, text), {})
    slices = read_trace(file, text, core, clock_mhz)
    return Profile(known, {lane: busy_us(times) for lane, times in slices.items()}, slices)


def lay_over(timeline: Timeline, profile: Profile) -> Overlay:
    """Compare lane by lane; lanes without work on both sides are left out."""
    modelled = _modelled_slices(timeline)
    shared = [lane for lane in modelled if lane in profile.busy_us]
    lanes = []
    for lane in shared:
        slices, imported = modelled[lane], profile.slices.get(lane)
        starts = None
        if imported is not None and len(imported) == len(slices) and len(slices):
            starts = (imported[:, 0] - imported[0, 0]) - (slices[:, 0] - slices[0, 0])
        lanes.append(LaneResidual(*lane, busy_us(slices), profile.busy_us[lane], starts))
    return Overlay(
        profile.origin,
        tuple(lanes),
        tuple(lane for lane in modelled if lane not in profile.busy_us),
        tuple(lane for lane, busy in profile.busy_us.items() if lane not in modelled and busy > 0),
    )


def _modelled_slices(timeline: Timeline) -> dict[tuple[str, str], np.ndarray]:
    rows = timeline.instructions
    work = rows[(rows["flag"] == 0) & (rows["end_ns"] > rows["start_ns"])]
    slices = {}
    for core in np.unique(rows["core"]).tolist():
        for number, pipe in enumerate(LANES):
            lane = work[(work["core"] == core) & (work["pipe"] == number)]
            if len(lane):
                times = np.stack([lane["start_ns"], lane["end_ns"] - lane["start_ns"]], axis=1) / 1e3
                slices[process_name(core, timeline.soc), pipe] = times
    return slices
