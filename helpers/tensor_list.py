# SPDX-License-Identifier: Apache-2.0
"""A list of tensors as one argument of a kernel, in the layout that CANN's ListTensorDesc reads.

In words of 64 bits: the distance in bytes to the addresses; for each tensor its number of dimensions, its place in the
list in the upper half of the same word, and its shape; the addresses. All descriptions have one length, so tensors of
different numbers of dimensions are listed without shapes: then one word holds the number of tensors in its upper half,
and one 0xffffffff, instead of the descriptions.

- `TensorList` is what helpers/launch.py passes on; the addresses are added where the kernel runs
- `arrays_in(value)` is the arrays of one argument, whether it is a list or not
- `list_header(shapes)` is the part before the addresses
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_WORD_BYTES = 8
_NO_SHAPES = 0xFFFFFFFF


@dataclass(frozen=True)
class TensorList:
    """One argument: the bytes of `header`, then the addresses of the tensors with the indices `tensors`."""

    name: str
    header: bytes
    tensors: tuple[int, ...]


def arrays_in(value: object) -> tuple[np.ndarray, ...]:
    """The arrays that one argument consists of; none where it goes by value."""
    if isinstance(value, np.ndarray):
        return (value,)
    return value if isinstance(value, tuple) else ()


def list_header(shapes: Sequence[tuple[int, ...]]) -> bytes:
    """What stands before the addresses of tensors of `shapes`, of which there is at least one."""
    ranks = {len(shape) for shape in shapes}
    if len(ranks) == 1 and ranks != {0}:
        words = [word for place, shape in enumerate(shapes) for word in (place << 32 | len(shape), *shape)]
    else:
        words = [len(shapes) << 32, _NO_SHAPES]
    return struct.pack(f"={len(words) + 1}Q", (len(words) + 1) * _WORD_BYTES, *words)
