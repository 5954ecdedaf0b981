# SPDX-License-Identifier: Apache-2.0
"""Files of `msprof op` laid over modelled times.

The files are made here to the documented format (Ascend/msopprof, CANN's op_gen): no device and no tool wrote them.
"""

import json

import numpy as np
import pytest

from helpers.errors import ArgumentValueError
from helpers.tile_loop import tile_timeline
from helpers.timeline import model_time
from helpers.trace import chrome_trace, write_trace
from helpers.trace_formats import busy_us
from helpers.trace_import import lay_over, read_profile

MADE = "a file made by a test, not by msprof op"
PROCESS_OF_PIPE = {"SCALAR": 10, "VECTOR": 30, "MTE2": 60, "MTE3": 70}
COLUMNS = "block_id,sub_block_id,aiv_time(us),aiv_vec_time(us),aiv_scalar_time(us),aiv_mte2_time(us),aiv_mte3_time(us)"


@pytest.fixture(scope="module")
def timeline():
    return tile_timeline(30_000, "float32", "Ascend910B1", 4096, 2, 2)  # on both vector cores of an AI core


def work_of(timeline, core):
    """The instructions of a core as a trace has them, flags left out."""
    events = chrome_trace(timeline)["traceEvents"]
    return [event for event in events if event["ph"] == "X" and event["pid"] == core]


def trace_of_one_core(timeline, core):
    """Schema version 1: a process for each pipe, threads for what overlaps, flags as X."""
    events = [{"name": "process_name", "ph": "M", "pid": 60, "tid": 0, "args": {"name": "MTE2"}}]
    for number, event in enumerate(work_of(timeline, core)):
        events.append({**event, "pid": PROCESS_OF_PIPE[event["tid"]], "tid": 1 + number % 2})
    flag = {"ph": "X", "name": "WAIT_FLAG", "pid": 30, "tid": 1, "ts": 0.0, "dur": 5.0, "args": {}}
    head = {"ph": "X", "name": "cache_time", "pid": 60, "tid": 1, "ts": 0.0, "dur": 5.0, "args": {}}
    return {"schemaVersion": 1, "displayTimeUnit": "ns", "profilingType": "op", "traceEvents": [*events, flag, head]}


def older_trace(timeline, cycles_per_us):
    """As the older msopgen wrote them: another name of the core, times in cycles."""
    events = [
        {**event, "pid": "core0_veccore0", "ts": event["ts"] * cycles_per_us, "dur": event["dur"] * cycles_per_us}
        for event in work_of(timeline, "core0.veccore0")
    ]
    return {"schemaVersion": 1, "displayTimeUnit": "ms", "traceEvents": events}


def test_a_trace_laid_over_itself_has_no_residuals(timeline, tmp_path):
    overlay = lay_over(timeline, read_profile(write_trace(timeline, tmp_path / "trace.json"), MADE))
    assert overlay.lanes and not overlay.only_modelled and not overlay.only_imported
    for lane in overlay.lanes:
        assert lane.residual_us == pytest.approx(0, abs=0.01)  # a lane draws a copy a cycle later than its flag
        assert np.abs(lane.starts_us).max() < 0.01


def test_residuals_are_what_the_file_says_more(timeline, tmp_path):
    slower = model_time(timeline.stream, timeline.soc, {"vector_head": 48})
    overlay = lay_over(timeline, read_profile(write_trace(slower, tmp_path / "trace.json"), MADE))
    instructions = timeline.instructions
    computed = (instructions["pipe"] == 1) & (instructions["flag"] == 0) & (instructions["core"] == 0)
    (vector,) = (lane for lane in overlay.lanes if (lane.process, lane.pipe) == ("core0.veccore0", "VECTOR"))
    assert vector.residual_us == pytest.approx(24 * np.sum(computed) / 1850, rel=1e-3)
    assert f"imported from {MADE}" in str(overlay)


def test_the_trace_of_one_core_is_laid_over_the_core_that_its_folder_names(timeline, tmp_path):
    folder = tmp_path / "core0.veccore1"
    folder.mkdir()
    path = folder / "trace.json"
    path.write_text(json.dumps(trace_of_one_core(timeline, "core0.veccore1")))
    overlay = lay_over(timeline, read_profile(path, MADE))
    modelled = {event["tid"] for event in work_of(timeline, "core0.veccore1") if event["dur"] > 0}
    assert {(lane.process, lane.pipe) for lane in overlay.lanes} == {("core0.veccore1", pipe) for pipe in modelled}
    for lane in overlay.lanes:
        assert lane.residual_us == pytest.approx(0, abs=0.01) and np.abs(lane.starts_us).max() < 0.01
    assert ("core0.veccore0", "MTE2") in overlay.only_modelled


