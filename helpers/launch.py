# SPDX-License-Identifier: Apache-2.0
"""Run a built kernel once, in a child process (helpers/worker.py).

- `launch(program, tensors, arguments, settings)` starts it, waits within the time limit, gathers what it reports
- `LaunchResult` holds findings, totals per call and the instruction log
"""

from __future__ import annotations

import contextlib
import functools
import json
import mmap
import numbers
import os
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from helpers.errors import ArgumentTypeError, ArgumentValueError, LaunchError
from helpers.findings import Findings, collect
from helpers.instruction_stream import TIMING_LIMIT, InstructionStream, read_stream
from helpers.kernel_state import is_stateless
from helpers.printed import OUTPUT_FILE_BYTES, read_printed
from helpers.shared_tensor import SHARED_FROM_BYTES, KernelTensor, anonymous_file, poison
from helpers.tensor_list import TensorList
from helpers.timeline import Timeline, model_time
from helpers.worker import EXIT_IDLE, Worker, give, take

COMPUTING_LEVELS = ("fast", "checked")
LEVELS = (*COMPUTING_LEVELS, "model")
SCHEDULES = ("eager", "on_wait", "random")
CHECK_NAMES = (
    "buffer-state",
    "copy-length",
    "alignment",
    "ub-bounds",
    "gm-bounds",
    "cast-mode",
    "vector-shape",
    "atomic-type",
    "compare-length",
    "reserved-ub",
    "race",
    "unwritten",
    "core-race",
    "stale-line",
    "operand-overlap",
)
PIPE_NAMES = ("S", "V", "MTE2", "MTE3")
FLAG_NAMES = ("", "SetFlag", "WaitFlag", "CrossCoreSetFlag", "PipeBarrier")

LOG_LIMIT = 1 << 18  # instructions kept by each thread, 80 B each
FINDING_LIMIT = 4096
MAX_TIMEOUT_SECONDS = 7 * 86400.0  # a week; what select() can wait for is not much longer
_MEMORY_MARGIN_BYTES = 1 << 30  # address space for code, stacks and the simulator itself
_THREAD_MARGIN_BYTES = 1 << 27  # address space that the C library reserves per thread

# struct LogRecord of helpers/simulator/core/event_log.h
_RECORD = np.dtype(
    [
        ("core", "u4"),
        ("sequence", "u4"),
        ("order", "u4"),
        ("elements", "u4"),
        ("call", "u2"),
        ("file", "u2"),
        ("line", "u4"),
        ("pipe", "u1"),
        ("flag", "u1"),
        ("flag_source", "u1"),
        ("flag_destination", "u1"),
        ("flag_id", "u1"),
        ("gm_tensor", "u1"),
        ("reserved", "u2"),
        ("gm_offset_bytes", "u8"),
        ("gm_bytes", "u8"),
        ("ub_address", "u4", 4),
        ("ub_bytes", "u4", 4),
    ]
)


@dataclass(frozen=True)
class Settings:
    """How to run a launch.

    Attributes:
        block_dim: blocks to run, 1 to 65535.
        npu_arch: 2201 or 3002; what a call leaves in the mask register differs.
        ub_bytes: UB of each core.
        soc: its name, for modelled times.
        cores: vector cores of the SoC, which blocks that wait for each other share; 0 if not known.
        overflow: "infnan" or "saturate".
        flush_to_zero: whether subnormals become zero.
        level: "fast" (no checks), "checked", or "model": checked, with instructions that compute nothing.
        tiling_key: what the kernel's TILING_KEY_IS asks for.
        schedule: "eager", "on_wait" or "random"; what order the pipes take within what flags allow.
        strict_sync: whether the kernel's own synchronisation is all there is, as without --cce-auto-sync.
        seed: draws the order of blocks, and of pipes under "random".
        checks_off: names of CHECK_NAMES to leave out.
        threads: worker threads; None takes one per processor.
        timeout_seconds: wall time after which the child is ended.
        memory_limit_bytes: address space beyond the tensors.
    """

    block_dim: int
    npu_arch: int
    ub_bytes: int
    soc: str = ""
    cores: int = 0
    overflow: str = "infnan"
    flush_to_zero: bool = False
    tiling_key: int = 0
    level: str = "checked"
    schedule: str = "on_wait"
    strict_sync: bool = False
    seed: int = 0
    checks_off: tuple[str, ...] = ()
    threads: int | None = None
    timeout_seconds: float = 120.0
    memory_limit_bytes: int = _MEMORY_MARGIN_BYTES

    def __post_init__(self) -> None:
        if self.threads is not None:
            if isinstance(self.threads, bool) or not isinstance(self.threads, numbers.Integral):
                raise ArgumentTypeError("threads", self.threads, "a whole number of threads from 1, or None")
            if self.threads < 1:
                raise ArgumentValueError("threads", self.threads, "a whole number of threads from 1, or None")
        if isinstance(self.timeout_seconds, bool) or not isinstance(self.timeout_seconds, numbers.Real):
            raise ArgumentTypeError("timeout_seconds", self.timeout_seconds, "a number of seconds above 0")
        if not 0 < self.timeout_seconds <= MAX_TIMEOUT_SECONDS:
            raise ArgumentValueError(
                "timeout_seconds", self.timeout_seconds, f"a number of seconds above 0, up to {MAX_TIMEOUT_SECONDS:.0f}"
            )


