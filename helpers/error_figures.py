# SPDX-License-Identifier: Apache-2.0
"""Figures of errors: where they are, how large at which magnitude, and where halves lie.

- tile_heat_map(y, predict, label, dout, plan): the largest error of every tile, cores by tiles
- error_by_magnitude(y, predict, label, dout): errors in ulp over |truth|
- half_spacing(): the distance between neighbouring halves over their magnitude

The histogram of errors is `figures.error_histogram`.
"""

from __future__ import annotations

import numpy as np

from helpers import reference
from helpers.comparison import ULP_BOUND
from helpers.metrics import error_by_tile
from helpers.tiling import Plan
from helpers.ulp import ulp, ulp_error
from helpers.view import COLOURS, View, canvas


def tile_heat_map(y: np.ndarray, predict: np.ndarray, label: np.ndarray, dout: np.ndarray, plan: Plan) -> View:
    """A square for each tile, bright and marked where an error is above the bound. Data: heat_ulp (NaN: no tile)."""
    error = ulp_error(y, reference.truth(predict, label, dout, plan.reduction))
    heat, bound = error_by_tile(error, plan), ULP_BOUND[plan.dtype, plan.reduction]
    with canvas(3.4) as (figure, axes):
        capped = np.minimum(heat, 2 * bound)  # a wrong tile must not fade all others into one colour
        image = axes.imshow(capped.T, aspect="auto", cmap="cividis", vmin=0, vmax=2 * bound, origin="lower")
        axes.set(title=f"N = {plan.elems} on {plan.soc}: error by core and tile", xlabel="core", ylabel="tile")
        for core, tile in np.argwhere(heat > bound):
            axes.text(core, tile, "x", ha="center", va="center", color=COLOURS["ink"])
        axes.set_yticks(np.arange(heat.shape[1])[:: max(1, heat.shape[1] // 8)])
        axes.grid(visible=False)
        figure.colorbar(image, ax=axes, label=f"largest error, ulp (from {2 * bound:g} on alike)")
    wrong = int(np.count_nonzero(heat > bound))
    if wrong:
        core, tile = (int(place) for place in np.argwhere(heat > bound)[0])
        summary = (
            f"{wrong} of {np.count_nonzero(~np.isnan(heat))} tiles are above the bound of {bound:g} ulp, first tile "
            f"{tile} of core {core}; the largest error is {np.nanmax(heat):.4g} ulp."
        )
    else:
        summary = f"No tile is above the bound of {bound:g} ulp; the largest error is {np.nanmax(heat):.4f} ulp."
    return View(figure, {"heat_ulp": heat}, summary)


def error_by_magnitude(
    y: np.ndarray, predict: np.ndarray, label: np.ndarray, dout: np.ndarray, reduction: str = "mean"
) -> View:
    """Errors in ulp over the magnitude of the truth, both of every element that is not zero. Data: magnitude, ulp."""
    truth = reference.truth(predict, label, dout, reduction).ravel()
    error = ulp_error(y.ravel(), truth)
    shown = np.isfinite(truth) & (truth != 0) & np.isfinite(error)
    magnitude, error = np.abs(truth[shown]), error[shown]
    normal = float(np.finfo(y.dtype).tiny)
    with canvas(3.4) as (figure, axes):
        axes.plot(magnitude, error, ".", color=COLOURS["y"], markersize=2)
        axes.set_xscale("log", base=2)
        if magnitude.min() < normal < magnitude.max():
            axes.axvline(normal, color=COLOURS["ink"], linestyle="--", label="smallest normal value")
            axes.legend(loc="lower right", bbox_to_anchor=(1, 1))  # above the axes: points may be anywhere
        axes.set(title=f"{y.dtype}, {reduction}: error over magnitude", xlabel="|truth|", ylabel="error in ulp")
    summary = (
        f"{error.size} elements between {magnitude.min():.2e} and {magnitude.max():.2e}, "
        f"{np.count_nonzero(magnitude < normal)} of them subnormal; the largest error is {error.max():.4f} ulp."
    )
    return View(figure, {"magnitude": magnitude, "ulp": error}, summary)


def half_spacing() -> View:
    """The distance to the next half, from the smallest subnormal to 65504. Data: magnitude, spacing."""
    magnitude = np.append(2.0 ** np.arange(-24, 16), 65504)
    spacing = ulp(magnitude, "float16")
    with canvas(3.2) as (figure, axes):
        axes.step(magnitude, spacing, where="post", color=COLOURS["predict"])
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", base=2)
        axes.axvline(2.0**-14, color=COLOURS["ink"], linestyle="--", label="smallest normal half, $2^{-14}$")
        axes.axvline(65504, color=COLOURS["y"], linestyle=":", label="largest half, 65504")
        axes.set(title="The number line of halves", xlabel="magnitude", ylabel="distance to the next half")
        axes.legend(loc="lower center", bbox_to_anchor=(0.7, 0))
    summary = (
        "Between two powers of two there are 1024 halves; below 2^-14 all lie 2^-24 apart, and from 65520 on a number "
        "rounds to infinity."
    )
    return View(figure, {"magnitude": magnitude, "spacing": spacing}, summary)
