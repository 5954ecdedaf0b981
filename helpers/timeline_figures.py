# SPDX-License-Identifier: Apache-2.0
"""A modelled timeline as a picture: what each pipe does when, what let it start, and what the end waited for.

- timeline_view(timeline, cores=(0, 1), window_us=(3, 5)): lanes of the pipes of one or several cores
- compare_timelines({"one buffer": a, "two buffers": b}): the same core of several launches, on one axis of time

The arrays behind both are those of `helpers/core_lanes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import ConnectionPatch, Patch, Rectangle

from helpers.core_lanes import LANES, CoreLanes, core_lanes
from helpers.errors import ArgumentValueError
from helpers.timeline import PIPE_NAMES, Timeline
from helpers.view import COLOURS, PIPE_WORK, View, canvas

BOX_LIMIT = 1200  # instructions that one figure can show apart
_DIGIT_PIXELS, _MARGIN_PIXELS = 8.0, 3.0
_HALF_BOX = 0.36
_THIN, _THICK = 0.5, 2.4


def timeline_view(
    timeline: Timeline,
    cores: Sequence[int] = (0,),
    window_us: tuple[float, float] | None = None,
    arrows: bool = True,
) -> View:
    """Lanes per core and pipe over modelled time.

    Boxes are instructions, numbered and shaded by tile; a thick frame marks the critical path of the core; an arrow
    joins the end of an instruction to the one on another pipe that it let start.

    Args:
        timeline: `r.timeline`, or one of `tile_timeline`.
        cores: which ones, from top to bottom.
        window_us: begin and end, in modelled microseconds from the start of the first block; all by default.
        arrows: whether to draw them.

    Raises:
        ArgumentValueError: a core that ran nothing, an empty window, or more boxes than can be told apart.

    Data, of each box: core, pipe, tile, start_us, end_us, critical, place (in `timeline.instructions`); of each arrow:
    arrow (two numbers of boxes); of each core: overlap_share, and busy_share by PIPE_NAMES; window_us.
    """
    groups = [_Group(f"core {core}", core_lanes(timeline, core), core) for core in cores]
    where = f"core {cores[0]}" if len(cores) == 1 else f"{len(cores)} of {timeline.cores} cores"
    title = f"Modelled timeline, {timeline.soc}, {where}"
    return _draw(groups, window_us, arrows, title, "modelled time from the start of the first block, us")


def compare_timelines(
    timelines: Mapping[str, Timeline],
    core: int = 0,
    window_us: tuple[float, float] | None = None,
    arrows: bool = True,
) -> View:
    """The lanes of one core in several launches, each from its first instruction; else as `timeline_view`.

    Data is that of `timeline_view`, with `launch`, the number of the timeline, in place of core.
    """
    groups = []
    for number, (name, timeline) in enumerate(timelines.items()):
        lanes = core_lanes(timeline, core)
        first = lanes.start_us.min()
        moved = replace(lanes, start_us=lanes.start_us - first, end_us=lanes.end_us - first)
        groups.append(_Group(name, moved, number))
    soc = " and ".join(dict.fromkeys(timeline.soc for timeline in timelines.values()))
    title = f"Modelled timelines, {soc}, core {core}"
    view = _draw(groups, window_us, arrows, title, "modelled time from the core's first instruction, us")
    data = {"launch" if name == "core" else name: array for name, array in view.data.items()}
    return View(view.figure, data, view.summary)


@dataclass(frozen=True)
class _Group:
    """Lanes under one name; `seen` are the boxes inside the window."""

    name: str
    lanes: CoreLanes
    number: int
    seen: np.ndarray | None = None


def _draw(
    groups: Sequence[_Group], window_us: tuple[float, float] | None, arrows: bool, title: str, xlabel: str
) -> View:
    window = begin, end = window_us or (
        min(float(group.lanes.start_us.min()) for group in groups),
        max(float(group.lanes.end_us.max()) for group in groups),
    )
    groups = [replace(group, seen=np.flatnonzero(group.lanes.within(begin, end))) for group in groups]
    boxes = sum(len(group.seen) for group in groups)
    if not begin < end or boxes == 0:
        raise ArgumentValueError("window_us", window_us, "a begin and a later end, with instructions between them")
    if boxes > BOX_LIMIT:
        raise ArgumentValueError(
            "window_us", window_us, f"up to {BOX_LIMIT} instructions to draw, not {boxes}. Next: a shorter window"
        )
    scalar = any(np.any(group.lanes.pipe[group.seen] == LANES[0]) for group in groups)
    lanes = LANES if scalar else LANES[1:]  # the scalar unit only where it works
    heights = {
        (group.number, lane): -place * (len(lanes) + 0.6) - row
        for place, group in enumerate(groups)
        for row, lane in enumerate(lanes)
    }
    with canvas(1.5 + 0.42 * (len(lanes) + 0.6) * len(groups)) as (figure, axes):
        axes.set_xlim(begin - 0.01 * (end - begin), end + 0.01 * (end - begin))
        axes.set_ylim(min(heights.values()) - 0.6, 0.95)
        axes.set_yticks(
            list(heights.values()), [f"{PIPE_NAMES[lane]}, {PIPE_WORK[PIPE_NAMES[lane]]}" for _, lane in heights]
        )
        axes.set_title(title, pad=24)
        axes.set_xlabel(xlabel)
        axes.grid(axis="y", visible=False)
        axes.legend(handles=_legend(arrows), loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderpad=0.1)
        figure.draw_without_rendering()  # only the layout tells how many pixels a number has
        for group in groups:
            height = {lane: heights[group.number, lane] for lane in lanes}
            axes.text(begin, height[lanes[0]] + 0.47, group.name, va="bottom", fontweight="bold")
            _draw_boxes(axes, group, height)
            _number_tiles(axes, group, height, window)
            if arrows:
                _draw_arrows(axes, group, height)
    return View(figure, _data(groups, window), _summary(groups, window))


def _legend(arrows: bool) -> list[Artist]:
    thin, thick = ({"edgecolor": COLOURS["ink"], "linewidth": width} for width in (_THIN, _THICK))
    handles: list[Artist] = [
        Patch(facecolor=COLOURS["free"], label="critical path", **thick),
        Patch(facecolor=COLOURS["work"], label="even tile", **thin),
        Patch(facecolor=_lighter(COLOURS["work"]), label="odd tile", **thin),
    ]
    if arrows:
        line = Line2D([], [], color=COLOURS["ink"], lw=1.2, marker=">", markersize=5, label="let the next start")
        handles.append(line)
    return handles


def _draw_boxes(axes: Axes, group: _Group, height: Mapping[int, float]) -> None:
    """A thin frame around each instruction, a thick one around those of a critical path that follow each other."""
    lanes = group.lanes
    pixel_us = 1 / _pixels_per_us(axes)
    for pipe, bottom in height.items():
        own = group.seen[lanes.pipe[group.seen] == pipe]
        critical: list[list[float]] = []
        for box in own.tolist():
            start, end, colour = float(lanes.start_us[box]), float(lanes.end_us[box]), COLOURS[PIPE_NAMES[pipe]]
            face = _lighter(colour) if lanes.tile[box] % 2 else colour
            _frame(axes, start, end, bottom, facecolor=face, linewidth=_THIN, zorder=2)
            if lanes.critical[box]:
                if critical and start - critical[-1][1] < pixel_us:
                    critical[-1][1] = end
                else:
                    critical.append([start, end])
        for start, end in critical:
            _frame(axes, start, end, bottom, fill=False, linewidth=_THICK, zorder=4)


def _frame(axes: Axes, start: float, end: float, middle: float, **look: object) -> None:
    corner = (start, middle - _HALF_BOX)
    axes.add_patch(Rectangle(corner, end - start, 2 * _HALF_BOX, edgecolor=COLOURS["ink"], **look))


def _number_tiles(axes: Axes, group: _Group, height: Mapping[int, float], window: tuple[float, float]) -> None:
    """The number of each tile once per pipe, where there is room."""
    lanes, seen = group.lanes, group.seen
    pipes_and_tiles = zip(lanes.pipe[seen].tolist(), lanes.tile[seen].tolist(), strict=True)
    for pipe, tile in dict.fromkeys(pipes_and_tiles):
        boxes = seen[(lanes.pipe[seen] == pipe) & (lanes.tile[seen] == tile)]
        start, end = max(lanes.start_us[boxes].min(), window[0]), min(lanes.end_us[boxes].max(), window[1])
        if (end - start) * _pixels_per_us(axes) < _DIGIT_PIXELS * len(str(tile)) + _MARGIN_PIXELS:
            continue
        colour = COLOURS[PIPE_NAMES[pipe]]
        behind = {"facecolor": _lighter(colour) if tile % 2 else colour, "edgecolor": "none", "pad": 1}
        place = ((start + end) / 2, height[pipe])
        axes.text(*place, str(tile), ha="center", va="center", fontsize=10, zorder=5, bbox=behind)


def _draw_arrows(axes: Axes, group: _Group, height: Mapping[int, float]) -> None:
    lanes = group.lanes
    for cause, effect in _seen_arrows(group).tolist():
        above, below = (height[int(lanes.pipe[box])] for box in (cause, effect))
        side = _HALF_BOX if below > above else -_HALF_BOX
        both = bool(lanes.critical[cause] and lanes.critical[effect])
        axes.add_artist(
            ConnectionPatch(
                (lanes.end_us[cause], above + side),
                (lanes.start_us[effect], below - side),
                "data",
                arrowstyle="-|>",
                shrinkA=0,
                shrinkB=0,
                mutation_scale=9,
                color=COLOURS["ink"] if both else COLOURS["faint"],
                linewidth=2.0 if both else 0.8,
                zorder=6 if both else 3,
            )
        )


def _seen_arrows(group: _Group) -> np.ndarray:
    return group.lanes.arrows[np.isin(group.lanes.arrows, group.seen).all(axis=1)]


def _pixels_per_us(axes: Axes) -> float:
    begin, end = axes.get_xlim()
    return axes.get_window_extent().width / (end - begin)


def _data(groups: Sequence[_Group], window: tuple[float, float]) -> dict[str, np.ndarray]:
    data = {"core": np.concatenate([np.full(len(group.seen), group.number) for group in groups])}
    for name in ("pipe", "tile", "start_us", "end_us", "critical", "place"):
        data[name] = np.concatenate([getattr(group.lanes, name)[group.seen] for group in groups])
    data["pipe"] = np.array(PIPE_NAMES)[data["pipe"]]
    before = np.cumsum([0, *(len(group.seen) for group in groups)])
    arrows = [np.searchsorted(group.seen, _seen_arrows(group)) for group in groups]
    data["arrow"] = np.concatenate([own + first for own, first in zip(arrows, before[:-1], strict=True)])
    shares = [group.lanes.shares(*window) for group in groups]
    data["busy_share"] = np.array([[share[name] for name in PIPE_NAMES] for share in shares])
    data["overlap_share"] = np.array([share["overlap"] for share in shares])
    data["window_us"] = np.array(window)
    return data


def _summary(groups: Sequence[_Group], window: tuple[float, float]) -> str:
    said = []
    for group in groups:
        share = group.lanes.shares(*window)
        shown = [PIPE_NAMES[lane] for lane in (LANES if share["S"] else LANES[1:])]
        working = ", ".join(f"{name} {share[name]:.0%}" for name in shown)
        tiles = len(np.unique(group.lanes.tile[group.seen]))
        said.append(
            f"{group.name}: {tiles} {'tile' if tiles == 1 else 'tiles'}, busy {working}, "
            f"copies and compute overlap {share['overlap']:.0%}"
        )
    return f"Of {window[1] - window[0]:.4g} modelled us: {'; '.join(said)}."


def _lighter(colour: str) -> tuple[float, float, float]:
    red, green, blue = ((1 + part) / 2 for part in to_rgb(colour))
    return red, green, blue
