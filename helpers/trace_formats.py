# SPDX-License-Identifier: Apache-2.0
"""The files of `msprof op` that hold times: which lane works when, read into microseconds.

- a trace.json of all cores: processes such as core0.veccore0, threads named after pipes, times in microseconds
- a trace.json of one core: a process for each pipe, threads for what overlaps; the folder says which core it is
- a trace.json of the older msopgen: processes such as core0_veccore0, times in cycles
- PipeUtilization.csv: busy times of each core
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from helpers.errors import ArgumentValueError
from helpers.trace import LANES

Lane = tuple[str, str]  # process and pipe: "core0.veccore1", "MTE2"
_CSV_COLUMNS = {
    "SCALAR": "aiv_scalar_time(us)",
    "VECTOR": "aiv_vec_time(us)",
    "MTE2": "aiv_mte2_time(us)",
    "MTE3": "aiv_mte3_time(us)",
}
_BLOCK, _CORE_OF_BLOCK = "block_id", "sub_block_id"
_NO_TIME = ("", "NA", "N/A")
_VECTOR_CORE = re.compile(r"core(\d+)[._]veccore(\d+)")
_NO_WORK = ("SET_FLAG", "WAIT_FLAG", "BAR", "cache_time", "ccu_time")
_PIPE_OF_PROCESS = {10: "SCALAR", 30: "VECTOR", 60: "MTE2", 70: "MTE3"}  # in the trace of one core


def read_trace(file: Path, text: str, core: str | None, clock_mhz: float | None) -> dict[Lane, np.ndarray]:
    """Start and duration in microseconds of each instruction of a lane, ascending; flags and barriers left out."""
    try:
        content = json.loads(text)
        events = content if isinstance(content, list) else content["traceEvents"]
        in_cycles = isinstance(content, dict) and content.get("displayTimeUnit") == "ms"
        found: dict[Lane, list[tuple[float, float]]] = defaultdict(list)
        for event in events:
            if event.get("ph") != "X" or event["name"] in _NO_WORK:
                continue
            if lane := _lane_of(event, file, core):
                found[lane].append((float(event["ts"]), float(event["dur"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArgumentValueError("path", str(file), f"trace.json files of msprof op ({error!r})") from error
    if not found:
        raise ArgumentValueError("path", str(file), "traces with lanes such as core0.veccore0, MTE2")
    if in_cycles and not (clock_mhz is not None and clock_mhz > 0):
        raise ArgumentValueError(
            "clock_mhz", clock_mhz, "the clock of the device: the older msopgen writes cycles. Next: clock_mhz=1850"
        )
    unit_us = 1 / clock_mhz if in_cycles else 1.0
    slices = {lane: np.array(sorted(times)) * unit_us for lane, times in found.items()}
    for (process, pipe), times in slices.items():
        if not np.all(np.isfinite(times)) or np.any(times[:, 1] < 0):
            raise ArgumentValueError("path", str(file), f"times that are numbers, from 0: {process} {pipe} has others")
    return slices


def busy_us(slices: np.ndarray) -> float:
    """How long a lane works: what overlaps counts once."""
    ends = np.maximum.accumulate(slices[:, 0] + slices[:, 1])
    behind = np.concatenate([[-np.inf], ends[:-1]])
    return float(np.sum(np.maximum(ends - np.maximum(slices[:, 0], behind), 0)))


def read_pipe_utilization(file: Path, text: str) -> dict[Lane, float]:
    """Busy microseconds of each lane.

    Blocks of a kernel without cube cores have one vector core each, "vector0"; else a block has two.
    """
    rows = _rows(file, text)
    wanted = (_BLOCK, *_CSV_COLUMNS.values())
    if not rows or not set(wanted) <= set(rows[0]):
        raise ArgumentValueError("path", str(file), f"CSV files with the columns {', '.join(wanted)}, and rows")
    vector_rows = [row for row in rows if not row.get(_CORE_OF_BLOCK, "").startswith("cube")]
    cores = [_number(file, row, _CORE_OF_BLOCK) for row in vector_rows]
    per_block = 2 if any(cores) or len(vector_rows) < len(rows) else 1
    busy = {}
    for row, core in zip(vector_rows, cores, strict=True):
        number = _number(file, row, _BLOCK) * per_block + core
        for pipe, column in _CSV_COLUMNS.items():
            if row[column] not in _NO_TIME:
                busy[f"core{number // 2}.veccore{number % 2}", pipe] = _microseconds(file, column, row[column])
    return busy


def _lane_of(event: Mapping[str, object], file: Path, core: str | None) -> Lane | None:
    process = event.get("pid", "")
    if isinstance(process, int) and not isinstance(process, bool):
        pipe = _PIPE_OF_PROCESS.get(process)
        return (_core_of(file, core), pipe) if pipe else None
    named = _VECTOR_CORE.fullmatch(str(process))
    return (f"core{named[1]}.veccore{named[2]}", event["tid"]) if named and event["tid"] in LANES else None


def _core_of(file: Path, core: str | None) -> str:
    named = _VECTOR_CORE.fullmatch(core or file.resolve().parent.name)
    if not named:
        raise ArgumentValueError(
            "core", core, f"the core of {file.name}, in the words of its folder. Next: core='core0.veccore0'"
        )
    return f"core{named[1]}.veccore{named[2]}"


def _rows(file: Path, text: str) -> list[dict[str, str]]:
    try:
        header, *lines = [line for line in csv.reader(text.splitlines(), strict=True) if line] or [[]]
    except csv.Error as error:
        raise ArgumentValueError("path", str(file), f"CSV files ({error})") from error
    for line in lines:
        if len(line) != len(header):
            text = f"rows of {len(header)} fields as the first, not of {len(line)}: {','.join(line)[:60]}"
            raise ArgumentValueError("path", str(file), text)
    names = [name.strip() for name in header]
    return [dict(zip(names, (value.strip() for value in line), strict=True)) for line in lines]


def _number(file: Path, row: Mapping[str, str], column: str) -> int:
    digits = re.fullmatch(r"(?:vector)?(\d+)", row.get(column, "0") or "0")
    if not digits:
        raise ArgumentValueError("path", str(file), f"numbers such as 0 or vector0 in {column}, not {row[column]!r}")
    return int(digits[1])


def _microseconds(file: Path, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ArgumentValueError("path", str(file), f"microseconds in {column}, not {text!r}")
    return value
