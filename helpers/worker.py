# SPDX-License-Identifier: Apache-2.0
"""The child processes that run kernels, one at a time each, and what keeps them from doing harm.

- `take(program)` gives a worker for one launch: a spare one of that program, or a new process
- `give(worker)` keeps it for the next launch; `worker.end()` ends it, and whatever it may have forked, at once
- `forget(block)` tells the workers that shared memory is gone

A worker ends by itself once this process has closed the socket, however that came about, and after a minute in which
nothing was asked of it. Starting one and mapping memory into it takes longer than many a kernel: that is what spares
are for. Whether a program may have any is for helpers/launch.py to say.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import select
import signal
import socket
import struct
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path

MAX_SPARES = 4
IDLE_SECONDS = 60
EXIT_IDLE = 6  # of helpers/simulator/runner/runner.cpp
_GRACE_SECONDS = 2.0
_HEADER = struct.Struct("=II")  # struct Header of helpers/simulator/runner/channel.cpp


class Worker:
    """A process that waits for launches of `program`.

    Attributes:
        program: the executable.
        return_code: how the process ended, once `end` was called; negative for a signal.
        timed_out: whether the time limit ended the last launch.
    """

    def __init__(self, program: Path) -> None:
        self.program = program
        self.timed_out = False
        self._blocks: set[int] = set()  # shared memory it has mapped
        self._gone: deque[int] = deque()  # of these, what it has not been told of
        self._socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [str(program), str(IDLE_SECONDS)],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            self._socket.close()
            raise
        finally:
            theirs.close()
        _all.add(self)

    @property
    def return_code(self) -> int | None:
        """How the process ended, once it has."""
        return self._process.returncode

    def runs(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def launch(self, words: Sequence[str], files: Sequence[int], blocks: Sequence[int], timeout_seconds: float) -> bool:
        """Ask for one launch and wait for its end; False if the process ended first or had to be ended.

        Then the process is gone, and so it is when an exception leaves here, such as an interrupt.
        """
        self._blocks.update(blocks)
        done = False
        try:
            self.tell_what_is_gone()
            self._send(words, files)
            done = self._answers_within(timeout_seconds)
        except OSError:  # it closed the socket
            done = False
        finally:
            if not done:
                self.end()
        return done

    def tell_what_is_gone(self) -> None:
        """Have it unmap memory that `forget` was called for."""
        with contextlib.suppress(OSError):  # it has ended
            while self._gone:
                self._send(["--forget", str(self._gone.popleft())], [])

    def note_gone(self, block: int) -> None:
        """To be told when the worker is idle."""
        if block in self._blocks:
            self._blocks.discard(block)
            self._gone.append(block)

    def end(self) -> None:
        """End the process, if it has not ended, with all of its group, before its number can be anyone else's."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self.close()

    def close(self) -> None:
        """Close this end of the socket, upon which the process ends."""
        self._socket.close()

    def _send(self, words: Sequence[str], files: Sequence[int]) -> None:
        body = b"".join(word.encode() + b"\0" for word in words)
        socket.send_fds(self._socket, [_HEADER.pack(len(body), len(files))], files)
        self._socket.sendall(body)

    def _answers_within(self, timeout_seconds: float) -> bool:
        """The socket needs no polling: the end of the process, and of all it may have forked, can be read there too."""
        if not self._readable_within(timeout_seconds):
            self.timed_out = True
            os.kill(self._process.pid, signal.SIGTERM)  # it reports where each block stands, and ends
            if self._readable_within(_GRACE_SECONDS):
                self._ends_within(_GRACE_SECONDS)
            return False
        answered = self._socket.recv(1) != b""
        return answered or self._ends_within(_GRACE_SECONDS)

    def _readable_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(math.ceil(seconds * 1000)))

    def _ends_within(self, seconds: float) -> bool:
        """Waits, so that the code it ends with is its own; a kernel might have closed the socket and go on. False."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return False


_all: weakref.WeakSet[Worker] = weakref.WeakSet()
_spares: list[Worker] = []  # the oldest first
_lock = threading.RLock()  # a finalizer that calls forget() may run inside


def take(program: Path) -> Worker:
    """A worker of `program` that no one else has: end it, or `give` it back."""
    with _lock:
        for spare in reversed(_spares):
            if spare.program == program:
                _spares.remove(spare)
                if spare.runs():
                    return spare
                spare.end()
    return Worker(program)


def give(worker: Worker) -> None:
    """Keep a worker whose last launch is done; of more than MAX_SPARES the oldest ends."""
    with _lock:
        worker.tell_what_is_gone()
        _spares.append(worker)
        while len(_spares) > MAX_SPARES or not _spares[0].runs():
            _spares.pop(0).end()


def forget(block: int) -> None:
    """Have all workers unmap a block of shared memory: those in a launch once it is over."""
    for worker in list(_all):
        worker.note_gone(block)
    if _lock.acquire(blocking=False):  # who has the lock tells them too, or will when it gives one back
        try:
            for worker in _spares:
                worker.tell_what_is_gone()
        finally:
            _lock.release()


@atexit.register
def end_spares() -> None:
    """End all workers that are not in a launch."""
    with _lock:
        while _spares:
            _spares.pop().end()


def _leave_to_parent() -> None:
    """After a fork of this process the workers are the parent's; to keep their sockets open would keep them alive."""
    global _lock
    _lock = threading.RLock()
    _spares.clear()
    for worker in list(_all):
        worker.close()


os.register_at_fork(after_in_child=_leave_to_parent)
