# SPDX-License-Identifier: Apache-2.0
"""How much copies move in each microsecond of a modelled launch, all cores together: a lane of counters in traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from helpers.timeline import Timeline

PROCESS = "MTE Throughput"
VALUE = "throughput(MB/s)"
_WAYS = {"GM_TO_UB": 2, "UB_TO_GM": 3}  # numbers of launch.PIPE_NAMES


def bytes_by_microsecond(timeline: Timeline, pipe: int) -> np.ndarray:
    """Bytes that `pipe` moves in each whole microsecond; the bytes of a copy are spread evenly over its time."""
    rows = timeline.instructions
    copies = rows[(rows["bytes"] > 0) & (rows["pipe"] == pipe) & (rows["end_ns"] > rows["start_ns"])]
    if len(copies) == 0:
        return np.empty(0)
    start, end = copies["start_ns"] / 1e3, copies["end_ns"] / 1e3
    rate = copies["bytes"] / (end - start)
    turns = np.concatenate([start, end])
    in_order = np.argsort(turns, kind="stable")
    turns, rates = turns[in_order], np.cumsum(np.concatenate([rate, -rate])[in_order])
    moved = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(turns))])
    edges = np.arange(np.floor(end.max()) + 2)
    return np.diff(np.interp(edges, turns, moved))


def throughput_events(timeline: Timeline) -> list[dict[str, object]]:
    """Counter events of each whole microsecond, and zeros behind the last."""
    events: list[dict[str, object]] = []
    for name, pipe in _WAYS.items():
        moved = bytes_by_microsecond(timeline, pipe)
        for microsecond, size in enumerate([*moved.tolist(), 0.0] if len(moved) else []):
            # a byte a microsecond is 10^6 bytes a second
            counter = {"pid": PROCESS, "tid": 0, "name": name, "ph": "C", "ts": microsecond}
            events.append({**counter, "args": {VALUE: round(size, 3)}})
    return events
