# SPDX-License-Identifier: Apache-2.0
"""The published ladder of an addition: our own kernel with its switches, modelled beside what was measured there.

- `model_add(row)` is the timeline of one row, `model_scalar_add(elems)` that of the scalar loop
- `add_ladder()` is all rows with their errors
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.kernel import Kernel
from helpers.ladder import SCALAR_ELEMS as MODELLED_ELEMS
from helpers.ladder import range_at_pace
from helpers.published_timings import (
    ADD_MATRIX_ROWS,
    ADD_ROWS,
    ADD_SOURCE,
    SCALAR_ELEMS,
    SCALAR_MEASURED_CORE_US,
    SOURCES,
    AddRow,
)
from helpers.timeline import Range, Timeline


@dataclass(frozen=True)
class AddStep:
    """A row of the published table beside the model.

    Attributes:
        name: the row's.
        measured_us: in microseconds, as published in `source`; the task's time, for the scalar loop that of its core.
        time: modelled, from launch to end.
        scaled_from: elements that were modelled where they are fewer than the table's, else None.
        is_fitted: whether a value of the cost table was taken from this row alone, so that the two cannot disagree.
        source: where the measured time is published.
    """

    name: str
    measured_us: float
    time: Range
    scaled_from: int | None = None
    is_fitted: bool = False
    source: str = ADD_SOURCE

    @property
    def error(self) -> float:
        """Modelled over measured, less 1."""
        return self.time.seconds * 1e6 / self.measured_us - 1


def model_add(row: AddRow) -> Timeline:
    """The modelled timeline of the addition with the switches of `row`."""
    kernel = Kernel.from_source(SOURCES / "add.cpp", defines=row.defines)
    tensors = [np.broadcast_to(np.float16(0), (ADD_MATRIX_ROWS * ADD_MATRIX_ROWS,)) for _ in range(3)]
    return kernel.launch(*tensors, ADD_MATRIX_ROWS, block_dim=row.cores, level="model").timeline


def model_scalar_add(elems: int) -> Timeline:
    """The modelled timeline of the scalar loop over `elems` elements, a multiple of 4096."""
    kernel = Kernel.from_source(SOURCES / "scalar_add.cpp")
    # It reads from UB, which holds data only where instructions compute: not at level "model".
    return kernel.launch(*(np.zeros(elems, np.float16) for _ in range(3)), elems).timeline


def add_ladder() -> tuple[AddStep, ...]:
    """The published rows from the scalar loop on; that one is modelled on two short lengths and scaled."""
    ranges = [model_scalar_add(elems).range for elems in MODELLED_ELEMS]
    scalar_time = range_at_pace(MODELLED_ELEMS, ranges, SCALAR_ELEMS)
    scalar = AddStep("scalar loop, one core", SCALAR_MEASURED_CORE_US, scalar_time, MODELLED_ELEMS[-1], True)
    return (scalar, *(AddStep(row.name, row.measured_task_us, model_add(row).range) for row in ADD_ROWS))
