# SPDX-License-Identifier: Apache-2.0
"""Memory shared with the child process that runs a kernel.

It has no name in the file system, so the operating system takes it back however the processes end. Fresh memory costs
a page fault for every page on both sides, ten times the copy itself; so memory that is no longer used is kept, up to
KEPT_BYTES, for the next tensor of the same size.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
import weakref
from collections import deque
from dataclasses import dataclass

import numpy as np

KEPT_BYTES = 1 << 30
POISON_BYTE = 0xFF  # every half and every float made of such bytes is NaN


def anonymous_file(label: str) -> int:
    """A file descriptor of a file without a name: in memory where the system offers it (Linux)."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(label)
    descriptor, path = tempfile.mkstemp(prefix="mse-loss-grad-")
    os.unlink(path)
    return descriptor


@dataclass(frozen=True)
class _Block:
    """Whole pages of shared memory; closed when nothing refers to it any more."""

    descriptor: int
    mapping: mmap.mmap
    bytes: int

    @classmethod
    def fresh(cls, size: int) -> _Block:
        descriptor = anonymous_file("tensor")
        try:
            os.ftruncate(descriptor, size)
            block = cls(descriptor, mmap.mmap(descriptor, size), size)
        except BaseException:
            os.close(descriptor)
            raise
        weakref.finalize(block, os.close, descriptor)
        return block


class _KeptBlocks:
    """Blocks nobody uses, oldest first. Safe to use from several threads, and from a finalizer in any of them."""

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque()
        self._lock = threading.RLock()  # a finalizer may run inside take()

    def take(self, size: int) -> _Block:
        with self._lock:
            for block in self._blocks:
                if block.bytes == size:
                    self._blocks.remove(block)
                    return block
        return _Block.fresh(size)

    def give(self, block: _Block) -> None:
        with self._lock:
            self._blocks.append(block)
            while sum(kept.bytes for kept in self._blocks) > KEPT_BYTES:
                self._blocks.popleft()


_kept = _KeptBlocks()


class SharedTensor:
    """One global-memory tensor: `array` is this process's view of it, `descriptor` goes to the child.

    The memory belongs to the tensor for as long as the tensor, `array` or any view of it is alive. Its first content
    is POISON_BYTE throughout, so that an element never written shows.

    Args:
        name: for findings.
        role: "in", "out" or "inout", see helpers/kernel.py.
        shape, dtype: of `array`.
        content: an array to copy in, of any layout; None leaves the poison.
    """

    def __init__(
        self, name: str, role: str, shape: tuple[int, ...], dtype: np.dtype, content: np.ndarray | None = None
    ) -> None:
        self.name = name
        self.role = role
        self.bytes = int(np.prod(shape, dtype=object)) * dtype.itemsize
        block = _kept.take(max(1, -(-self.bytes // mmap.PAGESIZE)) * mmap.PAGESIZE)
        self.descriptor = block.descriptor
        whole = np.frombuffer(block.mapping, np.uint8)  # every view has this array as its base
        self._keep_descriptor = whole
        weakref.finalize(whole, _kept.give, block)
        self.array = whole[: self.bytes].view(dtype).reshape(shape)
        if content is None:
            whole[: self.bytes] = POISON_BYTE
        else:
            np.copyto(self.array, content)
