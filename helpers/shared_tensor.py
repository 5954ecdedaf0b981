# SPDX-License-Identifier: Apache-2.0
"""Memory shared with the child processes that run kernels.

- `shared_array(shape, dtype)` makes a NumPy array there: a launch passes it without copying
- `SharedTensor` is one tensor of a launch, in memory of its own or in that of such an array
- `AddressesOnly` is one without memory, for level "model"

The memory has no name in the file system, so the operating system takes it back however the processes end. Fresh memory
costs a page fault for every page on both sides, ten times the copy itself; so memory that is no longer used is kept, up
to KEPT_BYTES, for the next tensor of the same size.
"""

from __future__ import annotations

import itertools
import math
import mmap
import os
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from helpers.contract import check_shape
from helpers.worker import forget

KEPT_BYTES = 1 << 30
KEPT_BLOCKS = 64  # each holds a file open
POISON_BYTE = 0xFF  # every half and every float made of such bytes is NaN
SHARED_FROM_BYTES = 1 << 20  # from here on to save a copy is worth an open file
_COPY_BYTES = 1 << 22  # what is worth a thread
_numbers = itertools.count(1)


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

    number: int  # of this block and no other, ever
    descriptor: int
    mapping: mmap.mmap
    bytes: int

    @classmethod
    def fresh(cls, size: int) -> _Block:
        descriptor = anonymous_file("tensor")
        try:
            os.ftruncate(descriptor, size)
            block = cls(next(_numbers), descriptor, mmap.mmap(descriptor, size), size)
        except BaseException:
            os.close(descriptor)
            raise
        weakref.finalize(block, _drop, descriptor, block.number)
        return block


def _drop(descriptor: int, number: int) -> None:
    os.close(descriptor)
    forget(number)


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
            while len(self._blocks) > KEPT_BLOCKS or sum(kept.bytes for kept in self._blocks) > KEPT_BYTES:
                self._blocks.popleft()


_kept = _KeptBlocks()


# Arrays that are the whole content of a block, by their address: the array that all their views have as their base,
# the block, and the bytes. Entries leave when no view is alive.
_whole_arrays: dict[int, tuple[weakref.ref[np.ndarray], _Block, int]] = {}


def _new_array(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array of anything in a block of its own, which goes back when no view of it is alive."""
    size = math.prod(shape) * dtype.itemsize
    block = _kept.take(max(1, -(-size // mmap.PAGESIZE)) * mmap.PAGESIZE)
    whole = np.frombuffer(block.mapping, np.uint8)
    address = whole.ctypes.data
    _whole_arrays[address] = weakref.ref(whole), block, size
    weakref.finalize(whole, _give_back, address, block)
    return whole[:size].view(dtype).reshape(shape)


def _give_back(address: int, block: _Block) -> None:
    _whole_arrays.pop(address, None)
    _kept.give(block)


def _block_of(array: np.ndarray) -> _Block | None:
    """The block whose whole content `array` is, in C order; None for any other array."""
    found = _whole_arrays.get(array.ctypes.data) if array.flags.c_contiguous else None
    if found is None:
        return None
    whole, block, size = found
    return block if array.base is not None and array.base is whole() and array.nbytes == size else None


def shared_array(shape: int | Sequence[int], dtype: np.dtype | type | str = np.float32) -> np.ndarray:
    """Return a C-contiguous array of zeros, as np.zeros does, in memory that launches use without copying it.

    That holds for the array and for whatever views all of it in the same order. Parts of it, and arrays in another
    order, are copied like any other array.
    """
    array = _new_array(check_shape(shape), np.dtype(dtype))
    array.fill(0)
    return array


def shared_if_long(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return `array` as a C-contiguous array of `dtype`: from SHARED_FROM_BYTES on in memory like `shared_array`'s."""
    if array.size * dtype.itemsize < SHARED_FROM_BYTES:
        return array.astype(dtype, order="C", copy=False)
    shared = _new_array(array.shape, dtype)
    np.copyto(shared, array, casting="same_kind")
    return shared


def is_shared(array: np.ndarray) -> bool:
    """Whether a launch uses `array` without copying it."""
    return _block_of(array) is not None


class KernelTensor(Protocol):
    """One global-memory tensor of a launch.

    Attributes:
        name: for findings.
        role: "in", "out" or "inout", see helpers/kernel.py.
        bytes: its length.
        starts_poisoned: whether what the kernel does not write is to be POISON_BYTE afterwards.
        descriptor: the file to map, None for addresses without memory.
        block: number of the memory: the same number is the same memory.
    """

    name: str
    role: str
    bytes: int
    starts_poisoned: bool
    descriptor: int | None
    block: int


@dataclass
class AddressesOnly:
    """A tensor without memory, for level "model"."""

    name: str
    role: str
    bytes: int
    starts_poisoned: bool = False
    descriptor: None = None
    block: int = 0


class SharedTensor:
    """A tensor with memory: `array` is this process's view of it, `descriptor` goes to the child.

    The memory belongs to the tensor for as long as the tensor, `array` or any view of it is alive.

    Args:
        name, role: see KernelTensor.
        shape, dtype: of `array`.
        content: an array to copy in, of any layout; None is POISON_BYTE throughout. An "out" tensor is poisoned by the
            child, which at level "fast" leaves out what the kernel writes.
    """

    def __init__(
        self, name: str, role: str, shape: tuple[int, ...], dtype: np.dtype, content: np.ndarray | None = None
    ) -> None:
        self._set(name, role, _new_array(shape, dtype), starts_poisoned=content is None and role == "out")
        if content is not None:
            _copy(self.array, content)
        elif not self.starts_poisoned:
            poison([self])

    @classmethod
    def over(cls, name: str, role: str, array: np.ndarray) -> SharedTensor:
        """`array` itself, if `is_shared(array)`: the kernel works on its memory. Else a copy."""
        if not is_shared(array):
            return cls(name, role, array.shape, array.dtype, array)
        tensor = cls.__new__(cls)
        tensor._set(name, role, array, starts_poisoned=False)
        return tensor

    def result(self) -> np.ndarray:
        """The array to hand out: `array`, or a copy where it is short, since shared memory holds a file open."""
        return self.array if self.bytes >= SHARED_FROM_BYTES else self.array.copy()

    def _set(self, name: str, role: str, array: np.ndarray, *, starts_poisoned: bool) -> None:
        block = _block_of(array)
        self.name = name
        self.role = role
        self.array = array
        self.bytes = array.nbytes
        self.starts_poisoned = starts_poisoned
        self.descriptor = block.descriptor
        self.block = block.number
        self._keep_memory = array.base


def poison(tensors: Sequence[SharedTensor]) -> None:
    """Fill tensors with POISON_BYTE."""
    for tensor in tensors:
        tensor.array.reshape(-1).view(np.uint8).fill(POISON_BYTE)


def _copy(target: np.ndarray, content: np.ndarray) -> None:
    """np.copyto of equal shapes, on two threads where it is long: NumPy lets others run while it copies numbers."""
    if target.nbytes < 2 * _COPY_BYTES or target.shape[0] < 2:
        np.copyto(target, content)
        return
    middle = target.shape[0] // 2
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(np.copyto, target[:middle], content[:middle])
        np.copyto(target[middle:], content[middle:])
        other.result()
