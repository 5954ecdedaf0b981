# SPDX-License-Identifier: Apache-2.0
"""The instructions of a launch as the timing model takes them: in program order, block by block, by kind.

- `InstructionStream` is what a launch at level "checked" or "model" leaves
- `read_stream(...)` reads it from the file that the child wrote
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Protocol

import numpy as np

TIMING_LIMIT = 1 << 25  # instructions kept by each thread, 4 B each

# struct TimingKind of helpers/simulator/core/timing_log.h
KIND = np.dtype(
    [
        ("gm_bytes", "u8"),
        ("line", "u4"),
        ("elements", "u4"),
        ("repeats", "u4"),
        ("read_conflicts", "u4"),
        ("write_conflicts", "u4"),
        ("gm_runs", "u4"),
        ("gm_lines", "u4"),
        ("gm_split_runs", "u4"),
        ("call", "u2"),
        ("file", "u2"),
        ("pipe", "u1"),
        ("flag", "u1"),
        ("flag_source", "u1"),
        ("flag_destination", "u1"),
        ("flag_id", "u1"),
        ("gm_tensor", "u1"),
        ("gm_written", "u1"),
        ("bypasses_l2", "u1"),
        ("type", "u1"),
        ("source_type", "u1"),
        ("waits_for", "u1"),
        ("reserved", "u1"),
    ]
)


class _Tensor(Protocol):
    name: str
    bytes: int


@dataclass(frozen=True)
class InstructionStream:
    """All instructions of a launch, without addresses: equal ones share a kind.

    Attributes:
        kinds: structured array of KIND; `call` and `file` index `names`, `pipe` launch.PIPE_NAMES, `flag`
            launch.FLAG_NAMES, `gm_tensor` indexes `tensor_bytes`, 255 for none.
        numbers: the kind of each instruction, block after block, each in program order.
        blocks: the number of each block, ascending.
        lengths: instructions of each block.
        names: API calls and source files.
        tensor_bytes: size of each global tensor.
        copy_starts: where in global memory each instruction that moves bytes of it begins, tensors far apart; None if
            no two begin at one place.
        scale: how many times as many bytes the launch moves, where the stream is only its beginning.
        dropped: instructions beyond TIMING_LIMIT per thread, which are missing here.
    """

    kinds: np.ndarray = field(repr=False)
    numbers: np.ndarray = field(repr=False)
    blocks: np.ndarray = field(repr=False)
    lengths: np.ndarray = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    tensor_bytes: tuple[int, ...]
    copy_starts: np.ndarray | None = field(repr=False, default=None)
    dropped: int = 0
    scale: float = 1.0

    def call_of(self, kind: int) -> str:
        """The API call of a kind."""
        return self.names[self.kinds["call"][kind]]

    @property
    def calls(self) -> np.ndarray:
        """The API call of every kind."""
        return np.array(self.names, object)[self.kinds["call"]] if len(self.kinds) else np.empty(0, object)

    @property
    def counts(self) -> np.ndarray:
        """How many instructions are of each kind."""
        return np.bincount(self.numbers, minlength=len(self.kinds))


def read_stream(
    records: Sequence[dict], file: IO[bytes], names: tuple[str, ...], tensors: Sequence[_Tensor]
) -> InstructionStream | None:
    """The stream that the child's record and file describe; None if it wrote none."""
    header = next((record for record in records if record["record"] == "timing"), None)
    file_bytes = os.fstat(file.fileno()).st_size
    if header is None or file_bytes == 0:
        return None
    lengths = np.array(header["lengths"], np.int64)
    numbers_bytes = int(lengths.sum()) * 4
    numbers = np.frombuffer(os.pread(file.fileno(), numbers_bytes, 0), np.uint32)
    kinds = np.frombuffer(os.pread(file.fileno(), header["kinds"] * KIND.itemsize, numbers_bytes), KIND)
    starts_at = numbers_bytes + kinds.nbytes
    return InstructionStream(
        kinds=kinds,
        numbers=numbers,
        blocks=np.array(header["blocks"], np.int64),
        lengths=lengths,
        names=names,
        tensor_bytes=tuple(tensor.bytes for tensor in tensors),
        copy_starts=np.frombuffer(os.pread(file.fileno(), file_bytes - starts_at, starts_at), np.uint64),
        dropped=header["dropped"],
    )
