# SPDX-License-Identifier: Apache-2.0
"""What each kind of instruction costs, as the engine of helpers/simulator/timing takes it.

- `vector_cycles(call, type)` is the cost of one step of 256 bytes, with its status and source
- `timed_kinds(stream, costs, cores, warm)` puts a number to every kind of a launch
"""

from __future__ import annotations

import numpy as np

from helpers.errors import LaunchError
from helpers.instruction_stream import InstructionStream
from helpers.soc_costs import Cost, SocCosts

# struct TimedKind of helpers/simulator/timing/program.h
TIMED = np.dtype(
    [
        ("busy_ns", "f8"),
        ("latency_ns", "f8"),
        ("path_ns", "f8"),
        ("memory_bytes", "f8"),
        ("action", "u1"),
        ("pipe", "u1"),
        ("flag_source", "u1"),
        ("flag_destination", "u1"),
        ("flag_id", "u1"),
        ("route", "u1"),
        ("waits_for", "u1"),
        ("reserved", "u1"),
    ]
)
COMPUTE, COPY, SET, WAIT, BARRIER, CROSS_SET, CROSS_WAIT, SYNC_ALL = range(8)  # enum class Action
DRAM_READ, DRAM_WRITE, L2_READ, L2_WRITE = range(4)  # enum class Route
_ACTION_OF_FLAG = (COMPUTE, SET, WAIT, CROSS_SET, BARRIER)  # by Instruction::Flag
_S, _V, _MTE2, _MTE3 = range(4)
_NO_TENSOR = 255
_NOT_FOLLOWED = ("IBSet", "IBWait", "InitDetermineComputeWorkspace", "WaitPreBlock", "NotifyNextBlock")
GM_LINE_BYTES = 512
_TWO_BYTES = (1, 2, 6, 7)  # enum class DataType: half, bfloat16_t, int16_t, uint16_t

_DOCUMENTED = "asc-devkit, table of theoretical rates of vector instructions (A2)"
_FULL_RATE = """
    Add Sub Mul Max Min Adds Muls Maxs Mins LeakyRelu Abs Relu Reciprocal Rsqrt Not And Or ShiftLeft ShiftRight
    Axpy FusedMulAdd MulAddRelu AddRelu SubRelu AddReluCast SubReluCast MulCast CastDeq Cast
    Compare Compares CompareScalar Select PairReduceSum ReducePairElem
    Transpose TransDataTo5HD Brcb Duplicate CreateVecIndex
"""
# Cycles of a step of 256 bytes, for elements of two and of four bytes.
_CYCLES = {
    **dict.fromkeys(_FULL_RATE.split(), (1.0, 1.0)),
    **dict.fromkeys(("Exp", "Ln", "Sqrt", "Div"), (128 / 32, 64 / 32)),
    "MulAddDst": (128 / 64, 64 / 32),
    **dict.fromkeys(("WholeReduceSum", "WholeReduceMax", "WholeReduceMin", "RepeatReduceSum", "ReduceRepeat"), (7, 7)),
    **dict.fromkeys(("BlockReduceSum", "BlockReduceMax", "BlockReduceMin", "ReduceDataBlock"), (7, 1)),
    "Gather": (128 / 5, 64 / 5),
    "Gatherb": (128 / 42, 64 / 21),
    "GatherMask": (128 / 64, 64 / 32),
    **dict.fromkeys(("Sort32", "MrgSort"), (128 / 2, 64 / 2)),
}
_IN_SOFTWARE = ("ReduceSum", "ReduceMax", "ReduceMin")  # of steps as WholeReduceSum has them, and more


def vector_cycles(call: str, two_bytes: bool, dav_2201: bool = True) -> Cost:
    """The cycles of one step of 256 bytes of the wider type, without bank conflicts."""
    if call in _IN_SOFTWARE:
        return Cost(7.0, "cycles", "assumed", "made of steps as WholeReduceSum has them", 1.0, 14.0)
    if call not in _CYCLES:
        return Cost(1.0, "cycles", "assumed", "a step a cycle, as most vector instructions", 1.0, 4.0)
    status = "documented" if dav_2201 else "assumed"
    value = float(_CYCLES[call][0 if two_bytes else 1])
    if call == "Div":
        source = f"{_DOCUMENTED}; pto-isa and ge tables take up to twice as long"
        return Cost(value, "cycles", status, source, value, 2 * value)
    if call == "Cast":
        return Cost(value, "cycles", status, f"{_DOCUMENTED}; ge table: 0.56 to half", 0.56, 1.0)
    return Cost(value, "cycles", status, _DOCUMENTED)


