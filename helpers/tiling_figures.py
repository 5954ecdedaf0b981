# SPDX-License-Identifier: Apache-2.0
"""How a call is cut, as pictures.

- tile_map(plan): one row per core, its tiles and its tail over the elements it owns, and how equal the shares are
- ub_budget(plan): what the buffers of a plan take of UB
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from helpers.contract import check_dtype
from helpers.soc import find_soc
from helpers.tiling import Plan
from helpers.view import COLOURS, HATCHES, View, canvas

LINE_BYTES = 512
FLOAT_BYTES = 4
_TENSORS = ("predict", "label", "dout", "y")
_NARROWEST_TILE_PIXELS = 3


def tile_map(plan: Plan) -> View:
    """One row per core: its tiles, the last one hatched where it is shorter; and the lines of 512 B that it owns.

    Data, of each core: core, elems, lines, tiles, tail_elems (of a shorter last tile, else 0).
    """
    line_elems = LINE_BYTES // check_dtype(plan.dtype).itemsize
    elems = np.array([len(owned) for owned in plan.core_ranges()])
    data = {
        "core": np.arange(plan.cores),
        "elems": elems,
        "lines": -(-elems // line_elems),
        "tiles": -(-elems // plan.tile_elems),
        "tail_elems": elems % plan.tile_elems,
    }
    with canvas(1.8 + 0.07 * max(plan.cores, 8)) as (figure, axes):
        axes.remove()
        left, right = figure.subplots(1, 2, width_ratios=(3, 1), sharey=True)
        _draw_tiles(left, plan, data)
        right.barh(data["core"], data["lines"], height=0.8, color=COLOURS["work"])
        right.set(xlabel="lines of 512 B", title="share", xlim=_around(data["lines"]))
        right.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        right.ticklabel_format(axis="x", style="plain", useOffset=False)
    return View(figure, data, _tile_summary(plan, data))


def _draw_tiles(axes: Axes, plan: Plan, data: dict[str, np.ndarray]) -> None:
    longest = int(data["elems"].max())
    axes.set(xlim=(0, longest * 1.01), ylim=(plan.cores - 0.4, -0.6), ylabel="core", xlabel="elements of the core")
    axes.set_title(f"N = {plan.elems}, {plan.dtype}, {plan.soc}", pad=24)
    axes.set_yticks(data["core"][:: 1 if plan.cores <= 12 else 4 if plan.cores <= 24 else 8])
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.ticklabel_format(axis="x", style="plain")
    axes.grid(axis="y", visible=False)
    axes.figure.draw_without_rendering()
    apart = plan.tile_elems * axes.get_window_extent().width / axes.get_xlim()[1] > _NARROWEST_TILE_PIXELS
    whole, tails = [], []
    for core, (elems, tail) in enumerate(zip(data["elems"].tolist(), data["tail_elems"].tolist(), strict=True)):
        step = plan.tile_elems if apart else max(elems - tail, 1)
        whole += [Rectangle((start, core - 0.4), step, 0.8) for start in range(0, elems - tail, step)]
        if tail:
            tails.append(Rectangle((elems - tail, core - 0.4), tail, 0.8))
    edge = {"edgecolor": COLOURS["ink"], "linewidth": 0.5}
    axes.add_collection(PatchCollection(whole, facecolor=COLOURS["predict"], **edge))
    axes.add_collection(PatchCollection(tails, facecolor=COLOURS["label"], hatch="////", **edge))
    label = f"tile of {plan.tile_elems}" if apart else f"tiles of {plan.tile_elems}, too many to draw apart"
    legend = [Patch(facecolor=COLOURS["predict"], label=label, **edge)]
    if tails:
        legend.append(Patch(facecolor=COLOURS["label"], hatch="////", label="shorter last tile", **edge))
    axes.legend(handles=legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0.1)


def _around(lines: np.ndarray) -> tuple[float, float]:
    """An axis that shows a difference of one line: from zero where the shares are far apart, else close to them."""
    low, high = int(lines.min()), int(lines.max())
    return (0, high * 1.05) if high - low > 0.1 * high or high < 8 else (low - 3, high + 1)


def _tile_summary(plan: Plan, data: dict[str, np.ndarray]) -> str:
    tails = data["tail_elems"][data["tail_elems"] > 0]
    ends = f"the shortest last tile has {tails.min()}" if len(tails) else "no last tile is shorter"
    return (
        f"{_counted(plan.cores, 'core')} with {_span(data['lines'], 'line')} of 512 B each, in "
        f"{_span(data['tiles'], 'tile')} of up to {plan.tile_elems} elements; {ends}."
    )


def _span(counts: np.ndarray, what: str) -> str:
    low, high = int(counts.min()), int(counts.max())
    return _counted(low, what) if low == high else f"{low} to {_counted(high, what)}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def ub_budget(plan: Plan) -> View:
    """A bar: the buffers of each tensor, the work of float16, what is left. Data: name, bytes, ub_bytes."""
    soc = find_soc(plan.soc)
    tile_bytes = plan.tile_elems * check_dtype(plan.dtype).itemsize
    parts = [(name, plan.buffers * tile_bytes) for name in _TENSORS]
    if plan.chunk_elems:
        parts.append(("work", 2 * plan.chunk_elems * FLOAT_BYTES))
    used = sum(size for _, size in parts)
    with canvas(2.3) as (figure, axes):
        start = 0
        for name, size in parts:
            look = {"facecolor": COLOURS[name], "hatch": HATCHES[name], "edgecolor": COLOURS["ink"], "linewidth": 0.8}
            axes.add_patch(Rectangle((start / 1024, 0), size / 1024, 1, **look))
            if size > 0.06 * soc.ub_bytes:
                axes.text((start + size / 2) / 1024, 1.08, name, ha="center", va="bottom")
            start += size
        axes.axvline(soc.planned_ub_bytes / 1024, ymax=0.72, color=COLOURS["ink"], linestyle="--")
        axes.text(soc.planned_ub_bytes / 1024, 1.08, "limit", ha="center", va="bottom")
        axes.set(xlim=(0, soc.ub_bytes / 1024 * 1.01), ylim=(0, 1.45), xlabel="KiB of UB, by size")
        axes.set_yticks([])
        axes.set_xticks(np.arange(0, soc.ub_bytes / 1024 + 1, 32))
        axes.set_title(f"{plan.soc}, {plan.dtype}: {plan.buffers} buffers of {tile_bytes} B for each tensor")
        axes.grid(axis="y", visible=False)
    summary = (
        f"The buffers take {used} of {soc.planned_ub_bytes} B that a plan may use; UB has {soc.ub_bytes} B. "
        f"The rest, {soc.planned_ub_bytes - used} B, keeps sources in different banks or is left."
    )
    names, sizes = (np.array(column) for column in zip(*parts, strict=True))
    return View(figure, {"name": names, "bytes": sizes, "ub_bytes": np.array(soc.planned_ub_bytes)}, summary)
