# SPDX-License-Identifier: Apache-2.0
"""Figures of plans and other choices: their arrays against the plan's ranges, runs, and the model asked once more."""

import dataclasses
import re

import numpy as np
import pytest

from helpers import plan, run
from helpers.errors import ArgumentValueError, KernelFault
from helpers.log_figures import ub_ranges
from helpers.other_plan import model_plan, other_plan
from helpers.roofline_figures import roofline, time_parts
from helpers.soc import find_soc
from helpers.soc_costs import soc_costs
from helpers.tile_loop import tile_timeline, what_if
from helpers.tiling_figures import tile_map, ub_budget
from helpers.what_if_figures import core_sweep, longest_tile, tile_sweep, what_if_grid, what_if_map

SOC = "Ascend910B1"


def modelled(elems, dtype="float32", soc=SOC):
    tensor = np.broadcast_to(np.zeros((), dtype), (elems,))
    return run(tensor, tensor, tensor, soc=soc, level="model")


@pytest.mark.parametrize(("elems", "dtype"), [(1, "float32"), (10_000, "float16"), (1_000_003, "float32")])
def test_the_map_has_the_tiles_and_tails_of_the_plan(elems, dtype):
    planned = plan(elems, dtype)
    data = tile_map(planned).data
    tiles = [planned.tiles(core) for core in range(planned.cores)]
    lengths = [[len(tile) for tile in of_core] for of_core in tiles]
    assert data["elems"].tolist() == [sum(of_core) for of_core in lengths]
    assert data["tiles"].tolist() == [len(of_core) for of_core in lengths]
    assert data["tail_elems"].tolist() == [of_core[-1] % planned.tile_elems for of_core in lengths]
    assert data["elems"].sum() == elems


def test_the_map_draws_each_tile_as_long_as_it_is():
    planned = plan(1_000_003, "float32")
    view = tile_map(planned)
    drawn = [path for collection in view.axes.collections for path in collection.get_paths()]
    widths = sorted(round(float(np.ptp(path.vertices[:, 0]))) for path in drawn)
    assert widths == sorted(len(tile) for core in range(planned.cores) for tile in planned.tiles(core))