def timed_kinds(stream: InstructionStream, costs: SocCosts, warm: bool) -> np.ndarray:
    """Every kind with its costs.

    Where all that a launch moves through L2 fits in what it keeps, what it writes stays there, and if `warm` what it
    reads is there from the start. Else every byte goes to DRAM, and so do reads that bypass L2; see also `with_hits`.
    """
    kinds, calls = stream.kinds, stream.calls
    if waits := sorted(set(calls) & set(_NOT_FOLLOWED)):
        raise LaunchError(
            f"no modelled time: the model does not follow marks and turns between cores ({', '.join(waits)}). "
            "Next: synchronise by SyncAll or by cross-core flags"
        )
    cycle_ns = 1e9 / costs.value("clock")
    timed = np.zeros(len(kinds), TIMED)
    for name in ("pipe", "flag_source", "flag_destination", "flag_id", "waits_for"):
        timed[name] = kinds[name]
    timed["action"] = np.array(_ACTION_OF_FLAG, np.uint8)[kinds["flag"]]
    timed["action"][calls == "CrossCoreWaitFlag"] = CROSS_WAIT
    timed["action"][calls == "SyncAll"] = SYNC_ALL
    flags = timed["action"] != COMPUTE
    timed["busy_ns"][flags] = costs.value("flag") * cycle_ns
    scalar = ~flags & (kinds["pipe"] == _S) & (kinds["elements"] > 0)
    timed["busy_ns"][scalar] = costs.value("scalar_access") * cycle_ns
    vector = ~flags & (kinds["pipe"] == _V)
    timed["busy_ns"][vector] = _vector_ns(kinds[vector], calls[vector], costs, cycle_ns)
    copies = ~flags & ((kinds["pipe"] == _MTE2) | (kinds["pipe"] == _MTE3)) & (kinds["gm_bytes"] > 0)
    _time_copies(timed, copies, stream, costs, cycle_ns, warm)
    return timed


