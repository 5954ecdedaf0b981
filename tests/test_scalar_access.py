# SPDX-License-Identifier: Apache-2.0
"""GetValue, SetValue and ReinterpretCast, and the block form of DataCopy."""

import numpy as np
import pytest

from helpers import Kernel
from helpers.launch import SCHEDULES

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

"""
REVERSE = (
    HEAD
    + """\
// y[i] = 2 * x[63 - i], element by element in UB, between two vector instructions and two copies.
extern "C" __global__ __aicore__ void reverse(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 64);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 64);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    pipe.InitBuffer(buffers[0], 256);
    pipe.InitBuffer(buffers[1], 256);
    LocalTensor<float> in = buffers[0].Get<float>();
    LocalTensor<float> out = buffers[1].Get<float>();
    DataCopy(in, xGm, 64);
    PipeBarrier<PIPE_ALL>();
    Muls(in, in, 2.0f, 64);
    for (uint32_t i = 0; i < 64; ++i) {
        out.SetValue(i, in.GetValue(63 - i));
    }
    out(0) += 1.0f;
    DataCopy(yGm, out, 64);
}
"""
)
GATHER = (
    HEAD
    + """\
// Every second 32-byte block of x into UB, one block apart; back to y without gaps.
extern "C" __global__ __aicore__ void gather(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<half> xGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), 128);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), 64);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> queue;
    pipe.InitBuffer(queue, 1, 512);
    LocalTensor<half> local = queue.AllocTensor<half>();
    DataCopy(local, xGm, DataCopyParams(4, 1, 1, 2));
    queue.EnQue(local);
    local = queue.DeQue<half>();
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, local, DataCopyParams(4, 1, 2, 0));
    queue.FreeTensor(local);
}
"""
)
BITS = (
    HEAD
    + """\
extern "C" __global__ __aicore__ void bits(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<uint16_t> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ uint16_t *>(y), 64);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 128);
    LocalTensor<half> ones = buffer.Get<half>();
    Duplicate(ones, half(1.0f), 64);
    LocalTensor<uint16_t> raw = ones.ReinterpretCast<uint16_t>();
    Not(raw, raw, 32);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, raw, raw.GetSize());
}
"""
)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_scalar_unit_waits_for_the_pipes_and_they_for_it(schedule):
    x, y = np.arange(64, dtype=np.float32), np.zeros(64, np.float32)
    result = Kernel.from_source(REVERSE, "reverse").launch(x, y, schedule=schedule, seed=5, roles=("in", "out"))
    expected = 2 * x[::-1]
    expected[0] += 1
    assert result.findings == () and np.array_equal(y, expected)
    counted = {totals.call: totals.instructions for totals in result.counters}
    assert counted["GetValue"] == counted["SetValue"] == 64


def test_the_block_form_counts_32_byte_blocks_and_gaps_on_both_sides():
    x, y = np.arange(128, dtype=np.float16), np.zeros(64, np.float16)
    Kernel.from_source(GATHER, "gather").launch(x, y, roles=("in", "out"))
    assert np.array_equal(y, x.reshape(8, 16)[::2].ravel())


def test_a_tensor_can_be_seen_as_elements_of_another_type():
    y = np.zeros(64, np.uint16)
    Kernel.from_source(BITS, "bits").launch(np.zeros(1, np.uint16), y)
    assert np.array_equal(y, np.repeat([0xFFFF ^ 0x3C00, 0x3C00], 32))