@dataclass(frozen=True)
class CallTotals:
    """Sums over all instructions of one API call."""

    call: str
    instructions: int
    elements: int
    bytes_from_gm: int
    bytes_to_gm: int


@dataclass(frozen=True)
class InstructionLog:
    """The instructions in execution order, core by core.

    Attributes:
        records: structured array; `call` and `file` index `names`, `pipe` indexes PIPE_NAMES, `flag` FLAG_NAMES,
            `gm_tensor` indexes `tensors` (255: none). `sequence` is the place in program order, `order` in execution.
        names: API calls and source files.
        tensors: names of the global tensors.
        dropped: instructions beyond the limit, which are counted but not kept.
    """

    records: np.ndarray
    names: tuple[str, ...]
    tensors: tuple[str, ...]
    dropped: int

    def call_of(self, record: np.void) -> str:
        """The API call of one record."""
        return self.names[record["call"]]

    def on_core(self, core: int) -> np.ndarray:
        """The records of one core, in execution order."""
        return self.records[self.records["core"] == core]


@dataclass(frozen=True)
class LaunchResult:
    """What came out of one launch besides the tensors.

    Attributes:
        findings, counters, instructions: what the checks said, sums per API call, and the instructions.
        output: what the kernel printed, block by block, as helpers/printed.py puts it in order.
        kernel_seconds: the child's wall time in the blocks.
        stream: the instructions in program order, as the timing model takes them; None at level "fast".
        soc: what it ran on; "" if the caller did not say.
    """

    findings: Findings
    counters: tuple[CallTotals, ...]
    instructions: InstructionLog
    output: str
    kernel_seconds: float
    stream: InstructionStream | None = field(default=None, repr=False)
    soc: str = field(default="", repr=False)

    @functools.cached_property
    def timeline(self) -> Timeline:
        """When each instruction would start and end on the SoC, modelled; `model_time` takes other costs."""
        return model_time(self.stream, self.soc)


def launch(
    program: Path, tensors: Sequence[KernelTensor], arguments: Sequence[int | bytes | TensorList], settings: Settings
) -> LaunchResult:
    """Run `program` on `tensors`; an argument is the index of a tensor, the bytes of a value or a list of tensors.

    Whatever ends the child early, a crash, the time limit or exit() in the kernel, is a finding of the result. A tensor
    that starts poisoned is poison throughout then.

    Raises:
        LaunchError: the child could not start the kernel, for example for lack of memory.
    """
    with contextlib.ExitStack() as stack:
        report = stack.enter_context(os.fdopen(anonymous_file("report"), "r+b"))
        log = stack.enter_context(os.fdopen(anonymous_file("log"), "r+b"))
        output = stack.enter_context(tempfile.TemporaryFile())
        timing = stack.enter_context(os.fdopen(anonymous_file("timing"), "r+b"))
        files = [report.fileno(), log.fileno(), output.fileno(), timing.fileno()]
        words = _words(tensors, arguments, settings, files)
        worker = _launch_on_worker(program, words, files, [tensor.block for tensor in tensors], settings)
        records = _read_records(report)
        text = read_printed(output, settings.block_dim, settings.npu_arch)
        if refused := [record for record in records if record["record"] == "refused"]:
            raise LaunchError(f"{program.name}: {refused[0]['message']}")
        ends = [record for record in records if record["record"] == "end"]
        found = [record for record in records if record["record"] == "finding"]
        if not ends:
            poison([tensor for tensor in tensors if tensor.starts_poisoned])
            if not any(record["code"] in ("crash", "timeout") for record in found):
                found.append(_lost_child(worker, settings))
        lists = [argument.name for argument in arguments if isinstance(argument, TensorList)]
        instructions = _instructions(records, log, (*(tensor.name for tensor in tensors), *lists))
        return LaunchResult(
            findings=collect(found, ends[0]["findings_dropped"] if ends else 0),
            counters=_totals(records),
            instructions=instructions,
            output=text,
            kernel_seconds=ends[0]["kernel_nanoseconds"] * 1e-9 if ends else float("nan"),
            stream=read_stream(records, timing, instructions.names, tensors),
            soc=settings.soc,
        )


def _launch_on_worker(
    program: Path, words: Sequence[str], files: Sequence[int], blocks: Sequence[int], settings: Settings
) -> Worker:
    """Have a worker launch; it is kept for another launch only if nothing of this one can have stayed in it."""
    while True:
        worker = take(program)
        done = worker.launch(words, files, blocks, settings.timeout_seconds)
        if done and is_stateless(program):
            give(worker)
        elif done:
            worker.end()
        elif worker.return_code == EXIT_IDLE:
            continue  # it was about to end just when it was taken, and launched nothing
        return worker


