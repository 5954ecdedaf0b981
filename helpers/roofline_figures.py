# SPDX-License-Identifier: Apache-2.0
"""How near a modelled run comes to what the SoC can do at most, and what the rest of the time is.

- roofline({"name": (timeline, flops), ...}): runs below the ceilings of memory and of the vector units
- time_parts({"name": timeline, ...}): head, initialisation and pipes as shares of the modelled time
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from helpers.errors import ArgumentValueError
from helpers.soc_costs import SocCosts
from helpers.timeline import Timeline, microseconds
from helpers.view import COLOURS, View, canvas

FLOAT_LANES = 64  # float32 elements of one step of 256 bytes, which takes a cycle
_MARKERS = "osD^v"
_SERIES = ("predict", "y", "dout", "V", "label")
_PARTS = (("head", "work", ""), ("init", "label", "//"), ("pipes", "MTE2", ""))


def roofline(runs: Mapping[str, tuple[Timeline, int]]) -> View:
    """The run of each name as a point: operations per byte moved, and modelled float32 operations in a second.

    Args:
        runs: by name, a timeline and the arithmetic operations of its launch, up to five, all of one SoC.

    Data: intensity (flop/B) and flops (flop/s) of each run; flops_low and flops_high, at the slower and faster end of
    the model's range; dram, dram_sustained (B/s), peak (flop/s), ridge (flop/B, of the theoretical bandwidth).
    """
    costs = _one_table(runs)
    peak = costs.value("vector_cores") * costs.value("clock") * FLOAT_LANES
    dram = costs.value("dram_bandwidth")
    sustained = dram * costs.value("dram_share")
    intensity = np.array([flops / timeline.bytes for timeline, flops in runs.values()])
    ranges = [(timeline.range, flops) for timeline, flops in runs.values()]
    rates = np.array([flops / span.seconds for span, flops in ranges])
    low = np.array([flops / span.slowest_seconds for span, flops in ranges])
    high = np.array([flops / span.fastest_seconds for span, flops in ranges])
    ridge = peak / dram
    with canvas(4.4) as (figure, axes):
        ends = np.array([min(intensity.min() / 3, 0.05), max(ridge * 8, intensity.max() * 3)])
        _draw_ceilings(axes, ends, {"theoretical": dram, "sustained": sustained}, peak)
        axes.plot(ridge, peak, "*", ms=13, color=COLOURS["ink"], label=f"ridge, {ridge:.3g} flop/B")
        for place, name in enumerate(runs):
            at = (intensity[place], rates[place])
            spread = [[rates[place] - low[place]], [high[place] - rates[place]]]
            look = {"color": COLOURS[_SERIES[place]], "marker": _MARKERS[place], "label": name}
            axes.errorbar(*at, yerr=spread, capsize=4, linestyle="none", ms=8, zorder=4, **look)
        axes.set(xlabel="intensity, flop/B", ylabel="modelled flop/s")
        axes.set_title(f"Roofline of {costs.soc}, float32 arithmetic")
        axes.set_xlim(*ends)
        axes.set_ylim(low.min() / 2, peak * 2.5)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    said = [
        f"{name}: {rate:.3g} flop/s modelled, {rate / min(peak, at * dram):.0%} of the theoretical roof"
        for name, rate, at in zip(runs, rates, intensity, strict=True)
    ]
    summary = f"At {intensity[0]:.4g} flop/B, below the ridge of {ridge:.3g}, memory is the limit. {'; '.join(said)}."
    if intensity[0] > ridge:
        summary = f"At {intensity[0]:.4g} flop/B, above the ridge of {ridge:.3g}, V is the limit. {'; '.join(said)}."
    data = {"intensity": intensity, "flops": rates, "flops_low": low, "flops_high": high}
    limits = {"dram": dram, "dram_sustained": sustained, "peak": peak, "ridge": ridge}
    return View(figure, data | {name: np.array(value) for name, value in limits.items()}, summary)


def _one_table(runs: Mapping[str, tuple[Timeline, int]]) -> SocCosts:
    tables = {timeline.soc: timeline.costs for timeline, _ in runs.values()}
    if len(tables) != 1 or len(runs) > len(_MARKERS):
        raise ArgumentValueError("runs", list(tables), f"1 to {len(_MARKERS)} runs of one SoC")
    return next(iter(tables.values()))


def _draw_ceilings(axes: Axes, ends: np.ndarray, bandwidths: Mapping[str, float], peak: float) -> None:
    for (name, bandwidth), style in zip(bandwidths.items(), ("-", "--"), strict=True):
        corner = np.array([ends[0], peak / bandwidth])
        label = f"DRAM, {name}, {bandwidth / 1e12:.3g} TB/s"
        axes.loglog(corner, corner * bandwidth, style, color=COLOURS["ink"], lw=1.6, label=label)
    peak_look = {"linestyle": "-.", "color": COLOURS["ink"], "lw": 1.6}
    axes.plot(
        [peak / max(bandwidths.values()), ends[1]], [peak, peak], label=f"V, {peak / 1e12:.3g} Tflop/s", **peak_look
    )


def time_parts(timelines: Mapping[str, Timeline]) -> View:
    """A bar per timeline: shares of the launch's head, of the initialisation and of the pipes.

    Data: seconds by timeline and part (head, init, pipes).
    """
    seconds = np.array([[timeline.parts[part] for part, _, _ in _PARTS] for timeline in timelines.values()])
    shares = seconds / seconds.sum(axis=1, keepdims=True) * 100
    with canvas(1.5 + 0.42 * len(timelines)) as (figure, axes):
        rows = np.arange(len(timelines))
        begin = np.zeros(len(timelines))
        for column, (part, colour, hatch) in enumerate(_PARTS):
            look = {"color": COLOURS[colour], "hatch": hatch, "edgecolor": COLOURS["ink"], "linewidth": 0.6}
            axes.barh(rows, shares[:, column], left=begin, height=0.7, label=part, **look)
            begin = begin + shares[:, column]
        for row, timeline in enumerate(timelines.values()):
            axes.text(101, row, microseconds(timeline.seconds), va="center")
        axes.set_yticks(rows, list(timelines))
        axes.set(xlim=(0, 118), ylim=(len(timelines) - 0.5, -0.5), xlabel="share of the modelled time, %")
        axes.set_xticks(range(0, 101, 20))
        axes.set_title("Modelled time by parts", pad=24)
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0.1)
    said = [f"{name} {share:.0f} %" for name, share in zip(timelines, shares[:, 2].tolist(), strict=True)]
    return View(figure, {"seconds": seconds}, f"Share of the modelled time in which the pipes run: {', '.join(said)}.")
