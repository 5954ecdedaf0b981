# SPDX-License-Identifier: Apache-2.0
"""What the timing model knows that is faster than a plan: a search over cores, buffers per queue and tile length.

Searched is a lattice: every number of cores; 1 or 2 buffers, since three for each of three queues need nine event ids
of eight; tiles up to the longest for which UB has room, the multiples of 512 bytes nearest to a grid of 16 lengths per
doubling, and what cuts a core's elements into 1 to 8 equal tiles. A point is modelled unless what its pipes and the
memory have to do already takes too long.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from helpers import plan
from helpers.contract import check_dtype
from helpers.soc import find_soc
from helpers.soc_costs import SocCosts, soc_costs
from helpers.tile_loop import LINE_BYTES, what_if

# No public source gives the bandwidth of these: values of ours, so that there is something to plan for.
GIVEN_BANDWIDTH = {"Ascend910B2C": 1.75e12, "Ascend310B1": 51.2e9, "Ascend310B2": 51.2e9, "Ascend310B3": 51.2e9}
STEPS_PER_DOUBLING = 16
EQUAL_TILES = 8
BUFFERS = (1, 2)
_TENSORS, _INPUTS = 4, 3
_GAP_BYTES, _CHUNK_ELEMS = 256, 4096
_GRID_LINES = sorted({round(2 ** (step / STEPS_PER_DOUBLING)) for step in range(10 * STEPS_PER_DOUBLING)})


@dataclass(frozen=True, order=True)
class Choice:
    """A point of the lattice with its modelled time."""

    seconds: float
    cores: int
    buffers: int
    tile_bytes: int


class PlanSearch:
    """The search for one call.

    Attributes:
        planned: what the planner chose, with its modelled time.
        modelled: points modelled so far.
    """

    def __init__(self, elems: int, dtype: str, soc: str) -> None:
        self._elems, self._dtype, self._soc = elems, dtype, find_soc(soc)
        self._element_bytes = check_dtype(dtype).itemsize
        given = {"dram_bandwidth": GIVEN_BANDWIDTH[soc]} if soc in GIVEN_BANDWIDTH else {}
        self._costs: SocCosts = soc_costs(soc, **given)
        self._lines = math.ceil(elems * self._element_bytes / LINE_BYTES)
        chosen = plan(elems, dtype, soc=soc)
        self.modelled = 0
        self.planned = self.choice(chosen.cores, chosen.buffers, chosen.tile_elems * self._element_bytes)

    def fastest(self, seconds: float) -> Choice | None:
        """The fastest point that takes less than `seconds`, or None if there is none."""
        best = None
        for least, *point in sorted((self.least_seconds(*point), *point) for point in self.lattice()):
            if least >= (seconds if best is None else best.seconds):
                break
            found = self.choice(*point)
            if found.seconds < (seconds if best is None else best.seconds):
                best = found
        return best

    def choice(self, cores: int, buffers: int, tile_bytes: int) -> Choice:
        """The point with its modelled time."""
        self.modelled += 1
        tile_elems = tile_bytes // self._element_bytes
        seconds = what_if(self._elems, self._dtype, self._soc.name, tile_elems, buffers, cores, self._costs)
        return Choice(seconds, cores, buffers, tile_bytes)

    def lattice(self) -> Iterator[tuple[int, int, int]]:
        """Cores, buffers and tile bytes of each point; no tile is longer than what a core owns."""
        work_bytes = _GAP_BYTES + (2 * _CHUNK_ELEMS * 4 if self._dtype == "float16" else 0)
        for cores in range(1, min(self._soc.vector_cores, self._lines) + 1):
            core_lines = math.ceil(self._lines / cores)
            equal = {math.ceil(core_lines / tiles) for tiles in range(1, EQUAL_TILES + 1)}
            for buffers in BUFFERS:
                longest = (self._soc.planned_ub_bytes - work_bytes) // (_TENSORS * buffers * LINE_BYTES)
                last = min(longest, core_lines)
                for tile_lines in {lines for lines in equal.union(_GRID_LINES) if lines < last} | {last}:
                    yield cores, buffers, tile_lines * LINE_BYTES

    def least_seconds(self, cores: int, buffers: int, tile_bytes: int) -> float:
        """What a point takes at the least: to start, and then the slowest core or all that memory has to give."""
        value = self._costs.value
        least, more = divmod(self._lines, cores)
        spread = value("start_span") * 1e-9 if cores > 1 else 0
        last = spread + self._core_seconds(least - 1, buffers, tile_bytes)  # its last line may be short
        longest = self._core_seconds(least + (more > 0) - 1, buffers, tile_bytes)
        head = (value("head") + value("head_per_core") * cores + value("init")) * 1e-9
        return head + max(longest, last, self._memory_seconds(cores))

    @functools.cache  # noqa: B019 - a search is short-lived
    def _memory_seconds(self, cores: int) -> float:
        """What memory needs for the loads, less than all cores drawing on it at first, and for all it has to store."""
        value = self._costs.value
        tensor_bytes = self._elems * self._element_bytes
        reads = value("dram_bandwidth") * value("dram_read_share")
        of_one = value("read_per_cycle") * value("clock")
        idle = sum(max(0, 1 - started * of_one / reads) for started in range(1, cores))
        idle *= value("start_span") * 1e-9 / max(cores - 1, 1)
        seconds = idle + _INPUTS * tensor_bytes / reads + value("write_latency") * 1e-9
        if tensor_bytes > value("l2_bytes"):
            seconds = max(seconds, _TENSORS * tensor_bytes / (value("dram_bandwidth") * value("dram_share")))
        return value("read_latency") * 1e-9 + seconds

    def _core_seconds(self, lines: int, buffers: int, tile_bytes: int) -> float:
        """What a core with so many whole lines, and perhaps part of another, takes from first load to last store."""
        value = self._costs.value
        cycle = 1 / value("clock")
        owned = lines * LINE_BYTES
        tail = owned % tile_bytes  # of its last tile; with the part of a line it may be more
        load = _INPUTS / value("read_per_cycle") * cycle
        compute, end = (self._compute_cycles(*each) * cycle for each in ((owned, tile_bytes), (tail, tail)))
        if buffers == 1:
            pipes = owned * load + compute + owned // tile_bytes * value("read_latency") * 1e-9
        else:
            pipes = max(owned * load + end, min(owned, tile_bytes) * load + compute)
        latency = (value("read_latency") + value("write_latency")) * 1e-9
        return latency + pipes + tail / value("write_per_cycle") * cycle

    def _compute_cycles(self, owned: int, tile_bytes: int) -> float:
        elems, tiles = owned // self._element_bytes, owned // tile_bytes if tile_bytes else 0
        if self._dtype == "float32":
            return 3 * elems / 64 + 3 * 24 * tiles
        return 7 * elems / 64 + 7 * 24 * tiles * math.ceil(tile_bytes / self._element_bytes / _CHUNK_ELEMS)
