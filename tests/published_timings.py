# SPDX-License-Identifier: Apache-2.0
"""Published timings that the model is held against, and our own kernels that do the same work.

Sources: asc-devkit, examples/01_simd_cpp_api/05_best_practices: add_high_performance, data_copy, bank_conflict_ub
(Atlas A2, 48 vector cores at 1850 MHz); Ascend/msopprof, example/sample_* (Ascend 910B4).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AddRow:
    """A row of the table of add_high_performance: half, 8192 x 8192; microseconds as measured there."""

    name: str
    cores: int
    tile_elems: int
    buffers: int
    bypass_l2: int
    spread_banks: int
    measured_core_us: float
    measured_task_us: float
    measured_vector_us: float

    @property
    def defines(self) -> dict[str, int]:
        """The switches of add.cpp."""
        names = ("tile_elems", "buffers", "bypass_l2", "spread_banks")
        return {name.upper(): getattr(self, name) for name in names}


ADD_ROWS = (
    AddRow("one core, 8 KB", 1, 4096, 1, 0, 0, 6909.14, 6909.6, 761.65),
    AddRow("48 cores, 8 KB", 48, 4096, 1, 0, 0, 297.14, 306.58, 15.885),
    AddRow("48 cores, 32 KB", 48, 16384, 1, 0, 0, 261.5, 268.5, 12.845),
    AddRow("double buffer", 48, 16384, 2, 0, 0, 257.56, 264.02, 12.846),
    AddRow("inputs bypass L2", 48, 16384, 2, 1, 0, 185.15, 187.68, 12.846),
    AddRow("no bank conflict", 48, 16256, 2, 1, 1, 178.49, 184.52, 6.954),
)


@dataclass(frozen=True)
class CopyRow:
    """A row of the tables of data_copy, global memory to UB on 48 cores; microseconds as measured there."""

    name: str
    rows: int
    columns: int
    tile_rows: int
    tile_columns: int
    slices: int
    passes: int
    measured_mte2_us: float | None
    measured_core_us: float | None
    measured_task_us: float

    @property
    def defines(self) -> dict[str, int]:
        """The switches of copy.cpp."""
        names = ("rows", "columns", "tile_rows", "tile_columns", "slices", "passes")
        return {name.upper(): getattr(self, name) for name in names}


COPY_ROWS = (
    CopyRow("pieces of 128 B", 12288, 12288, 1, 64, 1, 1, 548.161, None, 564.84),
    CopyRow("64 rows of 128 B", 12288, 12288, 64, 64, 1, 1, 220.772, None, 233.54),
    CopyRow("64 rows of 2 KB", 12288, 12288, 64, 1024, 1, 1, 202.657, None, 215.82),
    CopyRow("64 unaligned rows of 2 KB", 12288, 12287, 64, 1024, 1, 1, 259.047, None, 275.3),
    CopyRow("four passes", 12288, 12288, 64, 1024, 1, 4, None, 816.05, 828.06),
    CopyRow("four passes over each quarter", 12288, 12288, 64, 1024, 4, 4, None, 354.56, 365.74),
)

# 1000 additions of 4096 floats; addresses of src0, src1, dst; ticks of 50 MHz as measured there.
BANK_ROWS = (
    (0x00000, 0x10100, 0x20000, 2390),
    (0x00000, 0x04000, 0x10000, 4167),
    (0x00000, 0x10000, 0x14100, 4167),
    (0x00000, 0x10100, 0x04000, 2389),
    (0x00000, 0x10100, 0x04020, 3751),
    (0x00000, 0x10100, 0x10100, 2390),
)
BANK_TICK_NS = 20.0


@dataclass(frozen=True)
class QueueRow:
    """A run of the msopprof samples on Ascend 910B4; microseconds as measured there.

    Attributes:
        measured_core_us: the middle of what is given where cores differ.
        measured_busy_us: of V, MTE2 and MTE3, where given.
    """

    name: str
    elems: int
    cores: int
    tile_elems: int
    buffers: int
    additions: int
    measured_core_us: float
    measured_task_us: float
    measured_busy_us: tuple[float, float, float] | None = None

    @property
    def defines(self) -> dict[str, int]:
        """The switches of queue_add.cpp."""
        return {name.upper(): getattr(self, name) for name in ("tile_elems", "buffers", "additions")}


_MANY = 80 * 1024 * 1024
QUEUE_ROWS = (
    QueueRow("10 tiles of 1 KB", 5120, 1, 512, 1, 1, 4.60, 5.18),
    QueueRow("4 KB, one core", _MANY, 1, 2048, 1, 1, 14974.34, 14975.22),
    QueueRow("4 KB, 8 cores", _MANY, 8, 2048, 1, 1, 2022.9, 2041.40),
    QueueRow("40 KB, 8 cores", _MANY, 8, 20480, 1, 1, 831.3, 892.02),
    QueueRow("40 KB, 8 additions", _MANY, 8, 20480, 1, 8, 1370.3, 1378.09, (844.0, 509.3, 203.9)),
    QueueRow("20 KB twice, 8 additions", _MANY, 8, 10240, 2, 8, 945.8, 959.62),
)
