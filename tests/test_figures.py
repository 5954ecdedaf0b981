# SPDX-License-Identifier: Apache-2.0
"""Figures draw what is true: checked on the arrays behind them, not on pixels."""

import itertools
import re
from fractions import Fraction

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from helpers import (
    buffer_figures,
    compare,
    figures,
    log_figures,
    make_inputs,
    plan,
    roofline_figures,
    run,
    tiling_figures,
    timeline_figures,
    ub_figures,
    what_if_figures,
)
from helpers.tile_loop import tile_timeline
from helpers.view import COLOURS, HATCHES, STYLE, View, canvas


@pytest.fixture(scope="module")
def one_tile():
    return run(*make_inputs(37, "float32", seed=1)).instructions


@pytest.fixture(scope="module")
def two_tiles():
    return run(*make_inputs(10_000, "float16", seed=1), soc="Ascend310B4")


def every_view(one_tile):
    inputs = make_inputs(300, "float16", seed=1)
    yield figures.core_split(plan(100_000, "float16"))
    yield figures.error_histogram(run(*inputs).y, *inputs)
    yield figures.loss_curve(3.0, 1.0)
    yield figures.step_errors()
    yield figures.scale_rounding()
    yield figures.tail_blocks(37, "float32")
    yield log_figures.ub_map(one_tile)
    yield log_figures.pipe_lanes(one_tile)
    yield log_figures.orders({"one": one_tile, "the same again": one_tile})
    yield from modelled_views()


def modelled_views():
    tensor = np.broadcast_to(np.float16(0), (10**6,))
    real = run(tensor, tensor, tensor, level="model")
    one, two = (tile_timeline(20_000, "float32", "Ascend910B1", 4096, buffers, 1) for buffers in (1, 2))
    yield timeline_figures.timeline_view(one)
    yield timeline_figures.timeline_view(
        real.timeline, cores=(0, 5, real.plan.cores - 1), window_us=(2, 4), arrows=False
    )
    yield timeline_figures.compare_timelines({"one buffer": one, "two buffers": two})
    yield ub_figures.ub_over_time(real.instructions, real.timeline, core=3)
    yield tiling_figures.tile_map(plan(1, "float32"))
    yield tiling_figures.tile_map(plan(10**8, "float16"))
    yield tiling_figures.ub_budget(real.plan)
    yield what_if_figures.what_if_map(what_if_figures.what_if_grid(100_000, "float16"))
    yield what_if_figures.tile_sweep(100_000, "float32", cores=3)
    yield what_if_figures.core_sweep((100, 100_000), "float32")
    yield buffer_figures.buffer_gain([(one, two)], {"a mark": (0.1, 0.2)})
    yield roofline_figures.roofline({"real": (real.timeline, 3 * 10**6)})
    yield roofline_figures.time_parts({"real": real.timeline, "one": one})


def test_every_figure_is_a_png_of_one_width_with_a_sentence_and_read_only_by_its_arrays(one_tile):
    for view in every_view(one_tile):
        png = view.png()
        assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") == 800
        assert png == view.png() and b"Software" not in png
        assert view.summary.endswith(".") and repr(view) == f"<View {view.summary}>"
        assert view.data and all(isinstance(array, np.ndarray) for array in view.data.values())


def test_every_word_in_a_figure_is_large_enough_and_inside_it(one_tile):
    for view in every_view(one_tile):
        width, height = view.figure.canvas.get_width_height()
        # Ticks beyond the end of an axis exist but are not drawn.
        ticks = {label for axes in view.figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())}
        for text in set(view.figure.findobj(Text)) - ticks:
            box = text.get_window_extent()
            if text.get_text().strip():
                assert text.get_fontsize() >= 9, text.get_text()
                assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text.get_text()


def test_core_split_draws_the_ranges_of_the_plan():
    planned = plan(10**8 + 3, "float16")
    view = figures.core_split(planned)
    assert view.data["elems"].sum() == 10**8 + 3 and len(view.data["core"]) == planned.cores == 48
    assert [bar.get_height() for bar in view.axes.patches] == view.data["elems"].tolist()
    assert figures.core_split(plan(5, "float32")).summary == "One core owns all 5 elements."


def test_error_histogram_shows_the_largest_error_that_compare_reports():
    inputs = make_inputs(5000, "float32", seed=4)
    y = run(*inputs).y
    view = figures.error_histogram(y, *inputs)
    assert view.data["error_ulp"].max() == compare(y, *inputs).max_ulp
    assert sum(bar.get_height() for bar in view.axes.patches) == 5000


def test_tangent_and_secant_of_a_square_have_one_slope_at_any_step():
    for step in (0.25, 1.0, 8.0):
        tangent, secant = figures.loss_curve(-0.5, 1.25, step).data["slope"]
        assert tangent == secant == 2 * (-0.5 - 1.25)


def test_rounding_makes_the_factor_zero_in_float16_exactly_from_2_to_the_26():
    data = figures.scale_rounding().data
    assert data["elems"][data["float16"] == 1].min() == 2**26
    assert data["float32"].max() <= 2.0**-24
    assert data["float16"][data["elems"] <= 2**15].max() <= 2.0**-11


