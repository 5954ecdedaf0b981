# SPDX-License-Identifier: Apache-2.0
"""Measure how far an output is from what it should be, and where.

- ulp_distance(a, b): how many values of the dtype lie between, across zero and into infinity
- absolute_error, relative_error: against a float64 truth
- worst_elements(...): the k largest errors with inputs, core and tile
- error_by_tile(error, plan): the largest error of every tile, cores by tiles

Errors in ulp against a truth that is no value of the dtype, and equality of bits, are in helpers/ulp.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers import reference
from helpers.contract import check_call, check_dtype
from helpers.tiling import Plan
from helpers.ulp import ulp_error


def ulp_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return, as int64, how many steps lead from a to b through the values of their float dtype.

    Both zeros are one place, subnormals are steps like any other, and infinity is the step after the largest finite
    value. -1 where exactly one of the two is NaN, 0 where both are.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        raise ValueError(f"ulp_distance: {a.dtype} {a.shape} against {b.dtype} {b.shape}: compare like with like")
    distance = np.abs(_place(a) - _place(b))
    either, both = np.isnan(a) | np.isnan(b), np.isnan(a) & np.isnan(b)
    return np.where(both, 0, np.where(either, -1, distance))


def absolute_error(y: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return |y - truth| in float64: 0 for equal infinities and for two NaN, infinite where only one is NaN."""
    value = np.asarray(y).astype(np.float64)
    with np.errstate(invalid="ignore"):
        error = np.abs(value - truth)
    agree = (value == truth) | (np.isnan(value) & np.isnan(truth))
    return np.where(agree, 0.0, np.where(np.isnan(error), np.inf, error))


def relative_error(y: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return |y - truth| / |truth| in float64: 0 where the error is 0, infinite where only the truth is."""
    error = absolute_error(y, truth)
    with np.errstate(all="ignore"):
        relative = error / np.abs(truth)
    return np.where(error == 0, 0.0, np.where(np.isnan(relative), np.inf, relative))


@dataclass(frozen=True)
class LocatedElement:
    """One element, and which core computed it in which of its tiles."""

    position: int
    core: int
    tile: int
    predict: float
    label: float
    dout: float
    y: float
    truth: float
    ulp: float


def worst_elements(
    y: np.ndarray, predict: np.ndarray, label: np.ndarray, dout: np.ndarray, plan: Plan, count: int = 5
) -> list[LocatedElement]:
    """Return the `count` elements of y with the largest errors in ulp, largest first; the earlier first at a tie."""
    check_call(predict, label, dout, plan.reduction)
    truth = reference.truth(predict, label, dout, plan.reduction).ravel()
    error = ulp_error(y.ravel(), truth)
    found = []
    for position in np.argsort(-error, kind="stable")[:count].tolist():
        values = (float(array.ravel()[position]) for array in (predict, label, dout, y, truth, error))
        found.append(LocatedElement(position, *_core_and_tile(plan, position), *values))
    return found


def error_by_tile(error: np.ndarray, plan: Plan) -> np.ndarray:
    """Return the largest error of each tile: a row for each core, a column for each tile, NaN where there is none."""
    error = error.ravel()
    tiles = [plan.tiles(core) for core in range(plan.cores)]
    heat = np.full((plan.cores, max(map(len, tiles), default=0)), np.nan)
    for core, owned in enumerate(tiles):
        for number, tile in enumerate(owned):
            heat[core, number] = error[tile.start : tile.stop].max()
    return heat


def _place(array: np.ndarray) -> np.ndarray:
    """Where each value stands in the line of all values of its dtype, from the negative to the positive infinity."""
    bits = 8 * check_dtype(array.dtype).itemsize
    codes = array.view(f"u{bits // 8}").astype(np.int64)
    sign = np.int64(1 << (bits - 1))
    return np.where(codes & sign, -(codes & (sign - 1)), codes)


def _core_and_tile(plan: Plan, position: int) -> tuple[int, int]:
    long = plan.long_cores * plan.long_core_elems
    if position < long:
        core = position // plan.long_core_elems
    else:
        core = plan.long_cores + (position - long) // plan.short_core_elems
    return core, (position - plan.core_range(core).start) // plan.tile_elems
