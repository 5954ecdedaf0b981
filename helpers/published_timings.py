# SPDX-License-Identifier: Apache-2.0
"""Published timings that the model is held against, and our own kernels that do the same work.

Sources: asc-devkit, examples/01_simd_cpp_api/05_best_practices: add_high_performance, data_copy, bank_conflict_ub
(Atlas A2, 48 vector cores at 1850 MHz); Ascend/msopprof, example/sample_* (Ascend 910B4).

Costs were fitted to totals of add_high_performance, data_copy, bank_conflict_ub and the first samples of msopprof
(`soc_costs(soc).table()` says which); nothing was fitted to BEYOND_ROWS or LONGER_TILE,
nor to how busy times split between pipes.

Not used: the published reductions of 256 floats (asc-devkit, guide to reductions: 100 rounds of two ReduceRepeat
13 us, of three ReduceDataBlock 13.94 us, of one of each 8.44 us). No cost per instruction and per step meets all three.
Nor the quick start of msopprof (8 cores, each 2048 elements of an addition in half at 1800 MHz, 7.5 to 10.0 us): it
does not give the kernel. For 16 tiles of 256 bytes the model has 4.0 us: what S does besides issuing is not in it.
Rows of the matrix unit, of Ascend 950 and of SIMT kernels are not what this model is of.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.build_cache import CHECKOUT

SOURCES = CHECKOUT / "helpers" / "published"
ADD_SOURCE = "asc-devkit, sample add_high_performance (Atlas A2, 1850 MHz)"
ADD_MATRIX_ROWS = 8192  # of as many elements


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


LONGER_TILE = ADD_ROWS[2].defines | {"TILE_ELEMS": 16512}
LONGER_TILE_MEASURED_TASK_US = 267.76

# The scalar loop on one core: all 8192 x 8192 elements.
SCALAR_ELEMS = 8192 * 8192
SCALAR_MEASURED_CORE_US = 1239688.63
SCALAR_MEASURED_SCALAR_US = 1233742.494


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


@dataclass(frozen=True)
class WholeCopyRow:
    """A row of data_copy in which every core loads the whole of a matrix of 6144 x 512 halves past L2.

    Attributes:
        rotated: whether each core begins with other rows than its neighbours.
        modelled_share: the modelled over the measured time of MTE2, a lower and an upper bound; see the test.
    """

    name: str
    rotated: int
    measured_mte2_us: float
    measured_task_us: float
    modelled_share: tuple[float, float]

    @property
    def defines(self) -> dict[str, int]:
        """The switches of copy_whole.cpp."""
        return {"ROWS": 6144, "COLUMNS": 512, "TILE_ROWS": 128, "TILE_COLUMNS": 64, "ROTATED": self.rotated}


WHOLE_COPY_ELEMS = 6144 * 512
# The model knows neither that many cores at one address wait for each other, nor what runs of 128 bytes cost past L2.
BEYOND_ROWS = (
    WholeCopyRow("all cores at one place", 0, 474.717, 539.42, (0.43, 0.47)),
    WholeCopyRow("each core at a place of its own", 1, 307.38, 328.88, (0.67, 0.71)),
)


@dataclass(frozen=True)
class BankRow:
    """A scenario of bank_conflict_ub: 1000 additions of 4096 floats.

    Attributes:
        left, right, sum: addresses in UB.
        measured_ticks: of 50 MHz.
        left_strides: how far blocks and repeats of the first source are apart, in data blocks.
        within: bound of the error.
    """

    left: int
    right: int
    sum: int
    measured_ticks: int
    left_strides: tuple[int, int] = (1, 8)
    within: float = 0.03

    @property
    def defines(self) -> dict[str, int]:
        """The switches of bank.cpp."""
        return {"TIMES": 1000, "LEFT_BLOCK": self.left_strides[0], "LEFT_REPEAT": self.left_strides[1]}


BANK_ROWS = (
    BankRow(0x00000, 0x10100, 0x20000, 2390),
    BankRow(0x00000, 0x04000, 0x10000, 4167),
    BankRow(0x00000, 0x10000, 0x14100, 4167),
    BankRow(0x00000, 0x10100, 0x04000, 2389),
    BankRow(0x00000, 0x10100, 0x04020, 3751),
    BankRow(0x00000, 0x10100, 0x10100, 2390),
    # By the published layout 32 of 64 steps conflict; measured is as if it were 45.
    BankRow(0x00000, 0x10100, 0x10100, 3584, (0, 1), 0.10),
    BankRow(0x00000, 0x10100, 0x10100, 2389, (0, 8)),
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
