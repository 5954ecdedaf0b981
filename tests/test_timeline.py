# SPDX-License-Identifier: Apache-2.0
"""Modelled times: cases worked out by hand, and what must hold of any launch."""

import itertools

import numpy as np
import pytest

from helpers import run
from helpers.errors import ArgumentTypeError, ArgumentValueError, LaunchError
from helpers.instruction_costs import vector_cycles
from helpers.instruction_stream import KIND, InstructionStream
from helpers.soc import soc_table
from helpers.soc_costs import STATUSES, soc_costs
from helpers.tile_loop import tile_timeline, what_if
from helpers.timeline import model_time

S, V, MTE2, MTE3 = range(4)
SET, WAIT, BARRIER = 1, 2, 4
SOC = "Ascend910B1"
# One cycle is a nanosecond, one byte a nanosecond and core: times come out as small whole numbers.
ROUND = {
    "clock": 1e9,
    "read_per_cycle": 1,
    "write_per_cycle": 1,
    "dram_bandwidth": 1e9,
    "dram_share": 1,
    "dram_read_share": 1,
    "read_latency": 100,
    "write_latency": 50,
    "read_issue": 10,
    "write_issue": 10,
    "vector_head": 20,
    "hand_off": 5,
    "flag": 0,
    "init": 0,
    "start_span": 0,
    "head": 0,
    "head_per_core": 0,
}


def kind(pipe, **values):
    row = np.zeros((), KIND)
    row["pipe"], row["gm_tensor"] = pipe, 255
    for name, value in values.items():
        row[name] = value
    return row


def flag(what, source, destination):
    return kind(source if what == SET else destination, flag=what, flag_source=source, flag_destination=destination)


def load(size):
    return kind(MTE2, gm_bytes=size, gm_tensor=0, gm_runs=1, bypasses_l2=1)


def store(size):
    return kind(MTE3, gm_bytes=size, gm_tensor=1, gm_runs=1, gm_written=1, bypasses_l2=1)


def add(repeats):
    return kind(V, repeats=repeats, elements=64 * repeats)


def stream(*blocks, names=("call",)):
    kinds = [one for block in blocks for one in block]
    return InstructionStream(
        kinds=np.array(kinds, KIND),
        numbers=np.arange(len(kinds), dtype=np.uint32),
        blocks=np.arange(len(blocks)),
        lengths=np.array([len(block) for block in blocks]),
        names=names,
        tensor_bytes=(1 << 40, 1 << 40),
    )


def ends(*blocks, **costs):
    timeline = model_time(stream(*blocks), SOC, {**ROUND, **costs})
    return timeline.instructions["end_ns"].tolist(), timeline


def like(elems, dtype="float32"):
    return [np.broadcast_to(np.zeros((), dtype), (elems,)) for _ in range(3)]


def test_a_load_is_latency_and_bytes():
    assert ends([load(1000)])[0] == [1100.0]


def test_loads_share_one_latency():
    assert ends([load(1000), load(500)])[0] == [1100.0, 1600.0]


def test_small_loads_are_as_far_apart_as_they_are_issued():
    assert ends([load(1)] * 3)[0] == [101.0, 111.0, 121.0]


def test_a_tile_runs_through_the_pipes():
    program = [load(1000), flag(SET, MTE2, V), flag(WAIT, MTE2, V), add(10), flag(SET, V, MTE3), flag(WAIT, V, MTE3)]
    times, timeline = ends([*program, store(200)])
    assert times == [1100.0, 1100.0, 1105.0, 1135.0, 1135.0, 1140.0, 1390.0]
    assert timeline.critical_path.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert timeline.busy_seconds == pytest.approx({"S": 0, "V": 30e-9, "MTE2": 1100e-9, "MTE3": 250e-9})


def test_a_barrier_ends_the_overlap():
    assert ends([load(1000), kind(MTE2, flag=BARRIER), load(500)])[0] == [1100.0, 1100.0, 1700.0]


def test_two_cores_share_the_bandwidth():
    assert ends([load(1000)], [load(500)])[0] == [1600.0, 1100.0]


def test_reads_leave_bandwidth_to_writes():
    # The store has all from 50 ns on, both have half from 100: its last 900 B end at 1900, with 100 B of the load left.
    assert ends([load(1000), store(950)])[0] == [2000.0, 1900.0]


