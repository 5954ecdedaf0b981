# SPDX-License-Identifier: Apache-2.0
"""A modelled launch as a trace: for Perfetto, chrome://tracing and MindStudio Insight.

- `chrome_trace(timeline)` is the content of a trace.json, as `msprof op simulator` words it
- `python -m helpers trace --shape 100,100 --out trace.json` models one case and writes it

Names, lanes, colours and order follow Ascend/msopprof. Every instruction is in it: flags as pairs of B and E, all else
as X; counters show what copies move in each microsecond. A lane shows one thing at a time: a flag that its pipe meets
while copies are under way is drawn behind them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.errors import ArgumentError, BuildError, CompilerNotFound, KernelFault, LaunchError, RunModeUnavailable
from helpers.mte_throughput import throughput_events

if TYPE_CHECKING:
    from helpers.timeline import Timeline

LANES = ("SCALAR", "VECTOR", "MTE2", "MTE3")  # of launch.PIPE_NAMES
SORT_INDEX = {"SCALAR": 1, "MTE2": 6, "VECTOR": 7, "MTE3": 8}
COLOURS = {
    "SCALAR": "startup",
    "VECTOR": "cq_build_failed",
    "MTE2": "thread_state_iowait",
    "MTE3": "rail_response",
    "SET_FLAG": "black",
    "WAIT_FLAG": "yellow",
}
_SET, _WAIT = 1, 2  # Instruction::Flag
_NS_PER_US = 1e3


def chrome_trace(timeline: Timeline) -> dict[str, object]:
    """The timeline in the trace event format; modelled microseconds from the start of the first block, in order."""
    shown = _shown(timeline)
    pairs = _flag_pairs(timeline)
    ids = _flag_ids(timeline, pairs)
    events = throughput_events(timeline)
    for place in range(len(shown.start_us)):
        events += _instruction_events(timeline, shown, ids, place)
    for setter, waiter in pairs:
        events += _flow_events(timeline, shown, ids, setter, waiter)
    return {
        "schemaVersion": 2,
        "displayTimeUnit": "ns",
        "profilingType": "op",
        "note": f"modelled times on {timeline.soc}",
        "traceEvents": [*_metadata(timeline), *sorted(events, key=lambda event: event["ts"])],
    }


def write_trace(timeline: Timeline, path: str | Path) -> Path:
    """Write `chrome_trace(timeline)` to `path`."""
    target = Path(path)
    target.write_text(json.dumps(chrome_trace(timeline)), encoding="utf-8")
    return target


def process_name(core: int, soc: str) -> str:
    """The process of a vector core: two of them belong to each AI core of an Ascend 910B."""
    per_core = 2 if soc.startswith("Ascend910B") else 1
    return f"core{core // per_core}.veccore{core % per_core}"


class _Shown:
    """Starts and ends of what is drawn, in microseconds, in the order of `timeline.instructions`."""

    def __init__(self, start_us: np.ndarray, end_us: np.ndarray) -> None:
        self.start_us, self.end_us = start_us, end_us


def _shown(timeline: Timeline) -> _Shown:
    rows = timeline.instructions
    start, end = rows["start_ns"] / _NS_PER_US, rows["end_ns"] / _NS_PER_US
    lane_end: dict[tuple[int, int], float] = defaultdict(float)
    keys = zip(rows["core"].tolist(), rows["pipe"].tolist(), strict=True)
    for place, key in enumerate(keys):
        start[place] = max(start[place], lane_end[key])
        lane_end[key] = end[place] = max(start[place], end[place])
    return _Shown(start, end)


def _flag_pairs(timeline: Timeline) -> list[tuple[int, int]]:
    """The places of each SetFlag and of the WaitFlag that it ends, first come, first served."""
    rows = timeline.instructions
    kinds = timeline.stream.kinds[timeline.stream.numbers]
    sets, waits = defaultdict(list), defaultdict(list)
    for place in np.flatnonzero((rows["flag"] == _SET) | (rows["flag"] == _WAIT)).tolist():
        kind = kinds[place]
        key = (int(rows["block"][place]), *(int(kind[n]) for n in ("flag_source", "flag_destination", "flag_id")))
        (sets if rows["flag"][place] == _SET else waits)[key].append(place)
    return sorted(pair for key in sets for pair in zip(sets[key], waits[key], strict=False))


def _flag_ids(timeline: Timeline, pairs: Sequence[tuple[int, int]]) -> dict[int, str]:
    """The id of each SetFlag and WaitFlag by its place: one for a pair, numbered from 0 on each core."""
    rows = timeline.instructions
    paired = dict(pairs)
    waiters = set(paired.values())
    ids: dict[int, str] = {}
    numbers: dict[int, int] = defaultdict(int)
    for place in np.flatnonzero((rows["flag"] == _SET) | (rows["flag"] == _WAIT)).tolist():
        if place in waiters:
            continue
        core = int(rows["core"][place])
        ids[place] = f"{process_name(core, timeline.soc)}_{numbers[core]}"
        numbers[core] += 1
        if place in paired:
            ids[paired[place]] = ids[place]
    return ids


def _lane(timeline: Timeline, place: int) -> dict[str, object]:
    row = timeline.instructions[place]
    return {"pid": process_name(int(row["core"]), timeline.soc), "tid": LANES[row["pipe"]]}


def _instruction_events(timeline: Timeline, shown: _Shown, ids: dict[int, str], place: int) -> list[dict[str, object]]:
    row, stream = timeline.instructions[place], timeline.stream
    kind = stream.kinds[stream.numbers[place]]
    start, end = float(shown.start_us[place]), float(shown.end_us[place])
    lane = _lane(timeline, place)
    args = {"pc_addr": f"{place:#x}", "code": f"{Path(stream.names[kind['file']]).name}:{row['line']}"}
    if row["flag"] in (_SET, _WAIT):
        name = "SET_FLAG" if row["flag"] == _SET else "WAIT_FLAG"
        source, destination = LANES[kind["flag_source"]], LANES[kind["flag_destination"]]
        args["detail"] = f"PIPE:{source},TRIGGERPIPE:{destination},FLAGID:{kind['flag_id']},"
        flag = {"name": name, "cname": COLOURS[name], "id": ids[place], **lane}
        return [{**flag, "ph": "B", "ts": start, "args": args}, {**flag, "ph": "E", "ts": end, "args": {}}]
    args["detail"] = f"modelled, {kind['elements']} elements"
    if row["bytes"]:
        args["process_bytes"] = str(row["bytes"])
    name = stream.names[row["call"]]
    return [
        {"name": name, "cname": COLOURS[lane["tid"]], "ph": "X", "ts": start, "dur": end - start, **lane, "args": args}
    ]


def _flow_events(
    timeline: Timeline, shown: _Shown, ids: dict[int, str], setter: int, waiter: int
) -> list[dict[str, object]]:
    """An arrow from within the SetFlag to within the WaitFlag, to the moment at which it is let go."""
    source, destination = _lane(timeline, setter), _lane(timeline, waiter)
    flow = {"name": "flow", "cat": f"{source['tid']}To{destination['tid']}", "id": ids[setter]}
    set_us = float(shown.end_us[setter] - shown.start_us[setter])
    wait_us = float(shown.end_us[waiter] - shown.start_us[waiter])
    leaves = float(shown.start_us[setter]) + set_us / 2
    arrives = float(shown.end_us[waiter]) - min(set_us, wait_us) / 2
    return [
        {**flow, "ph": "s", "ts": leaves, **source},
        {**flow, "ph": "t", "ts": max(leaves, arrives), **destination},
    ]


def _metadata(timeline: Timeline) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    per_core = 2 if timeline.soc.startswith("Ascend910B") else 1
    for core in np.unique(timeline.instructions["core"]).tolist():
        pid = process_name(core, timeline.soc)
        order = core // per_core * 3 + 2 + core % per_core
        events.append({"name": "process_sort_index", "ph": "M", "pid": pid, "tid": "NA", "args": {"sort_index": order}})
        for lane, index in SORT_INDEX.items():
            events.append(
                {"name": "thread_sort_index", "ph": "M", "pid": pid, "tid": lane, "args": {"sort_index": index}}
            )
    return events


def main(argv: Sequence[str] = ()) -> int:
    """Model one case, print its summary and write its trace. Returns 0, 1 if the kernel broke a rule, 3 unavailable."""
    from helpers.case import SHAPE_FORMS, Case

    usual = Case()
    parser = argparse.ArgumentParser(
        prog="python -m helpers trace",
        description="Model when each instruction of the kernel starts and ends, and write that as a trace.",
        epilog="open the file in ui.perfetto.dev, chrome://tracing or MindStudio Insight",
    )
    for name in ("soc", "dtype", "reduction"):
        parser.add_argument(f"--{name}", default=getattr(usual, name), metavar="NAME")
    parser.add_argument("--shape", default="100,100", metavar="EXTENTS", help=SHAPE_FORMS)
    parser.add_argument("--cost", action="append", default=[], metavar="NAME=VALUE", help="a value of your own")
    parser.add_argument("--out", default="trace.json", metavar="FILE")
    given = parser.parse_args(argv)
    try:
        timeline = _model(given, Case.of(**{n: getattr(given, n) for n in ("soc", "dtype", "reduction", "shape")}))
        path = write_trace(timeline, given.out)
    except (BuildError, LaunchError, KernelFault) as error:
        print(error, file=sys.stderr)
        return 1
    except (RunModeUnavailable, CompilerNotFound) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 3
    except (ArgumentError, OSError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    print(f"{timeline}\ntrace: {path}, {len(timeline.instructions)} instructions")
    return 0


def _model(given: argparse.Namespace, case: object) -> Timeline:
    from helpers.errors import ArgumentValueError
    from helpers.operator import run
    from helpers.timeline import model_time

    costs = {}
    for text in given.cost:
        name, _, value = text.partition("=")
        try:
            costs[name] = float(value)
        except ValueError:
            raise ArgumentValueError("cost", text, "NAME=VALUE with a number") from None
    tensor = np.broadcast_to(np.zeros((), case.dtype), case.shape)
    result = run(tensor, tensor, tensor, case.reduction, case.soc, level="model")
    return model_time(result.stream, case.soc, costs)
