# SPDX-License-Identifier: Apache-2.0
"""Distances and errors: across zero, through subnormals, into infinity; and where they are."""

import numpy as np
import pytest

from helpers import plan, reference
from helpers.inputs import make_inputs
from helpers.metrics import absolute_error, error_by_tile, relative_error, ulp_distance, worst_elements

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_ulp_distance_counts_the_steps_of_nextafter(dtype):
    info = np.finfo(dtype)
    tiny = info.smallest_subnormal
    pairs = [(0.0, -0.0, 0), (-tiny, tiny, 2), (info.max, INF, 1), (1, 1 + info.eps, 1), (1, 1 - info.eps / 2, 1)]
    pairs += [(NAN, NAN, 0), (NAN, 1, -1), (INF, INF, 0), (0, info.tiny, 2**info.nmant)]
    for a, b, steps in pairs:
        a, b = np.array([a], dtype), np.array([b], dtype)
        assert ulp_distance(a, b)[0] == ulp_distance(b, a)[0] == steps
    value = np.array([-3 * tiny], dtype)
    walked = value
    for steps in range(8):
        assert ulp_distance(value, walked)[0] == steps
        walked = np.nextafter(walked, np.array(INF, dtype))
    assert ulp_distance(np.array([-INF], dtype), np.array([INF], dtype))[0] == 2 * int(
        np.array(INF, dtype).view(f"u{np.dtype(dtype).itemsize}")
    )


def test_absolute_and_relative_errors_are_defined_for_every_pair():
    y = np.array([1, 0, 0, INF, INF, NAN, NAN, 2], np.float16)
    truth = np.array([2, 0, 1e-9, INF, 1, NAN, 1, NAN])
    assert absolute_error(y, truth).tolist() == [1, 0, 1e-9, 0, INF, 0, INF, INF]
    assert relative_error(y, truth).tolist() == [0.5, 0, 1, 0, INF, 0, INF, INF]


def test_a_wrong_tail_stands_out_in_the_heat_map_and_in_the_worst_elements():
    inputs = make_inputs(100_003, "float16", "normal", seed=4)
    planned = plan(100_003, "float16")
    y = reference.same_order(*inputs)
    y[-3:] += np.float16(1)
    truth = reference.truth(*inputs)
    from helpers.ulp import ulp_error

    heat = error_by_tile(ulp_error(y, truth), planned)
    core, tile = np.argwhere(heat > 1)[0]
    assert np.count_nonzero(heat > 1) == 1 and core == planned.cores - 1
    worst = worst_elements(y, *inputs, planned, count=4)
    assert {element.position for element in worst[:3]} == {100_000, 100_001, 100_002} and worst[3].ulp < 0.501
    for element in worst:
        assert element.position in planned.tiles(element.core)[element.tile]
        assert element.predict == inputs.predict[element.position] and element.truth == truth[element.position]
    assert (worst[0].core, worst[0].tile) == (core, tile)


@pytest.mark.parametrize("elems", [1, 5000, 1_000_003])
def test_the_heat_map_has_the_largest_error_of_every_tile(elems):
    planned = plan(elems, "float32")
    error = np.random.default_rng(0).random(elems)
    heat = error_by_tile(error, planned)
    expected = {
        tile.start: error[tile.start : tile.stop].max() for c in range(planned.cores) for tile in planned.tiles(c)
    }
    assert sorted(heat[~np.isnan(heat)]) == sorted(expected.values())
