# SPDX-License-Identifier: Apache-2.0
"""Atomic stores against NumPy."""

import functools

import numpy as np
import pytest

from helpers import Kernel, KernelFault

TYPES = {
    "half": np.float16,
    "float": np.float32,
    "int16_t": np.int16,
    "int32_t": np.int32,
    "int8_t": np.int8,
    "bfloat16_t": np.uint16,  # its bits
}
ON_310B = ("half", "float", "int16_t", "int32_t")
OPERATIONS = {"Add": np.add, "Max": np.maximum, "Min": np.minimum}
ELEMENTS = 480  # of each core: with 2 bytes some 512-byte lines belong to two stores

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Core after core combines its row of x with y, in stores of whole blocks and in runs of a few elements.
#include "kernel_operator.h"

using namespace AscendC;

template <typename T>
__aicore__ inline void Combine(GM_ADDR x, GM_ADDR y, uint32_t operation, uint32_t run)
{
    constexpr uint32_t ELEMENTS = 480;
    GlobalTensor<T> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(x) + GetBlockIdx() * ELEMENTS, ELEMENTS);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y), ELEMENTS);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> queue;
    pipe.InitBuffer(queue, 1, ELEMENTS * sizeof(T));
    LocalTensor<T> row = queue.AllocTensor<T>();
    DataCopy(row, xGm, ELEMENTS);
    queue.EnQue(row);
    row = queue.DeQue<T>();
    PipeBarrier<PIPE_ALL>();
    if (operation == 0) {
        SetAtomicAdd<T>();
    }
#if __NPU_ARCH__ == 2201
    if (operation == 1) {
        SetAtomicMax<T>();
    } else if (operation == 2) {
        SetAtomicMin<T>();
    }
#endif
    if (operation == 3) {  // the type alone: addition
        SetAtomicType<T>();
    }
    if (run == 0) {
        DataCopy(yGm, row, ELEMENTS);
    } else {
        const uint32_t bytes = run * sizeof(T);
        const uint32_t blocks = (bytes + 31) / 32;
        const uint16_t count = static_cast<uint16_t>(ELEMENTS * sizeof(T) / 32 / blocks);
        DataCopyPad(yGm, row, DataCopyExtParams{count, bytes, 0, 0, 0});
    }
    SetAtomicNone();
    if (run == 7) {  // an ordinary store again
        PipeBarrier<PIPE_MTE3>();
        DataCopy(yGm, row, 32);
    }
    queue.FreeTensor(row);
}

