# SPDX-License-Identifier: Apache-2.0
"""Which bytes of UB hold what, and when: `ub_over_time(r.instructions, r.timeline)`.

Addresses come from the instruction log, times from the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Patch, Rectangle

from helpers.core_lanes import core_lanes
from helpers.errors import ArgumentValueError
from helpers.launch import PIPE_NAMES, InstructionLog
from helpers.log_figures import NO_TENSOR, operand_ranges, ub_ranges
from helpers.soc import find_soc
from helpers.timeline import Timeline
from helpers.view import COLOURS, HATCHES, View, canvas

_TICK_BYTES = 32 * 1024


@dataclass
class _Hold:
    """A value in UB: from the start of what writes it first to the end of what uses it last."""

    name: str
    first_byte: int
    end_byte: int
    tile: int
    begin_us: float
    end_us: float
    read: bool = False  # the next write that reads nothing of it is the next value


def ub_over_time(
    instructions: InstructionLog, timeline: Timeline, core: int = 0, window_us: tuple[float, float] | None = None
) -> View:
    """Boxes: the bytes of UB (up) that a tensor's tile holds while its value is needed (to the right).

    Args:
        instructions, timeline: of one launch, in which each core ran one block.
        core: which one.
        window_us: begin and end, in modelled microseconds from the start of the first block; all by default.

    Raises:
        ArgumentValueError: the two are not of one launch, or instructions are missing in the log.

    Data, of each box: name, start_byte, end_byte, tile, begin_us, end_us; and held_bytes, the most at one time.
    """
    holds = _holds(instructions, timeline, core)
    begin, end = window_us or (min(hold.begin_us for hold in holds), max(hold.end_us for hold in holds))
    seen = [hold for hold in holds if hold.end_us > begin and hold.begin_us < end]
    total = find_soc(timeline.soc).ub_bytes
    with canvas(4.6) as (figure, axes):
        axes.set_xlim(begin - 0.01 * (end - begin), end + 0.01 * (end - begin))
        axes.set_ylim(0, min(total, -(-max(hold.end_byte for hold in holds) // _TICK_BYTES) * _TICK_BYTES))
        axes.set(xlabel="modelled time from the start of the first block, us", ylabel="address in UB, KiB")
        axes.set_title(f"UB over modelled time, {timeline.soc}, core {core}", pad=24)
        ticks = np.arange(0, axes.get_ylim()[1] + 1, _TICK_BYTES)
        axes.set_yticks(ticks, [f"{tick / 1024:.0f}" for tick in ticks])
        axes.grid(visible=False)
        looks = _looks([hold.name for hold in holds])
        legend = [Patch(label=name, **look) for name, look in looks.items()]
        axes.legend(handles=legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(looks), borderpad=0.1)
        figure.draw_without_rendering()
        pixels_per_us = axes.get_window_extent().width / (axes.get_xlim()[1] - axes.get_xlim()[0])
        for hold in seen:
            corner, height = (hold.begin_us, hold.first_byte), hold.end_byte - hold.first_byte
            axes.add_patch(Rectangle(corner, hold.end_us - hold.begin_us, height, **looks[hold.name]))
            left, right = max(hold.begin_us, begin), min(hold.end_us, end)
            if (right - left) * pixels_per_us > 22:
                behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                place = ((left + right) / 2, hold.first_byte + height / 2)
                axes.text(*place, str(hold.tile), ha="center", va="center", fontsize=10, bbox=behind)
    held = _most_at_once(holds)
    buffers = len({(hold.first_byte, hold.end_byte) for hold in holds})
    summary = (
        f"Core {core} uses {buffers} ranges of UB; at most {held} of {total} B hold a value at one time, "
        f"{held / total:.0%}."
    )
    fields = [("name", "name"), ("start_byte", "first_byte"), ("end_byte", "end_byte")]
    fields += [(name, name) for name in ("tile", "begin_us", "end_us")]
    data = {name: np.array([getattr(hold, of_hold) for hold in seen]) for name, of_hold in fields}
    return View(figure, {**data, "held_bytes": np.array(held)}, summary)


def _looks(names: Sequence[str]) -> dict[str, dict[str, object]]:
    """Colour and hatch by name; tensors that the workbook has no colour for take those that are not used, in turn."""
    known = [name for name in HATCHES if name in names]
    foreign = [name for name in dict.fromkeys(names) if name not in known]
    spare = [name for name in ("predict", "label", "dout", "y") if name not in known]
    if len(foreign) > len(spare):
        raise ArgumentValueError("instructions", foreign, f"up to {len(spare)} global tensors beside {known}")
    taken = dict(zip(known, known, strict=True)) | dict(zip(foreign, spare, strict=False))
    ink = {"edgecolor": COLOURS["ink"], "linewidth": 0.7}
    return {name: {"facecolor": COLOURS[like], "hatch": HATCHES[like], **ink} for name, like in taken.items()}


def _holds(instructions: InstructionLog, timeline: Timeline, core: int) -> list[_Hold]:
    lanes = core_lanes(timeline, core)
    rows = timeline.instructions
    own = np.flatnonzero(rows["core"] == core)
    records = np.sort(instructions.records[instructions.records["core"] == core], order="sequence")
    same = len(records) == len(own) and len(np.unique(rows["block"][own])) == 1
    if not same or not np.array_equal(records["line"], rows["line"][own]):
        raise ArgumentValueError(
            "instructions",
            len(records),
            f"the log of the timeline's launch, complete and with one block on core {core}: {len(own)} instructions",
        )
    slots = list(ub_ranges(instructions, core))
    current: dict[int, _Hold] = {}
    holds = []
    for place, tile in zip(lanes.place.tolist(), lanes.tile.tolist(), strict=True):
        record = records[place - own[0]]
        begin, end = float(rows["start_ns"][place]) * 1e-3, float(rows["end_ns"][place]) * 1e-3
        ranges = operand_ranges(record)
        loads = record["gm_tensor"] != NO_TENSOR and PIPE_NAMES[record["pipe"]] == "MTE2"
        stores = record["gm_tensor"] != NO_TENSOR and PIPE_NAMES[record["pipe"]] == "MTE3"
        written, read = ([], ranges) if stores else (ranges[:1], ranges[1:])
        read_slots = {_slot_of(slots, start) for start, _ in read}
        for start, _ in written:
            slot = _slot_of(slots, start)
            hold = current.get(slot)
            if hold is None or loads or (hold.read and slot not in read_slots):
                hold = current[slot] = _Hold(slots[slot][0], *slots[slot][1:], tile, begin, end)
                holds.append(hold)
            hold.end_us = max(hold.end_us, end)
        for slot in read_slots & set(current):
            current[slot].read |= stores or slots[slot][0] == "work"
            current[slot].end_us = max(current[slot].end_us, end)
    return holds


def _slot_of(slots: list[tuple[str, int, int]], byte: int) -> int:
    return next(number for number, (_, start, end) in enumerate(slots) if start <= byte < end)


def _most_at_once(holds: list[_Hold]) -> int:
    begins = np.array([hold.begin_us for hold in holds])
    ends = np.array([hold.end_us for hold in holds])
    sizes = np.array([hold.end_byte - hold.first_byte for hold in holds])
    return int(max(sizes[(begins <= moment) & (ends > moment)].sum() for moment in begins))
