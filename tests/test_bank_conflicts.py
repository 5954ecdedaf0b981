# SPDX-License-Identifier: Apache-2.0
"""Steps of a vector instruction that conflict in UB, counted block by block from the published layout of banks."""

import numpy as np
import pytest

from helpers import Kernel
from helpers.published_timings import SOURCES

ELEMS = 4096
STEPS = ELEMS * 4 // 256
UB_BYTES = 184 * 1024


def blocks(address, block_stride, repeat_stride, step):
    """(bank, bank group) of the eight data blocks that a step touches: address bits 17:16 and 8:5."""
    starts = address + 32 * (step * repeat_stride + block_stride * np.arange(8))
    return {(int(start) >> 16 & 3, int(start) >> 5 & 15) for start in starts}


def conflicts(left, right, result, left_strides):
    """Steps whose sources meet in a bank group, and steps whose sources meet the result of the step before."""
    read = written = 0
    before = set()
    for step in range(STEPS):
        one, other = blocks(left, *left_strides, step), blocks(right, 1, 8, step)
        read += bool({group for _, group in one} & {group for _, group in other})
        written += bool((one | other) & before)
        before = blocks(result, 1, 8, step)
    return read, written


@pytest.mark.parametrize("left_strides", [(1, 8), (0, 1), (2, 16), (3, 8)])
def test_conflicts_are_those_of_the_published_layout(left_strides):
    defines = {"TIMES": 1, "LEFT_BLOCK": left_strides[0], "LEFT_REPEAT": left_strides[1]}
    kernel = Kernel.from_source(SOURCES / "bank.cpp", defines=defines)
    random = np.random.default_rng(5)
    last_block = (STEPS - 1) * left_strides[1] + 7 * left_strides[0]
    slot_bytes = max(ELEMS * 4, 32 * (last_block + 1))  # what an operand touches at the most
    seen = set()
    for _ in range(40):
        gaps = np.sort(random.integers(0, (UB_BYTES - 3 * slot_bytes) // 32, 3)) * 32
        slots = random.permutation(3)  # which operand comes first in UB
        left, right, result = (int(gaps[slot] + slot * slot_bytes) for slot in slots)
        launched = kernel.launch(left, right, result, level="model", checks_off=("unwritten",))
        (add,) = (kind for kind in launched.stream.kinds if kind["repeats"])
        found = int(add["read_conflicts"]), int(add["write_conflicts"])
        assert found == conflicts(left, right, result, left_strides), (left, right, result)
        seen.add(found)
    assert len(seen) > 3