def test_further_blocks_wait_for_a_core():
    timeline = ends(*[[load(1000)]] * 3, vector_cores=2)[1]
    assert timeline.times.core_of.tolist() == [0, 1, 0]
    assert timeline.times.block_start_ns.tolist() == [0, 0, 2100]
    assert timeline.times.block_end_ns.tolist() == [2100, 2100, 3200]


def test_all_cores_wait_for_the_last_at_sync_all():
    sync = kind(S, call=1, waits_for=15)
    blocks = ([load(1000), sync, load(1)], [load(500), sync, load(1)])
    timeline = model_time(stream(*blocks, names=("DataCopy", "SyncAll")), SOC, ROUND)
    # The loads end at 1600 and 1100; 5 later all go on, with 100 of latency and half a byte a nanosecond.
    assert timeline.instructions["end_ns"].tolist() == [1600, 1605, 1707, 1100, 1605, 1707]


def test_a_core_waits_for_the_flags_of_all_others():
    def meet(size):
        return [load(size), kind(MTE2, call=1, flag=3, flag_id=3), kind(S, call=2, flag_id=3), load(1)]

    names = ("DataCopy", "CrossCoreSetFlag", "CrossCoreWaitFlag")
    timeline = model_time(stream(meet(1000), meet(500), names=names), SOC, ROUND)
    # As above, but the flags are set by the pipe that loads, and S stands from the start.
    assert timeline.instructions["end_ns"].tolist() == [1600, 1600, 1605, 1707, 1100, 1100, 1605, 1707]
    assert timeline.instructions["dependency"][[2, 6]].tolist() == [1, 1]


def test_marks_between_cores_are_refused():
    with pytest.raises(LaunchError, match="does not follow marks and turns between cores \\(IBSet\\)"):
        model_time(stream([kind(S)], names=("IBSet",)), SOC, ROUND)


def test_a_scalar_access_waits_for_the_pipe_it_depends_on_and_holds_back_what_follows():
    access = kind(S, elements=1, waits_for=1 << MTE2)
    times, _ = ends([load(1000), access, add(10), load(1)], scalar_access=11)
    assert times == [1100.0, 1111.0, 1141.0, 1212.0]


def test_what_waits_for_ever_is_said():
    with pytest.raises(LaunchError, match="waits for ever at instruction 0"):
        ends([flag(WAIT, V, MTE2)])


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("elems", [1, 5000, 10**6])
def test_physics(dtype, elems):
    timeline = run(*like(elems, dtype), level="model").timeline
    rows = timeline.instructions
    assert np.all(rows["end_ns"] >= rows["start_ns"])
    waits = rows["dependency"] >= 0
    before = rows[rows["dependency"][waits]]
    # A copy starts when the pipe has issued the one before it; all else starts when what it waited for has ended.
    overlaps = (before["bytes"] > 0) & (before["pipe"] == rows["pipe"][waits])
    starts = rows["start_ns"][waits]
    assert np.all((starts >= before["end_ns"]) | overlaps | (rows["flag"][waits] == WAIT))
    assert np.all(rows["end_ns"][waits] >= before["end_ns"] - (before["end_ns"] * overlaps))
    for core, pipe in itertools.product(np.unique(rows["core"]), range(4)):
        lane = rows[(rows["core"] == core) & (rows["pipe"] == pipe) & (rows["flag"] == 0)]
        assert np.all(lane["start_ns"][1:] >= lane["end_ns"][:-1])
    assert sum(timeline.parts.values()) == timeline.seconds
    assert timeline.critical_path[-1] == np.argmax(rows["end_ns"])
    assert timeline.range.fastest_seconds < timeline.seconds < timeline.range.slowest_seconds


@pytest.mark.parametrize("cores", [1, 5, 48])
def test_no_more_than_the_bandwidth_is_used_over_any_window(cores):
    timeline = tile_timeline(4 * 10**6, "float32", SOC, 4096, 2, cores, {"l2_bytes": 1})
    rows = timeline.instructions
    copies = rows[rows["bytes"] > 0]
    start, end = copies["start_ns"], copies["end_ns"]
    limit = timeline.costs.value("dram_bandwidth") * timeline.costs.value("dram_share") * 1e-9
    edges = np.linspace(0, end.max(), 40)
    for left, right in itertools.combinations(edges, 2):
        within = copies["bytes"][(start >= left) & (end <= right)].sum()
        assert within <= limit * (right - left) * (1 + 1e-9)


