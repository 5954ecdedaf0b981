# SPDX-License-Identifier: Apache-2.0
"""The kernel under plans of one's own: right, clean, and the planner's own plan where nothing is changed."""

import numpy as np
import pytest

from helpers import compare, make_inputs, plan
from helpers.errors import ArgumentValueError
from helpers.operator import build_kernel, run
from helpers.other_plan import model_plan, other_plan

CHOICES = (
    {"buffers": 1},
    {"tile_elems": 1024},
    {"cores": 7},
    {"core_elems": 2048, "tile_elems": 512},
    {"cores": 48, "tile_elems": 256, "buffers": 3},
)


def computed(planned, inputs):
    y = np.zeros_like(inputs.predict)
    options = {"workspace_bytes": 0, "tiling": planned.tiling_bytes, "roles": ("in", "in", "in", "out")}
    build_kernel(planned.soc, planned.dtype).launch(*inputs, y, block_dim=planned.cores, **options)
    return y


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_every_choice_gives_the_right_bits(choice, dtype):
    inputs = make_inputs(20_003, dtype, seed=5)
    assert compare(computed(other_plan(plan(20_003, dtype), **choice), inputs), *inputs).verdict == "PASS"


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_nothing_changed_is_the_plan_and_its_timeline(dtype):
    planned = plan(10**6, dtype)
    assert other_plan(planned) == planned
    tensor = np.broadcast_to(np.zeros((), dtype), (10**6,))
    real = run(tensor, tensor, tensor, level="model")
    assert str(model_plan(planned).timeline) == str(real.timeline)


def test_what_was_asked_for_is_what_runs():
    changed = other_plan(plan(10**5, "float32"), cores=5, tile_elems=512, buffers=1)
    timeline = model_plan(changed).timeline
    assert timeline.cores == 5 and timeline.instructions["bytes"].max() == 512 * 4
    owned = [len(part) for part in changed.core_ranges()]
    assert sum(owned) == 10**5 and max(owned) - min(owned) <= 2 * 128
    rows = timeline.instructions
    assert [int(rows["bytes"][rows["core"] == core].sum()) for core in range(5)] == [16 * elems for elems in owned]


def test_more_blocks_than_cores_run_after_each_other():
    timeline = model_plan(other_plan(plan(10**5, "float32"), core_elems=1024)).timeline
    assert len(timeline.times.core_of) == 98 and timeline.cores == 48


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"tile_elems": 100}, "multiples of 128"),
        ({"core_elems": 0}, "multiples of 128"),
        ({"cores": 9}, "1 to 8, a line of 512 B for each"),
    ],
)
def test_what_no_plan_can_be_is_refused(choice, words):
    with pytest.raises(ArgumentValueError, match=words):
        other_plan(plan(1000, "float32"), **choice)
