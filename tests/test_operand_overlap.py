# SPDX-License-Identifier: Apache-2.0
"""Sources that lie across the destination of a vector instruction, told from those that may."""

import functools

import numpy as np
import pytest

from helpers import Kernel

FORMS = {
    # name: (statement, whether it breaks the rule)
    "in place": ("Adds(f, f, 1.0f, 256);", False),
    "apart": ("Adds(f[256], f, 1.0f, 256);", False),
    "behind": ("Adds(f[8], f, 1.0f, 256);", True),
    "behind, one repeat": ("Adds(f[8], f, 1.0f, 16);", True),
    "in front, less than a repeat": ("Adds(f, f[8], 1.0f, 256);", True),
    "in front, a repeat": ("Adds(f, f[64], 1.0f, 256);", False),
    "second source behind": ("Add(f, f[512], f, 256);", False),
    "second source across": ("Add(f[8], f[512], f, 256);", True),
    "narrowing in place": ("Cast(h, f, RoundMode::CAST_RINT, 256);", False),
    "widening in place": ("Cast(f, h, RoundMode::CAST_NONE, 256);", True),
    "widening in place, one repeat": ("Cast(f, h, RoundMode::CAST_NONE, 64);", False),
    "widening from the upper half": ("Cast(f, h[256], RoundMode::CAST_NONE, 256);", False),
    "widening from below the upper half": ("Cast(f, h[128], RoundMode::CAST_NONE, 256);", True),
    "widening axpy across": ("Axpy(f, h, half(2.0f), 64);", True),
    "sum in one place": ("Add(f, f[512], f, 64, 4, {1, 1, 1, 0, 8, 0});", False),
    "sum in one place over the first source": ("Add(f, f, f[512], 64, 4, {1, 1, 1, 0, 0, 8});", True),
    "quotient in one place": ("Div(f, f[512], f, 64, 4, {1, 1, 1, 0, 8, 0});", True),
    "one repeat again and again": ("Muls(f, f, 2.0f, 64, 2, {1, 1, 0, 0});", True),
    "repeats side by side": ("Muls(f, f, 2.0f, 64, 4, {1, 1, 8, 8});", False),
    "lanes between lanes": ("Muls(f[8], f, 2.0f, 64, 2, {2, 2, 16, 16});", False),
    "lanes on lanes": ("Muls(f[16], f, 2.0f, 64, 2, {2, 2, 16, 16});", True),
    "masked lanes apart": ("Muls(f[8], f, 2.0f, 8, 4, {1, 1, 2, 2});", False),
    "masked lanes of the next repeat": ("Muls(f[8], f, 2.0f, 8, 4, {1, 1, 1, 1});", True),
    "one block for all": ("Sub(f[512], f[512], f, 64, 4, {1, 1, 0, 8, 8, 0});", False),
    "one block of the destination for all": ("Sub(f, f, f, 64, 4, {1, 1, 0, 8, 8, 0});", True),
}


@functools.cache
def kernel() -> Kernel:
    cases = "\n".join(
        f"    if (form == {i}) {{\n        {statement}\n    }}" for i, (statement, _) in enumerate(FORMS.values())
    )
    return Kernel.from_source(
        f"""\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void overlap(GM_ADDR x, uint32_t form)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 8192);
    LocalTensor<float> f = buffer.Get<float>();
    LocalTensor<half> h = buffer.Get<half>();
    Duplicate(f, 1.0f, 2048);
{cases}
}}
""",
        "overlap",
    )


@pytest.mark.parametrize("name", FORMS)
def test_an_overlap_is_found_where_the_rule_is_broken_and_nowhere_else(name):
    form = np.uint32(list(FORMS).index(name))
    found = kernel().launch(np.zeros(8, np.float32), form, roles=("in",), raise_on_finding=False).findings
    assert [finding.code for finding in found] == ["operand-overlap"] * FORMS[name][1]


def test_the_message_names_both_lanes_and_the_place():
    form = np.uint32(list(FORMS).index("behind"))
    (finding,) = kernel().launch(np.zeros(8, np.float32), form, roles=("in",), raise_on_finding=False).findings
    assert "src overlaps dst: at UB 0x20, lane 8 of repeat 0 is read and lane 0 of repeat 0 written" in finding.message
