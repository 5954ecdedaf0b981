# SPDX-License-Identifier: Apache-2.0
"""Where the time would go on the SoC: modelled times of every instruction of a launch.

- `model_time(stream, soc, costs)` runs the timing model; `r.timeline` does so with the table's costs
- `Timeline` holds the times, what they rest on, and how far they may be off
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from helpers.errors import ArgumentValueError
from helpers.instruction_costs import fits_l2, slopes
from helpers.instruction_stream import InstructionStream
from helpers.soc_costs import SocCosts, soc_costs
from helpers.timing import Times, run_timing
from helpers.timing_limits import beyond_the_model

EACH_LIMIT = 1 << 21  # instructions up to which each one's times are kept
PIPE_NAMES = ("S", "V", "MTE2", "MTE3")


@dataclass(frozen=True)
class Range:
    """A modelled time: with the table's values, and the least and the most over the ends of their ranges."""

    seconds: float
    fastest_seconds: float
    slowest_seconds: float

    def __str__(self) -> str:
        shown = [microseconds(value) for value in (self.seconds, self.fastest_seconds, self.slowest_seconds)]
        return f"{shown[0]} ({shown[1]} to {shown[2]})"


@dataclass(frozen=True)
class Timeline:
    """Modelled times of one launch; nothing here was measured.

    Attributes:
        soc, costs: what it was modelled on, and the values it rests on.
        warm: whether the inputs were taken to be in L2 from the start.
        stream: the instructions.
        times: the engine's times; nanoseconds from the start of the first block, without the head.
    """

    soc: str
    costs: SocCosts = field(repr=False)
    warm: bool
    stream: InstructionStream = field(repr=False)
    times: Times = field(repr=False)

    @property
    def parts(self) -> dict[str, float]:
        """Seconds of the launch's head, of the first block's initialisation, and of the pipes; they add up."""
        head = self.costs.value("head") + self.costs.value("head_per_core") * self.cores
        init = self.costs.value("init")
        return {"head": head * 1e-9, "init": init * 1e-9, "pipes": (float(self.times.block_end_ns.max()) - init) * 1e-9}

    @property
    def seconds(self) -> float:
        """Modelled seconds from launch to end."""
        return sum(self.parts.values())

    @property
    def cores(self) -> int:
        """Cores that ran blocks."""
        return len(np.unique(self.times.core_of))

    @property
    def core_seconds(self) -> float:
        """Modelled seconds of a core from start to end, the mean over the blocks' cores; what tools call aiv_time."""
        spans = self.times.block_end_ns - self.times.block_start_ns
        return float(spans.sum()) / self.cores * 1e-9

    @functools.cached_property
    def range(self) -> Range:
        """`seconds`, and the least and the most that they are at the ends of the values' ranges."""

        def seconds_with(table: SocCosts) -> float:
            return model_time(self.stream, self.soc, table, self.warm, False).seconds

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            found = [self.seconds, *threads.map(seconds_with, self.costs.ends(starts_matter=self.cores > 1))]
        return Range(self.seconds, min(found), max(found))

    @property
    def busy_seconds(self) -> dict[str, float]:
        """Modelled seconds that each pipe works, the mean over cores; a copy counts from its issue."""
        return dict(zip(PIPE_NAMES, (self.times.busy_ns.sum(axis=0) / self.cores * 1e-9).tolist(), strict=True))

    @property
    def bytes(self) -> int:
        """Bytes that copies moved between UB and global memory."""
        return int((self.stream.kinds["gm_bytes"] * self.stream.counts).sum())

    @property
    def dram_share(self) -> float:
        """The roofline's time (all bytes at the theoretical DRAM bandwidth) over the modelled time.

        May be above 1 where L2 keeps what is written, or gives what is read.
        """
        return self.bytes / self.costs.value("dram_bandwidth") / self.seconds

    @property
    def writes_stay_in_l2(self) -> bool:
        """Whether L2 keeps all that the launch moves through it, so that nothing is written to DRAM."""
        return fits_l2(self.stream, self.costs)

    @functools.cached_property
    def beyond_the_model(self) -> tuple[str, ...]:
        """What the launch does that the model is known to be too fast at; the range does not cover it."""
        return beyond_the_model(self.stream)

    @functools.cached_property
    def instructions(self) -> np.ndarray:
        """Every instruction: core, block, pipe, flag, call, line, bytes, start_ns, end_ns, dependency.

        `call` indexes `stream.names`, `pipe` PIPE_NAMES, `flag` launch.FLAG_NAMES. `dependency` is the place here of
        the instruction that let this one start, -1 for none.
        """
        if self.times.start_ns is None:
            raise ArgumentValueError(
                "instructions",
                len(self.stream.numbers),
                f"launches of up to {EACH_LIMIT} instructions: of longer ones only totals are kept. "
                "Next: model a smaller tensor",
            )
        fields = [("core", "u4"), ("block", "u4"), ("pipe", "u1"), ("flag", "u1"), ("call", "u2"), ("line", "u4")]
        fields += [("bytes", "u8"), ("start_ns", "f8"), ("end_ns", "f8"), ("dependency", "i8")]
        rows = np.empty(len(self.stream.numbers), fields)
        kinds = self.stream.kinds[self.stream.numbers]
        for name in ("pipe", "flag", "call", "line"):
            rows[name] = kinds[name]
        rows["bytes"] = kinds["gm_bytes"]
        rows["block"] = np.repeat(self.stream.blocks, self.stream.lengths)
        rows["core"] = np.repeat(self.times.core_of, self.stream.lengths)
        for name in ("start_ns", "end_ns", "dependency"):
            rows[name] = getattr(self.times, name)
        rows.flags.writeable = False
        return rows

    @property
    def critical_path(self) -> np.ndarray:
        """Places in `instructions`, first to last, each the one that let the next start, up to the last to end."""
        rows = self.instructions
        place, path = int(np.argmax(rows["end_ns"])) if len(rows) else -1, []
        while place >= 0:
            path.append(place)
            place = int(rows["dependency"][place])
        return np.array(path[::-1], np.int64)

    def to_chrome(self) -> dict[str, object]:
        """The launch in the trace event format, for Perfetto, chrome://tracing and MindStudio Insight."""
        from helpers.trace import chrome_trace

        return chrome_trace(self)

    def sources(self) -> str:
        """Every value the times rest on, with unit, status and source."""
        vector = slopes(self.stream, self.costs)
        lines = [f"{name} per 256 B: {cost}" for name, cost in sorted(vector.items())]
        return "\n".join([self.costs.table(), *lines])

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {microseconds(value)}" for name, value in self.parts.items())
        busy = ", ".join(f"{name} {microseconds(value)}" for name, value in self.busy_seconds.items() if value)
        beyond = "".join(f"\nmodelled too fast: {what}" for what in self.beyond_the_model)
        stays = " (what is written stays in L2)" if self.writes_stay_in_l2 else ""
        return (
            f"modelled on {self.soc}, {self.cores} {'core' if self.cores == 1 else 'cores'}: {self.range}\n"
            f"modelled parts: {parts}\n"
            f"modelled busy time per core: {busy}\n"
            f"modelled share of the DRAM roofline: {self.dram_share:.2f}{stays}{beyond}\n"
            f"rests on {len(self.costs)} values: {self.costs.statuses()}; timeline.sources() lists them"
        )


