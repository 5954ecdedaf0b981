# SPDX-License-Identifier: Apache-2.0
"""The optimisation ladder: kernels from a scalar loop to the shipped one, each one idea further (`kernel/ladder/`).

- `RUNGS` are the kernels in order, with what each is made of
- `run_rung(rung, predict, label, dout)` runs one on arrays, checked
- `model_rung(rung, elems)` is its modelled time, `model_ladder(elems)` that of every rung
- `difference(rung)` is what it changes in the source of the rung before
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers import operator
from helpers.build_cache import CHECKOUT
from helpers.contract import check_call
from helpers.errors import ArgumentValueError
from helpers.findings import Findings
from helpers.kernel import Kernel
from helpers.soc import find_soc
from helpers.soc_costs import soc_costs
from helpers.timeline import Range, Timeline

FOLDER = CHECKOUT / "kernel" / "ladder"
ROLES = ("in", "in", "in", "out")
TENSORS, ELEMENT_BYTES = 4, 4  # three inputs and y, float32
SCALAR_ELEMS = (1 << 15, 1 << 16)  # lengths that are modelled where every element takes instructions of its own


@dataclass(frozen=True)
class Rung:
    """One kernel of the ladder.

    Attributes:
        number: its place, from 1.
        name, idea: what it adds to the rung before, in a few words and in a sentence.
        file: its source.
        all_cores: whether it uses all cores of the SoC, else one.
        tile_elems: elements of one copy; None where the planner decides.
        buffers: UB buffers per tensor; None where the planner decides.
        bypasses_l2: whether its inputs bypass L2.
        bank_conflicts: whether its vector instructions have any, of two sources in one bank group; None without them.
    """

    number: int
    name: str
    idea: str
    file: Path
    all_cores: bool
    tile_elems: int | None
    buffers: int | None
    bypasses_l2: bool
    bank_conflicts: bool | None

    @property
    def is_scalar(self) -> bool:
        """Whether it computes element by element."""
        return self.number == 1

    @property
    def is_shipped(self) -> bool:
        """Whether it is the operator's own kernel."""
        return self.file == operator.SOURCE

    def exists_on(self, soc: str) -> bool:
        """Whether it compiles for `soc`: SetL2CacheHint is not on dav-3002; the shipped kernel leaves it out there."""
        return self.is_shipped or not self.bypasses_l2 or find_soc(soc).npu_arch == 2201

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


def _rungs() -> tuple[Rung, ...]:
    switches = {"all_cores": False, "tile_elems": 2048, "buffers": 1, "bypasses_l2": False, "bank_conflicts": None}
    steps: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("scalar loop", "One core computes element by element.", {}),
        ("vector instructions", "Three instructions compute a whole tile.", {"bank_conflicts": True}),
        ("all cores", "Each core owns a range of whole 512-byte lines.", {"all_cores": True}),
        ("larger tiles", "A copy moves 16 KB for one latency, not 8 KB.", {"tile_elems": 4096}),
        ("double buffer", "The next tile is copied in while this one is computed.", {"buffers": 2}),
        ("inputs bypass L2", "Bytes that are read once leave L2 to y.", {"bypasses_l2": True}),
        (
            "no bank conflicts",
            "What one instruction reads together lies in different groups of banks.",
            {"bank_conflicts": False},
        ),
        (
            "shipped kernel",
            "float16 too, with tiles and cores that the planner chooses for N.",
            {"tile_elems": None, "buffers": None},
        ),
    )
    rungs = []
    for number, (name, idea, changed) in enumerate(steps, start=1):
        file = FOLDER / f"{number:02}_{name.lower().replace(' ', '_')}.cpp"
        switches = {**switches, **changed}
        rungs.append(Rung(number, name, idea, operator.SOURCE if number == len(steps) else file, **switches))
    return tuple(rungs)


RUNGS = _rungs()


@dataclass(frozen=True)
class RungRun:
    """One run of a rung on arrays: the gradient, what the checks said, and the modelled timeline."""

    rung: Rung
    y: np.ndarray
    findings: Findings
    timeline: Timeline


@dataclass(frozen=True)
class RungTime:
    """The modelled time of a rung.

    Attributes:
        rung, elems, soc: what was modelled.
        time: in seconds, with its range.
        scaled_from: elements that were modelled where they are fewer than `elems`, else None.
        busy_seconds: of each pipe, the mean over cores; scaled as `time` is.
        roofline_seconds: all bytes at the theoretical DRAM bandwidth.
    """

    rung: Rung
    elems: int
    soc: str
    time: Range
    scaled_from: int | None
    busy_seconds: dict[str, float]
    roofline_seconds: float

    @property
    def dram_share(self) -> float:
        """The roofline's time over the modelled time."""
        return self.roofline_seconds / self.time.seconds


