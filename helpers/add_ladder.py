# SPDX-License-Identifier: Apache-2.0
"""The published ladder of an addition: our own kernel with its switches, modelled beside what was measured there.

- `model_add(row)` is the timeline of one row, `add_ladder()` all rows with their errors
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.kernel import Kernel
from helpers.ladder import range_at_pace
from helpers.published_timings import ADD_MATRIX, ADD_ROWS, ADD_SCALAR_ROW, ADD_SOURCE, SOURCES, AddRow
from helpers.timeline import Range, Timeline

_SCALAR_ROWS = (4, 8)  # of the matrix, modelled where every element takes instructions of its own


@dataclass(frozen=True)
class AddStep:
    """A row of the published table beside the model.

    Attributes:
        row: the switches, and what was measured.
        time: modelled, from launch to end, as the table's task time.
        scaled_from: elements that were modelled where they are fewer than the table's, else None.
        source: where the measured time is published.
    """

    row: AddRow
    time: Range
    scaled_from: int | None
    source: str = ADD_SOURCE

    @property
    def is_fitted(self) -> bool:
        """Whether a value of the cost table was taken from this very row, so that the two cannot disagree."""
        return bool(self.row.scalar)

    @property
    def error(self) -> float:
        """Modelled over measured, less 1."""
        return self.time.seconds * 1e6 / self.row.measured_task_us - 1


def model_add(row: AddRow, matrix_rows: int = ADD_MATRIX[0]) -> Timeline:
    """The modelled timeline of the addition with the switches of `row`, over so many rows of the matrix."""
    kernel = Kernel.from_source(SOURCES / "add.cpp", defines=row.defines)
    elems = matrix_rows * ADD_MATRIX[1]
    if row.scalar:  # it reads from UB, which holds data only where instructions compute
        tensors = [np.zeros(elems, np.float16) for _ in range(3)]
        return kernel.launch(*tensors, matrix_rows, block_dim=row.cores).timeline
    tensors = [np.broadcast_to(np.float16(0), (elems,)) for _ in range(3)]
    return kernel.launch(*tensors, matrix_rows, block_dim=row.cores, level="model").timeline


def add_ladder() -> tuple[AddStep, ...]:
    """The published rows from the scalar loop on; that one is modelled on a few rows of the matrix and scaled."""
    lengths = [rows * ADD_MATRIX[1] for rows in _SCALAR_ROWS]
    ranges = [model_add(ADD_SCALAR_ROW, rows).range for rows in _SCALAR_ROWS]
    scalar = AddStep(ADD_SCALAR_ROW, range_at_pace(lengths, ranges, math.prod(ADD_MATRIX)), lengths[-1])
    return (scalar, *(AddStep(row, model_add(row).range, None) for row in ADD_ROWS))