@pytest.mark.parametrize("name", ["dram_bandwidth", "read_per_cycle", "clock", "l2_bandwidth"])
def test_twice_as_much_of_a_resource_is_never_slower(name):
    table = soc_costs(SOC)
    for cores, buffers in ((1, 1), (8, 2), (48, 2)):
        usual = what_if(10**6, "float32", SOC, 4096, buffers, cores, {"start_span": 1000})
        more = what_if(10**6, "float32", SOC, 4096, buffers, cores, {"start_span": 1000, name: 2 * table.value(name)})
        assert more <= usual * 1.001


def test_the_same_launch_takes_the_same_time_whatever_the_order_of_simulation():
    texts = {
        str(run(*like(300_000), level="model", schedule=schedule, seed=seed, threads=threads).timeline)
        for schedule, seed, threads in (("on_wait", 0, 1), ("eager", 1, 2), ("random", 2, 2))
    }
    checked = run(*[np.ones(300_000, np.float32)] * 3)
    assert texts == {str(checked.timeline)}


def test_bank_conflicts_make_a_tile_slower():
    plain, conflicting = add(64), add(64)
    conflicting["read_conflicts"] = 64
    assert ends([plain])[0] == [84.0] and ends([conflicting])[0] == [148.0]


LOOPS = [
    ("float16", 1),
    ("float16", 9001),
    ("float32", 50_021),
    ("float16", 10**6),
    ("float32", 10**7),
    ("float32", 10**8),
]


@pytest.mark.parametrize("soc", [SOC, "Ascend310B4"])
@pytest.mark.parametrize(("dtype", "elems"), LOOPS)
def test_a_what_if_of_the_plan_is_the_run(dtype, elems, soc):
    result = run(*like(elems, dtype), soc=soc, level="model")
    quick = what_if(elems, dtype, soc, result.plan.tile_elems, result.plan.buffers, result.plan.cores)
    assert quick == pytest.approx(result.timeline.seconds, rel=1e-3)


@pytest.mark.parametrize(("dtype", "elems"), LOOPS[:3])
def test_the_loop_issues_what_the_kernel_issues(dtype, elems):
    result = run(*like(elems, dtype), level="model")
    loop = tile_timeline(elems, dtype, SOC, result.plan.tile_elems, result.plan.buffers, result.plan.cores)
    streams = [
        [timeline.instructions[name].tolist() for name in ("block", "pipe", "flag", "bytes")]
        for timeline in (result.timeline, loop)
    ]
    assert streams[0] == streams[1]


def test_a_long_loop_goes_on_at_its_pace():
    arguments = (10**7, "float32", SOC, 1024, 2, 48)
    assert what_if(*arguments) == pytest.approx(tile_timeline(*arguments).seconds, rel=0.01)


@pytest.mark.parametrize(
    ("call", "two_byte_elements_a_cycle", "four_byte_elements_a_cycle"),
    [
        ("Add", 128, 64),
        ("Exp", 32, 32),
        ("Div", 32, 32),
        ("MulAddDst", 64, 32),
        ("WholeReduceSum", 128 / 7, 64 / 7),
        ("BlockReduceMax", 128 / 7, 64),
        ("PairReduceSum", 128, 64),
        ("Gather", 5, 5),
        ("Gatherb", 42, 21),
        ("GatherMask", 64, 32),
        ("Sort32", 2, 2),
    ],
)
def test_vector_rates_are_the_documented_ones(call, two_byte_elements_a_cycle, four_byte_elements_a_cycle):
    for two_bytes, elements in ((True, two_byte_elements_a_cycle), (False, four_byte_elements_a_cycle)):
        cost = vector_cycles(call, two_bytes)
        assert cost.status == "documented"
        assert cost.value * elements == pytest.approx(128 if two_bytes else 64)


def test_vector_costs_that_are_not_documented_are_called_assumed():
    assert vector_cycles("ReduceSum", two_bytes=False).status == "assumed"
    assert vector_cycles("Something", two_bytes=False).status == "assumed"
    assert vector_cycles("Add", two_bytes=False, dav_2201=False).status == "assumed"


def test_a_launch_wholly_past_l2_is_modelled():
    one = stream([load(1000), store(500)])
    with_starts = InstructionStream(**{**one.__dict__, "copy_starts": np.array([0, 1 << 20], np.uint64)})
    assert model_time(with_starts, SOC, ROUND).seconds == model_time(one, SOC, ROUND).seconds


