# SPDX-License-Identifier: Apache-2.0
"""However the process of a kernel ends, it is a finding within the time limit and nothing of it is left."""

import gc
import os
import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from running import processes

from helpers import Kernel, worker
from helpers.findings import Finding

SOURCE = Path(__file__).parent / "deaths.cpp"
RUNS = 200
BLOCKS = 3
TIMEOUT_SECONDS = 0.15
GRACE_SECONDS = 0.15  # in place of the 2 s that a process has to end by itself
PATIENCE_SECONDS = 30.0  # the limit of what ends by itself, however busy the machine and however many files it allows
WAYS = re.search(r"enum Way \{(.*?)\}", SOURCE.read_text(encoding="utf-8"), re.DOTALL)[1].replace(",", " ").split()
# What may be said of each; a process that closed its files, or is another program by now, cannot be told apart from
# one that ended.
CODES = {way: {"crash"} for way in WAYS}
CODES |= {way: {"timeout"} for way in WAYS if re.search("SPIN|SLEEP|STOP|TERMINATE|WITHOUT_END", way)}
CODES |= {way: {"exit"} for way in WAYS if re.search("EXIT|CLOSE_FILES|EXEC$|KILL|NEW_SESSION", way)}
CODES |= {
    "EXCEPTION": {"exception"},
    "EXCEPTION_IN_THREAD": {"exit"},
    "FORK_AND_RETURN": set(),
    "OUT_OF_FILES": {"exit"},
    "OUT_OF_MEMORY": {"out-of-memory"},
    "OUT_OF_THREADS": {"exception", "timeout"},
    "RETURN_WHILE_OTHERS_WAIT": {"sync-all-deadlock"},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    worker.end_spares()
    monkeypatch.setattr(worker, "_GRACE_SECONDS", GRACE_SECONDS)
    yield
    worker.end_spares()


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return Kernel.from_source(SOURCE, "deadly")


def die(kernel: Kernel, way: str, timeout_seconds: float = TIMEOUT_SECONDS) -> tuple[Finding, ...]:
    """Launch once; the arrays are other ones each time, so that their memory is given back too."""
    y, workspace = np.zeros(16 * BLOCKS, np.int32), np.zeros(4096, np.int32)
    result = kernel.launch(
        y,
        workspace,
        np.uint32(WAYS.index(way)),
        block_dim=BLOCKS,
        timeout_seconds=timeout_seconds,
        raise_on_finding=False,
    )
    return result.findings


def holdings() -> dict[str, object]:
    """All that a launch may take: processes, zombies among them, threads, open files, mappings, files."""
    gc.collect()
    held: dict[str, object] = {
        "processes": processes("program-deadly") + [p for p in processes("") if p[1] == os.getpid()],
        "threads": threading.active_count(),
        "temporary files": sorted(os.listdir(tempfile.gettempdir())),
    }
    if Path("/proc/self/fd").is_dir():
        held["open files"] = len(os.listdir("/proc/self/fd"))
        held["system threads"] = len(os.listdir("/proc/self/task"))
        # The allocator's own come and go; files that are mapped, tensors among them, do not.
        mappings = Path("/proc/self/maps").read_text().splitlines()
        held["mapped files"] = sorted(line.split()[5] for line in mappings if len(line.split()) > 5)
    if Path("/dev/shm").is_dir():
        held["shared memory"] = sorted(os.listdir("/dev/shm"))
    return held


@pytest.fixture
def nothing_left(kernel, tmp_path, monkeypatch):
    """Compares what this process holds before and after. Launches reuse memory, so two of them come first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    die(kernel, "SPIN")
    die(kernel, "EXIT")
    before = holdings()
    yield
    assert holdings() == before


@pytest.mark.usefixtures("nothing_left")
def test_two_hundred_deaths_are_findings_and_leave_nothing(kernel):
    for number in range(RUNS):
        way = WAYS[number % len(WAYS)]
        timeout_seconds = TIMEOUT_SECONDS if "timeout" in CODES[way] else PATIENCE_SECONDS
        started = time.monotonic()
        findings = die(kernel, way, timeout_seconds)
        # The limit, the grace twice, and what a busy machine takes to start and to end a process.
        assert time.monotonic() - started < timeout_seconds + 2 * GRACE_SECONDS + 10, way
        codes = {finding.code for finding in findings}
        assert codes <= CODES[way] and bool(codes) == bool(CODES[way]), (way, [str(each) for each in findings])


def spinning_workers() -> list[int]:
    return [number for number, parent in processes("program-deadly") if parent == os.getpid()]


def once_it_runs(action) -> threading.Thread:
    """Does something to the worker as soon as there is one."""

    def wait() -> None:
        while not spinning_workers():
            time.sleep(0.005)
        time.sleep(0.02)
        action()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.usefixtures("nothing_left")
def test_a_worker_that_something_else_kills_is_a_finding(kernel):
    for _ in range(5):
        thread = once_it_runs(lambda: os.kill(spinning_workers()[0], signal.SIGKILL))
        findings = die(kernel, "SPIN", timeout_seconds=30)
        thread.join()
        assert [finding.code for finding in findings] == ["exit"]
        assert "SIGKILL" in findings[0].message


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.skipif(sys.platform == "win32", reason="interrupts this process by a signal")
def test_an_interrupt_during_a_launch_ends_the_worker(kernel):
    for way in ("SPIN", "SPIN_DEAF_TO_SIGNALS", "FORK_AND_SPIN") * 2:
        thread = once_it_runs(lambda: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            die(kernel, way, timeout_seconds=30)
        thread.join()
        assert spinning_workers() == []
