# SPDX-License-Identifier: Apache-2.0
"""What a kernel printed, in the order of its blocks: `read_printed(file, block_dim, npu_arch)`.

Blocks run side by side and write pieces of text as they come, each behind its block's number and length
(core/print.cpp of the simulator). Here each block's pieces are joined and its lines marked, as a device's runtime does:

    [AIV Block 3/8] hello

What reached the output in another way, such as std::cout, follows without a mark.
"""

from __future__ import annotations

import os
import re
from typing import BinaryIO

OUTPUT_LIMIT_BYTES = 1 << 20  # what is kept of a kernel's own printing
OUTPUT_FILE_BYTES = 1 << 26  # what of it may reach the disk before the rest is thrown away

_PIECE = re.compile(rb"\x1e(\d+) (\d+)\n")


def read_printed(file: BinaryIO, block_dim: int, npu_arch: int) -> str:
    """The text in `file`, block by block; cut with a note behind OUTPUT_LIMIT_BYTES."""
    file.seek(0)
    pieces, others = _split(file.read(OUTPUT_FILE_BYTES))
    core = "AIV Block" if npu_arch == 2201 else "Block"  # the cores of dav-3002 are of one kind
    parts: list[str] = []
    size = 0
    for block in sorted(pieces):
        text = pieces[block].decode(errors="replace").removesuffix("\n")
        parts += [f"[{core} {block}/{block_dim}] {line}\n" for line in text.split("\n")]
        size += len(pieces[block])
        if size > OUTPUT_LIMIT_BYTES:
            break
    output = "".join(parts) + others.decode(errors="replace")
    if len(output.encode()) <= OUTPUT_LIMIT_BYTES and file.seek(0, os.SEEK_END) < OUTPUT_FILE_BYTES:
        return output
    kept = output.encode()[:OUTPUT_LIMIT_BYTES].decode(errors="ignore")
    return f"{kept}\n[cut here: the kernel printed more than {OUTPUT_LIMIT_BYTES} B]\n"


def _split(data: bytes) -> tuple[dict[int, bytes], bytes]:
    """The pieces of each block joined, and what is no piece."""
    pieces: dict[int, list[bytes]] = {}
    others: list[bytes] = []
    done = 0
    while (found := _PIECE.search(data, done)) is not None:
        others.append(data[done : found.start()])
        done = found.end() + int(found[2])
        pieces.setdefault(int(found[1]), []).append(data[found.end() : done])
    others.append(data[done:])
    return {block: b"".join(each) for block, each in pieces.items()}, b"".join(others)
