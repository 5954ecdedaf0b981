# SPDX-License-Identifier: Apache-2.0
"""A kernel that runs one of many statements on four rooms of UB, so that a test file needs one build for each family.

In a statement `dst`, `src0`, `src1` and `src2` are LocalTensor<uint8_t> of ROOM_BYTES; `As<float>(src0)` is the same
room as floats, `n[i]` are whole numbers, `mask` is uint64_t[2] and `value` the bits of a scalar: `Scalar<half>(value)`.
"""

import functools

import numpy as np

from helpers import Kernel
from helpers.launch import LaunchResult

ROOM_BYTES = 8192
BLOCK_BYTES = 32
REPEAT_BYTES = 256
CPP = {np.float16: "half", np.float32: "float", np.int16: "int16_t", np.uint16: "uint16_t"}
CPP |= {np.int32: "int32_t", np.uint32: "uint32_t", np.int8: "int8_t", np.uint8: "uint8_t"}
NUMBERS = 12

_SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t ROOM_BYTES = {room_bytes};

struct Numbers {{
    uint64_t mask[2];
    uint64_t value;
    int32_t n[{numbers}];
}};

template <typename T>
__aicore__ inline LocalTensor<T> As(const LocalTensor<uint8_t> &room)
{{
    return room.ReinterpretCast<T>();
}}

template <typename T>
__aicore__ inline T Scalar(uint64_t bits)
{{
    T scalar;
    __builtin_memcpy(&scalar, &bits, sizeof(scalar));
    return scalar;
}}

extern "C" __global__ __aicore__ void statements(GM_ADDR x, GM_ADDR z, GM_ADDR w, GM_ADDR y, uint32_t statement,
                                                 Numbers numbers)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[4];
    GM_ADDR addresses[] = {{y, x, z, w}};
    LocalTensor<uint8_t> rooms[4];
    GlobalTensor<uint8_t> gm[4];
    for (uint32_t i = 0; i < 4; ++i) {{
        pipe.InitBuffer(buffers[i], ROOM_BYTES);
        rooms[i] = buffers[i].Get<uint8_t>();
        gm[i].SetGlobalBuffer(addresses[i], ROOM_BYTES);
        DataCopy(rooms[i], gm[i], ROOM_BYTES);
    }}
    PipeBarrier<PIPE_ALL>();
    LocalTensor<uint8_t> &dst = rooms[0], &src0 = rooms[1], &src1 = rooms[2], &src2 = rooms[3];
    uint64_t *mask = numbers.mask;
    const uint64_t value = numbers.value;
    const int32_t *n = numbers.n;
    (void)mask, (void)value, (void)n, (void)src0, (void)src1, (void)src2;
{statements}
    PipeBarrier<PIPE_ALL>();
    DataCopy(gm[0], dst, ROOM_BYTES);
    DataCopy(gm[3], src2, ROOM_BYTES);
}}
"""
_NUMBERS = np.dtype([("mask", "u8", 2), ("value", "u8"), ("n", "i4", NUMBERS)], align=True)


class Statements:
    """Statements by name, compiled into one kernel for each family when first run."""

    def __init__(self, statements: dict[str, str]) -> None:
        self._names = list(statements)
        branches = [
            f"    if (statement == {number}) {{\n        {code}\n    }}"
            for number, code in enumerate(statements.values())
        ]
        self._source = _SOURCE.format(room_bytes=ROOM_BYTES, numbers=NUMBERS, statements="\n".join(branches))

    @functools.cache  # noqa: B019 - one object for each test file, which lives as long as the test run
    def kernel(self, soc: str) -> Kernel:
        return Kernel.from_source(self._source, "statements", soc)

    def launch(
        self, name: str, *sources: np.ndarray, dst=None, n=(), mask=(0, 0), value=0, soc="Ascend910B1", **settings
    ) -> tuple[np.ndarray, np.ndarray, LaunchResult]:
        """Run one statement; returns the rooms of dst and src2 as bytes afterwards, and what the launch gives."""
        rooms = [room(source) for source in sources]
        rooms += [np.zeros(ROOM_BYTES, np.uint8) for _ in range(3 - len(rooms))]
        y = room(np.zeros(0, np.uint8) if dst is None else dst)
        numbers = np.zeros(1, _NUMBERS)
        numbers[0]["mask"] = mask
        numbers[0]["value"] = value
        numbers[0]["n"][: len(n)] = n
        number = np.uint32(self._names.index(name))
        roles = ("in", "in", "inout", "inout")
        result = self.kernel(soc).launch(*rooms, y, number, numbers[0], roles=roles, **settings)
        return y, rooms[2], result

    def run(self, name: str, *sources: np.ndarray, **how) -> np.ndarray:
        """The room of dst after one statement."""
        return self.launch(name, *sources, **how)[0]


def room(array: np.ndarray) -> np.ndarray:
    """The bytes of an array, filled up with a pattern to ROOM_BYTES."""
    filled = np.resize(np.arange(7, 250, dtype=np.uint8), ROOM_BYTES)
    data = np.ascontiguousarray(array).view(np.uint8).ravel()
    filled[: data.size] = data
    return filled


def bits_of(scalar) -> int:
    """The bits of a NumPy scalar."""
    return int.from_bytes(np.asarray(scalar).tobytes(), "little")


def values(dtype: type, seed: int, elems: int | None = None) -> np.ndarray:
    """Random values, and every pair of telling ones somewhere between two arrays of even and odd seed."""
    generator = np.random.default_rng(seed)
    elems = elems or ROOM_BYTES // np.dtype(dtype).itemsize
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        telling = np.array([0, 1, limits.max, limits.min, limits.max - 1, 2], dtype)
        drawn = generator.integers(limits.min, limits.max, elems, dtype=dtype, endpoint=True)
    else:
        limits = np.finfo(dtype)
        ends = [limits.max, limits.smallest_subnormal, limits.smallest_normal]
        telling = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, *ends, 1.5, -2], dtype)
        drawn = (generator.normal(size=elems) * 2.0 ** generator.integers(-8, 8, elems)).astype(dtype)
    pairs = np.arange(min(telling.size**2, elems))
    drawn[: pairs.size] = telling[pairs // telling.size if seed % 2 else pairs % telling.size]
    return drawn


def place(lane: int, repeat: int, block_stride: int, repeat_stride: int, itemsize: int) -> int:
    """The element that a lane of a repeat is, counted from the operand's start."""
    per_block = BLOCK_BYTES // itemsize
    return (repeat * repeat_stride + lane // per_block * block_stride) * per_block + lane % per_block
