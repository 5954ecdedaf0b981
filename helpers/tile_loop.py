# SPDX-License-Identifier: Apache-2.0
"""The operator's loop over tiles as the timing model takes it, made without running the kernel: for many what-ifs.

- `tile_stream(loop)` is the instruction stream of a `TileLoop`
- `what_if(elems, dtype, soc, tile_elems, buffers, cores)` is its modelled time in seconds, a few milliseconds each
- `tile_timeline(...)` is the whole timeline of the same
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers.contract import check_dtype
from helpers.errors import ArgumentValueError
from helpers.instruction_stream import KIND, InstructionStream
from helpers.soc import find_soc
from helpers.soc_costs import SocCosts, soc_costs
from helpers.timeline import Timeline, model_time

LINE_BYTES = 512
REPEAT_BYTES = 256
_PACE_TILES = 48  # of a longer loop so many tiles tell the pace, after as many that fill the pipes
_S, _V, _MTE2, _MTE3 = range(4)
_SET, _WAIT = 1, 2
_HALF, _FLOAT = 1, 3  # enum class DataType
_PLAIN = ("Sub", "Muls", "Mul")
_WIDENED = ("Cast", "Cast", "Sub", "Muls", "Cast", "Mul", "Cast")
_NAMES = ("tile loop", "DataCopyPad", "Sub", "Muls", "Mul", "Cast", "SetFlag", "WaitFlag", "~TPipe")
_INPUTS, _OUTPUT = 3, 3  # three inputs, then the output, as numbers of tensors


@dataclass(frozen=True)
class TileLoop:
    """One call of the operator, cut over cores in lines of 512 bytes and on each core in tiles.

    Attributes:
        elems: of each tensor.
        element_bytes: 2 or 4; with 2 the loop widens.
        tile_elems, buffers, cores: the choice to model.
        chunk_elems: elements widened at a time.
        bypasses_l2: whether the inputs do.
        tiles_limit: tiles of each core to take, None for all.
    """

    elems: int
    element_bytes: int
    tile_elems: int
    buffers: int
    cores: int
    chunk_elems: int = 4096
    bypasses_l2: bool = True
    tiles_limit: int | None = None

    def core_elems(self) -> list[int]:
        """Elements of each core that has any."""
        line = LINE_BYTES // self.element_bytes
        lines = -(-self.elems // line)
        least, more = divmod(lines, self.cores)
        owned = [(least + (core < more)) * line for core in range(self.cores)]
        owned = [elems for elems in owned if elems]
        owned[-1] -= lines * line - self.elems
        return owned


class _Kinds:
    """Kinds by their fields, numbered as they come."""

    def __init__(self) -> None:
        self._rows: dict[tuple, int] = {}

    def number(self, **values: int) -> int:
        key = tuple(values.get(name, 255 if name == "gm_tensor" else 0) for name in KIND.names)
        return self._rows.setdefault(key, len(self._rows))

    def array(self) -> np.ndarray:
        return np.array(list(self._rows), KIND)


def tile_stream(loop: TileLoop) -> InstructionStream:
    """The loop's instructions, in the order in which the kernel issues them."""
    kinds, parts, lengths = _Kinds(), [], []
    known: dict[int, np.ndarray] = {}
    for elems in loop.core_elems():
        if elems not in known:
            known[elems] = _core_numbers(loop, kinds, elems)
        parts.append(known[elems])
        lengths.append(len(known[elems]))
    return InstructionStream(
        kinds=kinds.array(),
        numbers=np.concatenate(parts).astype(np.uint32),
        blocks=np.arange(len(parts)),
        lengths=np.array(lengths),
        names=_NAMES,
        tensor_bytes=(loop.elems * loop.element_bytes,) * (_INPUTS + 1),
    )


def _core_numbers(loop: TileLoop, kinds: _Kinds, elems: int) -> np.ndarray:
    whole, tail = divmod(elems, loop.tile_elems)
    if loop.tiles_limit is not None and whole > loop.tiles_limit:
        whole = loop.tiles_limit
    begin = min(whole, loop.buffers)
    first = _tile_numbers(loop, kinds, loop.tile_elems, waits=False)
    later = _tile_numbers(loop, kinds, loop.tile_elems, waits=True)
    parts = [*[first] * begin, np.tile(later, whole - begin)]
    if tail:
        parts.append(_tile_numbers(loop, kinds, tail, waits=whole >= loop.buffers))
    used = min(whole + bool(tail), loop.buffers)  # of each queue; in the end all are waited for
    ends = [(_MTE3, _V, 0), *((_V, _MTE2, tensor) for tensor in range(_INPUTS))]
    return np.concatenate([*parts, np.repeat([_flag(kinds, "~TPipe", *end) for end in ends], used)])


def _flag(kinds: _Kinds, call: str, source: int, destination: int, flag_id: int) -> int:
    sets = call == "SetFlag"
    return kinds.number(
        call=_NAMES.index(call),
        pipe=source if sets else destination,
        flag=_SET if sets else _WAIT,
        flag_source=source,
        flag_destination=destination,
        flag_id=flag_id,
    )