def test_an_output_that_nearly_fills_l2_is_not_taken_to_stay_there():
    stays, leaves = (run(*like(elems, "float16"), level="model").timeline for elems in (6 * 10**7, 10**8))
    assert stays.writes_stay_in_l2 and stays.dram_share > 1 and "stays in L2" in str(stays)
    assert not leaves.writes_stay_in_l2 and leaves.dram_share < 1 and "stays in L2" not in str(leaves)
    assert leaves.range.fastest_seconds < leaves.bytes / leaves.costs.value("dram_bandwidth")


def test_the_kernel_reaches_the_share_of_the_roofline_that_the_design_asks_for():
    assert run(*like(10**8), level="model").timeline.dram_share >= 0.85


def test_a_thousand_million_elements_are_modelled_by_totals():
    timeline = run(*like(10**9), level="model").timeline
    assert 0.85 <= timeline.dram_share <= 1
    with pytest.raises(ArgumentValueError, match="only totals are kept"):
        _ = timeline.instructions


@pytest.mark.parametrize("soc", soc_table())
def test_every_cost_says_where_it_comes_from(soc):
    for name, cost in soc_costs(soc).items():
        assert cost.status in STATUSES and cost.source and cost.unit, name
        assert (cost.value is None) == (cost.status == "unknown"), name
        if cost.value is not None:
            assert cost.low <= cost.value <= cost.high, name


@pytest.mark.parametrize("soc", ["Ascend310B1", "Ascend310B2", "Ascend310B3", "Ascend910B2C"])
def test_an_unknown_bandwidth_is_not_guessed(soc):
    result = run(*like(1000), soc=soc, level="model")
    with pytest.raises(ArgumentValueError, match="none is guessed.*--cost dram_bandwidth="):
        _ = result.timeline
    timeline = model_time(result.stream, soc, {"dram_bandwidth": 5e10})
    assert timeline.costs["dram_bandwidth"].status == "user"
    assert "1 user" in str(timeline)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("vector_cores", 0.5, "whole number of cores"),
        ("vector_cores", 0, "whole number of cores"),
        ("dram_share", 1.5, "at most 1"),
        ("clock", 0, "above 0"),
        ("read_latency", -1, "above 0"),
        ("dram_bandwidth", float("nan"), "above 0"),
    ],
)
def test_costs_that_cannot_be_are_refused(name, value, allowed):
    with pytest.raises(ArgumentValueError, match=f"{name}=.*{allowed}"):
        soc_costs(SOC, **{name: value})


def test_costs_of_other_names_or_types_are_refused():
    with pytest.raises(ArgumentValueError, match="costs='bandwidth'.*dram_bandwidth"):
        soc_costs(SOC, bandwidth=1e12)
    with pytest.raises(ArgumentTypeError, match="clock='fast'.*a number of Hz"):
        soc_costs(SOC, clock="fast")


def test_levels_without_instructions_have_no_timeline():
    with pytest.raises(ArgumentValueError, match="keep no instructions"):
        _ = run(*[np.ones(8, np.float32)] * 3, level="fast").timeline


def test_every_time_that_is_shown_is_called_modelled_and_says_what_it_rests_on():
    lines = str(run(*like(1000), level="model").timeline).splitlines()
    assert all("modelled" in line for line in lines[:-1])
    assert "measured" not in "\n".join(lines)
    assert lines[-1].startswith("rests on ") and "fitted" in lines[-1]


def test_the_word_measured_stands_only_beside_a_source():
    timeline = run(*like(1000), level="model").timeline
    for line in timeline.sources().splitlines():
        assert "measured" not in line or "measured: " in line


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ((0, 4096, 2, 48), "elems=0: allowed are 1 or more"),
        ((1000, 0, 2, 48), "tile_elems=0: allowed are multiples of 128"),
        ((1000, 4000, 2, 48), "tile_elems=4000: allowed are multiples of 128"),
        ((1000, 10**6, 1, 48), r"tile_elems=1000000: .* up to 11648: 1 of each"),
        ((1000, 4096, 3, 48), "buffers=3: allowed are 1 and 2"),
        ((1000, 4096, 2, 49), "cores=49: allowed are 1 to 48"),
    ],
)
def test_choices_that_the_soc_cannot_run_are_refused(choice, message):
    elems, *rest = choice
    for model in (what_if, tile_timeline):
        with pytest.raises(ArgumentValueError, match=message):
            model(elems, "float32", SOC, *rest)
