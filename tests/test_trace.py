# SPDX-License-Identifier: Apache-2.0
"""Traces: the rules of the trace event format and of MindStudio Insight."""

import itertools
import json
from collections import defaultdict

import numpy as np
import pytest

from helpers import Kernel, run
from helpers.__main__ import main
from helpers.mte_throughput import bytes_by_microsecond
from helpers.published_timings import SOURCES
from helpers.tile_loop import tile_timeline
from helpers.timeline import model_time
from helpers.trace import chrome_trace, write_trace

LANES = {"SCALAR": 1, "MTE2": 6, "VECTOR": 7, "MTE3": 8}


@pytest.fixture(scope="module")
def timeline():
    tensor = np.broadcast_to(np.float16(0), (100, 100))
    return run(tensor, tensor, tensor, level="model").timeline


@pytest.fixture(scope="module")
def trace(timeline, tmp_path_factory):
    return write_trace(timeline, tmp_path_factory.mktemp("trace") / "trace.json").read_text()


@pytest.fixture(scope="module", params=["mean of halves", "many tiles", "one core", "queues", "flags cost nothing"])
def any_trace(request, trace, timeline):
    """The trace as text, of several launches."""
    if request.param == "mean of halves":
        return trace
    if request.param == "flags cost nothing":
        return json.dumps(chrome_trace(model_time(timeline.stream, timeline.soc, {"flag": 0, "hand_off": 0})))
    if request.param == "many tiles":
        return json.dumps(chrome_trace(tile_timeline(30_000, "float32", timeline.soc, 256, 2, 5)))
    if request.param == "one core":
        tensor = np.broadcast_to(np.float32(0), (30_000,))
        return json.dumps(chrome_trace(run(tensor, tensor, tensor, soc="Ascend310B4", level="model").timeline))
    kernel = Kernel.from_source(
        SOURCES / "queue_add.cpp",
        defines={"TILE_ELEMS": 512, "BUFFERS": 2, "ADDITIONS": 2},
    )
    halves = [np.broadcast_to(np.float16(0), (16384,)) for _ in range(3)]
    return json.dumps(chrome_trace(kernel.launch(*halves, 4096, block_dim=4, level="model").timeline))


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


def slices_of(events):
    """Slices by lane, in order, with the ids of flags; checks on the way that what begins ends, and that lanes do."""
    lanes, opened = defaultdict(list), {}
    for event in events:
        lane = event["pid"], event.get("tid")
        if event["ph"] == "X":
            lanes[lane].append((event["ts"], event["ts"] + event["dur"], event["name"], None))
        elif event["ph"] == "B":
            assert lane not in opened  # a lane shows one thing at a time
            opened[lane] = event
        elif event["ph"] == "E":
            begun = opened.pop(lane)
            assert (begun["id"], begun["name"]) == (event["id"], event["name"])
            lanes[lane].append((begun["ts"], event["ts"], event["name"], event["id"]))
    assert not opened and lanes
    return lanes


def test_every_event_has_what_its_phase_needs_in_the_types_that_insight_reads(any_trace):
    for event in json.loads(any_trace)["traceEvents"]:
        phase = event["ph"]
        assert phase in ("X", "B", "E", "s", "t", "C", "M")
        if phase == "C":
            assert (event["pid"], event["tid"]) == ("MTE Throughput", 0)
            assert list(event["args"]) == ["throughput(MB/s)"] and event["args"]["throughput(MB/s)"] >= 0
            assert event["name"] in ("GM_TO_UB", "UB_TO_GM") and isinstance(event["ts"], int)
            continue
        assert event["pid"].startswith("core") and ".veccore" in event["pid"]
        assert isinstance(event["tid"], str)
        if phase == "M":
            assert list(event["args"]) == ["sort_index"] and isinstance(event["args"]["sort_index"], int)
            continue
        assert event["tid"] in LANES and isinstance(event["ts"], float) and event["ts"] >= 0
        if phase == "X":
            assert isinstance(event["dur"], float) and event["dur"] >= 0
        if phase in ("X", "B"):
            assert {"pc_addr", "code", "detail"} <= set(event["args"])
            assert event["cname"] and all(isinstance(value, str) for value in event["args"].values())
        if phase in ("B", "E", "s", "t"):
            assert event["id"].startswith(event["pid"] + "_")
        if phase in ("s", "t"):
            source, destination = event["cat"].split("To")
            assert event["name"] == "flow" and {source, destination} <= set(LANES)


