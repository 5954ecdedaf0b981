# SPDX-License-Identifier: Apache-2.0
"""The timing engine of helpers/simulator/timing, loaded once per process: costs and instructions in, times out."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass

import numpy as np

from helpers.build import SIMULATOR, build_library
from helpers.errors import LaunchError
from helpers.instruction_costs import timed_kinds, with_hits
from helpers.instruction_stream import InstructionStream
from helpers.soc_costs import SocCosts

_TEXT_BYTES = 256
SOURCES = ("memory_share", "scalar_progress", "core_timing", "engine", "c_api")
PIPES = 4


class _Machine(ctypes.Structure):
    """struct Machine of helpers/simulator/timing/program.h, with its MemoryRates."""

    _fields_ = [
        ("of_one", ctypes.c_double * 4),
        ("dram", ctypes.c_double),
        ("dram_reads", ctypes.c_double),
        ("l2", ctypes.c_double),
        ("hand_off_ns", ctypes.c_double),
        ("init_ns", ctypes.c_double),
        ("start_span_ns", ctypes.c_double),
        ("core_num", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    """struct Program."""

    _fields_ = [
        ("kinds", ctypes.c_void_p),
        ("numbers", ctypes.c_void_p),
        ("block_ends", ctypes.c_void_p),
        ("block_num", ctypes.c_uint64),
    ]


class _Times(ctypes.Structure):
    """struct Times."""

    _fields_ = [
        ("start_ns", ctypes.c_void_p),
        ("end_ns", ctypes.c_void_p),
        ("dependency", ctypes.c_void_p),
        ("block_start_ns", ctypes.c_void_p),
        ("block_end_ns", ctypes.c_void_p),
        ("busy_ns", ctypes.c_void_p),
        ("core_of", ctypes.c_void_p),
    ]


@dataclass(frozen=True)
class Times:
    """What the engine found, in nanoseconds from the start of the first block.

    Attributes:
        start_ns, end_ns: of each instruction, in the order of the stream; None if not asked for.
        dependency: the instruction that let each one start, by its place in the stream; -1 for none.
        block_start_ns, block_end_ns: of each block; the start is before its initialisation.
        busy_ns: of each block and pipe.
        core_of: the core that ran each block.
    """

    start_ns: np.ndarray | None
    end_ns: np.ndarray | None
    dependency: np.ndarray | None
    block_start_ns: np.ndarray
    block_end_ns: np.ndarray
    busy_ns: np.ndarray
    core_of: np.ndarray


@functools.cache
def _library() -> ctypes.CDLL:
    sources = [SIMULATOR / "timing" / f"{name}.cpp" for name in SOURCES]
    library = ctypes.CDLL(str(build_library("timing", sources, [SIMULATOR / "timing"]).artefact))
    library.TimingRun.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64]
    library.TimingRun.restype = ctypes.c_uint32
    return library


def run_timing(stream: InstructionStream, costs: SocCosts, *, warm: bool = False, each: bool = True) -> Times:
    """Time a launch; `each` asks for the times of every instruction, 24 B each.

    Raises:
        LaunchError: a block waits for what never comes, for example for a core that the model cannot follow.
        ArgumentValueError: a cost that no source gives and the caller did not.
    """
    numbers, kinds = with_hits(stream, timed_kinds(stream, costs, warm), costs)
    numbers = np.ascontiguousarray(numbers, np.uint32)
    ends = np.cumsum(stream.lengths).astype(np.uint64)
    blocks = len(ends)
    start, end = (np.zeros(len(numbers)) if each else None for _ in range(2))
    dependency = np.full(len(numbers), -1, np.int64) if each else None
    times = Times(
        start, end, dependency, np.zeros(blocks), np.zeros(blocks), np.zeros((blocks, PIPES)), np.zeros(blocks, "u4")
    )
    program = _Program(_address(kinds), _address(numbers), _address(ends), blocks)
    pointers = _Times(*(_address(getattr(times, name)) for name in Times.__dataclass_fields__))
    text = ctypes.create_string_buffer(_TEXT_BYTES)
    machine = _machine(costs)
    status = _library().TimingRun(
        ctypes.byref(program), ctypes.byref(machine), ctypes.byref(pointers), text, _TEXT_BYTES
    )
    if status != 0:
        raise LaunchError(
            f"no modelled time: {text.value.decode()}. Next: run the launch at level 'checked', which says what it "
            "waits for"
        )
    return times


def _address(array: np.ndarray | None) -> int | None:
    return None if array is None else array.ctypes.data


def _machine(costs: SocCosts) -> _Machine:
    per_ns = 1e-9
    read, write = (costs.value(f"{way}_per_cycle") * costs.value("clock") * per_ns for way in ("read", "write"))
    dram = costs.value("dram_bandwidth") * per_ns
    return _Machine(
        of_one=(ctypes.c_double * 4)(read, write, read, write),
        dram=dram * costs.value("dram_share"),
        dram_reads=dram * costs.value("dram_read_share"),
        l2=costs.value("l2_bandwidth") * per_ns,
        hand_off_ns=costs.value("hand_off"),
        init_ns=costs.value("init"),
        start_span_ns=costs.value("start_span"),
        core_num=int(costs.value("vector_cores")),
    )
