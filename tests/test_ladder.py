# SPDX-License-Identifier: Apache-2.0
"""The rungs of kernel/ladder: each right, clean and one idea from its neighbour; what the model says of them."""

import itertools
import re

import numpy as np
import pytest

from helpers import BuildError, make_inputs, plan
from helpers.comparison import bits_equal
from helpers.errors import ArgumentValueError
from helpers.ladder import (
    FOLDER,
    RUNGS,
    SCALAR_ELEMS,
    at_pace,
    build_rung,
    difference,
    model_ladder,
    model_rung,
    run_rung,
    rung_timeline,
)

SOCS = ("Ascend910B1", "Ascend310B4")
ELEMS = 10**8
LINES, CHANGED_LINES = range(40, 111), 12
ON_SOC = [(rung, soc) for rung in RUNGS for soc in SOCS if rung.exists_on(soc)]
NEIGHBOURS = list(itertools.pairwise(RUNGS[:-1]))


def name_of(value):
    return str(value).replace(" ", "-")


def gradient(predict, label, dout):
    """Each step rounds to float32, in the order of the shipped kernel."""
    with np.errstate(over="ignore", invalid="ignore"):
        return (predict - label) * np.float32(2 / predict.size) * dout


@pytest.fixture(scope="module")
def times():
    return model_ladder(ELEMS)