def model_time(
    stream: InstructionStream | None,
    soc: str,
    costs: SocCosts | Mapping[str, float] | None = None,
    warm: bool = False,
    each: bool | None = None,
) -> Timeline:
    """Model the time of a launch.

    Args:
        stream: from a launch at level "checked" or "model".
        soc: a name of the SoC table.
        costs: a table, or values to use in place of the table's, in its units.
        warm: whether the inputs are in L2 from the start, as in a repeat of the same launch; cold by default.
        each: whether to keep the times of every instruction; None keeps them up to EACH_LIMIT instructions.

    Raises:
        ArgumentValueError: there is no stream or it is not complete, or a cost is needed that no source gives.
        LaunchError: a block waits for ever in the model.
    """
    if stream is None:
        raise ArgumentValueError(
            "level",
            None,
            'launches at level "checked" or "model": others, and empty ones, keep no instructions',
        )
    if stream.dropped:
        raise ArgumentValueError(
            "stream",
            stream,
            f"complete launches: {stream.dropped} instructions were too many to keep. Next: model a smaller tensor",
        )
    table = costs if isinstance(costs, SocCosts) else soc_costs(soc, **(costs or {}))
    kept = len(stream.numbers) <= EACH_LIMIT if each is None else each
    return Timeline(soc, table, warm, stream, run_timing(stream, table, warm=warm, each=kept))


def microseconds(seconds: float) -> str:
    """As text, four digits or whole microseconds."""
    return f"{seconds * 1e6:.4g} us" if seconds < 1e-2 else f"{seconds * 1e6:.0f} us"
