# SPDX-License-Identifier: Apache-2.0
"""Read the instruction log of one core: as a table, as a map of UB, as lanes of the pipes.

- instruction_table(instructions): text, one line per instruction
- ub_map(instructions): which bytes of UB hold which tensor
- pipe_lanes(instructions): which pipe ran what, in order, and which flag let it start
- orders({name: instructions, ...}): the same instructions in several orders of execution, below each other
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle

from helpers.launch import FLAG_NAMES, PIPE_NAMES, InstructionLog
from helpers.view import COLOURS, HATCHES, PIPE_WORK, View, canvas

NO_TENSOR = 255  # the instruction touches no global tensor
_SET, _WAIT = FLAG_NAMES.index("SetFlag"), FLAG_NAMES.index("WaitFlag")
_LANES = ("MTE2", "V", "MTE3")


def instruction_table(instructions: InstructionLog, core: int = 0, flags: bool = False) -> str:
    """The instructions of `core` in execution order, one per line.

    Columns: order of execution; pipe; API call; line of the source; elements; operands in UB as byte ranges, the
    destination first; bytes of the global tensor. `flags` adds the flags that queues set and wait for.
    """
    rows = [("order", "pipe", "call", "line", "elements", "UB bytes", "global memory")]
    for record in instructions.on_core(core):
        call, gm, ub = instructions.call_of(record), "", ""
        if record["flag"]:
            if not flags:
                continue
            pipes = (PIPE_NAMES[record["flag_source"]], PIPE_NAMES[record["flag_destination"]])
            call = f"{call}: {FLAG_NAMES[record['flag']]}"
            gm = f"{pipes[0]} to {pipes[1]}, flag {record['flag_id']}"
        else:
            ub = "  ".join(f"{start}-{end - 1}" for start, end in operand_ranges(record))
            if record["gm_tensor"] != NO_TENSOR:
                start = int(record["gm_offset_bytes"])
                gm = f"{instructions.tensors[record['gm_tensor']]} {start}-{start + int(record['gm_bytes']) - 1}"
        elements = str(record["elements"]) if not record["flag"] else ""
        rows.append(
            (str(record["order"]), PIPE_NAMES[record["pipe"]], call, str(record["line"]), elements, ub, gm),
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    aligned = (
        "  ".join(
            cell.rjust(width) if column in (0, 3, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(aligned)


def ub_ranges(instructions: InstructionLog, core: int = 0) -> tuple[tuple[str, int, int], ...]:
    """Byte ranges of UB that instructions of `core` touched: (tensor, first, end), by address.

    A range belongs to the global tensor that is copied into it or out of it; all others are "work".
    """
    owners: dict[int, tuple[str, int]] = {}
    records = [record for record in instructions.on_core(core) if not record["flag"]]
    for record in sorted(records, key=lambda record: record["gm_tensor"] == NO_TENSOR):  # copies first: they give names
        copies = record["gm_tensor"] != NO_TENSOR
        name = instructions.tensors[record["gm_tensor"]] if copies else "work"
        for start, end in operand_ranges(record):
            held = next((low for low, (_, high) in owners.items() if low <= start < high), start)
            owner, known_end = owners.get(held, (name, end))
            owners[held] = (owner, max(end, known_end))
    return tuple((owner, start, end) for start, (owner, end) in sorted(owners.items()))


def ub_map(instructions: InstructionLog, core: int = 0) -> View:
    """One strip of UB, from byte 0 to the last byte touched; where nothing was touched for long, a piece is cut out.

    Data: name, start_byte, end_byte.
    """
    ranges = ub_ranges(instructions, core)
    cuts = _long_gaps(ranges)
    shown = {start: start - sum(length for behind, length in cuts if behind <= start) for _, start, _ in ranges}
    total = shown[ranges[-1][1]] + ranges[-1][2] - ranges[-1][1]
    with canvas(2.2) as (figure, axes):
        axes.add_patch(Rectangle((0, 0), total, 1, facecolor=COLOURS["free"], edgecolor=COLOURS["faint"]))
        for name, start, end in ranges:
            shape = {"facecolor": COLOURS[name], "edgecolor": COLOURS["ink"], "hatch": HATCHES[name], "linewidth": 0.8}
            axes.add_patch(Rectangle((shown[start], 0), end - start, 1, **shape))
        heads = _heads(ranges)
        for name, start, end in heads:  # the buffers of a tensor share its name
            axes.text(shown[start] + (end - start) / 2, 1.12, name, ha="center", va="bottom")
        for behind, length in cuts:
            axes.text(shown[behind] - 0.06 * total, 0.5, f"{length} B\ncut out", ha="right", va="center")
            for offset in (0.03, 0.045):
                x = shown[behind] - offset * total
                axes.plot([x - 0.006 * total, x + 0.006 * total], [-0.04, 1.04], color=COLOURS["ink"], linewidth=1)
        axes.set(xlim=(-0.02 * total, 1.02 * total), ylim=(-0.05, 1.6), xlabel="byte address in UB")
        axes.set_xticks([shown[start] for _, start, _ in heads], [str(start) for _, start, _ in heads])
        axes.set_yticks([])
        axes.set_title(f"UB of core {core}: the bytes that were touched", pad=10)
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
    listed = ", ".join(f"{name} {start} to {end - 1}" for name, start, end in ranges)
    summary = f"Bytes of UB, by address: {listed}."
    names, starts, ends = (np.array(column) for column in zip(*ranges, strict=True))
    return View(figure, {"name": names, "start_byte": starts, "end_byte": ends}, summary)


def _heads(ranges: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Ranges of one tensor without a gap between them as one."""
    merged: list[tuple[str, int, int]] = []
    for name, start, end in ranges:
        if merged and merged[-1][0] == name and merged[-1][2] == start:
            merged[-1] = (name, merged[-1][1], end)
        else:
            merged.append((name, start, end))
    return merged


