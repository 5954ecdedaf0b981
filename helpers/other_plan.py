# SPDX-License-Identifier: Apache-2.0
"""The shipped kernel under a plan that the planner did not choose.

- other_plan(planned, buffers=1, tile_elems=1024, cores=4): the same call, cut in another way
- model_plan(planned): the kernel launched with that plan at level "model", for its timeline and its log
"""

from __future__ import annotations

import dataclasses
import functools
import re

import numpy as np

from helpers.build_cache import CHECKOUT
from helpers.contract import check_dtype
from helpers.errors import ArgumentValueError
from helpers.launch import LaunchResult
from helpers.operator import build_kernel
from helpers.tile_loop import LINE_BYTES
from helpers.tiling import Plan

_HEADER = CHECKOUT / "kernel" / "mse_loss_grad_v1_tiling_data.h"
_MEMBER = re.compile(r"^\s*(uint64_t|uint32_t|float) (\w+);", re.MULTILINE)
_NUMPY_TYPES = {"uint64_t": "u8", "uint32_t": "u4", "float": "f4"}


def other_plan(
    planned: Plan,
    tile_elems: int | None = None,
    buffers: int | None = None,
    cores: int | None = None,
    core_elems: int | None = None,
) -> Plan:
    """`planned` with other choices; what is left out stays, and chunks of float16 get no longer.

    Args:
        planned: of `plan` or `r.plan`, of a tensor that is not empty.
        tile_elems: elements of a tile, in whole lines of 512 B.
        buffers: of each queue.
        cores: the lines are dealt out to so many, as equally as they can be.
        core_elems: in place of `cores`: elements of every core but the last, in whole lines.

    Raises:
        ArgumentValueError: a length that is not in whole lines, or cores that would own nothing.
    """
    line_elems = LINE_BYTES // check_dtype(planned.dtype).itemsize
    changes: dict[str, int] = {}
    if buffers is not None:
        changes["buffers"] = buffers
    if tile_elems is not None:
        _check_lines("tile_elems", tile_elems, line_elems)
        changes |= {"tile_elems": tile_elems, "chunk_elems": min(planned.chunk_elems, tile_elems)}
    if core_elems is not None:
        _check_lines("core_elems", core_elems, line_elems)
        share = {"short_core_elems": core_elems, "long_core_elems": core_elems, "long_cores": 0}
        changes |= {"cores": -(-planned.elems // core_elems), **share}
    elif cores is not None:
        least, more = divmod(-(-planned.elems // line_elems), cores)
        if least == 0:
            raise ArgumentValueError("cores", cores, f"1 to {more}, a line of 512 B for each")
        share = {"short_core_elems": least * line_elems, "long_core_elems": (least + (more > 0)) * line_elems}
        changes |= {"cores": cores, "long_cores": more, **share}
    changed = dataclasses.replace(planned, **changes)
    return dataclasses.replace(changed, tiling_bytes=_encoded(changed))


def model_plan(planned: Plan) -> LaunchResult:
    """Launch the kernel with this plan at level "model". Raises as `Kernel.launch` does."""
    tensor = np.broadcast_to(np.zeros((), planned.dtype), (planned.elems,))
    return build_kernel(planned.soc, planned.dtype).launch(
        *[tensor] * 4,
        workspace_bytes=0,
        tiling=planned.tiling_bytes,
        block_dim=planned.cores,
        level="model",
        roles=("in", "in", "in", "out"),
    )


def _check_lines(name: str, elems: int, line_elems: int) -> None:
    if elems < 1 or elems % line_elems:
        raise ArgumentValueError(name, elems, f"multiples of {line_elems} elements, a line of 512 B")


@functools.cache
def _tiling_struct() -> np.dtype:
    """The struct that host and kernel share, as its header has it."""
    members = _MEMBER.findall(_HEADER.read_text(encoding="utf-8"))
    return np.dtype([(name, _NUMPY_TYPES[kind]) for kind, name in members], align=True)


def _encoded(planned: Plan) -> bytes:
    tiling = np.frombuffer(planned.tiling_bytes, _tiling_struct()).copy()
    tiling["coreNum"], tiling["longCoreNum"] = planned.cores, planned.long_cores
    tiling["longCoreLength"], tiling["shortCoreLength"] = planned.long_core_elems, planned.short_core_elems
    tiling["tileLength"], tiling["bufferNum"] = planned.tile_elems, planned.buffers
    tiling["chunkLength"] = planned.chunk_elems
    return tiling.tobytes()