@pytest.mark.parametrize(("rung", "soc"), ON_SOC, ids=name_of)
def test_a_rung_is_exact_and_clean_for_any_length_in_every_order(rung, soc, schedule_seeds):
    orders = [("eager", 0), ("on_wait", 0), *(("random", seed) for seed in range(max(2, schedule_seeds // 3)))]
    lengths = (1, 37, 2048, 4096, 10_007, 50_001)
    for elems, distribution in (*itertools.product(lengths, ["normal"]), (6000, "wide"), (6000, "special")):
        inputs = make_inputs(elems, "float32", distribution, seed=elems)
        for schedule, seed in orders:
            result = run_rung(rung, *inputs, soc=soc, schedule=schedule, seed=seed)
            assert result.findings == (), (elems, schedule, seed)
            assert bits_equal(result.y, gradient(*inputs)).all(), (elems, schedule, seed)


def test_the_other_rungs_are_refused_where_the_family_lacks_a_call():
    lacking = [rung for rung in RUNGS if not rung.exists_on("Ascend310B4")]
    assert [rung.number for rung in lacking] == [6, 7]
    for rung in lacking:
        with pytest.raises(BuildError, match="SetL2CacheHint is not on"):
            build_rung(rung, "Ascend310B4")


@pytest.mark.parametrize("rung", RUNGS[:-1], ids=name_of)
def test_a_rung_is_a_whole_kernel_that_fits_on_a_screen_or_two(rung):
    text = rung.file.read_text(encoding="utf-8")
    assert len(text.splitlines()) in LINES
    assert re.findall(r"#include (.*)", text) == ['"kernel_operator.h"']
    assert f"// Rung {rung.number}: " in text and rung.file.parent == FOLDER


def test_every_file_of_the_folder_is_a_rung():
    assert sorted(FOLDER.iterdir()) == [rung.file for rung in RUNGS[:-1]]


@pytest.mark.parametrize(("before", "rung"), NEIGHBOURS, ids=name_of)
def test_neighbours_differ_by_one_switch_and_a_few_lines(before, rung):
    fields = ("all_cores", "tile_elems", "buffers", "bypasses_l2", "bank_conflicts")
    assert sum(getattr(before, name) != getattr(rung, name) for name in fields) == 1
    lines = difference(rung).splitlines()[2:]
    assert 2 < sum(line.startswith(("+", "-")) for line in lines) <= CHANGED_LINES


def test_the_first_rung_has_no_difference_and_the_shipped_kernel_is_no_small_step():
    assert difference(RUNGS[0]) == ""
    with pytest.raises(ArgumentValueError, match="written anew"):
        difference(RUNGS[-1])


@pytest.mark.parametrize("rung", RUNGS, ids=name_of)
def test_the_switches_are_those_that_a_run_shows(rung):
    elems = 4 * 48 * 4096
    timeline = run_rung(rung, *make_inputs(elems, "float32")).timeline
    kinds, counts = timeline.stream.kinds, timeline.stream.counts
    loads = (kinds["gm_bytes"] > 0) & (kinds["gm_written"] == 0)
    vector = (kinds["pipe"] == 1) & (kinds["flag"] == 0) & (kinds["elements"] > 0)
    planned = plan(elems, "float32").cores if rung.is_shipped else 48
    assert timeline.cores == (planned if rung.all_cores else 1)
    assert set(kinds["bypasses_l2"][loads].tolist()) == {int(rung.bypasses_l2)}
    assert not kinds["bypasses_l2"][kinds["gm_written"] == 1].any()
    assert vector.any() == (not rung.is_scalar)
    if not rung.is_scalar:
        conflicts = (kinds["read_conflicts"] + kinds["write_conflicts"]) * counts
        assert bool(conflicts[vector].sum()) == rung.bank_conflicts
    if not rung.is_shipped:
        assert kinds["gm_bytes"][loads].max() == 4 * rung.tile_elems
        # A queue's buffers are the flags that say one of its tensors may be filled again.
        free = (kinds["flag"] == 2) & (kinds["pipe"] == 2)
        assert len(np.unique(kinds["flag_id"][free])) == 3 * rung.buffers


def test_the_shipped_kernel_reaches_the_roofline_and_one_core_with_one_buffer_takes_twenty_times_as_long(times):
    single, shipped = times[1], times[-1]
    assert not single.rung.all_cores and single.rung.buffers == 1 and shipped.rung.is_shipped
    assert 0.85 <= shipped.dram_share <= 1
    assert single.time.seconds >= 20 * shipped.time.seconds


def test_no_rung_is_slower_than_the_one_before(times):
    assert [time.rung for time in times] == list(RUNGS)
    seconds = [time.time.seconds for time in times]
    assert all(later <= earlier * 1.001 for earlier, later in itertools.pairwise(seconds))
    assert all(earlier > later * 1.05 for earlier, later in itertools.pairwise(seconds[:5]))
    for time in times:
        assert time.time.fastest_seconds <= time.time.seconds <= time.time.slowest_seconds
        assert time.time.seconds > time.roofline_seconds == pytest.approx(16 * ELEMS / 1.8e12)


def test_only_the_scalar_loop_is_scaled_and_what_is_scaled_is_what_would_be_modelled(times):
    assert [time.scaled_from for time in times] == [SCALAR_ELEMS[-1], *[None] * (len(RUNGS) - 1)]
    elems = 2 * SCALAR_ELEMS[-1]
    scaled = model_rung(RUNGS[0], elems)
    whole = rung_timeline(RUNGS[0], elems)
    assert scaled.time.seconds == pytest.approx(whole.seconds, rel=1e-6)
    assert scaled.time.slowest_seconds == pytest.approx(whole.range.slowest_seconds, rel=1e-6)
    assert scaled.busy_seconds == pytest.approx(whole.busy_seconds, rel=1e-6)
    assert model_rung(RUNGS[0], SCALAR_ELEMS[-1]).scaled_from is None


def test_a_pace_is_a_straight_line():
    assert at_pace((10, 20), (7.0, 12.0), 40) == 22.0


def test_inputs_that_bypass_l2_help_where_y_fits_in_it_and_only_there(times):
    double_buffer, bypass = (model_rung(rung, 4 * 10**7) for rung in RUNGS[4:6])
    assert bypass.time.seconds < 0.9 * double_buffer.time.seconds
    assert times[5].time.seconds == pytest.approx(times[4].time.seconds, rel=1e-6)


def test_without_bank_conflicts_the_vector_pipe_has_a_third_less_to_do(times):
    with_conflicts, without = (time.busy_seconds["V"] for time in times[5:7])
    # Sub and Mul read two tiles: their 64 steps take 128 cycles with conflicts; Muls reads one. 24 cycles start each.
    assert without / with_conflicts == pytest.approx((3 * 64 + 3 * 24) / (5 * 64 + 3 * 24), rel=0.001)


def test_a_rung_takes_float32_only():
    with pytest.raises(ArgumentValueError, match="only the shipped kernel"):
        run_rung(RUNGS[1], *make_inputs(8, "float16"))