def test_the_trace_of_one_core_elsewhere_needs_the_core(timeline, tmp_path):
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(trace_of_one_core(timeline, "core0.veccore0")))
    with pytest.raises(ArgumentValueError, match="Next: core='core0.veccore0'"):
        read_profile(path)
    assert ("core0.veccore0", "MTE2") in read_profile(path, core="core0.veccore0").busy_us


def test_a_trace_in_cycles_needs_the_clock(timeline, tmp_path):
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(older_trace(timeline, 1850)))
    for clock_mhz in (None, 0):
        with pytest.raises(ArgumentValueError, match="clock_mhz"):
            read_profile(path, clock_mhz=clock_mhz)
    overlay = lay_over(timeline, read_profile(path, MADE, clock_mhz=1850))
    assert {lane.pipe for lane in overlay.lanes} >= {"VECTOR", "MTE2", "MTE3"}
    for lane in overlay.lanes:
        assert lane.residual_us == pytest.approx(0, abs=0.01)


def test_what_overlaps_in_a_lane_counts_once():
    assert busy_us(np.array([[0.0, 4.0], [1.0, 1.0], [3.0, 2.0], [7.0, 1.0]])) == 6.0


def test_a_csv_of_pipes_is_laid_over_by_busy_times(timeline, tmp_path):
    path = tmp_path / "PipeUtilization.csv"
    path.write_text(
        f"{COLUMNS}\n0,cube0,NA,NA,NA,NA,NA\n0,vector0,4.0,0.5,0.1,2.0,1.0\n0,vector1,4.0,0.5,0.1,2.0,1.0\n1,vector0,4,0,0,2,1\n"
    )
    overlay = lay_over(timeline, read_profile(path, MADE))
    by_lane = {(lane.process, lane.pipe): lane for lane in overlay.lanes}
    lane = by_lane["core0.veccore1", "MTE2"]
    assert lane.imported_us == 2.0 and lane.residual_us == 2.0 - lane.modelled_us
    assert ("core1.veccore0", "MTE2") in overlay.only_imported
    assert lane.starts_us is None


def test_blocks_of_a_kernel_without_cube_cores_are_vector_cores_one_after_another(tmp_path):
    path = tmp_path / "PipeUtilization.csv"
    rows = [f"{block},vector0,4.0,0.5,0.1,{block + 1},1.0" for block in range(3)]
    path.write_text("\n".join([COLUMNS, *rows]))
    busy = read_profile(path, MADE).busy_us
    assert [busy[core, "MTE2"] for core in ("core0.veccore0", "core0.veccore1", "core1.veccore0")] == [1.0, 2.0, 3.0]


ONE = '[{"ph": "X", "name": "a", "pid": "core0.veccore0", "tid": "MTE2", "ts": %s, "dur": %s}]'
BAD = {
    "nothing": "",
    "other columns": "a,b\n1,2\n",
    "no rows": COLUMNS + "\n",
    "a column is missing": COLUMNS.replace(",aiv_mte2_time(us)", "") + "\n0,vector0,1,1,1,1\n",
    "no number": COLUMNS + "\n0,vector0,1,1,1,many,1\n",
    "a negative time": COLUMNS + "\n0,vector0,1,1,1,-1,1\n",
    "no block": COLUMNS + "\nfirst,vector0,1,1,1,1,1\n",
    "a row too short": COLUMNS + "\n0,vector0,1,1,1,1,1\n1,vector0,1\n",
    "a row too long": COLUMNS + "\n0,vector0,1,1,1,1,1,1\n",
    "an open quote": COLUMNS + '\n0,"vector0,1,1,1,1,1',
    "no events": "{}",
    "empty events": '{"traceEvents": []}',
    "numbers for events": "[1]",
    "half a file": '{"traceEvents": [',
    "no lanes": '[{"ph": "X", "name": "a", "pid": "python", "tid": "main", "ts": 0, "dur": 1}]',
    "no name": '[{"ph": "X", "pid": "core0.veccore0", "tid": "MTE2", "ts": 0, "dur": 1}]',
    "words for times": ONE % ('"x"', 1),
    "a negative duration": ONE % (0, -1),
    "a time that is none": ONE % ("NaN", 1),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_other_files_are_refused_by_name(text, tmp_path):
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(ArgumentValueError, match="path=.*file.*allowed are"):
        read_profile(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "visualize_data.bin"
    path.write_bytes(b"\x00\xff\xfe{")
    with pytest.raises(ArgumentValueError, match="visualize_data.bin.*allowed are text"):
        read_profile(path)
