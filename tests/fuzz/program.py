# SPDX-License-Identifier: Apache-2.0
"""A random program, as interpreter.cpp reads it: for each core its queues, its buffers and a list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

Action = IntEnum(
    "Action", "ALLOC ENQUE DEQUE FREE SET_FLAG WAIT_FLAG BARRIER LOAD STORE VECTOR CAST COMPARE SELECT", start=0
)
Op = IntEnum(
    "Op",
    "ADD SUB MUL MAX MIN DIV ADDS MULS MAXS MINS LEAKY_RELU ABS RELU SQRT DUPLICATE"
    " WHOLE_SUM WHOLE_MAX WHOLE_MIN BLOCK_SUM BLOCK_MAX BLOCK_MIN PAIR_SUM",
    start=0,
)
Form = IntEnum("Form", "COUNT LANES MASK_BITS", start=0)
CopyForm = IntEnum("CopyForm", "WHOLE PAD BLOCKS PAD_WITH_VALUE", start=0)
Tensor = IntEnum("Tensor", "X Y", start=0)

BINARY = (Op.ADD, Op.SUB, Op.MUL, Op.MAX, Op.MIN, Op.DIV)
SCALAR = (Op.ADDS, Op.MULS, Op.MAXS, Op.MINS, Op.LEAKY_RELU)
UNARY = (Op.ABS, Op.RELU, Op.SQRT)
REDUCTIONS = tuple(op for op in Op if op >= Op.WHOLE_SUM)
OF_FLOATS = (Op.DIV, Op.LEAKY_RELU, *UNARY, *REDUCTIONS)

TYPES = (np.dtype("f2"), np.dtype("f4"), np.dtype("i2"), np.dtype("i4"))
HALF, FLOAT, INT16, INT32 = range(4)
CASTS = ((HALF, FLOAT), (FLOAT, HALF), (HALF, INT32), (HALF, INT16), (FLOAT, INT32), (FLOAT, INT16))
CASTS += ((INT16, HALF), (INT16, FLOAT), (INT32, FLOAT))
ROUND_MODES = ("none", "rint", "floor", "ceil", "round", "trunc")
EXACT_CASTS = (0, 7)  # those that only take "none"
COMPARISONS = (np.less, np.greater, np.equal, np.less_equal, np.greater_equal, np.not_equal)

BLOCK_BYTES, REPEAT_BYTES = 32, 256
IN_QUEUES, OUT_QUEUES = (0, 1), (2, 3)
QUEUE_DEPTHS = (1, 2, 1, 2)
BUFFERS, SLOTS, FLAG_IDS = 4, 12, 2
PIPES = V, MTE2, MTE3 = range(3)
ALL_PIPES = 3  # of a barrier
FLAG_PAIRS = ((MTE2, V), (V, MTE2), (V, MTE3), (MTE3, V), (MTE2, MTE3), (MTE3, MTE2))

STEP = np.dtype(
    [("mask", "u8", 2)]
    + [(name, "u4") for name in ("action", "op", "type", "form")]
    + [("slot", "u4", 3), ("offset", "u4", 3), ("count", "u4"), ("repeats", "u4"), ("strides", "u4", 6)]
    + [(name, "u4") for name in ("scalar", "number", "gm_offset", "block_count", "block_bytes", "src_gap", "dst_gap")]
    + [("left_padding", "u4"), ("right_padding", "u4")],
    align=True,
)
CORE = np.dtype(
    [
        ("first_step", "u4"),
        ("steps", "u4"),
        ("queue_buffers", "u4", 4),
        ("queue_bytes", "u4", 4),
        ("buffer_bytes", "u4", BUFFERS),
    ]
)


@dataclass(frozen=True)
class Step:
    """One call. What a field means depends on the action; interpreter.cpp shows it in one place.

    Attributes:
        slot, offset: of dst, src0, src1; the offset in bytes. A queue's tensor is slot[0], and so is a copy's.
        scalar: bits, in the type of the step.
        number: the queue; for a flag its pair of pipes times FLAG_IDS plus the id; the pipe of a barrier; the rounding
            mode of a cast; the comparison; of Select the slot that holds the bits.
        op: of a copy the global tensor, of a cast the place in CASTS.
        form: a CopyForm for a copy.
        src_gap, dst_gap: as CANN counts them, bytes in global memory and blocks in UB; all blocks for CopyForm.BLOCKS.
    """

    action: Action
    op: int = 0
    type: int = 0
    form: int = 0
    slot: tuple[int, int, int] = (0, 0, 0)
    offset: tuple[int, int, int] = (0, 0, 0)
    count: int = 0
    repeats: int = 0
    strides: tuple[int, ...] = (1, 1, 1, 8, 8, 8)
    mask: tuple[int, int] = (0, 0)
    scalar: int = 0
    number: int = 0
    gm_offset: int = 0
    block_count: int = 0
    block_bytes: int = 0
    src_gap: int = 0
    dst_gap: int = 0
    left_padding: int = 0
    right_padding: int = 0

    def __repr__(self) -> str:
        given = [field.name for field in fields(self) if field.default != getattr(self, field.name)]
        return f"Step({', '.join(f'{name}={getattr(self, name)!r}' for name in given)})"


@dataclass(frozen=True)
class Core:
    """What one core does. Zero buffers or bytes: the queue or buffer is not used."""

    queue_buffers: tuple[int, ...]
    queue_bytes: tuple[int, ...]
    buffer_bytes: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Program:
    """Cores that share x and y, and how to run them."""

    soc: str
    strict_sync: bool
    cores: tuple[Core, ...]
    x: bytes
    y_bytes: int

    def __repr__(self) -> str:
        lines = [f"{self.soc}, strict_sync={self.strict_sync}, {len(self.x)} B of x, {self.y_bytes} B of y"]
        for number, core in enumerate(self.cores):
            queues = [f"{n} x {size} B" for n, size in zip(core.queue_buffers, core.queue_bytes, strict=True)]
            lines.append(f"core {number}: queues {queues}, buffers {core.buffer_bytes}")
            lines += [f"  {place:3} {step}" for place, step in enumerate(core.steps)]
        return "\n".join(lines)


def packed(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """The arguments `cores` and `steps` of the interpreter."""
    cores, steps, place = np.zeros(len(program.cores), CORE), [], 0
    for row, core in zip(cores, program.cores, strict=True):
        row["first_step"], row["steps"] = place, len(core.steps)
        row["queue_buffers"], row["queue_bytes"] = core.queue_buffers, core.queue_bytes
        row["buffer_bytes"] = core.buffer_bytes
        steps += core.steps
        place += len(core.steps)
    return cores, _rows(steps)


def _rows(steps: Sequence[Step]) -> np.ndarray:
    rows = np.zeros(max(1, len(steps)), STEP)
    for name in STEP.names if steps else ():
        rows[name] = [getattr(step, name) for step in steps]
    return rows
