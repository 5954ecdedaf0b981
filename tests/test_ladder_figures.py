# SPDX-License-Identifier: Apache-2.0
"""The ladder as bars and tables, and the published addition modelled beside what was measured."""

import itertools

import numpy as np
import pytest
from matplotlib.text import Text

from helpers.add_ladder import add_ladder, model_add
from helpers.ladder import RUNGS, model_ladder
from helpers.ladder_figures import add_bars, add_table, ladder_bars, ladder_table
from helpers.published_timings import ADD_ROWS, SCALAR_ELEMS
from helpers.soc_costs import soc_costs


@pytest.fixture(scope="module")
def times():
    return model_ladder(10**6)


@pytest.fixture(scope="module")
def steps():
    return add_ladder()


@pytest.fixture(scope="module")
def views(times, steps):
    return ladder_bars(times), ladder_bars(times[2:]), add_bars(steps), add_bars(steps[2:])


def test_the_bars_are_the_modelled_times_with_their_ranges(times, views):
    view = views[0]
    assert view.data["name"].tolist() == [str(rung) for rung in RUNGS]
    assert view.data["seconds"].tolist() == [time.time.seconds for time in times]
    widths = [patch.get_width() for patch in view.axes.patches]
    assert widths == pytest.approx(view.data["seconds"] * 1e3)
    assert view.data["scaled"].tolist() == [True, *[False] * (len(RUNGS) - 1)]
    assert float(view.data["roofline_seconds"]) == pytest.approx(16e6 / 1.8e12)
    assert np.all(view.data["fastest_seconds"] <= view.data["seconds"])


def test_a_logarithmic_axis_is_for_what_differs_tenfold(views):
    assert [view.axes.get_xscale() for view in views] == ["log", "linear", "log", "linear"]
    assert all("ms" in view.axes.get_xlabel() for view in views)


def test_every_word_is_inside_the_figure_and_its_sentence_says_modelled(views):
    for view in views:
        width, height = view.figure.canvas.get_width_height()
        ticks = {*view.axes.get_xticklabels(), *view.axes.get_yticklabels()}
        for text in set(view.figure.findobj(Text)) - ticks:
            box = text.get_window_extent()
            if text.get_text().strip():
                assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text.get_text()
        assert "odelled" in view.summary and view.summary.endswith(".")
        assert "measured" not in view.summary or "asc-devkit" in view.summary


def test_the_values_beside_the_bars_do_not_cover_them(views):
    for view in views:
        ends = view.data["slowest_seconds"]
        words = [text for text in view.axes.texts if text.get_va() == "center"][: len(ends)]
        for text, end in zip(words, ends, strict=True):
            assert text.get_window_extent().x0 >= view.axes.transData.transform((end * 1e3, 0))[0]


def test_the_table_of_the_ladder_has_a_row_for_each_rung_and_says_what_was_scaled(times):
    head, *rows = ladder_table(times).splitlines()
    assert "modelled us" in head and len(rows) == len(RUNGS)
    assert rows[0].endswith(str(times[0].scaled_from)) and "x " not in rows[0]
    assert f"x {times[0].time.seconds / times[1].time.seconds:.2f}" in rows[1]


def test_the_published_rows_are_modelled_in_their_order(steps):
    assert [step.name for step in steps[1:]] == [row.name for row in ADD_ROWS]
    assert [step.is_fitted for step in steps] == [True, *[False] * len(ADD_ROWS)]
    measured = [step.measured_us for step in steps]
    assert all(later < earlier for earlier, later in itertools.pairwise(measured))
    assert steps[1].time.seconds == model_add(ADD_ROWS[0]).seconds


def test_the_published_scalar_loop_is_met_within_2_percent_by_the_value_that_was_fitted_on_it(steps):
    assert abs(steps[0].error) <= 0.02
    assert steps[0].scaled_from < SCALAR_ELEMS and all(step.scaled_from is None for step in steps[1:])
    assert "scalar loop" in soc_costs("Ascend910B1")["scalar_access"].source


def test_measured_times_stand_beside_their_source(steps):
    *_, last = add_table(steps).splitlines()
    assert last.startswith("measured: asc-devkit")
    assert f"{steps[2].measured_us}" in add_table(steps)
    assert add_bars(steps).data["measured_seconds"][1] == pytest.approx(6909.6e-6)
    double_buffer = next(line for line in add_table(steps).splitlines() if line.startswith("double buffer"))
    modelled_gain = steps[3].time.seconds / steps[4].time.seconds
    assert f"x {268.5 / 264.02:.2f}" in double_buffer and f"x {modelled_gain:.2f}" in double_buffer