def test_a_float64_difference_is_worst_at_the_smallest_step():
    data = figures.step_errors().data
    assert data["error"].argmax() == 0 and data["step"][0] == 2.0**-50
    h = data["step"][25]
    quotient = Fraction((0.7 + h - 0.1) ** 2 - (0.7 - h - 0.1) ** 2) / Fraction(2 * h)
    exact = 2 * (Fraction(0.7) - Fraction(0.1))
    assert data["error"][25] == pytest.approx(float(abs(quotient / exact - 1)), abs=2.0**-53)


@pytest.mark.parametrize(("dtype", "per_block"), [("float32", 8), ("float16", 16)])
def test_the_tail_is_what_does_not_fill_a_block(dtype, per_block):
    data = figures.tail_blocks(37, dtype).data
    assert data["moved_by_data_copy"].sum() == 37 // per_block * per_block
    assert np.array_equal(np.bincount(data["block"])[:-1], np.full(37 // per_block, per_block))


def test_ub_map_names_each_tensor_where_the_log_puts_it(one_tile):
    data = log_figures.ub_map(one_tile).data
    assert list(zip(data["name"].tolist(), data["start_byte"].tolist(), data["end_byte"].tolist(), strict=True)) == [
        ("y", 0, 148),
        ("predict", 1024, 1184),
        ("label", 65792, 65952),
        ("dout", 66816, 66976),
    ]


def test_ranges_of_ub_do_not_overlap_and_chunks_belong_to_their_tensor(two_tiles):
    ranges = log_figures.ub_ranges(two_tiles.instructions)
    assert all(before[2] <= after[1] for before, after in itertools.pairwise(ranges))
    by_address = [name for name, _ in itertools.groupby(name for name, _, _ in ranges)]
    assert by_address == ["work", "y", "predict", "label", "dout", "work"]


def test_a_long_gap_in_ub_is_cut_out_and_everything_else_is_drawn_to_scale(one_tile, two_tiles):
    for instructions, cuts in ((one_tile, 1), (two_tiles.instructions, 0)):
        view = log_figures.ub_map(instructions)
        strip, *boxes = view.axes.patches
        starts, lengths = view.data["start_byte"], view.data["end_byte"] - view.data["start_byte"]
        assert [box.get_width() for box in boxes] == lengths.tolist()
        drawn = np.array([box.get_x() for box in boxes])
        missing = np.diff(starts) - np.diff(drawn)
        assert np.count_nonzero(missing) == cuts and missing.min() == 0
        assert strip.get_width() == view.data["end_byte"][-1] - missing.sum()
        names = [text.get_text() for text in view.axes.texts if "cut out" not in text.get_text()]
        assert names == [name for name, _ in itertools.groupby(view.data["name"].tolist())]
        said = [text.get_text() for text in view.axes.texts if "cut out" in text.get_text()]
        assert said == [f"{length} B\ncut out" for length in missing[missing > 0]]


def test_lanes_show_every_instruction_and_every_flag_reaches_its_wait(one_tile):
    data = log_figures.pipe_lanes(one_tile).data
    assert list(data["call"]) == ["DataCopyPad"] * 3 + ["Sub", "Muls", "Mul", "DataCopyPad"]
    assert list(data["pipe"]) == ["MTE2"] * 3 + ["V"] * 3 + ["MTE3"]
    records = one_tile.on_core(0)
    assert 2 * len(data["arrow"]) == np.count_nonzero(records["flag"])
    assert (data["arrow"][:, 0] < data["arrow"][:, 1]).all()


def test_the_table_has_one_line_per_instruction_and_flags_on_request(one_tile):
    work = int(np.count_nonzero(one_tile.on_core(0)["flag"] == 0))
    lines = log_figures.instruction_table(one_tile).splitlines()
    assert len(lines) == 1 + work
    assert re.fullmatch(r" +9  V     Sub +\d+ +37  0-147  1024-1171  65792-65939", lines[4])
    assert len(log_figures.instruction_table(one_tile, flags=True).splitlines()) == 1 + len(one_tile.on_core(0))


def test_no_two_tensors_or_pipes_share_colour_and_hatch():
    for names in (("predict", "label", "dout", "y", "work", "free"), ("MTE2", "V", "MTE3", "S")):
        looks = [(to_rgb(COLOURS[name]), HATCHES.get(name, "")) for name in names]
        assert len(set(looks)) == len(names)


def test_the_style_is_left_outside_a_figure():
    before = matplotlib.rcParams["axes.titlelocation"]
    with canvas() as (figure, _):
        assert matplotlib.rcParams["axes.titlelocation"] == "left"
    assert matplotlib.rcParams["axes.titlelocation"] == before
    assert View(figure).png().startswith(b"\x89PNG") and "svg.hashsalt" in STYLE.read_text(encoding="utf-8")


def test_orders_shows_each_instruction_at_its_place_in_the_program():
    inputs = make_inputs(10_000, "float32", seed=1)
    logs = {
        schedule: run(*inputs, soc="Ascend310B4", schedule=schedule, seed=2).instructions
        for schedule in ("eager", "random")
    }
    data = log_figures.orders(logs).data
    assert np.array_equal(data["eager"], np.arange(len(data["eager"])) + 1)
    assert not np.array_equal(data["random"], data["eager"])
    assert np.array_equal(np.sort(data["random"]), data["eager"])
