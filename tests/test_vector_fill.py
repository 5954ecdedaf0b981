# SPDX-License-Identifier: Apache-2.0
"""Duplicate, Brcb and CreateVecIndex: values that are spread, not computed."""

import functools

import numpy as np
import pytest
from vector_kernels import BLOCK_BYTES, CPP, HEAD, REPEAT_BYTES, assert_same, place, values

from helpers import Kernel, KernelFault

F2, F4, I2, U2, I4, U4 = np.float16, np.float32, np.int16, np.uint16, np.int32, np.uint32
SPREAD = (F2, F4, I2, U2, I4, U4)
INDICES = (F2, F4, I2, I4)
ENTRY = """\
extern "C" __global__ __aicore__ void fill(GM_ADDR x, GM_ADDR y, {type} first, uint32_t call, uint64_t number,
                                           uint32_t repeats, uint32_t blockStride, uint32_t repeatStride)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    LocalTensor<{type}> src = Load<{type}>(pipe, buffers[0], x);
    LocalTensor<{type}> dst = Load<{type}>(pipe, buffers[1], y);
    PipeBarrier<PIPE_ALL>();
    uint64_t mask[2] = {{number, 0}};
    const uint16_t block = static_cast<uint16_t>(blockStride);
    const uint8_t repeat = static_cast<uint8_t>(repeatStride);
    if (call == 0) {{
#if __NPU_ARCH__ == 2201
        Brcb(dst, src, repeats, {{block, repeat}});
    }} else if (call == 1) {{
        Brcb(src, src, repeats, {{block, repeat}});
        Adds(dst.ReinterpretCast<int16_t>(), src.ReinterpretCast<int16_t>(), (int16_t)0, 2048);
#endif
    }} else if (call == 2) {{
        CreateVecIndex(dst, first, static_cast<uint32_t>(number));
    }} else if (call == 3) {{
        CreateVecIndex(dst, first, number, repeats, block, repeat);
    }} else if (call == 4) {{
        CreateVecIndex(dst, first, mask, repeats, block, repeat);
    }}
    PipeBarrier<PIPE_ALL>();
    GlobalTensor<{type}> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ {type} *>(y), 4096 / sizeof({type}));
    DataCopy(gm, dst, 4096 / sizeof({type}));
}}
"""
BRCB, BRCB_IN_PLACE, INDEX_BY_COUNT, INDEX_BY_LANES, INDEX_BY_BITS = range(5)


@functools.cache
def kernel(dtype: type, soc: str) -> Kernel:
    entry = ENTRY.format(type=CPP[dtype])
    if dtype not in INDICES:
        entry = "\n".join(line for line in entry.split("\n") if "CreateVecIndex" not in line)
    return Kernel.from_source(HEAD + entry, "fill", soc)


def run(dtype, x, before, call, *, first=0, number=0, repeats=0, block=1, repeat=8, soc="Ascend910B1") -> np.ndarray:
    y = before.copy()
    arguments = np.uint32(call), np.uint64(number), np.uint32(repeats), np.uint32(block), np.uint32(repeat)
    kernel(dtype, soc).launch(x.copy(), y, dtype(first), *arguments)
    return y


@pytest.mark.parametrize("dtype", SPREAD)
def test_brcb_spreads_each_element_over_a_block(dtype):
    x, before = values(dtype, 1), values(dtype, 2)
    per_block = BLOCK_BYTES // x.itemsize
    for repeats, block, repeat in ((0, 1, 8), (1, 1, 8), (16, 1, 8), (3, 2, 17), (2, 1, 20)):
        expected = before.copy().reshape(-1, per_block)
        for i in range(8 * repeats):
            expected[i // 8 * repeat + i % 8 * block] = x[i]
        got = run(dtype, x, before, BRCB, repeats=repeats, block=block, repeat=repeat)
        assert np.array_equal(got.view(np.uint8), expected.reshape(-1).view(np.uint8))


def test_a_repeat_of_brcb_reads_its_elements_before_it_writes():
    """Published kernels spread 8 elements over the place where they lie."""
    x = np.arange(1024, dtype=np.float32)
    got = run(np.float32, x, np.zeros(1024, np.float32), BRCB_IN_PLACE, repeats=1)
    assert np.array_equal(got, np.concatenate([np.repeat(x[:8], 8), x[64:]]))


def test_brcb_past_the_tensor_is_a_finding():
    x = np.zeros(1024, np.float32)
    with pytest.raises(KernelFault, match="ub-out-of-bounds"):
        run(np.float32, x, x, BRCB, repeats=17)
    with pytest.raises(KernelFault, match="repeat-times.*repeats 44 times"):
        run(np.float32, x, x, BRCB, repeats=300)


def indices(dtype: type, first, count: int) -> np.ndarray:
    """By the sums CANN makes: from the first value within a block, from the block before, from the repeat before."""
    lanes, per_block = REPEAT_BYTES // np.dtype(dtype).itemsize, BLOCK_BYTES // np.dtype(dtype).itemsize
    result = np.zeros(count, dtype)
    with np.errstate(all="ignore"):
        for i in range(count):
            distance = i if i < per_block else per_block if i < lanes else lanes
            result[i] = result[i - distance] + dtype(distance) if i >= per_block else dtype(first) + dtype(distance)
    return result


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize("dtype", INDICES)
def test_indices_count_on_from_the_first(dtype, soc):
    before = values(dtype, 3)
    for first in (0, -5, 100, *([0.1, 2040.5] if dtype in (F2, F4) else [])):
        for count in (0, 1, 17, 129, before.size):
            expected = before.copy()
            expected[:count] = indices(dtype, first, count)
            assert_same(run(dtype, before, before, INDEX_BY_COUNT, first=first, number=count, soc=soc), expected)


@pytest.mark.parametrize("dtype", INDICES)
def test_indices_count_the_lanes_that_a_mask_leaves_out(dtype):
    before = values(dtype, 4)
    lanes, itemsize = REPEAT_BYTES // before.itemsize, before.itemsize
    bits = 0x8421_0000_F00F_0005
    taken = {INDEX_BY_LANES: (range(21), 21), INDEX_BY_BITS: ([i for i in range(64) if bits >> i & 1], bits)}
    for call, (chosen, number) in taken.items():
        for block, repeat in ((1, 8), (2, 17)):
            expected, exact = before.copy(), indices(dtype, 7, 3 * lanes)
            for lane in chosen:
                for i in range(3):
                    expected[place(lane, i, block, repeat, itemsize)] = exact[i * lanes + lane]
            got = run(dtype, before, before, call, first=7, number=number, repeats=3, block=block, repeat=repeat)
            assert_same(got, expected)


BFLOAT_SOURCE = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void fill_bfloat(GM_ADDR y)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 512);
    LocalTensor<bfloat16_t> local = buffer.Get<bfloat16_t>();
    Duplicate(local, (bfloat16_t)0.5f, 256);
    Duplicate(local, static_cast<bfloat16_t>(-2.0f), 3, 1, 1, 8);
    PipeBarrier<PIPE_ALL>();
    GlobalTensor<bfloat16_t> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ bfloat16_t *>(y), 256);
    DataCopy(gm, local, 256);
}
"""


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_bfloat16_duplicates(soc):
    y = np.zeros(256, np.uint16)
    Kernel.from_source(BFLOAT_SOURCE, "fill_bfloat", soc).launch(y)
    assert np.array_equal(y, [0xC000] * 3 + [0x3F00] * 253)
