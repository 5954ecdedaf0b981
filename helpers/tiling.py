# SPDX-License-Identifier: Apache-2.0
"""How one call is divided over cores and tiles.

- `plan(n_or_shape, dtype, reduction, soc)` asks the planner in `host/`, without any array, for any length
- `Plan.core_ranges()` and `Plan.tiles(core)` say which elements go where
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.contract import check_choice, check_dtype, check_reduction, check_shape
from helpers.errors import ArgumentTypeError, ArgumentValueError
from helpers.planner import plan_tiling
from helpers.soc import find_soc

MAX_ELEMS = 2**40
VARIANTS = ("plain", "precise")
_REDUCTIONS = {"mean": 1, "sum": 2}  # enum class Reduction of host/mse_loss_grad_v1_tiling.h
_SUCCESS, _EMPTY_TENSOR = 0, 1  # enum class PlanStatus


@dataclass(frozen=True)
class Plan:
    """The tiling of one call. Lengths are in elements unless the name says bytes.

    Attributes:
        elems: N, the elements of each tensor; 0 plans nothing and launches nothing.
        dtype, reduction, soc: as asked for.
        cores: blocks to launch.
        long_cores: the first so many cores own `long_core_elems`, the others `short_core_elems`.
        tile_elems: elements per transfer between global memory and UB.
        buffers: UB buffers per queue.
        chunk_elems: elements in the float32 work buffers at a time; 0 for the plain kernel in float32, which has none.
        scale: the float32 factor 2 / N or 2.
        tiling_bytes: the struct the kernel reads.
        variant: the kernel it is for, "plain" or "precise".
    """

    elems: int
    dtype: str
    reduction: str
    soc: str
    cores: int
    long_cores: int
    long_core_elems: int
    short_core_elems: int
    tile_elems: int
    buffers: int
    chunk_elems: int
    scale: float
    tiling_bytes: bytes
    variant: str = "plain"

    def core_range(self, core: int) -> range:
        """The flat element indices that `core` owns."""
        long_before = min(core, self.long_cores)
        start = long_before * self.long_core_elems + (core - long_before) * self.short_core_elems
        share = self.long_core_elems if core < self.long_cores else self.short_core_elems
        return range(start, min(start + share, self.elems))

    def core_ranges(self) -> list[range]:
        """`core_range` of every core."""
        return [self.core_range(core) for core in range(self.cores)]

    def tiles(self, core: int) -> list[range]:
        """The flat element indices of each tile of `core`, in the order they are processed."""
        owned = self.core_range(core)
        return [owned[start : start + self.tile_elems] for start in range(0, len(owned), self.tile_elems)]

    def __str__(self) -> str:
        if self.elems == 0:
            return f"{self.soc} {self.dtype} {self.reduction}: empty tensor, nothing to launch"
        return (
            f"{self.soc} {self.dtype} {self.reduction}: N = {self.elems}, "
            f"{self.cores} {'core' if self.cores == 1 else 'cores'} x up to "
            f"{self.long_core_elems} elements, tiles of {self.tile_elems}, scale {self.scale:.9g}"
        )


def plan(
    n_or_shape: int | Sequence[int],
    dtype: object,
    reduction: str = "mean",
    soc: str = "Ascend910B1",
    variant: str = "plain",
) -> Plan:
    """Plan one call of the operator.

    Args:
        n_or_shape: the element count N, or a shape of up to 8 dimensions; 0 to 2**40 elements.
        dtype: "float16" or "float32".
        reduction: "mean" or "sum".
        soc: a name of the SoC table.
        variant: "plain" is the operator's kernel; "precise" is that of kernel/precise, for float32 alone.

    Raises:
        ValueError, TypeError: an argument is outside what is listed above; nothing was planned.
    """
    if isinstance(n_or_shape, (bool, np.bool_)):
        raise ArgumentTypeError("n_or_shape", n_or_shape, "an element count or a shape")
    shape = check_shape(n_or_shape, "n_or_shape")
    elems = math.prod(shape)
    if elems > MAX_ELEMS:
        raise ArgumentValueError("n_or_shape", n_or_shape, f"up to 2**40 elements in all, not {elems}")
    checked_dtype, checked_reduction, found_soc = check_dtype(dtype), check_reduction(reduction), find_soc(soc)
    check_choice("variant", variant, VARIANTS)
    if variant == "precise" and checked_dtype != np.float32:
        allowed = "'plain' for float16, which computes in float32 and is within 0.501 ulp as it is"
        raise ArgumentValueError("variant", variant, allowed)
    status, tiling, fields = plan_tiling(
        elems,
        checked_dtype.itemsize,
        _REDUCTIONS[checked_reduction],
        found_soc.vector_cores,
        found_soc.full_bandwidth_cores,
        found_soc.clock_mhz,
        found_soc.planned_ub_bytes,
        precise=variant == "precise",
    )
    if status not in (_SUCCESS, _EMPTY_TENSOR):
        raise RuntimeError(f"the planner answered status {status} for {elems} elements of {checked_dtype} on {soc}")
    return Plan(
        elems=elems,
        dtype=checked_dtype.name,
        reduction=checked_reduction,
        soc=found_soc.name,
        cores=fields["coreNum"],
        long_cores=fields["longCoreNum"],
        long_core_elems=fields["longCoreLength"],
        short_core_elems=fields["shortCoreLength"],
        tile_elems=fields["tileLength"],
        buffers=fields["bufferNum"],
        chunk_elems=fields["chunkLength"],
        scale=float(np.float32(fields["scale"])),
        tiling_bytes=tiling,
        variant=variant,
    )