extern "C" __global__ __aicore__ void combine(GM_ADDR x, GM_ADDR y, uint32_t type, uint32_t operation, uint32_t run)
{
TYPES_HERE
}
"""


@functools.cache
def kernel(soc: str) -> Kernel:
    names = ON_310B if soc.startswith("Ascend310") else tuple(TYPES)
    body = "\n".join(
        f"    if (type == {[*TYPES].index(name)}) {{\n        Combine<{name}>(x, y, operation, run);\n    }}"
        for name in names
    )
    return Kernel.from_source(SOURCE.replace("TYPES_HERE", body), "combine", soc)


def combine(operation: int, name: str, x, y, run=0, soc="Ascend910B1", **options) -> np.ndarray:
    after = y.copy()
    options.setdefault("roles", ("in", "inout"))
    code = np.uint32([*TYPES].index(name)), np.uint32(operation), np.uint32(run)
    kernel(soc).launch(x.copy(), after, *code, block_dim=len(x), **options)
    return after


def telling(name: str, shape, seed: int) -> np.ndarray:
    """Values of every size with fractions, ties and overflow, special values included."""
    random = np.random.default_rng(seed)
    dtype = TYPES[name]
    if name == "bfloat16_t":
        return random.integers(0, 1 << 16, shape, np.uint16)
    if np.issubdtype(dtype, np.integer):
        return random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    with np.errstate(over="ignore"):
        values = (random.standard_normal(shape) * 2.0 ** random.integers(-20, 16, shape)).astype(dtype)
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal])
    values.reshape(-1)[random.integers(0, values.size, 64)] = random.choice(special, 64).astype(dtype)
    return values


def bfloat16_value(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) << 16).view(np.float32)


def to_bfloat16(value: np.ndarray) -> np.ndarray:
    """To nearest, ties to even. A sum of two bfloat16 in float32 first: twice the significand and more, so it is the
    correctly rounded one."""
    single = value.view(np.uint32)
    return ((single + 0x7FFF + (single >> 16 & 1)) >> 16).astype(np.uint16)


def expected(operation: str, name: str, x, y) -> np.ndarray:
    function = OPERATIONS[operation]
    with np.errstate(all="ignore"):
        if name == "bfloat16_t":
            result = expected(operation, "float", bfloat16_value(x), bfloat16_value(y))
            return np.where(np.isnan(result), 0x7FC0, to_bfloat16(result)).astype(np.uint16)
        result = function(x, y)
    if operation != "Add" and np.issubdtype(x.dtype, np.floating):  # NumPy leaves the sign of zero open
        zero = (x == 0) & (y == 0)
        negative = np.signbit(x) & np.signbit(y) if operation == "Max" else np.signbit(x) | np.signbit(y)
        result = np.where(zero, np.where(negative, -0.0, 0.0), result).astype(x.dtype)
    return result


def same(got, wanted, name) -> bool:
    """Bit for bit; any NaN passes for any other."""
    if name == "bfloat16_t":
        nan = np.isnan(bfloat16_value(got)) & np.isnan(bfloat16_value(wanted))
        return bool(np.all((got == wanted) | nan))
    if not np.issubdtype(got.dtype, np.floating):
        return np.array_equal(got, wanted)
    bits = f"u{got.itemsize}"
    return bool(np.all((got.view(bits) == wanted.view(bits)) | (np.isnan(got) & np.isnan(wanted))))


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_store_combines_with_one_rounding_as_numpy_does(operation, name):
    x, y = telling(name, (1, ELEMENTS), 1), telling(name, ELEMENTS, 2)
    code = list(OPERATIONS).index(operation)
    assert same(combine(code, name, x, y), expected(operation, name, x[0], y), name)
    if operation == "Add":
        assert same(combine(3, name, x, y), expected("Add", name, x[0], y), name)
    assert same(combine(4, name, x, y), x[0], name)  # none set: replaced


@pytest.mark.parametrize("run", [1, 3, 7, 33])
@pytest.mark.parametrize("name", ["half", "float", "int8_t"])
def test_runs_of_a_few_elements_combine_just_those(name, run):
    x, y = telling(name, (1, ELEMENTS), 3), telling(name, ELEMENTS, 4)
    size = y.itemsize
    pitch = -(-run * size // 32) * 32 // size
    picked = np.concatenate([np.arange(pitch * i, pitch * i + run) for i in range(ELEMENTS // pitch)])
    wanted = y.copy()
    wanted[: picked.size] = expected("Add", name, x[0][picked], y[: picked.size])
    if run == 7:
        wanted[:32] = x[0][:32]
    assert same(combine(0, name, x, y, run=run), wanted, name)


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize("name", ["int16_t", "int32_t", "float"])
def test_many_cores_on_many_threads_lose_nothing(name, soc):
    """Small whole numbers: their float sums are exact, so the order of the cores does not show."""
    x = np.random.default_rng(5).integers(-100, 100, (64, ELEMENTS)).astype(TYPES[name])
    y = np.full(ELEMENTS, 7, TYPES[name])
    for run in (0, 1):
        elements = ELEMENTS if run == 0 else ELEMENTS // (32 // y.itemsize)
        row = x if run == 0 else x[:, :: 32 // y.itemsize]
        wanted = y.copy()
        wanted[:elements] += row.sum(axis=0, dtype=TYPES[name])
        assert np.array_equal(combine(0, name, x, y, run=run, soc=soc, threads=8), wanted)


def test_the_order_of_cores_is_drawn_by_the_seed_and_shows_in_float_sums():
    x, y = telling("float", (40, ELEMENTS), 6), np.zeros(ELEMENTS, np.float32)
    x = np.nan_to_num(x, nan=1, posinf=1, neginf=1)
    sums = {seed: combine(0, "float", x, y, seed=seed, threads=1).tobytes() for seed in (1, 1, 2)}
    assert sums[1] == combine(0, "float", x, y, seed=1, threads=1).tobytes()
    assert sums[1] != sums[2]


def test_saturation_and_flush_to_zero_hold_for_atomic_stores():
    x = np.full((1, ELEMENTS), 60000, np.float16)
    y = np.full(ELEMENTS, 60000, np.float16)
    assert np.all(np.isinf(combine(0, "half", x, y)))
    assert np.all(combine(0, "half", x, y, soc="Ascend310B4") == 65504)
    tiny = np.full(ELEMENTS, np.finfo(np.float16).smallest_subnormal)
    assert np.all(combine(0, "half", tiny[None], tiny) == 2 * tiny[0])
    assert np.all(combine(0, "half", tiny[None], tiny, flush_to_zero=True) == 0)


def test_atomic_stores_may_meet_and_still_have_to_reach_every_byte():
    x = np.ones((4, ELEMENTS), np.float32)
    assert np.all(combine(0, "float", x, np.zeros(ELEMENTS, np.float32), roles=("in", "out")) == 4)
    with pytest.raises(KernelFault, match="core-race.*SetAtomicAdd"):
        combine(4, "float", x, np.zeros(ELEMENTS, np.float32), roles=("in", "out"))
    with pytest.raises(KernelFault, match="gm-unwritten.*1680 B from byte 240"):
        combine(0, "float", x, np.zeros(ELEMENTS, np.float32), run=1, roles=("in", "out"))


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_a_tpipe_ends_atomic_stores(soc):
    source = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void store(GM_ADDR y)
{
    GlobalTensor<float> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 8);
    SetAtomicAdd<float>();
    TPipe pipe;
    TQue<TPosition::VECOUT, 1> queue;
    pipe.InitBuffer(queue, 1, 32);
    LocalTensor<float> ones = queue.AllocTensor<float>();
    Duplicate(ones, 1.0f, 8);
    queue.EnQue(ones);
    ones = queue.DeQue<float>();
    DataCopy(yGm, ones, 8);
    queue.FreeTensor(ones);
}
"""
    y = np.full(8, 5, np.float32)
    Kernel.from_source(source, "store", soc).launch(y, roles=("inout",))
    assert np.array_equal(y, np.ones(8))
