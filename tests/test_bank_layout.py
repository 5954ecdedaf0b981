# SPDX-License-Identifier: Apache-2.0
"""The kernel's buffers in UB: no vector instruction waits for a bank, whatever the SoC, type and length."""

import numpy as np
import pytest
from kernel_variants import LAYOUTS, Variant, launch_variant

from helpers import run
from helpers.instruction_stream import InstructionStream
from helpers.soc import soc_table

# One line, tails of every kind, tiles shorter and longer than a chunk, both buffers of every queue, the longest tiles.
LENGTHS = (1, 63, 129, 1000, 4097, 8192, 10_007, 30_011, 65_537, 200_003, 524_309, 1_000_003, 8_000_009)
SOCS = tuple({(soc.npu_arch, soc.vector_cores): name for name, soc in soc_table().items()}.values())  # plans differ


def conflicts(stream: InstructionStream, which: str) -> int:
    """Steps of all vector instructions that wait."""
    vector = (stream.kinds["pipe"] == 1) & (stream.kinds["flag"] == 0)
    assert stream.counts[vector].sum() > 0
    return int((stream.kinds[which].astype(np.int64) * stream.counts)[vector].sum())


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("soc", SOCS)
def test_no_vector_instruction_of_the_kernel_waits_for_a_bank(soc, dtype):
    for elems in LENGTHS:
        stream = run(*[np.broadcast_to(np.zeros((), dtype), (elems,))] * 3, soc=soc, level="model").stream
        assert (conflicts(stream, "read_conflicts"), conflicts(stream, "write_conflicts")) == (0, 0), elems


@pytest.mark.parametrize("name", LAYOUTS)
def test_another_layout_waits_and_is_counted(name):
    layout = LAYOUTS[name]
    _, result, _ = launch_variant(Variant(layout.replacements, elems=layout.elems))
    assert result.findings == () and conflicts(result.stream, layout.conflicts) > 0