def _tile_numbers(loop: TileLoop, kinds: _Kinds, elems: int, *, waits: bool) -> np.ndarray:
    set_flag = functools.partial(_flag, kinds, "SetFlag")
    wait_flag = functools.partial(_flag, kinds, "WaitFlag")

    def copy(pipe: int, tensor: int) -> int:
        size = elems * loop.element_bytes
        written = pipe == _MTE3
        return kinds.number(
            call=_NAMES.index("DataCopyPad"),
            pipe=pipe,
            gm_bytes=size,
            gm_runs=1,
            gm_lines=-(-size // LINE_BYTES),
            gm_tensor=tensor,
            gm_written=int(written),
            bypasses_l2=int(loop.bypasses_l2 and not written),
            elements=elems,
        )

    numbers: list[int] = []
    for tensor in range(_INPUTS):
        numbers += [wait_flag(_V, _MTE2, tensor)] if waits else []
        numbers += [copy(_MTE2, tensor), set_flag(_MTE2, _V, tensor)]
    numbers += [wait_flag(_MTE2, _V, tensor) for tensor in range(_INPUTS)]
    numbers += [wait_flag(_MTE3, _V, 0)] if waits else []
    numbers += _vector_numbers(loop, kinds, elems)
    numbers += [set_flag(_V, _MTE3, 0), *(set_flag(_V, _MTE2, tensor) for tensor in range(_INPUTS))]
    numbers += [wait_flag(_V, _MTE3, 0), copy(_MTE3, _OUTPUT), set_flag(_MTE3, _V, 0)]
    return np.array(numbers)


def _vector_numbers(loop: TileLoop, kinds: _Kinds, elems: int) -> list[int]:
    widens = loop.element_bytes == 2
    chunk_elems = loop.chunk_elems if widens else elems
    numbers = []
    for start in range(0, elems, chunk_elems):
        count = min(chunk_elems, elems - start)
        for name in _WIDENED if widens else _PLAIN:
            repeats = -(-count * 4 // REPEAT_BYTES)
            numbers.append(kinds.number(call=_NAMES.index(name), pipe=_V, elements=count, repeats=repeats, type=_FLOAT))
    return numbers


def what_if(
    elems: int,
    dtype: str,
    soc: str,
    tile_elems: int,
    buffers: int,
    cores: int,
    costs: SocCosts | Mapping[str, float] | None = None,
    bypasses_l2: bool = True,
) -> float:
    """Modelled seconds of the operator under another choice of tile, buffers and cores.

    Of a loop of more than 96 tiles two beginnings are modelled; the rest goes on at the pace between them.

    Raises:
        ArgumentValueError: a choice that the SoC cannot run, or a cost that no source gives.
    """
    loop = _loop(elems, dtype, soc, tile_elems, buffers, cores, bypasses_l2)
    table = costs if isinstance(costs, SocCosts) else soc_costs(soc, **(costs or {}))
    tiles = max(loop.core_elems()) // tile_elems
    if tiles <= 2 * _PACE_TILES:
        return model_time(tile_stream(loop), soc, table, each=False).seconds
    first, second = (_seconds_of(loop, soc, table, limit) for limit in (_PACE_TILES, 2 * _PACE_TILES))
    return second + (second - first) / _PACE_TILES * (tiles - 2 * _PACE_TILES)


def tile_timeline(
    elems: int,
    dtype: str,
    soc: str,
    tile_elems: int,
    buffers: int,
    cores: int,
    costs: SocCosts | Mapping[str, float] | None = None,
    bypasses_l2: bool = True,
) -> Timeline:
    """The timeline that `what_if` takes the seconds of, all tiles modelled."""
    return model_time(tile_stream(_loop(elems, dtype, soc, tile_elems, buffers, cores, bypasses_l2)), soc, costs)


def _loop(elems: int, dtype: str, soc: str, tile_elems: int, buffers: int, cores: int, bypasses_l2: bool) -> TileLoop:
    found, size = find_soc(soc), check_dtype(dtype).itemsize
    line_elems = LINE_BYTES // size
    if elems < 1:
        raise ArgumentValueError("elems", elems, "1 or more: an empty tensor launches nothing")
    if not 1 <= cores <= found.vector_cores:
        raise ArgumentValueError("cores", cores, f"1 to {found.vector_cores}, the vector cores of {found.name}")
    if buffers not in (1, 2):
        raise ArgumentValueError("buffers", buffers, "1 and 2: three would need nine event ids, there are eight")
    most_elems = found.planned_ub_bytes // ((_INPUTS + 1) * buffers * size * line_elems) * line_elems
    if tile_elems % line_elems or not 0 < tile_elems <= most_elems:
        allowed = (
            f"multiples of {line_elems}, a line of {LINE_BYTES} B, up to {most_elems}: {buffers} of each tensor in UB"
        )
        raise ArgumentValueError("tile_elems", tile_elems, allowed)
    return TileLoop(elems, size, tile_elems, buffers, cores, bypasses_l2=bypasses_l2 and found.npu_arch == 2201)


def _seconds_of(loop: TileLoop, soc: str, costs: SocCosts, tiles: int) -> float:
    part = TileLoop(**{**loop.__dict__, "tiles_limit": tiles})
    stream = tile_stream(part)
    moved = int((stream.kinds["gm_bytes"] * stream.counts).sum())
    scale = loop.elems * loop.element_bytes * (_INPUTS + 1) / moved
    return model_time(InstructionStream(**{**stream.__dict__, "scale": scale}), soc, costs, each=False).seconds
