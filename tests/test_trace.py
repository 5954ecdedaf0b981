# SPDX-License-Identifier: Apache-2.0
"""Traces: the rules of the trace event format and of MindStudio Insight, and files laid over modelled times.

The files that stand for those of `msprof op` are made here, to its documented format: no device wrote them.
"""

import itertools
import json
from collections import defaultdict

import numpy as np
import pytest

from helpers import run
from helpers.__main__ import main
from helpers.errors import ArgumentValueError
from helpers.timeline import model_time
from helpers.trace import write_trace
from helpers.trace_import import lay_over, read_profile

MADE = "a file made by a test, not by msprof op"
LANES = {"SCALAR": 1, "MTE2": 6, "VECTOR": 7, "MTE3": 8}


@pytest.fixture(scope="module")
def timeline():
    tensor = np.broadcast_to(np.float16(0), (100, 100))
    return run(tensor, tensor, tensor, level="model").timeline


@pytest.fixture(scope="module")
def trace(timeline, tmp_path_factory):
    return write_trace(timeline, tmp_path_factory.mktemp("trace") / "trace.json").read_text()


def test_the_default_case_has_every_instruction_and_every_arrow(tmp_path, capsys):
    path = tmp_path / "trace.json"
    assert main(["trace", "--out", str(path)]) == 0
    tensor = np.broadcast_to(np.float16(0), (100, 100))
    result = run(tensor, tensor, tensor, level="model")
    events = json.loads(path.read_text())["traceEvents"]
    drawn = [event for event in events if event["ph"] in "XB"]
    assert len(drawn) == sum(totals.instructions for totals in result.counters)
    waits = int(np.sum(result.timeline.instructions["flag"] == 2))
    assert [sum(event["ph"] == phase for event in events) for phase in "st"] == [waits, waits]
    printed = capsys.readouterr().out
    assert "modelled" in printed and "measured on" not in printed


def test_insight_recognises_it_by_what_stands_before_the_first_bracket(trace):
    before = trace[: trace.index("[")]
    assert '"profilingType": "op"' in before
    content = json.loads(trace)
    assert (content["schemaVersion"], content["displayTimeUnit"]) == (2, "ns")
    assert content["note"].startswith("modelled")


def test_every_event_has_what_its_phase_needs(trace):
    for event in json.loads(trace)["traceEvents"]:
        phase = event["ph"]
        assert phase in ("X", "B", "E", "s", "t", "M")
        assert event["pid"].startswith("core") and ".veccore" in event["pid"]
        if phase != "M":
            assert event["tid"] in LANES and event["ts"] >= 0
        if phase == "X":
            assert event["dur"] >= 0
        if phase in ("X", "B"):
            assert {"pc_addr", "code", "detail"} <= set(event["args"])
            assert all(isinstance(value, str) for value in event["args"].values())
        if phase in ("s", "t"):
            source, destination = event["cat"].split("To")
            assert {source, destination} <= set(LANES)


def test_what_a_lane_shows_does_not_overlap_and_what_begins_ends(trace):
    lanes, opened = defaultdict(list), {}
    for event in json.loads(trace)["traceEvents"]:
        lane = event["pid"], event.get("tid")
        if event["ph"] == "X":
            lanes[lane].append((event["ts"], event["ts"] + event["dur"]))
        elif event["ph"] == "B":
            opened[event["id"]] = event
        elif event["ph"] == "E":
            begun = opened.pop(event["id"])
            assert (begun["pid"], begun["tid"], begun["name"]) == (event["pid"], event["tid"], event["name"])
            lanes[lane].append((begun["ts"], event["ts"]))
    assert not opened and lanes
    for slices in lanes.values():
        slices.sort()
        assert all(end <= start + 1e-9 for (_, end), (start, _) in itertools.pairwise(slices))


def test_an_arrow_leaves_where_a_flag_is_set_and_arrives_where_it_was_waited_for(trace):
    events = json.loads(trace)["traceEvents"]
    begins = {(e["pid"], e["tid"], e["ts"]) for e in events if e["ph"] == "B" and e["name"] == "SET_FLAG"}
    ends = {(e["pid"], e["tid"], e["ts"]) for e in events if e["ph"] == "E" and e["name"] == "WAIT_FLAG"}
    arrows = defaultdict(dict)
    for event in events:
        if event["ph"] in "st":
            arrows[event["id"]][event["ph"]] = event
    for arrow in arrows.values():
        start, end = arrow["s"], arrow["t"]
        assert (start["pid"], start["tid"], start["ts"]) in begins
        assert (end["pid"], end["tid"], end["ts"]) in ends
        assert end["ts"] >= start["ts"] and start["cat"] == end["cat"] == f"{start['tid']}To{end['tid']}"


def test_processes_and_threads_are_in_the_tools_order(trace):
    orders = {
        (event["name"], event["pid"], event.get("tid")): event["args"]["sort_index"]
        for event in json.loads(trace)["traceEvents"]
        if event["ph"] == "M"
    }
    assert orders["process_sort_index", "core0.veccore0", None] == 2
    assert orders["process_sort_index", "core0.veccore1", None] == 3
    assert {tid: order for (name, _, tid), order in orders.items() if name == "thread_sort_index"} == LANES


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


def test_a_csv_of_pipes_is_laid_over_by_busy_times(timeline, tmp_path):
    path = tmp_path / "PipeUtilization.csv"
    path.write_text(
        "block_id,sub_block_id,aiv_time(us),aiv_vec_time(us),aiv_scalar_time(us),aiv_mte2_time(us),aiv_mte3_time(us)\n"
        "0,cube0,NA,NA,NA,NA,NA\n0,vector0,4.0,0.5,0.1,2.0,1.0\n0,vector1,4.0,0.5,0.1,2.0,1.0\n1,vector0,4,0,0,2,1\n"
    )
    overlay = lay_over(timeline, read_profile(path, MADE))
    by_lane = {(lane.process, lane.pipe): lane for lane in overlay.lanes}
    lane = by_lane["core0.veccore1", "MTE2"]
    assert lane.imported_us == 2.0 and lane.residual_us == 2.0 - lane.modelled_us
    assert ("core1.veccore0", "MTE2") in overlay.only_imported
    assert lane.starts_us is None


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", '{"traceEvents": []}', "[1]"])
def test_other_files_are_refused(text, tmp_path):
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(ArgumentValueError, match="path"):
        read_profile(path)


@pytest.mark.parametrize(
    "words", [["--cost", "clock"], ["--cost", "nothing=1"], ["--soc", "Ascend310B1"], ["--shape", "0"]]
)
def test_bad_usage_ends_with_2(words, capsys, tmp_path):
    with pytest.raises(SystemExit) as end:
        main(["trace", "--out", str(tmp_path / "trace.json"), *words])
    assert end.value.code == 2 and "error" in capsys.readouterr().err
