# SPDX-License-Identifier: Apache-2.0
"""The timing model against published measurements, by kernels of our own that do the same work."""

import itertools
import statistics

import numpy as np
import pytest

from helpers import Kernel
from helpers.published_timings import (
    ADD_ROWS,
    BANK_ROWS,
    BANK_TICK_NS,
    BEYOND_ROWS,
    COPY_ROWS,
    LONGER_TILE,
    LONGER_TILE_MEASURED_TASK_US,
    QUEUE_ROWS,
    SCALAR_ELEMS,
    SCALAR_MEASURED_CORE_US,
    SCALAR_MEASURED_SCALAR_US,
    SOURCES,
    WHOLE_COPY_ELEMS,
)

ROWS = 8192


def halves(elems: int) -> np.ndarray:
    return np.broadcast_to(np.float16(0), (elems,))


def modelled_add(defines, cores):
    kernel = Kernel.from_source(SOURCES / "add.cpp", defines=defines)
    tensors = [halves(ROWS * ROWS) for _ in range(3)]
    return kernel.launch(*tensors, ROWS, block_dim=cores, level="model").timeline


def error(modelled_seconds: float, measured_us: float) -> float:
    return modelled_seconds * 1e6 / measured_us - 1


@pytest.fixture(scope="module")
def add_timelines():
    return {row: modelled_add(row.defines, row.cores) for row in ADD_ROWS}


@pytest.mark.parametrize("column", ["core", "task"])
def test_the_published_additions_are_met_within_13_percent_and_half_of_them_within_5(add_timelines, column):
    errors = [
        abs(error(timeline.core_seconds, row.measured_core_us))
        if column == "core"
        else abs(error(timeline.seconds, row.measured_task_us))
        for row, timeline in add_timelines.items()
    ]
    assert max(errors) <= 0.13
    assert statistics.median(errors) <= 0.05


def test_the_vector_time_of_the_published_additions_is_met_within_3_percent(add_timelines):
    for row, timeline in add_timelines.items():
        assert abs(error(timeline.busy_seconds["V"], row.measured_vector_us)) <= 0.03, row.name


def test_each_step_of_the_published_additions_helps_in_the_model_as_far_as_it_did(add_timelines):
    modelled = [timeline.core_seconds for timeline in add_timelines.values()]
    assert all(later < earlier for earlier, later in itertools.pairwise(modelled[:-1]))


def test_a_longer_tile_of_the_published_addition_is_met_within_10_percent():
    timeline = modelled_add(LONGER_TILE, 48)
    assert abs(error(timeline.seconds, LONGER_TILE_MEASURED_TASK_US)) <= 0.10


def test_the_published_scalar_loop_is_met_within_2_percent():
    elems = 65536  # of it, every one the same
    kernel = Kernel.from_source(SOURCES / "scalar_add.cpp")
    timeline = kernel.launch(*[np.zeros(elems, np.float16) for _ in range(3)], elems).timeline
    share = elems / SCALAR_ELEMS
    assert abs(error(timeline.core_seconds, share * SCALAR_MEASURED_CORE_US)) <= 0.02
    assert abs(error(timeline.busy_seconds["S"], share * SCALAR_MEASURED_SCALAR_US)) <= 0.02


def test_the_range_of_a_modelled_time_holds_it(add_timelines):
    for row, timeline in add_timelines.items():
        assert timeline.range.fastest_seconds <= timeline.seconds <= timeline.range.slowest_seconds, row.name


@pytest.mark.parametrize("row", COPY_ROWS, ids=lambda row: row.name)
def test_published_copies_are_met_within_6_percent(row):
    kernel = Kernel.from_source(SOURCES / "copy.cpp", defines=row.defines)
    # As in the published kernel every load goes to the same place: no one looks at what arrives.
    result = kernel.launch(halves(row.rows * row.columns), block_dim=48, level="model", checks_off=("race",))
    timeline = result.timeline
    assert abs(error(timeline.seconds, row.measured_task_us)) <= 0.06 and not timeline.beyond_the_model
    if row.measured_mte2_us is not None:
        assert abs(error(timeline.busy_seconds["MTE2"], row.measured_mte2_us)) <= 0.06


@pytest.mark.parametrize("row", BEYOND_ROWS, ids=lambda row: row.name)
def test_of_two_published_copies_the_model_says_too_little_by_a_known_share(row):
    kernel = Kernel.from_source(SOURCES / "copy_whole.cpp", defines=row.defines)
    result = kernel.launch(halves(WHOLE_COPY_ELEMS), block_dim=48, level="model", checks_off=("race",))
    lower, upper = row.modelled_share
    warnings = result.timeline.beyond_the_model
    assert len(warnings) == (1 if row.rotated else 2) and all(words in str(result.timeline) for words in warnings)
    assert lower <= result.timeline.busy_seconds["MTE2"] * 1e6 / row.measured_mte2_us <= upper


@pytest.mark.parametrize("row", BANK_ROWS, ids=lambda row: f"{row.left:x}-{row.right:x}-{row.sum:x}-{row.left_strides}")
def test_published_bank_conflicts_are_met_within_their_bounds(row):
    kernel = Kernel.from_source(SOURCES / "bank.cpp", defines=row.defines)
    result = kernel.launch(row.left, row.right, row.sum, level="model", checks_off=("unwritten",))
    measured_us = row.measured_ticks * BANK_TICK_NS * 1e-3
    assert abs(error(result.timeline.busy_seconds["V"], measured_us)) <= row.within


@pytest.mark.parametrize("row", QUEUE_ROWS, ids=lambda row: row.name)
def test_published_runs_on_another_board_are_met_within_10_percent(row):
    kernel = Kernel.from_source(SOURCES / "queue_add.cpp", soc="Ascend910B4", defines=row.defines)
    tensors = [halves(row.elems) for _ in range(3)]
    timeline = kernel.launch(*tensors, row.elems // row.cores, block_dim=row.cores, level="model").timeline
    assert abs(error(timeline.core_seconds, row.measured_core_us)) <= 0.10
    assert abs(error(timeline.seconds, row.measured_task_us)) <= 0.10
    assert timeline.range.fastest_seconds <= timeline.seconds <= timeline.range.slowest_seconds
    for pipe, measured_us in zip(("V", "MTE2", "MTE3"), row.measured_busy_us or (), strict=False):
        assert abs(error(timeline.busy_seconds[pipe], measured_us)) <= 0.05, pipe