@functools.cache
def build_rung(rung: Rung, soc: str = "Ascend910B1") -> Kernel:
    """The kernel of a rung. Raises BuildError where the family of `soc` lacks a call of it."""
    if rung.is_shipped:
        return operator.build_kernel(soc, "float32")
    return Kernel.from_source(rung.file, soc=soc)


def run_rung(
    rung: Rung,
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    soc: str = "Ascend910B1",
    **options: object,
) -> RungRun:
    """Run a rung on float32 arrays of one shape, with `mean` for the reduction; `options` are those of a launch.

    Raises:
        ValueError, TypeError: the arrays are no float32 arrays of one shape.
        KernelFault: a finding, unless `raise_on_finding` is False.
    """
    call = check_call(predict, label, dout)
    if call.dtype != np.float32:
        raise ArgumentValueError("predict", predict, "float32 arrays: only the shipped kernel, `run`, takes float16")
    if rung.is_shipped:
        result = operator.run(predict, label, dout, soc=soc, **options)
        return RungRun(rung, result.y, result.findings, result.timeline)
    y = np.zeros(call.shape, np.float32)
    result = _launch(rung, (predict, label, dout, y), call.elems, soc, **options)
    return RungRun(rung, y, result.findings, result.timeline)


def model_rung(rung: Rung, elems: int, soc: str = "Ascend910B1") -> RungTime:
    """The modelled time of a rung on tensors of `elems` elements.

    A scalar loop is modelled on the two lengths of SCALAR_ELEMS and goes on at the pace between them: its elements are
    computed one after the other, and those of 10^8 would take 4 * 10^8 instructions.
    """
    roofline_seconds = TENSORS * ELEMENT_BYTES * elems / soc_costs(soc).value("dram_bandwidth")
    if not rung.is_scalar or elems <= SCALAR_ELEMS[-1]:
        timeline = rung_timeline(rung, elems, soc)
        return RungTime(rung, elems, soc, timeline.range, None, timeline.busy_seconds, roofline_seconds)
    first, second = (rung_timeline(rung, length, soc) for length in SCALAR_ELEMS)
    busy = {
        pipe: at_pace(SCALAR_ELEMS, (first.busy_seconds[pipe], seconds), elems)
        for pipe, seconds in second.busy_seconds.items()
    }
    time = range_at_pace(SCALAR_ELEMS, (first.range, second.range), elems)
    return RungTime(rung, elems, soc, time, SCALAR_ELEMS[-1], busy, roofline_seconds)


def model_ladder(elems: int, soc: str = "Ascend910B1") -> tuple[RungTime, ...]:
    """`model_rung` of every rung that exists on `soc`, in order."""
    return tuple(model_rung(rung, elems, soc) for rung in RUNGS if rung.exists_on(soc))


def rung_timeline(rung: Rung, elems: int, soc: str = "Ascend910B1") -> Timeline:
    """The modelled timeline of a rung, all instructions of it."""
    if rung.is_scalar:  # it reads from UB, which holds data only where instructions compute
        return run_rung(rung, *[np.zeros(elems, np.float32)] * 3, soc=soc).timeline
    tensors = [np.broadcast_to(np.float32(0), (elems,)) for _ in ROLES]
    if rung.is_shipped:
        return operator.run(*tensors[:3], soc=soc, level="model").timeline
    return _launch(rung, tensors, elems, soc, level="model").timeline


def at_pace(lengths: Sequence[int], values: Sequence[float], elems: int) -> float:
    """What grows from one length to the other by as much per element, at `elems`."""
    pace = (values[1] - values[0]) / (lengths[1] - lengths[0])
    return values[1] + pace * (elems - lengths[1])


def range_at_pace(lengths: Sequence[int], ranges: Sequence[Range], elems: int) -> Range:
    """`at_pace` of modelled times, of their faster and of their slower ends."""
    ends: tuple[Callable[[Range], float], ...] = (
        lambda time: time.seconds,
        lambda time: time.fastest_seconds,
        lambda time: time.slowest_seconds,
    )
    return Range(*(at_pace(lengths, [end(time) for time in ranges], elems) for end in ends))


def difference(rung: Rung) -> str:
    """A unified diff from the rung before, empty for the first.

    Raises ArgumentValueError for the shipped kernel, which is written anew: float16, and a tiling from the host.
    """
    if rung.is_shipped:
        raise ArgumentValueError("rung", str(rung), "rungs of kernel/ladder: the shipped kernel is written anew")
    if rung.number == 1:
        return ""
    files = RUNGS[rung.number - 2].file, rung.file
    texts = [file.read_text(encoding="utf-8").splitlines() for file in files]
    return "\n".join(difflib.unified_diff(*texts, *(file.name for file in files), lineterm="", n=1))


def _launch(rung: Rung, tensors: Sequence[np.ndarray], elems: int, soc: str, **options: object):
    cores = find_soc(soc).vector_cores if rung.all_cores else 1
    kernel = build_rung(rung, soc)
    return kernel.launch(*tensors, elems, np.float32(2 / max(elems, 1)), block_dim=cores, roles=ROLES, **options)