def _long_gaps(ranges: Sequence[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """Gaps that would dwarf the ranges: the byte behind each, and what to cut out so that the strip stays readable."""
    used = sum(end - start for _, start, end in ranges)
    gaps = [(start, start - end) for (_, _, end), (_, start, _) in itertools.pairwise(ranges)]
    return [(behind, length - 2 * used) for behind, length in gaps if length > 8 * used]


def pipe_lanes(instructions: InstructionLog, core: int = 0) -> View:
    """One lane per pipe, one column per executed instruction; arrows are flags. Data: order, pipe, call, arrow."""
    records = instructions.on_core(core)
    arrows = _flag_pairs(records)
    lane = {name: len(_LANES) - 1 - place for place, name in enumerate(_LANES)}
    with canvas(4.8) as (figure, axes):
        for column, record in enumerate(records):
            pipe = PIPE_NAMES[record["pipe"]]
            if record["flag"]:
                marker = "o" if record["flag"] == _SET else "s"
                axes.plot(column, lane[pipe], marker, color="white", markeredgecolor=COLOURS["ink"], markersize=6)
                continue
            axes.add_patch(
                Rectangle((column - 0.42, lane[pipe] - 0.4), 0.84, 0.8, facecolor=COLOURS[pipe], edgecolor="black")
            )
            axes.text(
                column, lane[pipe], instructions.call_of(record), rotation=90, ha="center", va="center", fontsize=9.5
            )
            if record["gm_tensor"] != NO_TENSOR:
                tensor = instructions.tensors[record["gm_tensor"]]
                axes.text(column, lane[pipe] + 0.43, tensor, ha="center", va="bottom")
        for setter, waiter in arrows:
            ends = [(place, lane[PIPE_NAMES[records[place]["pipe"]]]) for place in (setter, waiter)]
            axes.add_artist(
                ConnectionPatch(
                    *ends, "data", arrowstyle="-|>", shrinkA=4, shrinkB=4, mutation_scale=10, color=COLOURS["faint"]
                )
            )
        axes.set_yticks([lane[name] for name in _LANES], [f"{name}\n{PIPE_WORK[name]}" for name in _LANES])
        axes.set(xlim=(-1, len(records)), ylim=(-0.6, 2.75), xlabel="order of execution", title=f"Pipes of core {core}")
        axes.grid(axis="x", visible=False)
    work = records[records["flag"] == 0]
    counts = ", ".join(f"{np.count_nonzero(work['pipe'] == PIPE_NAMES.index(name))} on {name}" for name in _LANES)
    summary = (
        f"{len(work)} instructions: {counts}; {len(arrows)} arrows join the flag an instruction sets (circle) to the "
        "one that waits for it (square)."
    )
    data = {
        "order": work["order"],
        "pipe": np.array([PIPE_NAMES[pipe] for pipe in work["pipe"]]),
        "call": np.array([instructions.call_of(record) for record in work]),
        "arrow": np.array([(records[a]["order"], records[b]["order"]) for a, b in arrows]).reshape(-1, 2),
    }
    return View(figure, data, summary)


def orders(logs: Mapping[str, InstructionLog], core: int = 0) -> View:
    """Three lanes per log, one column per executed instruction of `core`; the number is its place in the program.

    Data: for each name the places in the program, in the order of execution.
    """
    rows_each = 1 + len(_LANES)  # the name, then the lanes
    data, heights = {}, {}
    with canvas(0.6 + 0.4 * rows_each * len(logs)) as (figure, axes):
        for group, (name, instructions) in enumerate(logs.items()):
            axes.text(-0.46, -group * rows_each, name, va="center", fontweight="bold")
            lane = {pipe: -group * rows_each - row for row, pipe in enumerate(_LANES, start=1)}
            heights |= {height: pipe for pipe, height in lane.items()}
            records = instructions.on_core(core)
            records = records[records["flag"] == 0]
            data[name] = np.argsort(np.argsort(records["sequence"])) + 1
            for column, (record, place) in enumerate(zip(records, data[name].tolist(), strict=True)):
                pipe = PIPE_NAMES[record["pipe"]]
                corner = (column - 0.46, lane[pipe] - 0.4)
                axes.add_patch(Rectangle(corner, 0.92, 0.8, facecolor=COLOURS[pipe], edgecolor=COLOURS["ink"]))
                text = f"{place} {instructions.call_of(record)}"
                axes.text(column, lane[pipe], text, ha="center", va="center", fontsize=9.5)
        axes.set_yticks(list(heights), list(heights.values()))
        axes.set_xticks([])
        axes.set(xlim=(-0.6, max(map(len, data.values())) - 0.4), ylim=(min(heights) - 0.6, 0.6))
        axes.set(xlabel="order of execution")
        axes.grid(visible=False)
    listed = "; ".join(f"{name}: {' '.join(map(str, places))}" for name, places in data.items())
    return View(figure, data, f"Instructions by their place in the program, in the order of execution. {listed}.")


def operand_ranges(record: np.void) -> list[tuple[int, int]]:
    """Start and end byte of each operand in UB, the destination first."""
    addresses, lengths = record["ub_address"].tolist(), record["ub_bytes"].tolist()
    return [(start, start + length) for start, length in zip(addresses, lengths, strict=True) if length]


def _flag_pairs(records: np.ndarray) -> list[tuple[int, int]]:
    """Places of each SetFlag and of the WaitFlag that takes it: the first later one of the same pipes and number."""
    waiting: dict[tuple[int, int, int], int] = {}
    pairs = []
    for place, record in enumerate(records):
        key = (int(record["flag_source"]), int(record["flag_destination"]), int(record["flag_id"]))
        if record["flag"] == _SET:
            waiting[key] = place
        elif record["flag"] == _WAIT and key in waiting:
            pairs.append((waiting.pop(key), place))
    return pairs
