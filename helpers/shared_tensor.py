# SPDX-License-Identifier: Apache-2.0
"""Memory shared with the child process that runs a kernel.

It has no name in the file system, so the operating system takes it back however the processes end.
"""

from __future__ import annotations

import mmap
import os
import tempfile

import numpy as np


def anonymous_file(label: str) -> int:
    """A file descriptor of a file without a name: in memory where the system offers it (Linux)."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(label)
    descriptor, path = tempfile.mkstemp(prefix="mse-loss-grad-")
    os.unlink(path)
    return descriptor


class SharedTensor:
    """One global-memory tensor: `array` is this process's view of it, `descriptor` goes to the child.

    `array` stays valid after `close()`: it keeps its own mapping.
    """

    def __init__(self, name: str, role: str, shape: tuple[int, ...], dtype: np.dtype):
        self.name = name
        self.role = role
        self.bytes = int(np.prod(shape, dtype=object)) * dtype.itemsize
        mapped_bytes = max(1, -(-self.bytes // mmap.PAGESIZE)) * mmap.PAGESIZE
        self.descriptor = anonymous_file(name)
        try:
            os.ftruncate(self.descriptor, mapped_bytes)
            mapping = mmap.mmap(self.descriptor, mapped_bytes)
        except BaseException:
            os.close(self.descriptor)
            raise
        self.array = np.frombuffer(mapping, dtype=dtype, count=self.bytes // dtype.itemsize).reshape(shape)

    def poison(self) -> None:
        """Fill with bytes that are NaN in both dtypes, so that an element never written shows."""
        self.array.reshape(-1).view(np.uint8)[:] = 0xFF

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.descriptor)