def test_an_unequal_plan_is_seen():
    planned = plan(1_000_003, "float32")
    unequal = dataclasses.replace(planned, cores=40, long_cores=0, short_core_elems=25_600)
    lines = tile_map(unequal).data["lines"]
    assert lines.max() == 200 and lines[-1] == -(-(1_000_003 - 39 * 25_600) // 128)
    assert f"{lines[-1]} to 200 lines" in tile_map(unequal).summary


@pytest.mark.parametrize(("dtype", "soc"), [("float32", SOC), ("float16", SOC), ("float32", "Ascend310B4")])
def test_the_budget_is_what_a_run_touches(dtype, soc):
    result = modelled(3_000_000, dtype, soc)
    data = ub_budget(result.plan).data
    touched = {}
    for name, start, end in ub_ranges(result.instructions):
        touched[name] = touched.get(name, 0) + end - start
    assert dict(zip(data["name"].tolist(), data["bytes"].tolist(), strict=True)) == touched
    assert data["bytes"].sum() <= data["ub_bytes"]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("soc", [SOC, "Ascend310B4"])
def test_no_plan_has_a_longer_tile_than_the_longest(dtype, soc):
    longest = longest_tile(dtype, soc, 2)
    tiles = [plan(elems, dtype, soc=soc).tile_elems for elems in np.geomspace(10**6, 10**12, 40).astype(int).tolist()]
    assert max(tiles) <= longest
    assert longest_tile(dtype, soc, 1) >= 2 * longest


@pytest.mark.parametrize("buffers", [1, 2])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_longest_tile_runs_without_a_finding_and_a_longer_one_does_not(dtype, buffers):
    longest = longest_tile(dtype, SOC, buffers)
    planned = plan(10**7, dtype)
    assert model_plan(other_plan(planned, tile_elems=longest, buffers=buffers)).findings == ()
    reserved_bytes = find_soc(SOC).ub_bytes - find_soc(SOC).planned_ub_bytes
    line_elems = 512 // np.dtype(dtype).itemsize
    longer = longest + (reserved_bytes // (4 * buffers * 512) + 1) * line_elems
    with pytest.raises(KernelFault, match="ub-capacity"):
        model_plan(other_plan(planned, tile_elems=longer, buffers=buffers))


@pytest.fixture(scope="module", params=[(100_000, "float32"), (10**6, "float16")], ids=str)
def grid(request):
    return what_if_grid(*request.param)


def test_the_grid_is_the_model_asked_for_each_choice(grid):
    rng = np.random.default_rng(0)
    for _ in range(12):
        i, j, k = (int(rng.integers(size)) for size in grid.seconds.shape)
        choice = grid.tile_elems[k], grid.buffers[i], grid.cores[j]
        if choice[0] > longest_tile(grid.plan.dtype, SOC, choice[1]):
            assert np.isnan(grid.seconds[i, j, k])
        else:
            assert grid.seconds[i, j, k] == what_if(grid.plan.elems, grid.plan.dtype, SOC, *choice)


def test_the_best_is_the_least_and_the_planned_one_is_the_run(grid):
    assert grid.seconds_of(grid.best) == np.nanmin(grid.seconds)
    real = modelled(grid.plan.elems, grid.plan.dtype).timeline.seconds
    assert grid.seconds_of(grid.planned) == pytest.approx(real, rel=0.02)  # the loop has no bank conflicts, the run few


def test_text_and_heat_map_show_the_same_numbers_and_both_marks(grid):
    view, text = what_if_map(grid), str(grid)
    shown = [label.get_text() for axes in view.figure.axes for label in axes.texts]
    for number in shown:
        assert number in text
    assert len(shown) == grid.seconds.size
    assert view.data["best"].tolist() == list(grid.best) and view.data["planned"].tolist() == list(grid.planned)
    marks = sorted("".join(re.findall(r"\d (bp|b|p)\b", text)))
    assert marks == ["b", "p"]
    best_line = next(line for line in text.splitlines()[1:] if re.search(r"\d bp?\b", line))
    assert best_line.split()[0] == str(grid.best[1])
    assert "modelled" in view.summary and "modelled" in text


def test_a_sweep_over_tiles_has_both_numbers_of_buffers():
    data = tile_sweep(10**6, "float32", cores=4).data
    for number, tile in enumerate(data["tile_elems"].tolist()):
        assert data["one_buffer_us"][number] == what_if(10**6, "float32", SOC, tile, 1, 4) * 1e6
        fits = tile <= longest_tile("float32", SOC, 2)
        assert np.isfinite(data["two_buffers_us"][number]) == fits
    both = np.isfinite(data["two_buffers_us"])
    assert np.all(data["two_buffers_us"][both] <= data["one_buffer_us"][both])


def test_a_sweep_over_cores_finds_few_for_few_elements():
    data = core_sweep((1000, 10**6), "float32").data
    few, many = data["best_cores"]
    assert few == 1 and many > 4
    assert data["planned_cores"].tolist() == [plan(1000, "float32").cores, plan(10**6, "float32").cores]
    assert data["seconds"][0].argmin() == 0
    real = [modelled(elems).timeline.seconds for elems in (1000, 10**6)]
    assert data["planned_seconds"].tolist() == pytest.approx(real, rel=0.02)


def test_what_has_no_sweep_is_refused():
    with pytest.raises(ArgumentValueError, match="more than one vector core"):
        core_sweep((1000,), "float32", "Ascend310B4")
    with pytest.raises(ArgumentValueError, match="1 to 4 lengths"):
        core_sweep((), "float32")
    for what in (what_if_grid, tile_sweep, lambda elems, dtype: core_sweep((elems,), dtype)):
        with pytest.raises(ArgumentValueError, match="lengths from 1"):
            what(0, "float32")


def test_values_of_the_callers_own_are_used_where_no_source_gives_one():
    with pytest.raises(ArgumentValueError, match="none is guessed"):
        what_if_grid(10**5, "float32", "Ascend310B1")
    slow, fast = (what_if_grid(10**5, "float32", "Ascend310B1", {"dram_bandwidth": b}) for b in (2e10, 4e10))
    assert np.nanmin(fast.seconds) < np.nanmin(slow.seconds)
    sweeps = [tile_sweep(10**5, "float32", SOC, 4, {"read_latency": ns}).data["two_buffers_us"] for ns in (225, 900)]
    assert np.nanmin(sweeps[1] - sweeps[0]) > 0
    seconds = [core_sweep((10**5,), "float32", SOC, {"head_per_core": ns}).data["seconds"][0] for ns in (120, 1000)]
    assert seconds[1] - seconds[0] == pytest.approx(np.array([1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48]) * 880e-9)


@pytest.mark.parametrize(("dtype", "element_bytes"), [("float32", 4), ("float16", 2)])
def test_the_roofline_is_arithmetic_on_bytes_flops_and_published_rates(dtype, element_bytes):
    elems = 10**6
    timeline = modelled(elems, dtype).timeline
    data = roofline({"run": (timeline, 3 * elems)}).data
    assert data["intensity"][0] == 3 * elems / (4 * elems * element_bytes)
    assert data["flops"][0] == 3 * elems / timeline.seconds
    assert data["peak"] == 48 * 64 * 1.85e9 and data["dram"] == 1.8e12
    assert data["ridge"] == pytest.approx(3.157, abs=1e-3)
    assert data["flops_low"][0] < data["flops"][0] < data["flops_high"][0]


def test_a_roofline_is_of_one_soc():
    timelines = [tile_timeline(10**5, "float32", soc, 4096, 2, 4) for soc in (SOC, "Ascend910B4")]
    with pytest.raises(ArgumentValueError, match="of one SoC"):
        roofline({str(number): (timeline, 3 * 10**5) for number, timeline in enumerate(timelines)})


def test_parts_add_up_to_the_modelled_time():
    timelines = {str(elems): modelled(elems).timeline for elems in (100, 10**6)}
    seconds = time_parts(timelines).data["seconds"]
    assert seconds.sum(axis=1).tolist() == pytest.approx([timeline.seconds for timeline in timelines.values()])
    assert seconds[:, 1].tolist() == [soc_costs(SOC).value("init") * 1e-9] * 2