def _words(
    tensors: Sequence[KernelTensor], arguments: Sequence[int | bytes | TensorList], settings: Settings, files: list[int]
) -> list[str]:
    """The launch as runner/request.cpp reads it; `files` gains those of the tensors."""
    threads = settings.threads or _processors()
    memory = sum(tensor.bytes for tensor in tensors) + settings.memory_limit_bytes + threads * _THREAD_MARGIN_BYTES
    log_limit, timing_limit = (0, 0) if settings.level == "fast" else (LOG_LIMIT, TIMING_LIMIT)
    log_bytes = max(threads, settings.cores) * (log_limit * _RECORD.itemsize + timing_limit * 4)
    options: list[tuple[str, object]] = [
        ("--report-file", 0),  # first: what is wrong with the others is reported there
        ("--log-file", 1),
        ("--output-file", 2),
        ("--timing-file", 3),
        ("--blocks", settings.block_dim),
        ("--npu-arch", settings.npu_arch),
        ("--ub-bytes", settings.ub_bytes),
        ("--cores", settings.cores),
        ("--overflow", settings.overflow),
        ("--flush-to-zero", int(settings.flush_to_zero)),
        ("--tiling-key", settings.tiling_key),
        ("--level", settings.level),
        ("--schedule", "eager" if settings.level == "fast" else settings.schedule),
        ("--strict-sync", int(settings.strict_sync)),
        ("--seed", settings.seed),
        ("--threads", threads),
        ("--memory-bytes", memory),
        ("--finding-limit", FINDING_LIMIT),
        ("--file-bytes", OUTPUT_FILE_BYTES + log_bytes),
        ("--log", log_limit),
        ("--timing", timing_limit),
    ]
    options += [("--off", name) for name in settings.checks_off]
    for tensor in tensors:
        role = "poisoned-out" if tensor.starts_poisoned else tensor.role
        place = "none"
        if tensor.descriptor is not None:
            place = len(files)
            files.append(tensor.descriptor)
        options.append(("--gm", f"{tensor.name},{role},{place},{tensor.bytes},{tensor.block}"))
    options += [("--arg", _argument_word(argument)) for argument in arguments]
    return [str(word) for option in options for word in option]


def _argument_word(argument: int | bytes | TensorList) -> str:
    if isinstance(argument, TensorList):
        return f"list:{argument.header.hex()}:{','.join(map(str, argument.tensors))}"
    return f"value:{argument.hex()}" if isinstance(argument, bytes) else f"gm:{argument}"


def _processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_records(report) -> list[dict]:
    report.seek(0)
    records = []
    for line in report.read().split(b"\n"):
        with contextlib.suppress(ValueError):  # a line cut short by the end of the child
            records.append(json.loads(line))
    return records


def _lost_child(worker: Worker, settings: Settings) -> dict:
    return_code = worker.return_code
    if worker.timed_out:
        message = f"the launch was still running after {settings.timeout_seconds} s and did not answer"
        code, actual, remedy = "timeout", 0, "check the kernel's loops, or raise timeout_seconds"
    elif return_code < 0:
        name = signal.Signals(-return_code).name
        message = f"the child process was ended by {name} before the kernel finished"
        code, actual, remedy = "exit", return_code, "check the machine's memory; on SIGKILL the system may have run out"
    else:
        message = f"the child process ended with exit code {return_code} before the kernel finished"
        code, actual, remedy = "exit", return_code, "remove exit() and its like: a kernel returns"
    empty = {"call": "kernel", "file": "", "line": 0, "operand": "", "core": 0, "severity": "error", "expected": 0}
    return {"record": "finding", **empty, "code": code, "message": message, "actual": actual, "remedy": remedy}


def _totals(records: list[dict]) -> tuple[CallTotals, ...]:
    names = CallTotals.__dataclass_fields__
    return tuple(CallTotals(**{k: r[k] for k in names}) for r in records if r["record"] == "totals")


def _instructions(records: list[dict], log, tensors: tuple[str, ...]) -> InstructionLog:
    header = next((record for record in records if record["record"] == "log"), {"names": [], "dropped": 0})
    log_bytes = os.fstat(log.fileno()).st_size // _RECORD.itemsize * _RECORD.itemsize
    # Read when looked at: a mapping costs nothing before, but it may not be empty, and it holds a file open.
    if log_bytes >= SHARED_FROM_BYTES:
        content: bytes | mmap.mmap = mmap.mmap(log.fileno(), log_bytes, access=mmap.ACCESS_READ)
    else:
        content = os.pread(log.fileno(), log_bytes, 0)
    rows = np.frombuffer(content, dtype=_RECORD)  # the child has put them in order
    return InstructionLog(rows, tuple(header["names"]), tensors, header["dropped"])
