# SPDX-License-Identifier: Apache-2.0
"""The gain of a second buffer: against the times of the launches it is made of, and what theory allows."""

import numpy as np
import pytest

from helpers.buffer_figures import buffer_gain
from helpers.tile_loop import tile_timeline

SLOWDOWNS = (0.1, 1, 4, 20)


@pytest.fixture(scope="module")
def pairs():
    """The operator's loop on one core, with vector instructions that take longer and longer to start."""
    found = []
    for slowdown in SLOWDOWNS:
        costs = {"vector_head": 24 * slowdown}
        found.append([tile_timeline(16 * 2048, "float32", "Ascend910B1", 2048, n, 1, costs) for n in (1, 2)])
    return found


def test_the_gain_is_that_of_the_modelled_times(pairs):
    data = buffer_gain(pairs).data
    for number, (one, two) in enumerate(pairs):
        assert data["gain"][number] == pytest.approx(one.parts["pipes"] / two.parts["pipes"] - 1)
        assert data["compute"][number] == pytest.approx(two.busy_seconds["V"] / pairs[0][1].parts["pipes"])
    assert data["two_buffers"][0] == 1


def test_two_buffers_are_no_faster_than_the_longer_of_copies_and_compute(pairs):
    data = buffer_gain(pairs).data
    assert np.all(data["two_buffers"] >= np.maximum(data["compute"], 1) * 0.999)
    assert np.all(data["one_buffer"] >= data["two_buffers"])


def test_marks_are_drawn_where_they_are(pairs):
    view = buffer_gain(pairs, {"somewhere": (0.5, 0.25)})
    lower = view.figure.axes[1]
    line = next(line for line in lower.get_lines() if line.get_label() == "somewhere")
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([0.5], [25.0])
    assert "modelled" in lower.get_legend_handles_labels()[1][0]
