# SPDX-License-Identifier: Apache-2.0
"""What a launch does that published runs show the timing model to be too fast at."""

from __future__ import annotations

import numpy as np

from helpers.instruction_costs import GM_LINE_BYTES
from helpers.instruction_stream import InstructionStream

_MANY_BLOCKS = 8
_MUCH = 0.1  # of the bytes that are read: below it the whole hardly changes


def beyond_the_model(stream: InstructionStream) -> tuple[str, ...]:
    """In words, each with how far published runs were off; published_timings.py has the runs."""
    kinds = stream.kinds
    reads = (kinds["gm_bytes"] > 0) & (kinds["gm_written"] == 0)
    read_bytes = int((kinds["gm_bytes"] * stream.counts)[reads].sum())
    if read_bytes == 0:
        return ()
    found = []
    short = reads & (kinds["bypasses_l2"] == 1) & (kinds["gm_bytes"] < kinds["gm_runs"] * float(GM_LINE_BYTES))
    if (kinds["gm_bytes"] * stream.counts)[short].sum() > _MUCH * read_bytes:
        found.append(f"runs below {GM_LINE_BYTES} B past L2 (a published copy took 1.4 times as long)")
    if _bytes_read_by_most(stream, reads) > _MUCH * read_bytes:
        found.append("most blocks read the same bytes in the same order (a published copy took 2.2 times as long)")
    return tuple(found)


def _bytes_read_by_most(stream: InstructionStream, reads: np.ndarray) -> int:
    """Bytes of loads that most of many blocks do alike: the same place as the load of that number of each block."""
    if stream.copy_starts is None or len(stream.lengths) < _MANY_BLOCKS:
        return 0
    places = np.flatnonzero(stream.kinds["gm_bytes"][stream.numbers] > 0)
    numbers = stream.numbers[places]
    ends = np.cumsum(stream.lengths)
    block = np.searchsorted(ends, places, side="right")
    turn = np.arange(len(places)) - np.searchsorted(block, np.arange(len(ends)))[block]
    loads = reads[numbers]
    alike, group, counts = np.unique(
        np.stack([turn[loads].astype(np.uint64), stream.copy_starts[loads]], axis=1),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    shared = counts[group.reshape(-1)] * 2 > len(ends)
    return int(stream.kinds["gm_bytes"][numbers[loads]][shared].sum()) if len(alike) else 0
