# SPDX-License-Identifier: Apache-2.0
"""Writes a program as the C++ of a straight-line kernel: with its queues, or with buffers and flags in their place."""

from __future__ import annotations

from collections import defaultdict

from fuzz.program import (
    BINARY,
    CASTS,
    COMPARISONS,
    FLAG_IDS,
    FLAG_PAIRS,
    IN_QUEUES,
    MTE2,
    MTE3,
    QUEUE_DEPTHS,
    ROUND_MODES,
    SCALAR,
    UNARY,
    Action,
    CopyForm,
    Core,
    Form,
    Op,
    Program,
    Step,
    V,
)

CPP = ("half", "float", "int16_t", "int32_t")
PIPES = {V: "V", MTE2: "MTE2", MTE3: "MTE3"}
BARRIERS = ("V", "MTE2", "MTE3", "ALL")
MODES = {"less": "LT", "greater": "GT", "equal": "EQ", "less_equal": "LE", "greater_equal": "GE", "not_equal": "NE"}
NAMES = {Op.LEAKY_RELU: "LeakyRelu", Op.PAIR_SUM: "PairReduceSum"}
FLAG_BASE = 8 - FLAG_IDS  # the ids of a program's own flags; queues and what stands for them take the lowest

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

template <typename T>
__aicore__ inline T Bits(uint32_t bits)
{
    T value;
    __builtin_memcpy(&value, &bits, sizeof(T));
    return value;
}

template <typename T>
__aicore__ inline GlobalTensor<T> Global(GM_ADDR address, uint32_t offset, uint32_t bytes)
{
    GlobalTensor<T> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(address + offset), (bytes - offset) / sizeof(T));
    return gm;
}

