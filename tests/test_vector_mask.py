# SPDX-License-Identifier: Apache-2.0
"""The mask register: what sets it, what it lets through, and masks that mean more than there is."""

import functools

import numpy as np
import pytest
from vector_kernels import HEAD

from helpers import Kernel

FLOAT_LANES, HALF_LANES = 64, 128
ALL = (1 << 64) - 1
BY_REGISTER = "Adds<float, false>(dst, src, 1.0f, MASK_PLACEHOLDER, 2, unary);"
# Statements that end in one call, and the elements of dst it changes, of 1024 floats.
FLOATS = {
    f"SetVectorMask<float>(0, 5); {BY_REGISTER}": [0, 2, 64, 66],
    f"SetVectorMask<float, MaskMode::NORMAL>(0, 1UL << 63); {BY_REGISTER}": [63, 127],
    f"SetVectorMask<float, MaskMode::NORMAL>(3); {BY_REGISTER}": [0, 1, 2, 64, 65, 66],
    f"SetVectorMask<float>(64); {BY_REGISTER}": range(128),
    f"set_vector_mask(0, 6); {BY_REGISTER}": [1, 2, 65, 66],
    f"AscendCUtils::SetMask<float>(0, 2); {BY_REGISTER}": [1, 65],
    f"AscendCUtils::SetMask<float>(2); {BY_REGISTER}": [0, 1, 64, 65],
    f"AscendCUtils::SetMask<float, false>(2); {BY_REGISTER}": range(128),
    f"SetVectorMask<float>(0, 5); ResetMask(); {BY_REGISTER}": range(128),
    f"SetVectorMask<float>(0, 5); AscendCUtils::ResetMask(); {BY_REGISTER}": range(128),
    f"SetMaskCount(); SetVectorMask<float, MaskMode::COUNTER>(70); {BY_REGISTER} SetMaskNorm();": range(70),
    f"SetMaskCount(); SetVectorMask<float, MaskMode::COUNTER>(0, 200); {BY_REGISTER}": range(200),
    f"set_mask_count(); set_vector_mask(0, 130); {BY_REGISTER} set_mask_norm();": range(130),
    f"SetMaskCount(); SetMaskNorm(); SetVectorMask<float>(0, 1); {BY_REGISTER}": [0, 64],
    f"Adds(dst[512], src, 0.0f, 7, 1, unary); {BY_REGISTER}": [*range(7), *range(64, 71)],
    # level 2 leaves its count out of account and takes one repeat, or what the counter says
    "SetVectorMask<float>(0, 9); Muls<float, false>(dst, src, 2.0f, 1);": [0, 3],
    "SetMaskCount(); SetVectorMask<float, MaskMode::COUNTER>(77); Adds<float, false>(dst, src, 1.0f, 1);": range(77),
    "SetMaskCount(); SetVectorMask<float>(0, 77); Maxs<float, false>(dst, src, 2.0f, 5);": range(77),
    # a mask array of which only the first word is for 32-bit types
    "uint64_t mask[2] = {3, ~0UL}; Adds(dst, src, 1.0f, mask, 1, unary);": [0, 1],
    "Adds<float, false>(dst, src, 1.0f, MASK_PLACEHOLDER_LIST, 1, unary);": range(64),
    "Adds(dst, src, 1.0f, 0, 1, unary);": [],
    "Adds(dst, src, 1.0f, 64, 0, unary);": [],
    "SetMaskCount(); Adds(dst, src, 1.0f, 0, 1, unary);": [],
    # 255 repeats are as many as there are
    "Adds(dst, src, 1.0f, 64, 255, {1, 1, 0, 0});": range(64),
    "SetMaskCount(); Adds(dst, src, 1.0f, 64, 300, unary);": range(64),
}
WARNED = {
    "Adds(dst, src, 1.0f, 128, 2, unary);": ("mask-lanes", range(128)),
    "uint64_t mask[2] = {0, 1}; Adds(dst, src, 1.0f, mask, 1, unary);": ("mask-no-lanes", []),
}
STATEMENTS = [*FLOATS, *WARNED]

ENTRY = """\
extern "C" __global__ __aicore__ void masked(GM_ADDR x, GM_ADDR y, uint32_t number)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    LocalTensor<float> src = Load<float>(pipe, buffers[0], x);
    LocalTensor<float> dst = Load<float>(pipe, buffers[1], y);
    PipeBarrier<PIPE_ALL>();
    const UnaryRepeatParams unary;
    switch (number) {{
{cases}
    }}
    PipeBarrier<PIPE_ALL>();
    GlobalTensor<float> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 1024);
    DataCopy(gm, dst, 1024);
}}
"""


@functools.cache
def kernel() -> Kernel:
    cases = "".join(f"        case {i}: {{ {text} break; }}\n" for i, text in enumerate(STATEMENTS))
    return Kernel.from_source(HEAD + ENTRY.format(cases=cases), "masked")


def run(statements: str):
    """The elements of dst that changed, and the findings."""
    x, y = np.ones(1024, np.float32), np.full(1024, -7, np.float32)
    result = kernel().launch(x, y, np.uint32(STATEMENTS.index(statements)))
    assert set(np.unique(y)) <= {-7, 1, 2}  # 1 where an earlier call added nothing
    return np.flatnonzero(y == 2).tolist(), result.findings


@pytest.mark.parametrize("statements", FLOATS)
def test_the_register_lets_through_what_set_it(statements):
    assert run(statements) == (list(FLOATS[statements]), ())


@pytest.mark.parametrize("statements", WARNED)
def test_a_mask_beyond_the_lanes_of_its_type_is_a_warning_and_computes_as_documented(statements):
    code, changed = WARNED[statements]
    elements, findings = run(statements)
    assert elements == list(changed)
    assert [(finding.code, finding.severity) for finding in findings] == [(code, "warning")]


HALF_SOURCE = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void halves(GM_ADDR x, GM_ADDR y, uint64_t high, uint64_t low)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 512);
    LocalTensor<half> local = buffer.Get<half>();
    GlobalTensor<half> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(x), 128);
    DataCopy(local, gm, 128);
    PipeBarrier<PIPE_ALL>();
    SetVectorMask<half>(high, low);
    Adds<half, false>(local, local, (half)1.0f, MASK_PLACEHOLDER, 1, UnaryRepeatParams());
    PipeBarrier<PIPE_ALL>();
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), 128);
    DataCopy(gm, local, 128);
}
"""


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_the_high_word_comes_first_and_is_for_the_lanes_from_64_on(soc):
    program = Kernel.from_source(HALF_SOURCE, "halves", soc)
    for high, low in ((0b101, 0b10), (0, ALL), (ALL, 0)):
        x, y = np.zeros(HALF_LANES, np.float16), np.zeros(HALF_LANES, np.float16)
        program.launch(x, y, np.uint64(high), np.uint64(low))
        bits = [low >> lane & 1 for lane in range(64)] + [high >> lane & 1 for lane in range(64)]
        assert y.tolist() == bits
