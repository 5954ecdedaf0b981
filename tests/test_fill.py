# SPDX-License-Identifier: Apache-2.0
"""Fills of global memory, and cache control, which changes nothing."""

import numpy as np
import pytest

from helpers import Kernel, KernelFault

FILL = """\
// SPDX-License-Identifier: Apache-2.0
// Each core fills its part of y under one of the three names, and core 0 stores x over the first 8 elements.
#include "kernel_operator.h"

using namespace AscendC;

template <typename T>
__aicore__ void Run(GM_ADDR x, GM_ADDR y, T value, uint32_t name, uint32_t elements)
{
    GlobalTensor<T> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(x), 32);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y) + GetBlockIdx() * elements, elements);
    if (name == 0) {
        Fill(yGm, elements, value);
    } else if (name == 1) {
        InitGlobalMemory<T>(yGm, elements, value);
    } else if (name == 2) {
        InitOutput<T>(yGm, elements, value);
    } else if (name == 3) {
        InitOutput<T>(yGm, elements);
    } else {
        SetAtomicAdd<int32_t>();
        Fill(yGm, elements, value);
        Fill(yGm, elements, value);
        SetAtomicNone();
    }
    SetFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
    WaitFlag<HardEvent::MTE3_MTE2>(EVENT_ID0);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> queue;
    pipe.InitBuffer(queue, 1, 32 * sizeof(T));
    if (GetBlockIdx() == 0 && elements > 32) {
        LocalTensor<T> row = queue.AllocTensor<T>();
        DataCopy(row, xGm, 32);
        queue.EnQue(row);
        row = queue.DeQue<T>();
        PipeBarrier<PIPE_ALL>();
        DataCopy(yGm, row, 32);
        queue.FreeTensor(row);
    }
}

extern "C" __global__ __aicore__ void fill_half(GM_ADDR x, GM_ADDR y, half value, uint32_t name, uint32_t elements)
{
    Run<half>(x, y, value, name, elements);
}

extern "C" __global__ __aicore__ void fill_int(GM_ADDR x, GM_ADDR y, int32_t value, uint32_t name, uint32_t elements)
{
    Run<int32_t>(x, y, value, name, elements);
}
"""


@pytest.mark.parametrize("schedule", ["on_wait", "eager", "random"])
@pytest.mark.parametrize(("dtype", "entry"), [(np.float16, "fill_half"), (np.int32, "fill_int")])
def test_a_fill_sets_every_element_and_may_be_written_over(dtype, entry, schedule):
    kernel = Kernel.from_source(FILL, entry)
    x = np.arange(32).astype(dtype)
    for name, elements in ((0, 40), (1, 9001), (2, 33), (3, 5000)):
        y = np.full(3 * elements, 9, dtype)
        value = dtype(-3)
        code = value, np.uint32(name), np.uint32(elements)
        kernel.launch(x.copy(), y, *code, block_dim=3, roles=("in", "out"), schedule=schedule)
        expected = np.full(3 * elements, 0 if name == 3 else -3, dtype)
        expected[:32] = x
        assert np.array_equal(y, expected)


def test_a_fill_is_a_store_that_atomic_mode_turns_into_an_addition():
    y = np.arange(3000, dtype=np.int32)
    kernel = Kernel.from_source(FILL, "fill_int")
    kernel.launch(np.zeros(32, np.int32), y, np.int32(5), np.uint32(4), np.uint32(3000), roles=("in", "inout"))
    assert np.array_equal(y[32:], np.arange(32, 3000) + 10)


def test_a_fill_beyond_the_tensor_is_found():
    kernel = Kernel.from_source(FILL, "fill_int")
    with pytest.raises(KernelFault, match=r"gm-out-of-bounds.*writes 33 elements"):
        kernel.launch(np.zeros(32, np.int32), np.zeros(32, np.int32), np.int32(5), np.uint32(0), np.uint32(33))


CACHE = """\
// SPDX-License-Identifier: Apache-2.0
// Scalar stores with all of cache control between them.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void cached(GM_ADDR x, GM_ADDR y, uint32_t line, uint32_t preload)
{
    GlobalTensor<uint64_t> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ uint64_t *>(x), 16);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ uint64_t *>(y), 16);
    LocalTensor<uint64_t> ub;
    int64_t offset = 8;
    DataCachePreload(xGm, offset);
    for (uint32_t i = 0; i < 16; ++i) {
        yGm.SetValue(i, xGm.GetValue(i) + 1);
    }
    DataCacheCleanAndInvalid<uint64_t, CacheLine::SINGLE_CACHE_LINE, DcciDst::CACHELINE_OUT>(yGm[line]);
    DataCacheCleanAndInvalid<uint64_t, CacheLine::ENTIRE_DATA_CACHE>(yGm);
    DataCacheCleanAndInvalid<uint64_t, CacheLine::ENTIRE_DATA_CACHE, DcciDst::CACHELINE_UB>(ub);
    dcci(reinterpret_cast<__gm__ uint64_t *>(y), cache_line_t::SINGLE_CACHE_LINE, dcci_dst_t::CACHELINE_OUT);
    DataSyncBarrier<MemDsbT::DDR>();
#if __NPU_ARCH__ == 2201
    ICachePreLoad(preload);
    yGm.SetValue(15, ReadGmByPassDCache(reinterpret_cast<__gm__ uint64_t *>(y) + 15) + GetICachePreloadStatus());
    WriteGmByPassDCache<uint64_t>(reinterpret_cast<__gm__ uint64_t *>(y), 99);
#endif
}
"""


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_cache_control_changes_no_value(soc):
    x, y = np.arange(16, dtype=np.uint64) << np.uint64(50), np.zeros(16, np.uint64)
    result = Kernel.from_source(CACHE, "cached", soc).launch(x, y, np.uint32(15), np.uint32(7), roles=("in", "inout"))
    expected = x + np.uint64(1)
    if soc == "Ascend910B1":
        expected[0] = 99
    assert np.array_equal(y, expected) and result.findings == ()


def test_arguments_of_cache_control_are_checked():
    kernel = Kernel.from_source(CACHE, "cached")
    x, y = np.zeros(16, np.uint64), np.zeros(16, np.uint64)
    with pytest.raises(KernelFault, match="gm-out-of-bounds.*DataCacheCleanAndInvalid"):
        kernel.launch(x, y, np.uint32(16), np.uint32(7), roles=("in", "inout"))
    result = kernel.launch(x, y, np.uint32(0), np.uint32(8), roles=("in", "inout"), raise_on_finding=False)
    assert [(finding.code, finding.actual) for finding in result.findings] == [("instruction-preload", 8)]