"""


def source_of(program: Program, with_queues: bool) -> str:
    """The source of a kernel `straight` that does what the interpreter does with the program."""
    lines = ['extern "C" __global__ __aicore__ void straight(GM_ADDR x, GM_ADDR y)', "{"]
    for number, core in enumerate(program.cores):
        lines += [f"    if (GetBlockIdx() == {number}) {{"]
        lines += [f"        {line}" for line in _Writer(program, core, with_queues).lines()]
        lines += ["    }"]
    return HEAD + "\n".join([*lines, "}", ""])


class _Writer:
    """One core.

    Without queues each of their buffers is a TBuf. A flag stands for EnQue and DeQue, and one in the other direction
    for FreeTensor and AllocTensor.
    """

    def __init__(self, program: Program, core: Core, with_queues: bool) -> None:
        self.program, self.core, self.with_queues = program, core, with_queues
        self.tensors = {i: f"local{i}" for i, size in enumerate(core.buffer_bytes) if size}
        self.made = 0
        self.ids: dict[tuple[int, int], list[int]] = defaultdict(lambda: list(range(FLAG_BASE)))
        self.free = {q: [(i, -1) for i in range(n)] for q, n in enumerate(core.queue_buffers)}  # buffer, flag id
        self.buffer_in: dict[int, int] = {}  # by slot
        self.flag_in: dict[int, int] = {}

    def lines(self) -> list[str]:
        lines = ["TPipe pipe;"]
        for queue, (buffers, size) in enumerate(zip(self.core.queue_buffers, self.core.queue_bytes, strict=True)):
            position = "VECIN" if queue in IN_QUEUES else "VECOUT"
            if buffers and self.with_queues:
                lines.append(f"TQue<TPosition::{position}, {QUEUE_DEPTHS[queue]}> queue{queue};")
                lines.append(f"pipe.InitBuffer(queue{queue}, {buffers}, {size});")
            for i in range(0 if self.with_queues else buffers):
                lines.append(f"TBuf<TPosition::{position}> room{queue}_{i};")
                lines.append(f"pipe.InitBuffer(room{queue}_{i}, {size});")
        for i, size in enumerate(self.core.buffer_bytes):
            if size:
                lines += [f"TBuf<TPosition::VECCALC> buffer{i};", f"pipe.InitBuffer(buffer{i}, {size});"]
                lines.append(f"LocalTensor<uint8_t> local{i} = buffer{i}.Get<uint8_t>();")
        for step in self.core.steps:
            lines += self.line(step)
        for queue in () if self.with_queues else self.free:
            for _, flag in self.free[queue]:
                if flag >= 0:
                    lines.append(self.flag("WaitFlag", self.pair(queue)[::-1], flag))
        return lines

    def line(self, step: Step) -> list[str]:
        match step.action:
            case Action.ALLOC | Action.ENQUE | Action.DEQUE | Action.FREE:
                return self.on_queue(step) if self.with_queues else self.in_place_of_queue(step)
            case Action.SET_FLAG | Action.WAIT_FLAG:
                name = "SetFlag" if step.action == Action.SET_FLAG else "WaitFlag"
                pair, number = divmod(step.number, FLAG_IDS)
                return [self.flag(name, FLAG_PAIRS[pair], FLAG_BASE + number)]
            case Action.BARRIER:
                return [f"PipeBarrier<PIPE_{BARRIERS[step.number]}>();"]
            case Action.LOAD | Action.STORE:
                return [self.copy(step)]
            case Action.CAST:
                source, target = (CPP[kind] for kind in CASTS[step.op])
                mode = f"RoundMode::CAST_{ROUND_MODES[step.number].upper()}"
                return [f"Cast({self.at(step, 0, target)}, {self.at(step, 1, source)}, {mode}, {step.count});"]
            case Action.COMPARE:
                mode = f"CMPMODE::{MODES[COMPARISONS[step.number].__name__]}"
                operands = f"{self.at(step, 0, 'uint8_t')}, {self.at(step, 1)}, {self.at(step, 2)}"
                return [f"Compare({operands}, {mode}, {step.count});"]
            case Action.SELECT:
                operands = f"{self.at(step, 0)}, {self.tensors[step.number]}, {self.at(step, 1)}, {self.at(step, 2)}"
                return [f"Select({operands}, SELMODE::VSEL_TENSOR_TENSOR_MODE, {step.count});"]
            case Action.VECTOR:
                return [self.vector(step)]
        raise AssertionError(step)

    def flag(self, name: str, pair: tuple[int, int], number: int) -> str:
        source, destination = (PIPES[pipe] for pipe in pair)
        if self.program.soc.startswith("Ascend910B"):
            return f"{name}<HardEvent::{source}_{destination}>({number});"
        return f"TQueSync<PIPE_{source}, PIPE_{destination}>().{name}({number});"

    @staticmethod
    def pair(queue: int) -> tuple[int, int]:
        return (MTE2, V) if queue in IN_QUEUES else (V, MTE3)

    def new_tensor(self, slot: int, value: str) -> str:
        self.made += 1
        self.tensors[slot] = f"tensor{self.made}"
        return f"LocalTensor<uint8_t> {self.tensors[slot]} = {value};"

    def on_queue(self, step: Step) -> list[str]:
        slot, queue = step.slot[0], f"queue{step.number}"
        if step.action == Action.ALLOC:
            return [self.new_tensor(slot, f"{queue}.AllocTensor<uint8_t>()")]
        if step.action == Action.DEQUE:
            return [self.new_tensor(slot, f"{queue}.DeQue<uint8_t>()")]
        name = "EnQue" if step.action == Action.ENQUE else "FreeTensor"
        return [f"{queue}.{name}({self.tensors[slot]});"]

    def in_place_of_queue(self, step: Step) -> list[str]:
        slot, queue = step.slot[0], step.number
        pair = self.pair(queue)
        if step.action == Action.ALLOC:
            buffer, flag = self.free[queue].pop(0)
            self.buffer_in[slot] = buffer
            made = self.new_tensor(slot, f"room{queue}_{buffer}.Get<uint8_t>()")
            if flag < 0:
                return [made]
            self.ids[pair[::-1]].insert(0, flag)
            return [self.flag("WaitFlag", pair[::-1], flag), made]
        if step.action == Action.ENQUE:
            self.flag_in[slot] = self.ids[pair].pop(0)
            return [self.flag("SetFlag", pair, self.flag_in[slot])]
        if step.action == Action.DEQUE:
            self.ids[pair].insert(0, self.flag_in[slot])
            return [self.flag("WaitFlag", pair, self.flag_in[slot])]
        flag = self.ids[pair[::-1]].pop(0)
        self.free[queue].append((self.buffer_in[slot], flag))
        return [self.flag("SetFlag", pair[::-1], flag)]

    def at(self, step: Step, which: int, kind: str = "") -> str:
        offset = f"[{step.offset[which]}]" if step.offset[which] else ""
        return f"{self.tensors[step.slot[which]]}{offset}.ReinterpretCast<{kind or CPP[step.type]}>()"

    def copy(self, step: Step) -> str:
        kind, local = CPP[step.type], self.at(step, 0)
        name, size = ("y", self.program.y_bytes) if step.op else ("x", len(self.program.x))
        there = f"Global<{kind}>({name}, {step.gm_offset}, {size})"
        loads = step.action == Action.LOAD
        operands = f"{local}, {there}" if loads else f"{there}, {local}"
        if step.form == CopyForm.WHOLE:
            return f"DataCopy({operands}, {step.count});"
        if step.form == CopyForm.BLOCKS:
            gaps = f"{step.block_bytes // 32}, {step.src_gap}, {step.dst_gap}"
            return f"DataCopy({operands}, DataCopyParams({step.block_count}, {gaps}));"
        shape = f"DataCopyExtParams({step.block_count}, {step.block_bytes}, {step.src_gap}, {step.dst_gap}, 0)"
        if not loads:
            return f"DataCopyPad({operands}, {shape});"
        pads = "true" if step.form == CopyForm.PAD_WITH_VALUE else "false"
        padding = f"{pads}, {step.left_padding}, {step.right_padding}, Bits<{kind}>({step.scalar}u)"
        return f"DataCopyPad({operands}, {shape}, DataCopyPadExtParams<{kind}>({padding}));"

    def vector(self, step: Step) -> str:
        kind, op, s = CPP[step.type], Op(step.op), step.strides
        name = NAMES.get(op) or "".join(word.capitalize() for word in op.name.split("_"))
        scalar = f"Bits<{kind}>({step.scalar}u)"
        mask = f"static_cast<uint64_t>({step.count})"
        before = ""
        if step.form == Form.MASK_BITS:
            self.made += 1
            before = f"uint64_t mask{self.made}[2] = {{{step.mask[0]}u, {step.mask[1]}u}};\n        "
            mask = f"mask{self.made}"
        dst, src0, src1 = (self.at(step, which) for which in range(3))
        if op >= Op.WHOLE_SUM:
            if op != Op.PAIR_SUM:
                unit, kind_of = name[:5], name[5:]
                name = f"{unit}Reduce{kind_of}"
            both = f"{mask}, {step.repeats}" if name.startswith("Whole") else f"{step.repeats}, {mask}"
            order = ", ReduceOrder::ORDER_ONLY_VALUE" if op in (Op.WHOLE_MAX, Op.WHOLE_MIN) else ""
            return f"{before}{name}({dst}, {src0}, {both}, {s[0]}, {s[1]}, {s[4]}{order});"
        operands = [dst]
        if op != Op.DUPLICATE:
            operands.append(src0)
        if op in BINARY:
            operands.append(src1)
        if op in SCALAR or op == Op.DUPLICATE:
            operands.append(scalar)
        if step.form == Form.COUNT:
            return f"{name}({', '.join(operands)}, {step.count});"
        shape = f"BinaryRepeatParams({', '.join(map(str, s))})"
        if op in SCALAR or op in UNARY:
            shape = f"UnaryRepeatParams({s[0]}, {s[1]}, {s[3]}, {s[4]})"
        if op == Op.DUPLICATE:
            shape = f"{s[0]}, {s[3]}"
        return f"{before}{name}({', '.join(operands)}, {mask}, {step.repeats}, {shape});"
