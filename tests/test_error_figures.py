# SPDX-License-Identifier: Apache-2.0
"""The figures of errors: their arrays and their sentences."""

import numpy as np

from helpers import plan, reference
from helpers.error_figures import error_by_magnitude, half_spacing, tile_heat_map
from helpers.inputs import make_inputs
from helpers.ulp import ulp_error


def test_a_wrong_tail_is_visible_in_the_heat_map():
    inputs, planned = make_inputs(300_007, "float16", seed=1), plan(300_007, "float16")
    y = reference.same_order(*inputs)
    right = tile_heat_map(y, *inputs, planned)
    assert right.summary.startswith("No tile is above the bound of 0.501 ulp") and right.png() == right.png()
    y[-1] = 99
    wrong = tile_heat_map(y, *inputs, planned)
    core, tile = np.argwhere(wrong.data["heat_ulp"] > 0.501)[0]
    assert core == planned.cores - 1 and f"first tile {tile} of core {core}" in wrong.summary
    assert wrong.summary.startswith("1 of ")
    assert len(wrong.axes.texts) == 1


def test_the_error_over_magnitude_is_that_of_every_element_but_zeros():
    inputs = make_inputs(4096, "float16", "special")
    y, truth = reference.same_order(*inputs), reference.truth(*inputs)
    view = error_by_magnitude(y, *inputs)
    shown = np.isfinite(truth) & (truth != 0)
    np.testing.assert_array_equal(view.data["ulp"], ulp_error(y, truth)[shown])
    np.testing.assert_array_equal(view.data["magnitude"], np.abs(truth[shown]))
    assert "subnormal" in view.summary


def test_the_spacing_of_halves_is_the_distance_to_the_next():
    view = half_spacing()
    values = view.data["magnitude"].astype(np.float16)
    with np.errstate(over="ignore"):
        following = np.nextafter(values, np.float16(np.inf)).astype(np.float64)
    np.testing.assert_array_equal(view.data["spacing"], np.where(np.isinf(following), 32, following - values))