def with_hits(stream: InstructionStream, timed: np.ndarray, costs: SocCosts) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and kinds with the reads that L2 answers as kinds of their own.

    A read hits where a copy that began at the same byte came before it and no more than L2 keeps went through L2 in
    between. The cores' copies are taken in turns, the first of each, then the second of each.
    """
    numbers = stream.numbers
    places = np.flatnonzero(stream.kinds["gm_bytes"][numbers] > 0)
    if stream.copy_starts is None or len(places) == 0:
        return numbers, timed
    kind = stream.kinds[numbers[places]]
    through = (kind["bypasses_l2"] == 0) & np.isin(kind["pipe"], (_MTE2, _MTE3))
    if not through.any():
        return numbers, timed
    places, kind, starts = places[through], kind[through], stream.copy_starts[through]
    block_ends = np.cumsum(stream.lengths)
    block = np.searchsorted(block_ends, places, side="right")
    in_block = np.arange(len(places)) - np.searchsorted(block, np.arange(len(block_ends)))[block]
    turns = np.lexsort((block, in_block))
    moved = np.cumsum(kind["gm_bytes"][turns])
    by_start = np.argsort(starts[turns], kind="stable")
    again = np.concatenate([[False], np.diff(starts[turns][by_start].astype(np.int64)) == 0])
    later = by_start[again]
    between = moved[later] - moved[by_start[np.flatnonzero(again) - 1]]
    hit = turns[later[between <= kept_bytes(costs)]]
    hit = places[hit[kind["gm_written"][hit] == 0]]
    if len(hit) == 0:
        return numbers, timed
    answered = timed.copy()
    answered["route"] = np.where(timed["route"] == DRAM_READ, L2_READ, timed["route"])
    renumbered = numbers.copy()
    renumbered[hit] += len(timed)
    return renumbered, np.concatenate([timed, answered])


def slopes(stream: InstructionStream, costs: SocCosts) -> dict[str, Cost]:
    """The vector costs that a launch rests on, by call."""
    vector = (stream.kinds["pipe"] == _V) & (stream.kinds["repeats"] > 0)
    named = zip(stream.calls[vector], np.isin(stream.kinds["type"][vector], _TWO_BYTES), strict=True)
    on_2201 = costs.soc.startswith("Ascend910B")
    return {f"{call}, {2 if two else 4} B elements": vector_cycles(call, two, on_2201) for call, two in named}


def _vector_ns(kinds: np.ndarray, calls: np.ndarray, costs: SocCosts, cycle_ns: float) -> np.ndarray:
    on_2201 = costs.soc.startswith("Ascend910B")
    two_bytes = np.isin(kinds["type"], _TWO_BYTES)
    slopes_of = [vector_cycles(call, two, on_2201) for call, two in zip(calls, two_bytes, strict=True)]
    steps = np.array([getattr(slope, costs.end) for slope in slopes_of])
    cycles = kinds["repeats"] * steps + kinds["read_conflicts"] * costs.value("read_conflict")
    # A step that waits for its sources anyway does not wait again for the bank it reads.
    alone = np.maximum(kinds["write_conflicts"].astype(np.int64) - kinds["read_conflicts"], 0)
    cycles = cycles + alone * costs.value("write_conflict") + costs.value("vector_head")
    return cycles * cycle_ns if len(kinds) else np.empty(0)


def _time_copies(
    timed: np.ndarray, copies: np.ndarray, stream: InstructionStream, costs: SocCosts, cycle_ns: float, warm: bool
) -> None:
    kinds = stream.kinds
    written = kinds["gm_written"] == 1
    for chosen, way in ((copies & ~written, "read"), (copies & written, "write")):
        timed["action"][chosen] = COPY
        timed["busy_ns"][chosen] = costs.value(f"{way}_issue") * cycle_ns
        timed["latency_ns"][chosen] = costs.value(f"{way}_latency")
        path_bytes = np.maximum(kinds["gm_bytes"], kinds["gm_lines"] * float(GM_LINE_BYTES))
        timed["path_ns"][chosen] = path_bytes[chosen] / costs.value(f"{way}_per_cycle") * cycle_ns
    # A run that starts within a line and ends in another takes that line's other part along once more.
    bytes_of_memory = kinds["gm_bytes"] + kinds["gm_split_runs"] * float(GM_LINE_BYTES)
    timed["memory_bytes"] = np.where(copies, bytes_of_memory, 0)
    timed["route"] = np.where(written, DRAM_WRITE, DRAM_READ)
    through_l2 = copies & (kinds["bypasses_l2"] == 0)
    if not fits_l2(stream, costs):
        return
    timed["route"][through_l2 & written] = L2_WRITE
    if warm:
        timed["route"][through_l2 & ~written] = L2_READ


def kept_bytes(costs: SocCosts) -> float:
    """Bytes that stay in L2 until they are used again."""
    return costs.value("l2_bytes") * costs.value("l2_kept")


def fits_l2(stream: InstructionStream, costs: SocCosts) -> bool:
    """Whether L2 keeps all that a launch moves through it."""
    through_l2 = (stream.kinds["gm_bytes"] > 0) & (stream.kinds["bypasses_l2"] == 0)
    return sum(_footprints(stream, through_l2).values()) <= kept_bytes(costs)


def _moved(stream: InstructionStream, chosen: np.ndarray) -> int:
    return int((stream.kinds["gm_bytes"] * stream.counts)[chosen].sum() * stream.scale)


def _footprints(stream: InstructionStream, chosen: np.ndarray) -> dict[int, int]:
    """How many bytes of each tensor the chosen copies touch, at the most."""
    tensors = np.unique(stream.kinds["gm_tensor"][chosen])
    return {
        int(tensor): min(stream.tensor_bytes[tensor], _moved(stream, chosen & (stream.kinds["gm_tensor"] == tensor)))
        for tensor in tensors
        if tensor != _NO_TENSOR
    }
