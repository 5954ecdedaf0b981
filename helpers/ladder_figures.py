# SPDX-License-Identifier: Apache-2.0
"""Figures and tables of the optimisation ladder: of our own kernel, and of the published addition.

- ladder_bars(times): the modelled time of every rung, with its range, beside the DRAM roofline
- add_bars(steps): the published rows, modelled beside measured
- ladder_table(times), add_table(steps): the same as text
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.add_ladder import AddStep
from helpers.ladder import RungTime
from helpers.timeline import Range
from helpers.view import COLOURS, View, canvas

_ROW_INCHES = 0.42


def ladder_bars(times: Sequence[RungTime]) -> View:
    """A bar for each rung, on a logarithmic axis where they differ tenfold.

    Data: name, seconds, fastest_seconds, slowest_seconds, scaled (bool), roofline_seconds.
    """
    data = _range_arrays([time.time for time in times])
    data["name"] = np.array([str(time.rung) for time in times])
    data["scaled"] = np.array([time.scaled_from is not None for time in times])
    roofline = times[0].roofline_seconds
    first = times[0]
    with canvas(1.2 + _ROW_INCHES * len(times)) as (figure, axes):
        places = np.arange(len(times))
        _bars(axes, places, data, 0.62)
        for place, seconds, far, scaled in zip(
            places, data["seconds"], data["slowest_seconds"], data["scaled"], strict=True
        ):
            text = f"{_milliseconds(seconds)}, scaled" if scaled else _milliseconds(seconds)
            axes.annotate(text, (far * 1e3, place), (6, 0), textcoords="offset points", va="center")
        axes.axvline(roofline * 1e3, color=COLOURS["ink"], linestyle="--", linewidth=1.2)
        axes.set_yticks(places, data["name"])
        _time_axis(axes, roofline, data["slowest_seconds"].max())
        axes.set_ylim(len(times) - 0.4, -1.0)
        axes.annotate(
            f"DRAM roofline, {_milliseconds(roofline)}",
            (roofline * 1e3, -0.72),
            (5, 0),
            textcoords="offset points",
            va="center",
        )
        axes.set(title=f"N = {first.elems} float32 on {first.soc}, modelled", xlabel="modelled time, ms")
    last = times[-1]
    summary = (
        f"Modelled on {first.soc}: {data['seconds'][0] * 1e3:.4g} milliseconds for {first.rung.name}, "
        f"{data['seconds'][-1] * 1e3:.4g} for {last.rung.name}, {last.dram_share:.2f} of the DRAM roofline."
    )
    return View(figure, {**data, "roofline_seconds": np.array(roofline)}, summary)


def add_bars(steps: Sequence[AddStep]) -> View:
    """Two marks for each published row: a bar for the model, a diamond for what was measured.

    Data: name, seconds, fastest_seconds, slowest_seconds, measured_seconds, error, fitted (bool).
    """
    data = _range_arrays([step.time for step in steps])
    data["name"] = np.array([step.name for step in steps])
    data["measured_seconds"] = np.array([step.measured_us * 1e-6 for step in steps])
    data["error"] = np.array([step.error for step in steps])
    data["fitted"] = np.array([step.is_fitted for step in steps])
    with canvas(1.2 + _ROW_INCHES * len(steps)) as (figure, axes):
        places = np.arange(len(steps))
        _bars(axes, places, data, 0.62, label="modelled")
        axes.plot(
            data["measured_seconds"] * 1e3,
            places,
            "D",
            color=COLOURS["free"],
            markeredgecolor=COLOURS["ink"],
            linestyle="",
            label="measured (source below)",
        )
        for place, step in zip(places, steps, strict=True):
            far = max(step.time.slowest_seconds * 1e3, step.measured_us * 1e-3)
            text = f"{100 * step.error:+.1f} %" + (", fitted on it" if step.is_fitted else "")
            axes.annotate(text, (far, place), (9, 0), textcoords="offset points", va="center")
        axes.set_yticks(places, data["name"])
        _time_axis(axes, data["fastest_seconds"].min(), data["slowest_seconds"].max())
        axes.set_ylim(len(steps) - 0.4, -0.6)
        axes.set(title="Published addition: half, 8192 x 8192", xlabel="time, ms")
        axes.legend(loc="lower right")
    held = np.abs(data["error"][~data["fitted"]])
    summary = (
        f"Modelled beside measured ({steps[0].source}): errors up to {100 * held.max():.1f} %, half of them up to "
        f"{100 * np.median(held):.1f} %."
    )
    return View(figure, data, summary)


def ladder_table(times: Sequence[RungTime]) -> str:
    """One line for each rung: modelled time with its range, how many times the rung before, share of the roofline."""
    rows = [("rung", "modelled us", "fastest", "slowest", "gain", "of roofline", "scaled from N")]
    for before, time in zip((None, *times), times, strict=False):
        gain = _gain(before and before.time.seconds, time.time.seconds)
        scaled = "" if time.scaled_from is None else str(time.scaled_from)
        rows.append((str(time.rung), *_microseconds(time.time), gain, f"{time.dram_share:.4f}", scaled))
    return _aligned(rows)


def add_table(steps: Sequence[AddStep]) -> str:
    """One line for each published row, with what it gained over the row before, and the source of what was measured."""
    rows = [("published row", "measured us", "gain", "modelled us", "fastest", "slowest", "gain", "error", "")]
    for before, step in zip((None, *steps), steps, strict=False):
        note = f"fitted on this row, scaled from {step.scaled_from} elements" if step.is_fitted else ""
        measured = f"{step.measured_us:.8g}"
        measured_gain = _gain(before and before.measured_us, step.measured_us)
        gain = _gain(before and before.time.seconds, step.time.seconds)
        error = f"{100 * step.error:+.1f} %"
        rows.append((step.name, measured, measured_gain, *_microseconds(step.time), gain, error, note))
    return f"{_aligned(rows)}\nmeasured: {steps[0].source}"


def _gain(before: float | None, after: float) -> str:
    return "" if before is None else f"x {before / after:.2f}"


def _microseconds(time: Range) -> tuple[str, str, str]:
    shown = (time.seconds, time.fastest_seconds, time.slowest_seconds)
    return tuple(f"{seconds * 1e6:.1f}" for seconds in shown)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in cells).rstrip()
        for cells in (enumerate(zip(row, widths, strict=True)) for row in rows)
    )
    return "\n".join(lines)


def _range_arrays(times: Sequence[Range]) -> dict[str, np.ndarray]:
    return {
        name: np.array([getattr(time, name) for time in times])
        for name in ("seconds", "fastest_seconds", "slowest_seconds")
    }


def _bars(axes: Axes, places: np.ndarray, data: dict[str, np.ndarray], height: float, label: str = "") -> None:
    milliseconds = data["seconds"] * 1e3
    around = np.array([data["seconds"] - data["fastest_seconds"], data["slowest_seconds"] - data["seconds"]]) * 1e3
    axes.barh(places, milliseconds, height, color=COLOURS["work"], edgecolor=COLOURS["ink"], linewidth=0.8, label=label)
    axes.errorbar(milliseconds, places, xerr=around, fmt="none", ecolor=COLOURS["ink"], elinewidth=1.2, capsize=4)


def _time_axis(axes: Axes, least_seconds: float, most_seconds: float) -> None:
    """From 0 where it can be, else logarithmic; with room for words on the right."""
    if most_seconds < 10 * least_seconds:
        axes.set_xlim(0, most_seconds * 1e3 * 1.3)
    else:
        axes.set_xscale("log")
        axes.set_xlim(least_seconds * 1e3 / 3, most_seconds * 1e3 * (most_seconds / least_seconds) ** 0.42)
    axes.grid(axis="y", visible=False)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.4g} ms"