def test_events_are_in_order_and_the_slices_of_a_lane_do_not_overlap(any_trace):
    events = json.loads(any_trace)["traceEvents"]
    times = [event["ts"] for event in events if event["ph"] != "M"]
    assert times == sorted(times)
    assert all(event["ph"] == "M" for event in events[: len(events) - len(times)])
    for slices in slices_of(events).values():
        assert slices == sorted(slices, key=lambda one: one[:2])
        assert all(end <= start + 1e-9 for (_, end, *_), (start, *_) in itertools.pairwise(slices))


def test_an_arrow_leaves_within_its_set_flag_and_arrives_within_its_wait_flag(any_trace):
    events = json.loads(any_trace)["traceEvents"]
    flags = {(lane, one[3], one[2]): one for lane, slices in slices_of(events).items() for one in slices if one[3]}
    arrows = defaultdict(list)
    for event in events:
        if event["ph"] in "st":
            arrows[event["id"]].append(event)
    assert arrows
    for number, (leaves, arrives) in arrows.items():
        assert (leaves["ph"], arrives["ph"]) == ("s", "t") and leaves["cat"] == arrives["cat"]
        assert leaves["cat"] == f"{leaves['tid']}To{arrives['tid']}" and leaves["pid"] == arrives["pid"]
        assert arrives["ts"] >= leaves["ts"]
        for arrow, name in ((leaves, "SET_FLAG"), (arrives, "WAIT_FLAG")):
            start, end, *_ = flags.pop(((arrow["pid"], arrow["tid"]), number, name))
            assert start <= arrow["ts"] <= end
    assert not [name for _, _, name in flags if name == "WAIT_FLAG"]  # every wait had its arrow


def test_the_counters_hold_all_bytes_that_copies_move(timeline, trace):
    moved = defaultdict(float)
    for event in json.loads(trace)["traceEvents"]:
        if event["ph"] == "C":
            moved[event["name"]] += event["args"]["throughput(MB/s)"]  # for a microsecond: bytes
    elems = 100 * 100
    assert moved["GM_TO_UB"] == pytest.approx(3 * 2 * elems, abs=0.1)
    assert moved["UB_TO_GM"] == pytest.approx(2 * elems, abs=0.1)
    last = timeline.instructions["end_ns"].max() / 1e3
    assert max(e["ts"] for e in json.loads(trace)["traceEvents"] if e["ph"] == "C") <= last + 1


def test_the_counters_of_a_microsecond_are_what_copies_move_in_it(timeline):
    rows = timeline.instructions
    for pipe in (2, 3):
        by_microsecond = bytes_by_microsecond(timeline, pipe)
        for microsecond, counted in enumerate(by_microsecond):
            expected = 0.0
            for row in rows[(rows["bytes"] > 0) & (rows["pipe"] == pipe)]:
                start, end = row["start_ns"] / 1e3, row["end_ns"] / 1e3
                within = max(0.0, min(end, microsecond + 1) - max(start, microsecond))
                expected += float(row["bytes"]) * within / (end - start)
            assert counted == pytest.approx(expected, abs=1e-3)


def test_processes_and_threads_are_in_the_tools_order(timeline):
    orders = {
        (event["name"], event["pid"], event.get("tid")): event["args"]["sort_index"]
        for event in chrome_trace(tile_timeline(30_000, "float32", timeline.soc, 4096, 2, 3))["traceEvents"]
        if event["ph"] == "M"
    }
    assert orders["process_sort_index", "core0.veccore0", "NA"] == 2
    assert orders["process_sort_index", "core0.veccore1", "NA"] == 3
    assert orders["process_sort_index", "core1.veccore0", "NA"] == 5
    assert {tid: order for (name, _, tid), order in orders.items() if name == "thread_sort_index"} == LANES


@pytest.mark.parametrize(
    "words", [["--cost", "clock"], ["--cost", "nothing=1"], ["--soc", "Ascend310B1"], ["--shape", "0"]]
)
def test_bad_usage_ends_with_2(words, capsys, tmp_path):
    with pytest.raises(SystemExit) as end:
        main(["trace", "--out", str(tmp_path / "trace.json"), *words])
    assert end.value.code == 2 and "error" in capsys.readouterr().err
