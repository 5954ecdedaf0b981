# SPDX-License-Identifier: Apache-2.0
"""Figures of modelled timelines draw what the model says: checked on their arrays, against other ways to get them."""

import numpy as np
import pytest

from helpers import run
from helpers.core_lanes import core_lanes
from helpers.errors import ArgumentValueError
from helpers.ladder import RUNGS, rung_timeline
from helpers.launch import FLAG_NAMES
from helpers.tile_loop import tile_timeline
from helpers.timeline import PIPE_NAMES
from helpers.timeline_figures import compare_timelines, timeline_view

SOC = "Ascend910B1"
TILE_ELEMS, TILES = 4096, 5


def loop(buffers, cores=1, dtype="float32", **costs):
    return tile_timeline(TILE_ELEMS * TILES * cores - 100, dtype, SOC, TILE_ELEMS, buffers, cores, costs)


@pytest.fixture(scope="module")
def real():
    tensor = np.broadcast_to(np.float16(0), (10**6,))
    return run(tensor, tensor, tensor, level="model").timeline


def every_view(real):
    yield timeline_view(loop(1))
    yield timeline_view(loop(2, cores=3), cores=(0, 2), arrows=False)
    yield timeline_view(real, cores=(0, real.cores - 1))
    yield compare_timelines({"one buffer": loop(1), "two buffers": loop(2)})


def test_every_figure_says_that_it_is_modelled_and_in_which_units(real):
    for view in every_view(real):
        assert view.axes.get_title(loc="left").startswith("Modelled ")
        assert view.axes.get_xlabel().endswith(", us") and "modelled us" in view.summary


def test_each_instruction_that_takes_time_is_one_box_in_its_place(real):
    view = timeline_view(real, cores=(3, 0))
    rows = real.instructions
    for core in (0, 3):
        on_core = view.data["core"] == core
        expected = np.flatnonzero((rows["core"] == core) & (rows["flag"] == FLAG_NAMES.index("")))
        assert view.data["place"][on_core].tolist() == expected.tolist()
    drawn = rows[view.data["place"]]
    assert view.data["start_us"] == pytest.approx(drawn["start_ns"] / 1000, rel=1e-12)
    assert view.data["end_us"] == pytest.approx(drawn["end_ns"] / 1000, rel=1e-12)
    assert view.data["pipe"].tolist() == [PIPE_NAMES[pipe] for pipe in drawn["pipe"]]


def test_a_tile_is_three_loads_some_compute_and_a_store():
    view = timeline_view(loop(2))
    for tile in range(TILES):
        pipes = view.data["pipe"][view.data["tile"] == tile].tolist()
        assert pipes == ["MTE2"] * 3 + ["V"] * 3 + ["MTE3"]
    assert view.data["tile"].max() == TILES - 1
    assert f"{TILES} tiles" in view.summary


def test_shares_are_those_of_a_fine_grid(real):
    for timeline in (loop(1), loop(2), real):
        view = timeline_view(timeline)
        grid = np.linspace(*view.data["window_us"], 200_001)
        grid = (grid[1:] + grid[:-1]) / 2
        works = {}
        for pipe in PIPE_NAMES:
            works[pipe] = np.zeros(len(grid), bool)
            own = view.data["pipe"] == pipe
            for start, end in zip(view.data["start_us"][own], view.data["end_us"][own], strict=True):
                works[pipe] |= (grid >= start) & (grid < end)
        overlap = works["V"] & (works["MTE2"] | works["MTE3"])
        assert view.data["overlap_share"][0] == pytest.approx(overlap.mean(), abs=1e-4)
        assert view.data["busy_share"][0] == pytest.approx([works[pipe].mean() for pipe in PIPE_NAMES], abs=1e-4)


def test_copies_and_compute_overlap_with_two_buffers_and_not_with_one():
    view = compare_timelines({"one": loop(1), "two": loop(2)})
    one, two = view.data["overlap_share"]
    assert one == 0 and two > 0.1
    assert "one: 5 tiles" in view.summary and "overlap 0%" in view.summary


