# SPDX-License-Identifier: Apache-2.0
"""UB over modelled time: what the figure holds against loads, stores and a grid of moments."""

import numpy as np
import pytest

from helpers import run
from helpers.errors import ArgumentValueError
from helpers.timeline import PIPE_NAMES
from helpers.ub_figures import ub_over_time


@pytest.fixture(scope="module", params=["float32", "float16"])
def result(request):
    tensor = np.broadcast_to(np.zeros((), request.param), (40_000,))
    return run(tensor, tensor, tensor, soc="Ascend310B4", level="model")


@pytest.fixture(scope="module")
def view(result):
    return ub_over_time(result.instructions, result.timeline)


def copies(result, pipe):
    rows = result.timeline.instructions
    return rows[(rows["bytes"] > 0) & (rows["pipe"] == PIPE_NAMES.index(pipe))]


def boxes(view, name):
    own = view.data["name"] == name
    return {key: array[own] for key, array in view.data.items() if array.ndim}


def test_an_input_is_held_once_a_tile_from_its_load_to_the_compute_that_uses_it_last(result, view):
    loads = copies(result, "MTE2")
    rows = result.timeline.instructions
    kinds = result.stream.kinds[result.stream.numbers]
    tiles = len(result.plan.tiles(0))
    for number, name in enumerate(("predict", "label", "dout")):
        held = boxes(view, name)
        assert held["tile"].tolist() == list(range(tiles))
        assert held["begin_us"] == pytest.approx(loads["start_ns"][number::3] / 1000)
        assert np.all(held["end_us"] > loads["end_ns"][number::3] / 1000)
        assert kinds["gm_tensor"][np.flatnonzero(rows["bytes"])[number]] == number
    ends = rows["end_ns"][rows["pipe"] == PIPE_NAMES.index("V")] / 1000
    assert all(np.min(np.abs(ends - end)) < 1e-9 for end in boxes(view, "dout")["end_us"])


def test_y_is_held_until_it_is_stored(result, view):
    stores = copies(result, "MTE3")
    held = boxes(view, "y")
    assert held["end_us"] == pytest.approx(stores["end_ns"] / 1000)
    assert np.all(held["begin_us"] < stores["start_ns"] / 1000)


def test_no_byte_holds_two_values_at_one_time(view):
    data = view.data
    for first in range(len(data["name"])):
        for second in range(first):
            in_space = data["start_byte"][first] < data["end_byte"][second] and (
                data["start_byte"][second] < data["end_byte"][first]
            )
            in_time = min(data["end_us"][first], data["end_us"][second]) - max(
                data["begin_us"][first], data["begin_us"][second]
            )
            assert not in_space or in_time <= 1e-9


def test_the_most_that_is_held_is_that_of_a_grid_of_moments(view):
    data = view.data
    moments = np.linspace(data["begin_us"].min(), data["end_us"].max(), 20_001)[:, None]
    held = ((data["begin_us"] <= moments) & (data["end_us"] > moments)) @ (data["end_byte"] - data["start_byte"])
    assert data["held_bytes"] == held.max()
    assert f"{held.max()} of 253952 B" in view.summary


def test_a_log_of_another_launch_is_refused(result):
    tensor = np.broadcast_to(np.float32(0), (100,))
    other = run(tensor, tensor, tensor, soc="Ascend310B4", level="model")
    with pytest.raises(ArgumentValueError, match="the log of the timeline's launch"):
        ub_over_time(other.instructions, result.timeline)
