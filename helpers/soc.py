# SPDX-License-Identifier: Apache-2.0
"""The SoCs: `find_soc(name)` gives a row of the table in `host/soc_table.h`, `soc_table()` all of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from helpers.contract import check_choice
from helpers.planner import soc_rows


@dataclass(frozen=True)
class Soc:
    """One SoC as the planner and the simulator see it.

    Attributes:
        name: for example "Ascend910B1".
        family: "ascend910b" or "ascend310b", as an operator definition names it.
        npu_arch: `__NPU_ARCH__`, 2201 or 3002.
        cce_aicore: the older `__CCE_AICORE__`, 220 or 300.
        vector_cores: cores a pure vector kernel can use at once.
        full_bandwidth_cores: so many cores load float32 as fast as the memory gives.
        clock_mhz: of a vector core.
        ub_bytes: UB of one core.
        planned_ub_bytes: what a plan may use of it.
        overflow: "infnan" (IEEE results) or "saturate" (half results limited to +-65504, NaN to 0): what the runtime
            selects by default on this family.
    """

    name: str
    family: str
    npu_arch: int
    cce_aicore: int
    vector_cores: int
    full_bandwidth_cores: int
    clock_mhz: int
    ub_bytes: int
    planned_ub_bytes: int
    overflow: str


@functools.cache
def soc_table() -> dict[str, Soc]:
    """All SoCs by name, in the order of `host/soc_table.h`."""
    return {
        row["name"]: Soc(
            name=row["name"],
            family=row["family"],
            npu_arch=row["npuArch"],
            cce_aicore=row["cceAicore"],
            vector_cores=row["vectorCoreNum"],
            full_bandwidth_cores=row["fullBandwidthCores"],
            clock_mhz=row["clockMhz"],
            ub_bytes=row["ubBytes"],
            planned_ub_bytes=row["plannedUbBytes"],
            overflow="saturate" if row["saturatesOnly"] else "infnan",
        )
        for row in soc_rows()
    }


def find_soc(name: str) -> Soc:
    """The SoC called `name`. Raises ValueError or TypeError, naming the known ones."""
    table = soc_table()
    return table[check_choice("soc", name, tuple(table))]