def test_an_arrow_joins_instructions_of_two_pipes_the_second_right_after_the_first(real):
    for timeline in (loop(1), loop(2), real):
        view = timeline_view(timeline)
        hand_off = timeline.costs.value("hand_off") * 1e-3
        flags = 12 * 1e6 / timeline.costs.value("clock")  # up to so many flags of a cycle each stand between
        assert len(view.data["arrow"]) > 0
        for cause, effect in view.data["arrow"]:
            assert view.data["pipe"][cause] != view.data["pipe"][effect]
            gap = view.data["start_us"][effect] - view.data["end_us"][cause]
            assert 0 <= gap <= hand_off + flags


def test_with_one_buffer_a_load_waits_for_the_compute_before_it_and_with_two_for_nothing_but_its_pipe():
    def loads_let_start_by_compute(timeline):
        view = timeline_view(timeline)
        pipe, tile = view.data["pipe"], view.data["tile"]
        return [(tile[a], tile[b]) for a, b in view.data["arrow"] if pipe[a] == "V" and pipe[b] == "MTE2"]

    assert loads_let_start_by_compute(loop(1)) == [(tile, tile + 1) for tile in range(TILES - 1)]
    assert loads_let_start_by_compute(loop(2)) == []


def test_the_critical_path_of_the_core_that_ends_last_is_that_of_the_launch(real):
    last = int(real.instructions["core"][np.argmax(real.instructions["end_ns"])])
    lanes = core_lanes(real, last)
    assert set(lanes.place[lanes.critical]) == set(real.critical_path) & set(lanes.place)
    assert lanes.critical[np.argmax(lanes.end_us)]


def test_a_window_shows_what_overlaps_it_and_shares_are_of_it():
    whole = timeline_view(loop(2))
    window = (3.0, 4.0)
    view = timeline_view(loop(2), window_us=window)
    inside = (whole.data["end_us"] > window[0]) & (whole.data["start_us"] < window[1])
    assert view.data["place"].tolist() == whole.data["place"][inside].tolist()
    assert 0 < inside.sum() < len(inside)
    of_loads = view.data["pipe"] == "MTE2"
    spans = view.data["end_us"].clip(*window) - view.data["start_us"].clip(*window)
    assert view.data["busy_share"][0][PIPE_NAMES.index("MTE2")] == pytest.approx(spans[of_loads].sum())


def test_the_scalar_unit_has_a_lane_where_it_works():
    timeline = rung_timeline(RUNGS[0], 2048)
    window = (4.0, 4.5)
    view = timeline_view(timeline, window_us=window)
    rows = timeline.instructions
    seen = (rows["pipe"] == PIPE_NAMES.index("S")) & (rows["flag"] == 0)
    seen &= (rows["end_ns"] > 4000) & (rows["start_ns"] < 4500) & (rows["end_ns"] > rows["start_ns"])
    assert np.count_nonzero(view.data["pipe"] == "S") == np.count_nonzero(seen) > 10
    lanes = [label.get_text() for label in view.axes.get_yticklabels()]
    assert lanes == ["S, scalar", "MTE2, copy in", "V, compute", "MTE3, copy out"]
    assert "S, scalar" not in [label.get_text() for label in timeline_view(loop(1)).axes.get_yticklabels()]


def test_compared_launches_begin_together():
    view = compare_timelines({"one": loop(1), "two": loop(2)})
    for launch in (0, 1):
        assert view.data["start_us"][view.data["launch"] == launch].min() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cores": (1,)}, "cores that had work to do, of 0 to 0"),
        ({"window_us": (4, 3)}, "a begin and a later end"),
        ({"window_us": (1000, 1001)}, "with instructions between them"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, words):
    with pytest.raises(ArgumentValueError, match=words):
        timeline_view(loop(1), **arguments)


def test_more_boxes_than_can_be_told_apart_are_refused():
    with pytest.raises(ArgumentValueError, match="Next: a shorter window"):
        timeline_view(tile_timeline(10**6, "float32", SOC, 1024, 2, 1))
