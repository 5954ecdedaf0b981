# SPDX-License-Identifier: Apache-2.0
"""What a second buffer gains, by how much there is to compute: `buffer_gain([(one, two), ...], marks)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.timeline import Timeline
from helpers.view import COLOURS, View, canvas

_MARKS = "D*^v"


def buffer_gain(
    pairs: Sequence[tuple[Timeline, Timeline]], marks: Mapping[str, tuple[float, float]] | None = None
) -> View:
    """Modelled time with one buffer and with two over the compute, and what the second one gains.

    The unit of time is that of the copies alone: the time of the pair that computes least, with two buffers.

    Args:
        pairs: timelines of one loop that moves the same and computes more and more: one buffer, two buffers.
        marks: by name, other launches to mark: compute over copies, and the gain as a share.

    Data, of each pair: compute, one_buffer, two_buffers (in units of the copies), gain (share of the time with two).
    """
    copies = pairs[0][1].parts["pipes"]
    compute = np.array([two.busy_seconds["V"] / copies for _, two in pairs])
    one, two = (np.array([pair[buffers].parts["pipes"] / copies for pair in pairs]) for buffers in (0, 1))
    gain = one / two - 1
    with canvas(5.4) as (figure, axes):
        axes.remove()
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        upper.plot(compute, one, "s--", color=COLOURS["y"], label="one buffer")
        upper.plot(compute, two, "o-", color=COLOURS["predict"], label="two buffers")
        ideal = {"color": COLOURS["faint"], "lw": 1.2, "zorder": 1}
        upper.plot(compute, 1 + compute, ":", label="copies + compute", **ideal)
        upper.plot(compute, np.maximum(1, compute), "-.", label="the larger of both", **ideal)
        upper.set(ylabel="modelled time / copies", ylim=(0, None))
        upper.set_title(f"Modelled, {pairs[0][0].soc}, {pairs[0][0].cores} cores")
        lower.plot(compute, gain * 100, "o-", color=COLOURS["ink"], label="gain, modelled")
        for (name, (at, share)), marker in zip((marks or {}).items(), _MARKS, strict=False):
            look = {"marker": marker, "linestyle": "none", "ms": 11, "mec": COLOURS["ink"], "zorder": 4}
            lower.plot(at, share * 100, color=COLOURS["label"], label=name, **look)
        lower.set(xlabel="time of V / time of the copies alone", ylabel="gain, %", ylim=(-3, None))
        for panel in (upper, lower):
            panel.axvline(1, color=COLOURS["faint"], lw=1)
            panel.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    most = int(gain.argmax())
    summary = (
        f"The second buffer gains most, {gain[most]:.0%}, where V takes {compute[most]:.2f} of the time of the copies; "
        f"{gain[0]:.1%} at {compute[0]:.2f} and {gain[-1]:.1%} at {compute[-1]:.1f}."
    )
    data = {"compute": compute, "one_buffer": one, "two_buffers": two, "gain": gain}
    return View(figure, data, summary)
