# SPDX-License-Identifier: Apache-2.0
"""Draws programs: a walk over the queues and buffers of each core, copying in, computing and copying out at random."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
from fuzz.ordering import Ordering, Range
from fuzz.program import (
    ALL_PIPES,
    BINARY,
    BLOCK_BYTES,
    BUFFERS,
    CASTS,
    EXACT_CASTS,
    FLOAT,
    HALF,
    IN_QUEUES,
    MTE2,
    MTE3,
    OF_FLOATS,
    OUT_QUEUES,
    QUEUE_DEPTHS,
    REPEAT_BYTES,
    ROUND_MODES,
    SCALAR,
    SLOTS,
    TYPES,
    UNARY,
    Action,
    CopyForm,
    Core,
    Form,
    Op,
    Program,
    Step,
    Tensor,
    V,
)

SOCS = ("Ascend910B1", "Ascend310B4")
REGION_BYTES = 4096  # of x for each type, and of y for each core
BITS = len(TYPES)  # the type of a room that holds the result of Compare
X_ROOM, Y_ROOM = -1, -2


@dataclass
class Room:
    """Memory in UB.

    Attributes:
        number: of this memory and no other.
        type: of what it holds.
        filled: bytes from its start that hold values.
        queue: that it was allocated from, None for a buffer.
    """

    number: int
    slot: int
    bytes: int
    type: int = HALF
    filled: int = 0
    queue: int | None = None

    def hull(self, first: int, end: int) -> Range:
        """The blocks from byte `first` to `end`."""
        return self.number, first // BLOCK_BYTES * BLOCK_BYTES, -(-end // BLOCK_BYTES) * BLOCK_BYTES


def program(seed: int) -> Program:
    """The program of a seed."""
    draw = random.Random(seed)
    soc, strict = draw.choice(SOCS), draw.random() < 0.3
    cores = tuple(
        _Walk(draw, number, soc, strict).walk(draw.choice((6, 20, 50))) for number in range(draw.choice((1, 1, 2, 3)))
    )
    return Program(soc, strict, cores, _inputs(seed), REGION_BYTES * len(cores))


def _inputs(seed: int) -> bytes:
    """Numbers of every type, one region each: small ones with fractions, zeros of both signs, ties, infinities."""
    generator = np.random.default_rng(seed)
    regions = []
    for dtype in TYPES:
        elems = REGION_BYTES // dtype.itemsize
        if dtype.kind == "i":
            drawn = generator.integers(-300, 300, elems)
            limits = np.iinfo(dtype)
            ends = [limits.min, limits.max, 0]
        else:
            drawn = generator.normal(size=elems) * 2.0 ** generator.integers(-6, 7, elems)
            ends = [0.0, -0.0, 0.5, -1.5, 2.5, np.finfo(dtype).smallest_subnormal]
            ends += [np.inf, -np.inf] if seed % 3 == 0 else []
        drawn = drawn.astype(dtype)
        telling = generator.random(elems) < 0.05
        drawn[telling] = generator.choice(np.array(ends, dtype), np.count_nonzero(telling))
        regions.append(drawn.tobytes())
    return b"".join(regions)


class _Walk:
    """One core."""

    def __init__(self, draw: random.Random, number: int, soc: str, strict_sync: bool) -> None:
        self.draw = draw
        self.gm_start = number * REGION_BYTES
        in_order = not (strict_sync and soc.startswith("Ascend910B"))
        self.order = Ordering(draw, in_order, draw.random() < 0.5)
        self.queue_buffers = tuple(draw.choice((0, 1, 2, 3)) for _ in QUEUE_DEPTHS)
        self.queue_bytes = tuple(BLOCK_BYTES * draw.choice((1, 9, 16, 40, 80)) for _ in QUEUE_DEPTHS)
        self.buffer_bytes = tuple(BLOCK_BYTES * draw.choice((0, 8, 27, 64, 100)) for _ in range(BUFFERS))
        self.rooms_made = BUFFERS
        self.buffers = [Room(i, i, size) for i, size in enumerate(self.buffer_bytes) if size]
        self.live: list[Room] = []  # of queues, for pipe V to use
        self.enqueued: dict[int, list[tuple[Room, list[int]]]] = {queue: [] for queue in range(len(QUEUE_DEPTHS))}
        self.free: dict[int, list[list[int]]] = {
            queue: [[0, 0, 0]] * buffers for queue, buffers in enumerate(self.queue_buffers)
        }
        self.stored: list[tuple[int, int, int]] = []  # type, first byte and bytes of what can be loaded again

    def walk(self, moves: int) -> Core:
        """Make that many moves, then bring everything to its end."""
        ways = [self.load_queue, self.dequeue_in, self.free_in, self.start_out, self.enqueue_out, self.finish_out]
        ways += [self.load_buffer, self.store_buffer, self.order.set_early]
        for _ in range(moves):
            if self.draw.random() < 0.65:
                self.compute()
            else:
                self.draw.choice(ways)()
            if self.draw.random() < 0.03:
                self.order.barrier(self.draw.choice((V, MTE2, MTE3, ALL_PIPES)))
        while self.live or any(self.enqueued.values()):
            for way in (self.finish_out, self.enqueue_out, self.dequeue_in, self.free_in):
                way()
        for _ in self.buffers:
            self.store_buffer()
        self.order.end()
        return Core(self.queue_buffers, self.queue_bytes, self.buffer_bytes, tuple(self.order.steps))

    # --- queues -------------------------------------------------------------------------------------------------------

    def alloc(self, queues: tuple[int, ...], pipe: int) -> Room | None:
        ready = [queue for queue in queues if self.free[queue]]
        used = {room.slot for room in self.live} | {room.slot for held in self.enqueued.values() for room, _ in held}
        slots = [slot for slot in range(BUFFERS, SLOTS) if slot not in used]
        if not ready or not slots:
            return None
        queue = self.draw.choice(ready)
        room = Room(self.rooms_made, self.draw.choice(slots), self.queue_bytes[queue], queue=queue)
        self.rooms_made += 1
        step = Step(Action.ALLOC, number=queue, slot=(room.slot, 0, 0))
        self.order.dequeue(step, pipe, self.free[queue].pop(0))
        return room

    def load_queue(self) -> None:
        fitting = [queue for queue in IN_QUEUES if len(self.enqueued[queue]) < QUEUE_DEPTHS[queue]]
        room = self.alloc(tuple(fitting), MTE2)
        if room:
            self.load(room)
            if self.draw.random() < 0.2:
                self.load(room)
            step = Step(Action.ENQUE, number=room.queue, slot=(room.slot, 0, 0))
            self.enqueued[room.queue].append((room, self.order.enqueue(step, MTE2)))

    def dequeue_in(self) -> None:
        ready = [queue for queue in IN_QUEUES if self.enqueued[queue]]
        if ready:
            queue = self.draw.choice(ready)
            room, clock = self.enqueued[queue].pop(0)
            self.order.dequeue(Step(Action.DEQUE, number=queue, slot=(room.slot, 0, 0)), V, clock)
            self.live.append(room)

    def free_in(self) -> None:
        ready = [room for room in self.live if room.queue in IN_QUEUES]
        if ready:
            self.release(self.draw.choice(ready), V)

    def release(self, room: Room, pipe: int) -> None:
        if room in self.live:
            self.live.remove(room)
        step = Step(Action.FREE, number=room.queue, slot=(room.slot, 0, 0))
        self.free[room.queue].append(self.order.enqueue(step, pipe))

    def start_out(self) -> None:
        room = self.alloc(OUT_QUEUES, V)
        if room:
            self.live.append(room)
            self.fill(room)

    def enqueue_out(self) -> None:
        ready = [
            room
            for room in self.live
            if room.queue in OUT_QUEUES and len(self.enqueued[room.queue]) < QUEUE_DEPTHS[room.queue]
        ]
        if ready:
            room = self.draw.choice(ready)
            self.live.remove(room)
            step = Step(Action.ENQUE, number=room.queue, slot=(room.slot, 0, 0))
            self.enqueued[room.queue].append((room, self.order.enqueue(step, V)))

    def finish_out(self) -> None:
        ready = [queue for queue in OUT_QUEUES if self.enqueued[queue]]
        if ready:
            queue = self.draw.choice(ready)
            room, clock = self.enqueued[queue].pop(0)
            self.order.dequeue(Step(Action.DEQUE, number=queue, slot=(room.slot, 0, 0)), MTE3, clock)
            self.store(room)
            self.release(room, MTE3)

    # --- copies -------------------------------------------------------------------------------------------------------

    def load_buffer(self) -> None:
        if self.buffers:
            self.load(self.draw.choice(self.buffers))

    def store_buffer(self) -> None:
        ready = [room for room in self.buffers if room.filled and room.type != BITS]
        if ready:
            self.store(self.draw.choice(ready))

    def load(self, room: Room) -> None:
        again = self.draw.random() < 0.2 and [part for part in self.stored if part[2] <= room.bytes]
        if again:  # what was stored, in one piece
            kind, start, length = self.draw.choice(again)
            step = Step(
                Action.LOAD,
                op=Tensor.Y,
                type=kind,
                form=CopyForm.PAD,
                slot=(room.slot, 0, 0),
                gm_offset=start,
                block_count=1,
                block_bytes=length,
            )
            room.type, room.filled = kind, length
            self.order.issue(step, MTE2, [(Y_ROOM, start, start + length)], [room.hull(0, length)])
            return
        kind = self.draw.randrange(len(TYPES))
        step, filled = self.shape(Action.LOAD, kind, room.bytes)
        length = _gm_bytes(step)
        unit = BLOCK_BYTES if step.form in (CopyForm.WHOLE, CopyForm.BLOCKS) else TYPES[kind].itemsize
        offset = self.draw.randrange(0, REGION_BYTES - length + 1, unit)
        step = replace(step, slot=(room.slot, 0, 0), gm_offset=kind * REGION_BYTES + offset)
        room.type, room.filled = kind, filled
        touched = room.hull(0, room.bytes if step.block_count > 1 else filled)
        self.order.issue(step, MTE2, [(X_ROOM, 0, 1)], [touched])

    def store(self, room: Room) -> None:
        size = TYPES[room.type].itemsize
        step, _ = self.shape(Action.STORE, room.type, room.filled // BLOCK_BYTES * BLOCK_BYTES)
        if room.filled < BLOCK_BYTES or (step.block_count > 1 and self.draw.random() < 0.3):
            elems = self.draw.randint(1, room.filled // size)
            step = Step(Action.STORE, type=room.type, form=CopyForm.PAD, block_count=1, block_bytes=elems * size)
        length = _gm_bytes(step)
        unit = BLOCK_BYTES if step.form in (CopyForm.WHOLE, CopyForm.BLOCKS) else 4
        start = self.gm_start + self.draw.randrange(0, REGION_BYTES - length + 1, unit)
        step = replace(step, op=Tensor.Y, slot=(room.slot, 0, 0), gm_offset=start)
        self.stored = [part for part in self.stored if part[1] + part[2] <= start or start + length <= part[1]]
        if step.form == CopyForm.PAD and step.block_count == 1:
            self.stored.append((room.type, start, length))
        self.order.issue(step, MTE3, [room.hull(0, room.filled)], [(Y_ROOM, start, start + length)])

    def shape(self, action: Action, kind: int, ub_bytes: int) -> tuple[Step, int]:
        """A copy that fits, and the bytes of UB from the start on that it fills. No bytes: any one element."""
        size = TYPES[kind].itemsize
        blocks = max(1, ub_bytes // BLOCK_BYTES)
        form = self.draw.choice((CopyForm.WHOLE, CopyForm.PAD, CopyForm.PAD, CopyForm.BLOCKS, CopyForm.PAD_WITH_VALUE))
        if action == Action.STORE and form == CopyForm.PAD_WITH_VALUE:
            form = CopyForm.PAD
        taken = self.draw.randint(1, blocks)
        if form == CopyForm.WHOLE:
            return Step(action, type=kind, form=form, count=taken * BLOCK_BYTES // size), taken * BLOCK_BYTES
        block_count = self.draw.randint(1, min(4, taken))
        gap_ub = self.draw.choice((0, 0, 1, 2)) if block_count > 1 else 0
        per_block = taken // block_count - gap_ub
        if per_block < 1:
            per_block, gap_ub = taken // block_count, 0
        in_blocks = form == CopyForm.BLOCKS
        gap_gm = self.draw.choice((0, 0, 1, 3)) * (1 if in_blocks else size)
        left = right = 0
        if in_blocks:
            length = per_block * BLOCK_BYTES
        else:
            most = per_block * BLOCK_BYTES // size
            if form == CopyForm.PAD_WITH_VALUE:
                left = self.draw.randint(0, min(BLOCK_BYTES // size - 1, most - 1))
                right = self.draw.randint(0, min(BLOCK_BYTES // size - 1, most - 1 - left))
            # The run and its padding take exactly per_block blocks.
            least = max(1, most - BLOCK_BYTES // size + 1 - left - right)
            length = self.draw.randint(least, most - left - right) * size
        loads = action == Action.LOAD
        step = Step(
            action,
            type=kind,
            form=form,
            block_count=block_count,
            block_bytes=length,
            src_gap=gap_gm if loads else gap_ub,
            dst_gap=gap_ub if loads else gap_gm,
            left_padding=left,
            right_padding=right,
            scalar=self.scalar(kind),
        )
        # Gaps of UB keep what they held, which may be nothing: only up to the first one counts.
        return step, (per_block if gap_ub else per_block * block_count) * BLOCK_BYTES

    # --- computing ----------------------------------------------------------------------------------------------------

    def scalar(self, kind: int) -> int:
        dtype = TYPES[kind]
        value = self.draw.choice((0, 1, -3, 7)) if dtype.kind == "i" else self.draw.choice((0.37, -0.0, 2, -1.5, 1e-3))
        return int.from_bytes(np.array(value, dtype).tobytes(), "little")

    def rooms(self) -> list[Room]:
        return self.buffers + self.live

    def fill(self, room: Room) -> None:
        kind = self.draw.randrange(len(TYPES))
        count = room.bytes // TYPES[kind].itemsize
        step = Step(Action.VECTOR, Op.DUPLICATE, kind, slot=(room.slot,) * 3, count=count, scalar=self.scalar(kind))
        room.type, room.filled = kind, room.bytes
        self.order.issue(step, V, [], [room.hull(0, room.bytes)])

    def compute(self) -> None:
        sources = [room for room in self.rooms() if room.filled >= BLOCK_BYTES and room.type != BITS]
        if not sources or self.draw.random() < 0.04:
            if self.rooms():
                self.fill(self.draw.choice(self.rooms()))
            return
        src0 = self.draw.choice(sources)
        src1 = self.draw.choice([room for room in sources if room.type == src0.type])
        dst = self.draw.choice(self.rooms())
        way = self.draw.choices((self.by_count, self.by_repeats, self.reduce, self.cast, self.compare), (3, 4, 3, 2, 1))
        if way[0] in (self.by_repeats, self.reduce):
            dst = self.draw.choice([room for room in sources if room.type == src0.type])
        way[0](dst, src0, src1)

    def op(self, kind: int) -> Op:
        usable = (*BINARY, *SCALAR, Op.DUPLICATE, *UNARY)
        return self.draw.choice([op for op in usable if kind in (HALF, FLOAT) or op not in OF_FLOATS])

    def start(self, room: Room) -> int:
        """A block that holds values."""
        return self.draw.choice((0, 0, self.draw.randrange(0, max(1, room.filled - BLOCK_BYTES + 1), BLOCK_BYTES)))

    def by_count(self, dst: Room, src0: Room, src1: Room) -> None:
        size = TYPES[src0.type].itemsize
        starts = [0, self.start(src0), self.start(src1)]
        if dst.type == src0.type and dst.filled >= BLOCK_BYTES:
            starts[0] = self.start(dst)
        in_place = dst in (src0, src1)
        if in_place:
            starts = [starts[0] if dst.filled else 0] * 3
        room = min(dst.bytes - starts[0], src0.filled - starts[1], src1.filled - starts[2]) // size
        if room < 1:
            return
        count = self.draw.choice((room, self.draw.randint(1, room)))
        step = Step(
            Action.VECTOR,
            self.op(src0.type),
            src0.type,
            slot=(dst.slot, src0.slot, src1.slot),
            offset=tuple(starts),
            count=count,
            scalar=self.scalar(src0.type),
        )
        self.note_written(dst, src0.type, starts[0], starts[0] + count * size)
        ranges = [each.hull(start, start + count * size) for each, start in zip((dst, src0, src1), starts, strict=True)]
        self.order.issue(step, V, ranges[1:], ranges[:1])

    @staticmethod
    def note_written(room: Room, kind: int, first: int, end: int) -> None:
        if room.type == kind and first <= room.filled:
            room.filled = max(room.filled, end)
        else:
            room.type, room.filled = kind, end if first == 0 else 0

    def mask(self, lanes: int) -> dict[str, object]:
        if self.draw.random() < 0.5:
            return {"form": Form.LANES, "count": self.draw.choice((lanes, self.draw.randint(1, lanes)))}
        bits = [self.draw.getrandbits(64), self.draw.getrandbits(64) if lanes == 128 else 0]
        return {"form": Form.MASK_BITS, "mask": (bits[0] | 1, bits[1])}

    def by_repeats(self, dst: Room, src0: Room, src1: Room) -> None:
        """Replaces values, of memory that holds some of the type, since a mask leaves gaps."""
        dtype = TYPES[src0.type]
        in_place = dst in (src0, src1)
        strides = (1, 1, 1, 8, 8, 8)
        if not in_place and self.draw.random() < 0.6:
            strides = (self.draw.choice((1, 2)), *self.draw.choices((0, 1, 1, 2), k=2))
            strides += (self.draw.choice((0, 8, 8, 9, 16)), *self.draw.choices((0, 4, 8, 8, 10), k=2))
        starts = [0, 0, 0] if in_place else [self.start(room) for room in (dst, src0, src1)]
        rooms = (dst, src0, src1)
        most = min(
            _repeats_that_fit(room.filled - start, strides[i], strides[3 + i])
            for i, (room, start) in enumerate(zip(rooms, starts, strict=True))
        )
        if most < 1:
            return
        repeats = self.draw.randint(1, min(most, 8))
        step = Step(
            Action.VECTOR,
            self.op(src0.type),
            src0.type,
            slot=tuple(room.slot for room in rooms),
            offset=tuple(starts),
            repeats=repeats,
            strides=strides,
            scalar=self.scalar(src0.type),
            **self.mask(REPEAT_BYTES // dtype.itemsize),
        )
        ranges = [
            room.hull(start, start + _span(repeats, strides[i], strides[3 + i]))
            for i, (room, start) in enumerate(zip(rooms, starts, strict=True))
        ]
        self.order.issue(step, V, ranges[1:], ranges[:1])

    def reduce(self, dst: Room, src: Room, _: Room) -> None:
        if src.type not in (HALF, FLOAT) or dst is src:
            return
        size = TYPES[src.type].itemsize
        op = self.draw.choice([op for op in Op if op >= Op.WHOLE_SUM])
        results = 1 if op <= Op.WHOLE_MIN else REPEAT_BYTES // size // 2 if op == Op.PAIR_SUM else 8
        strides = (self.draw.choice((1, 1, 2)), self.draw.choice((1, 1, 2)), 1, 8, self.draw.choice((8, 8, 4, 17)), 8)
        start = self.start(src)
        most = _repeats_that_fit(src.filled - start, strides[1], strides[4])
        most = min(most, (dst.filled // (results * size) - 1) // strides[0] + 1)
        if most < 1:
            return
        repeats = self.draw.randint(1, min(most, 8))
        step = Step(
            Action.VECTOR,
            op,
            src.type,
            slot=(dst.slot, src.slot, src.slot),
            offset=(0, start, start),
            repeats=repeats,
            strides=strides,
            **self.mask(REPEAT_BYTES // size),
        )
        written = ((repeats - 1) * strides[0] + 1) * results * size
        read = src.hull(start, start + _span(repeats, strides[1], strides[4]))
        self.order.issue(step, V, [read], [dst.hull(0, written)])

    def cast(self, dst: Room, src: Room, _: Room) -> None:
        fitting = [number for number, (source, _) in enumerate(CASTS) if source == src.type]
        if dst is src:
            return
        number = self.draw.choice(fitting)
        source, target = (TYPES[kind] for kind in CASTS[number])
        room = min(src.filled // source.itemsize, dst.bytes // target.itemsize)
        count = self.draw.choice((room, self.draw.randint(1, room)))
        mode = 0 if number in EXACT_CASTS else self.draw.randrange(1, len(ROUND_MODES))
        step = Step(Action.CAST, number, slot=(dst.slot, src.slot, 0), count=count, number=mode)
        self.note_written(dst, CASTS[number][1], 0, count * target.itemsize)
        read, written = src.hull(0, count * source.itemsize), dst.hull(0, count * target.itemsize)
        self.order.issue(step, V, [read], [written])

    def compare(self, bits: Room, src0: Room, src1: Room) -> None:
        """Compare, then Select with its result."""
        size = TYPES[src0.type].itemsize
        lanes = REPEAT_BYTES // size
        count = min(src0.filled, src1.filled, bits.bytes * 8 * size) // REPEAT_BYTES * lanes
        others = [room for room in self.rooms() if room is not bits]
        if src0.type not in (HALF, FLOAT) or count == 0 or bits in (src0, src1):
            return
        step = Step(
            Action.COMPARE,
            type=src0.type,
            slot=(bits.slot, src0.slot, src1.slot),
            count=count,
            number=self.draw.randrange(6),
        )
        read = [room.hull(0, count * size) for room in (src0, src1)]
        self.order.issue(step, V, read, [bits.hull(0, count // 8)])
        bits.type, bits.filled = BITS, count // 8
        dst = self.draw.choice(others)
        chosen = self.draw.randint(1, min(count, dst.bytes // size)) if dst.bytes >= size else 0
        step = Step(
            Action.SELECT,
            type=src0.type,
            slot=(dst.slot, src0.slot, src1.slot),
            count=chosen,
            number=bits.slot,
        )
        self.note_written(dst, src0.type, 0, chosen * size)
        read = [room.hull(0, chosen * size) for room in (src0, src1)] + [bits.hull(0, count // 8)]
        self.order.issue(step, V, read, [dst.hull(0, chosen * size)])
        if bits.queue in OUT_QUEUES or bits.queue is None:
            self.fill(bits)


def _span(repeats: int, block_stride: int, repeat_stride: int) -> int:
    """Bytes from the first to the last that repeats may touch."""
    return ((repeats - 1) * repeat_stride + 7 * block_stride + 1) * BLOCK_BYTES


def _repeats_that_fit(size: int, block_stride: int, repeat_stride: int) -> int:
    if _span(1, block_stride, repeat_stride) > size:
        return 0
    return 255 if repeat_stride == 0 else 1 + (size - _span(1, block_stride, 0)) // (repeat_stride * BLOCK_BYTES)


def _gm_bytes(step: Step) -> int:
    """Bytes of global memory from the first to the last that a copy touches."""
    if step.form == CopyForm.WHOLE:
        return step.count * TYPES[step.type].itemsize
    gap = step.src_gap if step.action == Action.LOAD else step.dst_gap
    gap *= BLOCK_BYTES if step.form == CopyForm.BLOCKS else 1
    return (step.block_count - 1) * (step.block_bytes + gap) + step.block_bytes
