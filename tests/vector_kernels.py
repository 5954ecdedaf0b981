# SPDX-License-Identifier: Apache-2.0
"""What tests of vector calls share: kernels that make one call in the form their arguments name, values that tell
operations apart, and where lanes lie."""

import numpy as np

ROOM_BYTES = 4096
BLOCK_BYTES = 32
REPEAT_BYTES = 256
CPP = {np.float16: "half", np.float32: "float", np.int8: "int8_t", np.uint8: "uint8_t", np.int16: "int16_t"}
CPP |= {np.uint16: "uint16_t", np.int32: "int32_t", np.uint32: "uint32_t", np.int64: "int64_t"}

FORMS = COUNT, LANES, MASK_BITS, COUNTER, REGISTER = range(5)
# Strides in data blocks: of dst, src0, src1 within a repeat, then from repeat to repeat.
CONTIGUOUS = (1, 1, 1, 8, 8, 8)
SHAPE = np.dtype([("lanes", "u8"), ("mask", "u8", 2), ("repeats", "u1"), ("strides", "u1", 6)], align=True)

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
// One vector instruction in the form and of the operation that the arguments name.
#include "kernel_operator.h"

using namespace AscendC;

struct Shape {
    uint64_t lanes;
    uint64_t mask[2];
    uint8_t repeats;
    uint8_t strides[6];  // blocks of dst, src0, src1, then repeats
};

template <typename T>
__aicore__ LocalTensor<T> Load(TPipe &pipe, TBuf<TPosition::VECCALC> &buffer, GM_ADDR address)
{
    GlobalTensor<T> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(address), 4096 / sizeof(T));
    pipe.InitBuffer(buffer, 4096);
    LocalTensor<T> local = buffer.Get<T>();
    DataCopy(local, gm, 4096 / sizeof(T));
    return local;
}

"""


def shape(lanes: int = 0, mask: tuple = (0, 0), repeats: int = 0, strides: tuple = CONTIGUOUS) -> np.void:
    """The argument `Shape` of a kernel."""
    array = np.zeros(1, SHAPE)
    array[0] = (lanes, mask, repeats, strides)
    return array[0]


def values(dtype: type, seed: int) -> np.ndarray:
    """ROOM_BYTES of values: random ones, and every pair of telling ones somewhere."""
    generator = np.random.default_rng(seed)
    elems = ROOM_BYTES // np.dtype(dtype).itemsize
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        telling = np.array([0, 1, limits.max, limits.min, limits.max - 1, 2, 3, 7], dtype)
        drawn = generator.integers(limits.min, limits.max, elems, dtype=dtype, endpoint=True)
    else:
        limits = np.finfo(dtype)
        ends = [limits.max, limits.smallest_subnormal, limits.smallest_normal]
        telling = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, *ends, 1.5, -2], dtype)
        drawn = (generator.normal(size=elems) * 2.0 ** generator.integers(-20, 14, elems)).astype(dtype)
    pairs = np.arange(telling.size**2)
    drawn[: pairs.size] = telling[pairs // telling.size if seed % 2 else pairs % telling.size]
    return drawn


def place(lane: int, repeat: int, block_stride: int, repeat_stride: int, itemsize: int) -> int:
    """The element that a lane of a repeat is, counted from the operand's start."""
    per_block = BLOCK_BYTES // itemsize
    return (repeat * repeat_stride + lane // per_block * block_stride) * per_block + lane % per_block


def same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Equal bits, any NaN like any other."""
    unsigned = np.dtype(f"u{a.dtype.itemsize}")
    equal = a.view(unsigned) == b.view(unsigned)
    return equal if np.issubdtype(a.dtype, np.integer) else equal | (np.isnan(a) & np.isnan(b))


def assert_same(got: np.ndarray, expected: np.ndarray) -> None:
    """Fails with the first elements that differ."""
    assert got.dtype == expected.dtype and got.shape == expected.shape
    wrong = np.flatnonzero(~same(got, expected))
    assert wrong.size == 0, [(int(i), got[i], expected[i]) for i in wrong[:5]]
