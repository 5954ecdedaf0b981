# SPDX-License-Identifier: Apache-2.0
"""What a program computes, by NumPy in program order. Shares nothing with the simulator but the numeric model that the
README states: halves are computed in float32 and rounded once, sums go by a binary tree, dav-3002 saturates halves."""

from __future__ import annotations

import warnings

import numpy as np
from fuzz.program import (
    BINARY,
    BLOCK_BYTES,
    CASTS,
    COMPARISONS,
    FLOAT,
    HALF,
    REPEAT_BYTES,
    ROUND_MODES,
    TYPES,
    Action,
    CopyForm,
    Core,
    Form,
    Op,
    Program,
    Step,
    Tensor,
)


class OutOfBounds(Exception):
    """The program reads or writes what is not its own."""


class Oracle:
    """Runs a program.

    Attributes:
        y: what the program leaves in y.
        types: for each byte of y the type that was stored there, -1 for none.
        made_nan: whether any result was NaN, whose payload differs between processors.
        overlaps: whether a source of a call and its destination overlap and are not the same.
        touched, written: of y, by core.
    """

    def __init__(self, program: Program, poison: int = 0xFF) -> None:
        self.x = np.frombuffer(program.x, np.uint8)
        self.y = initial_y(program)
        self.types = np.full(program.y_bytes, -1, np.int8)
        self.made_nan = self.overlaps = False
        self.touched = np.zeros((len(program.cores), program.y_bytes), bool)
        self.written = self.touched.copy()
        self._poison = poison
        self._saturates = program.soc.startswith("Ascend310B")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            for number, core in enumerate(program.cores):
                self._run(number, core)

    def _run(self, number: int, core: Core) -> None:
        self._core, self._number = core, number
        self._slots = {i: self._fresh(size) for i, size in enumerate(core.buffer_bytes) if size}
        self._queued: dict[int, list[np.ndarray]] = {}
        for step in core.steps:
            self._do(step)

    def _fresh(self, size: int) -> np.ndarray:
        return np.full(size, self._poison, np.uint8)

    def _do(self, step: Step) -> None:
        match step.action:
            case Action.ALLOC:
                self._slots[step.slot[0]] = self._fresh(self._core.queue_bytes[step.number])
            case Action.ENQUE:
                self._queued.setdefault(step.number, []).append(self._slots[step.slot[0]])
            case Action.DEQUE:
                self._slots[step.slot[0]] = self._queued[step.number].pop(0)
            case Action.LOAD:
                self._load(step)
            case Action.STORE:
                self._store(step)
            case Action.CAST:
                self._cast(step)
            case Action.COMPARE:
                left, right = self._side_by_side(step, 1), self._side_by_side(step, 2)
                bits = np.packbits(COMPARISONS[step.number](left, right), bitorder="little")
                self._write(step, 0, np.arange(bits.size), np.dtype("u1"), bits)
            case Action.SELECT:
                left, right = self._side_by_side(step, 1), self._side_by_side(step, 2)
                if step.count > 8 * self._slots[step.number].size:
                    raise OutOfBounds
                bits = np.unpackbits(self._slots[step.number], bitorder="little")[: step.count]
                unsigned = f"u{left.itemsize}"
                chosen = np.where(bits, left.view(unsigned), right.view(unsigned)).view(left.dtype)
                self._write(step, 0, np.arange(step.count), left.dtype, chosen)
            case Action.VECTOR if step.op >= Op.WHOLE_SUM:
                self._reduce(step)
            case Action.VECTOR:
                self._elementwise(step)

    # --- operands -----------------------------------------------------------------------------------------------------

    def _bytes(self, step: Step, which: int, at: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        room = self._slots[step.slot[which]]
        places = step.offset[which] + at.astype(np.int64) * dtype.itemsize
        if places.size and places.max() + dtype.itemsize > room.size:
            raise OutOfBounds
        return room, places[:, None] + np.arange(dtype.itemsize)

    def _read(self, step: Step, which: int, at: np.ndarray, dtype: np.dtype) -> np.ndarray:
        room, places = self._bytes(step, which, at, dtype)
        return room[places].reshape(-1).view(dtype)

    def _write(self, step: Step, which: int, at: np.ndarray, dtype: np.dtype, values: np.ndarray) -> None:
        room, places = self._bytes(step, which, at, dtype)
        if dtype.kind == "f" and np.isnan(values).any():
            self.made_nan = True
        room[places] = np.ascontiguousarray(values).view(np.uint8).reshape(places.shape)

    def _side_by_side(self, step: Step, which: int, dtype: np.dtype | None = None) -> np.ndarray:
        dtype = dtype or TYPES[step.type]
        if self._slots[step.slot[0]] is self._slots[step.slot[which]]:
            to = TYPES[CASTS[step.op][1]].itemsize if step.action == Action.CAST else dtype.itemsize
            apart = step.offset[which] - step.offset[0]
            self.overlaps |= (apart != 0 or to != dtype.itemsize) and -step.count * to < apart < step.count * to
        return self._read(step, which, np.arange(step.count), dtype)

    @staticmethod
    def _lanes(step: Step, lanes: int) -> np.ndarray:
        """The lanes of a repeat that the mask lets take part."""
        if step.form == Form.LANES:
            return np.arange(min(step.count, lanes))
        return np.array([lane for lane in range(lanes) if step.mask[lane // 64] >> (lane % 64) & 1], int)

    @staticmethod
    def _places(lanes: np.ndarray, repeat: int, block_stride: int, repeat_stride: int, itemsize: int) -> np.ndarray:
        per_block = BLOCK_BYTES // itemsize
        return (repeat * repeat_stride + lanes // per_block * block_stride) * per_block + lanes % per_block

    # --- vector instructions ------------------------------------------------------------------------------------------

    def _result(self, values: np.ndarray, dtype: np.dtype) -> np.ndarray:
        values = values.astype(dtype)
        if dtype == TYPES[HALF] and self._saturates:
            values = np.where(np.isnan(values), dtype.type(0), np.clip(values, dtype.type(-65504), dtype.type(65504)))
        return values.astype(dtype)

    def _elementwise(self, step: Step) -> None:
        dtype = TYPES[step.type]
        if step.form == Form.COUNT:
            at = np.arange(step.count)
            for which in (1, 2):
                if step.op in BINARY or (which == 1 and step.op != Op.DUPLICATE):
                    self._side_by_side(step, which, dtype)
            self._compute(step, dtype, at, at, at)
            return
        lanes = self._lanes(step, REPEAT_BYTES // dtype.itemsize)
        for repeat in range(step.repeats):
            places = [
                self._places(lanes, repeat, step.strides[i], step.strides[3 + i], dtype.itemsize) for i in range(3)
            ]
            self._compute(step, dtype, *places)

    def _compute(self, step: Step, dtype: np.dtype, to: np.ndarray, at0: np.ndarray, at1: np.ndarray) -> None:
        scalar = np.array([step.scalar], "<u4").view(dtype)[:1]
        left = np.repeat(scalar, to.size) if step.op == Op.DUPLICATE else self._read(step, 1, at0, dtype)
        right = np.repeat(scalar, to.size)
        if step.op in BINARY:
            right = self._read(step, 2, at1, dtype)
        result = left if step.op == Op.DUPLICATE else self._result(self._value(step.op, left, right), dtype)
        self._write(step, 0, to, dtype, result)

    def _value(self, op: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        if left.dtype == TYPES[HALF]:
            left, right = left.astype(np.float32), right.astype(np.float32)
        match op:
            case Op.ADD | Op.ADDS:
                return left + right
            case Op.SUB:
                return left - right
            case Op.MUL | Op.MULS:
                return left * right
            case Op.DIV:
                return left / right
            case Op.MAX | Op.MAXS:
                return _extreme(np.maximum, left, right)
            case Op.MIN | Op.MINS:
                return _extreme(np.minimum, left, right)
            case Op.LEAKY_RELU:
                return np.where(left < 0, left * right, left)
            case Op.ABS:
                return np.abs(left)
            case Op.RELU:
                return np.where(left < 0, left.dtype.type(0), left)
            case Op.SQRT:
                return np.sqrt(left)
        raise AssertionError(op)

    def _cast(self, step: Step) -> None:
        src, dst = (TYPES[number] for number in CASTS[step.op])
        values = self._side_by_side(step, 1, src)
        mode = ROUND_MODES[step.number]
        if dst.kind == "i":
            result = _to_integer(values.astype(np.float64), dst, mode)
        else:
            result = self._result(_to_float(values, dst, mode), dst)
        self._write(step, 0, np.arange(step.count), dst, result)

    def _reduce(self, step: Step) -> None:
        dtype = TYPES[step.type]
        lanes = REPEAT_BYTES // dtype.itemsize
        groups = 1 if step.op <= Op.WHOLE_MIN else lanes // 2 if step.op == Op.PAIR_SUM else 8
        takes = np.isin(np.arange(lanes), self._lanes(step, lanes))
        for repeat in range(step.repeats):
            places = self._places(np.arange(lanes), repeat, step.strides[1], step.strides[4], dtype.itemsize)
            # Lanes that are left out are not read.
            elements = np.zeros(lanes, dtype)
            elements[takes] = self._read(step, 1, places[takes], dtype)
            for group, part in enumerate(np.split(np.arange(lanes), groups)):
                to = np.array([repeat * step.strides[0] * groups + group])
                value = self._reduced(step.op, elements[part], takes[part], dtype)
                if value is None and self._saturates and groups > 1:
                    value = self._neutral(step.op, dtype)
                if value is not None:
                    self._write(step, 0, to, dtype, np.array([value], dtype))

    def _neutral(self, op: int, dtype: np.dtype):
        value = {Op.BLOCK_MAX: -np.inf, Op.BLOCK_MIN: np.inf}.get(op, 0.0)
        return np.clip(value, -65504, 65504) if dtype == TYPES[HALF] else value

    def _reduced(self, op: int, elements: np.ndarray, takes: np.ndarray, dtype: np.dtype):
        if not takes.any():
            return None
        if op in (Op.WHOLE_SUM, Op.BLOCK_SUM, Op.PAIR_SUM):
            level = [element if taken else None for element, taken in zip(elements, takes, strict=True)]
            while len(level) > 1:
                pairs = zip(level[0::2], level[1::2], strict=True)
                level = [self._sum(left, right, dtype) for left, right in pairs]
            return level[0]
        values = elements[takes]
        if np.isnan(values).any():
            return self._result(np.array([np.nan]), dtype)[0]
        best = values.max() if op in (Op.WHOLE_MAX, Op.BLOCK_MAX) else values.min()
        if best == 0:  # +0 above -0
            signs = np.signbit(values[values == 0])
            negative = signs.all() if op in (Op.WHOLE_MAX, Op.BLOCK_MAX) else signs.any()
            best = dtype.type(-0.0 if negative else 0.0)
        return self._result(np.array([best]), dtype)[0]

    def _sum(self, left, right, dtype: np.dtype):
        if left is None or right is None:
            return right if left is None else left
        return self._result(np.array([left], np.float32) + np.array([right], np.float32), dtype)[0]

    # --- copies -------------------------------------------------------------------------------------------------------

    def _runs(self, step: Step, gap_gm: int, gap_ub: int):
        """Start in global memory and in UB of each run of bytes, and its length."""
        size = TYPES[step.type].itemsize
        if step.form == CopyForm.WHOLE:
            # Whole blocks are moved.
            yield step.gm_offset, step.offset[0], step.count * size // BLOCK_BYTES * BLOCK_BYTES
            return
        gm, ub = step.gm_offset, step.offset[0]
        in_blocks = step.form == CopyForm.BLOCKS
        padding = (step.left_padding + step.right_padding) * size if step.action == Action.LOAD else 0
        for _ in range(step.block_count):
            yield gm, ub, step.block_bytes
            gm += step.block_bytes + gap_gm * (BLOCK_BYTES if in_blocks else 1)
            ub += -(-(step.block_bytes + padding) // BLOCK_BYTES) * BLOCK_BYTES + gap_ub * BLOCK_BYTES

    def _load(self, step: Step) -> None:
        source = self.x if step.op == Tensor.X else self.y
        room, size = self._slots[step.slot[0]], TYPES[step.type].itemsize
        pads = step.form in (CopyForm.PAD, CopyForm.PAD_WITH_VALUE)
        for gm, ub, length in self._runs(step, step.src_gap, step.dst_gap):
            left, right = (step.left_padding * size, step.right_padding * size) if pads else (0, 0)
            span = -(-(left + length + right) // BLOCK_BYTES) * BLOCK_BYTES if pads else length
            if gm + length > source.size or ub + span > room.size:
                raise OutOfBounds
            data = source[gm : gm + length]
            if step.op == Tensor.Y:
                self.touched[self._number, gm : gm + length] = True
            if pads:  # completed with the value, or with the first element
                value = np.array([step.scalar], "<u4").view(np.uint8)[:size]
                filler = value if step.form == CopyForm.PAD_WITH_VALUE else data[:size]
                room[ub : ub + span] = np.tile(filler, span // size)
            room[ub + left : ub + left + length] = data

    def _store(self, step: Step) -> None:
        room = self._slots[step.slot[0]]
        for gm, ub, length in self._runs(step, step.dst_gap, step.src_gap):
            if gm + length > self.y.size or ub + length > room.size:
                raise OutOfBounds
            self.y[gm : gm + length] = room[ub : ub + length]
            self.types[gm : gm + length] = step.type
            self.touched[self._number, gm : gm + length] = self.written[self._number, gm : gm + length] = True

    def cores_meet(self) -> bool:
        """Whether a core touches bytes of y that another one writes."""
        return bool((self.written.any(axis=0) & (self.touched.sum(axis=0) > 1)).any())


def initial_y(program: Program) -> np.ndarray:
    """What y holds before the launch."""
    return (np.arange(program.y_bytes) % 251).astype(np.uint8)


def same(got: np.ndarray, oracle: Oracle) -> np.ndarray:
    """For each byte of y whether it is right; any NaN is like any other."""
    equal = got == oracle.y
    for number in (HALF, FLOAT):
        size = TYPES[number].itemsize
        whole = (oracle.types.reshape(-1, size) == number).all(axis=1)
        nan = np.isnan(got.view(TYPES[number])) & np.isnan(oracle.y.view(TYPES[number])) & whole
        equal.reshape(-1, size)[nan] = True
    return equal


def _extreme(pick, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    picked = pick(left, right)
    if left.dtype.kind != "f":
        return picked
    both = np.logical_and if pick is np.maximum else np.logical_or
    negative = both(np.signbit(left), np.signbit(right))
    zero = np.where(negative, left.dtype.type(-0.0), left.dtype.type(0.0))
    return np.where((left == 0) & (right == 0), zero, picked)


def _to_integer(values: np.ndarray, dst: np.dtype, mode: str) -> np.ndarray:
    rounded = {
        "rint": np.rint,
        "floor": np.floor,
        "ceil": np.ceil,
        "trunc": np.trunc,
        "round": lambda v: np.copysign(np.floor(np.abs(v) + 0.5), v),  # exact: v has at most 24 significant bits
    }[mode](values)
    limits = np.iinfo(dst)
    return np.nan_to_num(np.clip(rounded, limits.min, limits.max), nan=0.0).astype(dst)


def _to_float(values: np.ndarray, dst: np.dtype, mode: str) -> np.ndarray:
    """Rounded in the direction that the mode names; float64 holds every source exactly."""
    exact = values.astype(np.float64)
    nearest = exact.astype(dst)
    if mode in ("none", "rint"):
        return nearest
    up, down = dst.type(np.inf), dst.type(-np.inf)
    below = np.where(nearest > exact, np.nextafter(nearest, down), nearest)
    above = np.where(nearest < exact, np.nextafter(nearest, up), nearest)
    inward, outward = np.where(exact < 0, above, below), np.where(exact < 0, below, above)
    if mode == "round":  # ties away from zero; beyond the largest number counts the next one there would be
        beyond = np.where(np.isinf(outward) & np.isfinite(exact), np.copysign(65536.0, exact), outward)
        middle = (inward.astype(np.float64) + beyond) / 2
        chosen = np.where(np.abs(exact) >= np.abs(middle), outward, inward)
    else:
        chosen = {"floor": below, "ceil": above, "trunc": inward}[mode]
    chosen = np.where(exact == nearest.astype(np.float64), nearest, chosen)
    chosen = np.where(chosen == 0, np.copysign(dst.type(0), exact).astype(dst), chosen)
    return np.where(np.isnan(exact) | np.isinf(exact), nearest, chosen).astype(dst)
