# SPDX-License-Identifier: Apache-2.0
"""What other choices of tile, buffers and cores would cost, modelled.

- what_if_grid(elems, dtype, soc): modelled times over a grid of choices; as text a table
- what_if_map(grid): the same as a heat map with its numbers
- tile_sweep(elems, dtype, soc): modelled time over the tile length, with one and with two buffers
- core_sweep([elems, ...], dtype, soc): modelled time over the number of cores
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Patch, Rectangle

from helpers.contract import check_dtype
from helpers.errors import ArgumentValueError
from helpers.soc import find_soc
from helpers.soc_costs import SocCosts
from helpers.tile_loop import LINE_BYTES, what_if
from helpers.tiling import Plan, plan
from helpers.view import COLOURS, View, canvas

_TENSORS = 4
_GAP_BYTES = 256  # BANK_GAP_BYTES of the kernel
_CHUNK_BYTES = 2 * 4096 * 4  # float16: what is widened at a time
_TILE_BYTES = (2048, 4096, 8192, 16384)
_CORES = (1, 4, 16, 24, 32, 48)
Costs = SocCosts | Mapping[str, float] | None


@dataclass(frozen=True)
class WhatIfGrid:
    """Modelled times of other choices.

    Attributes:
        plan: the planner's choice, which is on the grid.
        buffers, cores, tile_elems: the axes.
        seconds: modelled, by buffers, cores and tile; NaN where UB is too small.
    """

    plan: Plan
    buffers: tuple[int, ...]
    cores: tuple[int, ...]
    tile_elems: tuple[int, ...]
    seconds: np.ndarray = field(repr=False)

    @property
    def best(self) -> tuple[int, int, int]:
        """Buffers, cores and tile elements of the shortest time; of equal ones the first."""
        return self._choice(np.unravel_index(np.nanargmin(self.seconds), self.seconds.shape))

    @property
    def planned(self) -> tuple[int, int, int]:
        """Buffers, cores and tile elements that the planner chose."""
        return self.plan.buffers, self.plan.cores, self.plan.tile_elems

    def seconds_of(self, choice: tuple[int, int, int]) -> float:
        """The modelled time of buffers, cores and tile elements."""
        return float(self.seconds[self.place(choice)])

    def place(self, choice: tuple[int, int, int]) -> tuple[int, int, int]:
        """Where in `seconds` a choice is."""
        axes = (self.buffers, self.cores, self.tile_elems)
        return tuple(axis.index(value) for axis, value in zip(axes, choice, strict=True))

    def _choice(self, place: Sequence[int]) -> tuple[int, int, int]:
        return self.buffers[place[0]], self.cores[place[1]], self.tile_elems[place[2]]

    def __str__(self) -> str:
        marks = {self.planned: "p", self.best: "b"}
        if self.planned == self.best:
            marks = {self.best: "bp"}
        lines = [f"modelled us on {self.plan.soc}, N = {self.plan.elems}, {self.plan.dtype}; b: best, p: the planner's"]
        for buffers in self.buffers:
            header = "".join(f"{elems:>11}" for elems in self.tile_elems)
            lines.append(f"{_buffers(buffers) + ',':<10} tile of{header}")
            for cores in self.cores:
                choices = [(buffers, cores, elems) for elems in self.tile_elems]
                cells = [f"{_shown(self.seconds_of(c)):>8} {marks.get(c, ''):<2}" for c in choices]
                lines.append(f"{cores:>3} core{'s' if cores > 1 else ' '}           {''.join(cells)}".rstrip())
        return "\n".join(lines)

    __repr__ = __str__


def longest_tile(dtype: str, soc: str, buffers: int) -> int:
    """Elements of the longest tile whose buffers fit into UB, in whole lines of 512 B."""
    size = check_dtype(dtype).itemsize
    left = find_soc(soc).planned_ub_bytes - _GAP_BYTES - (_CHUNK_BYTES if size == 2 else 0)
    return left // (_TENSORS * buffers) // LINE_BYTES * LINE_BYTES // size


def what_if_grid(elems: int, dtype: str, soc: str = "Ascend910B1", costs: Costs = None) -> WhatIfGrid:
    """Model tiles of 2 KiB to the longest, one and two buffers, 1 to all cores, and the planner's choice.

    `costs` is a table or values for `soc_costs`. Raises ArgumentValueError for no elements or a cost that is needed.
    """
    planned = _planned(elems, dtype, soc)
    size = check_dtype(dtype).itemsize
    buffers = (1, 2)
    longest = {count: longest_tile(dtype, soc, count) for count in buffers}
    tiles = tuple(sorted({*(length // size for length in _TILE_BYTES), planned.tile_elems, *longest.values()}))
    all_cores = find_soc(soc).vector_cores
    cores = tuple(sorted({*(count for count in _CORES if count < all_cores), planned.cores, all_cores}))
    seconds = np.full((len(buffers), len(cores), len(tiles)), np.nan)
    for place in np.ndindex(seconds.shape):
        tile, buffer_count = tiles[place[2]], buffers[place[0]]
        if tile <= longest[buffer_count]:
            seconds[place] = what_if(elems, dtype, soc, tile, buffer_count, cores[place[1]], costs)
    return WhatIfGrid(planned, buffers, cores, tiles, seconds)


def what_if_map(grid: WhatIfGrid) -> View:
    """The grid as a heat map: dark is fast, numbers are modelled us. Data: seconds and its axes, best, planned."""
    with canvas(2.0 + 0.36 * len(grid.cores)) as (figure, axes):
        axes.remove()
        panels = figure.subplots(1, len(grid.buffers), sharey=True, squeeze=False)[0]
        for number, (panel, buffers) in enumerate(zip(panels, grid.buffers, strict=True)):
            _draw_panel(panel, grid, number)
            panel.set_title(_buffers(buffers))
            panel.set_xlabel("tile, elements")
        panels[0].set_ylabel("cores")
        figure.suptitle(
            f"Modelled us, N = {grid.plan.elems}, {grid.plan.dtype}, {grid.plan.soc}",
            x=0.01,
            ha="left",
            fontsize=12,
            fontweight="bold",
        )
        labels = ((_BEST_FRAME, "best of the grid"), (_PLAN_FRAME, "the planner's choice"))
        handles = [Patch(fill=False, label=label, **frame) for frame, label in labels]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
    best, planned = grid.best, grid.planned
    behind = grid.seconds_of(planned) / grid.seconds_of(best) - 1
    summary = (
        f"{np.isfinite(grid.seconds).sum()} choices for N = {grid.plan.elems}, {grid.plan.dtype}: best is "
        f"{_words(best)} with {_shown(grid.seconds_of(best))} modelled us; the planner takes {_words(planned)}, "
        f"{behind:.1%} longer."
    )
    data = {"seconds": grid.seconds, "best": np.array(best), "planned": np.array(planned)}
    data |= {name: np.array(getattr(grid, name)) for name in ("buffers", "cores", "tile_elems")}
    return View(figure, data, summary)


def _draw_panel(axes: Axes, grid: WhatIfGrid, number: int) -> None:
    seconds = grid.seconds[number]
    low, high = np.nanmin(grid.seconds), np.nanmax(grid.seconds)
    norm = LogNorm(low, max(high, low * 1.01))
    axes.pcolormesh(np.ma.masked_invalid(seconds), cmap="cividis", norm=norm, edgecolor="white", linewidth=1)
    for row, column in np.ndindex(seconds.shape):
        value = seconds[row, column]
        colour = "white" if np.isfinite(value) and norm(value) < 0.5 else COLOURS["ink"]
        axes.text(column + 0.5, row + 0.5, _shown(value), ha="center", va="center", color=colour, fontsize=9)
    for choice, frame, inset in ((grid.best, _BEST_FRAME, 0.03), (grid.planned, _PLAN_FRAME, 0.1)):
        place = grid.place(choice)
        if place[0] == number:
            corner, side = (place[2] + inset, place[1] + inset), 1 - 2 * inset
            for look in ({"edgecolor": "white", "linewidth": 5}, frame):
                axes.add_patch(Rectangle(corner, side, side, fill=False, **look))
    axes.set_xticks(np.arange(len(grid.tile_elems)) + 0.5, [str(elems) for elems in grid.tile_elems], rotation=45)
    axes.set_yticks(np.arange(len(grid.cores)) + 0.5, [str(cores) for cores in grid.cores])
    axes.grid(visible=False)


def tile_sweep(elems: int, dtype: str, soc: str = "Ascend910B1", cores: int | None = None, costs: Costs = None) -> View:
    """Modelled time over the tile length, on the planner's cores or those given; else as `what_if_grid`.

    Data: tile_elems, one_buffer_us, two_buffers_us (NaN where UB is too small).
    """
    planned = _planned(elems, dtype, soc)
    count = planned.cores if cores is None else cores
    size = check_dtype(dtype).itemsize
    longest = {buffers: longest_tile(dtype, soc, buffers) for buffers in (1, 2)}
    lengths = np.unique(np.append(2 ** np.arange(9, 16) // size, [*longest.values(), planned.tile_elems]))
    lengths = lengths[lengths <= longest[1]]
    times = {buffers: np.full(len(lengths), np.nan) for buffers in longest}
    for buffers, number in itertools.product(longest, range(len(lengths))):
        tile = int(lengths[number])
        if tile <= longest[buffers]:
            times[buffers][number] = what_if(elems, dtype, soc, tile, buffers, count, costs) * 1e6
    with canvas(3.6) as (figure, axes):
        for buffers, marker, line in ((1, "s", "--"), (2, "o", "-")):
            look = {"marker": marker, "linestyle": line, "color": _OF_BUFFERS[buffers]}
            axes.plot(lengths, times[buffers], label=_buffers(buffers), **look)
        if count == planned.cores:
            chosen = times[planned.buffers][lengths == planned.tile_elems]
            axes.plot([planned.tile_elems], chosen, "D", ms=13, mfc="none", mec=COLOURS["ink"], label="the planner's")
        axes.set_xscale("log", base=2)
        powers = lengths[lengths & (lengths - 1) == 0]
        axes.set_xticks(powers, [str(length) for length in powers])
        axes.minorticks_off()
        axes.set_ylim(0, np.nanmax([*times.values()]) * 1.08)
        axes.set(xlabel="tile, elements", ylabel="modelled time, us")
        axes.set_title(f"N = {elems}, {dtype}, {soc}, {_cores(count)}")
        axes.legend()
    least = {buffers: int(np.nanargmin(times[buffers])) for buffers in (1, 2)}
    said = [
        f"with {_buffers(buffers)} {times[buffers][0]:.4g} modelled us for tiles of "
        f"{lengths[0]}, least {times[buffers][at]:.4g} for {lengths[at]}"
        for buffers, at in least.items()
    ]
    data = {"tile_elems": lengths, "one_buffer_us": times[1], "two_buffers_us": times[2]}
    return View(figure, data, f"{'; '.join(said)}.".capitalize())


def core_sweep(elems: Sequence[int], dtype: str, soc: str = "Ascend910B1", costs: Costs = None) -> View:
    """Modelled time over the number of cores for each N, each core's share in equal tiles; and the planner's choice.

    Else as `what_if_grid`.

    Data: elems, cores, for each N a row of seconds; best_cores, planned_cores and planned_seconds of each N.
    """
    all_cores = find_soc(soc).vector_cores
    if all_cores == 1:
        raise ArgumentValueError("soc", soc, "SoCs of more than one vector core")
    if not 1 <= len(elems) <= len(_SERIES):
        raise ArgumentValueError("elems", list(elems), f"1 to {len(_SERIES)} lengths")
    plans = [_planned(n, dtype, soc) for n in elems]
    cores = np.unique([1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, all_cores])
    cores = cores[cores <= all_cores]
    longest = longest_tile(dtype, soc, 2)
    tiles = [[_tile_for(n, count, dtype, longest) for count in cores.tolist()] for n in elems]
    seconds = np.array(
        [
            [what_if(n, dtype, soc, tile, 2, count, costs) for tile, count in zip(row, cores.tolist(), strict=True)]
            for n, row in zip(elems, tiles, strict=True)
        ]
    )
    planned = np.array([chosen.cores for chosen in plans])
    choices = [(chosen.tile_elems, chosen.buffers, chosen.cores) for chosen in plans]
    planned_seconds = np.array(
        [what_if(n, dtype, soc, *choice, costs) for n, choice in zip(elems, choices, strict=True)]
    )
    best = cores[seconds.argmin(axis=1)]
    with canvas(3.8) as (figure, axes):
        for row, n in enumerate(elems):
            axes.plot(cores, seconds[row] * 1e6, marker=_MARKERS[row], color=_SERIES[row], label=f"N = {n}")
        diamond = {"marker": "D", "ms": 12, "mfc": "none", "mec": COLOURS["ink"], "linestyle": "none"}
        axes.plot(planned, planned_seconds * 1e6, label="the planner's", **diamond)
        axes.set(xlabel="cores", ylabel="modelled time, us", title=f"{dtype}, {soc}: modelled time by cores")
        axes.set_ylim(0, None)
        axes.set_xticks([1, *range(8, all_cores + 1, 8)])
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    said = [
        f"N = {n}: best with {_cores(b)}, the planner takes {p}" for n, b, p in zip(elems, best, planned, strict=True)
    ]
    data = {"elems": np.array(elems), "cores": cores, "seconds": seconds, "best_cores": best}
    data |= {"planned_cores": planned, "planned_seconds": planned_seconds}
    return View(figure, data, f"{'; '.join(said)}.")


_BEST_FRAME = {"edgecolor": COLOURS["ink"], "linewidth": 2.5}
_PLAN_FRAME = {"edgecolor": COLOURS["y"], "linewidth": 2.5, "linestyle": (0, (2, 1))}
_OF_BUFFERS = {1: COLOURS["y"], 2: COLOURS["predict"]}
_SERIES = (COLOURS["predict"], COLOURS["y"], COLOURS["dout"], COLOURS["V"])
_MARKERS = ("o", "s", "^", "v")


def _planned(elems: int, dtype: str, soc: str) -> Plan:
    if elems == 0:
        raise ArgumentValueError("elems", elems, "lengths from 1: nothing is launched for an empty tensor")
    return plan(elems, dtype, soc=soc)


def _tile_for(elems: int, cores: int, dtype: str, longest: int) -> int:
    """A core's share cut into equal tiles, as few as UB allows."""
    line = LINE_BYTES // check_dtype(dtype).itemsize
    share = -(-elems // cores)
    return -(-share // -(-share // longest) // line) * line


def _words(choice: tuple[int, int, int]) -> str:
    buffers, cores, tile = choice
    return f"{_cores(cores)}, {_buffers(buffers)}, tiles of {tile}"


def _cores(count: int) -> str:
    return f"{count} core{'' if count == 1 else 's'}"


def _buffers(count: int) -> str:
    return f"{count} buffer{'' if count == 1 else 's'}"


def _shown(seconds: float) -> str:
    if np.isnan(seconds):
        return "-"
    microseconds = seconds * 1e6
    return f"{microseconds:.3g}" if microseconds < 100 else f"{microseconds:.0f}"
