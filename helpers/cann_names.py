# SPDX-License-Identifier: Apache-2.0
"""What CANN's own tools call the mistakes that the simulator finds.

- `names_of(code)` gives the rule of npuchk and the report of msSanitizer for the code of a finding

npuchk analyses runs of CANN's CPU twin; its rules are ErrorRead1 to ErrorBuffer4 (hicann/asc-tools,
docs/02_npu_check.md). "API check" is an assertion of the twin's headers, which ends the run before npuchk sees the call
(cpudebug/src/api_check). msSanitizer watches a device; the words are those of its reports (Ascend/mssanitizer,
docs/en/user_guide/mssanitizer_user_guide.md), of the tools memcheck, racecheck, initcheck and synccheck.
Where a tool has no such rule the name is "". No run of either tool stands behind this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CannNames:
    """One mistake in the words of others; "" where a tool does not look for it."""

    npuchk: str = ""
    mssanitizer: str = ""


_API = CannNames("API check")
_OUT_OF_UB = CannNames("ErrorRead3, ErrorWrite2", "illegal read, illegal write")
_MISALIGNED = CannNames("ErrorRead4, ErrorWrite4", "misaligned access")
_QUEUE_STATE = CannNames("ErrorBuffer2")
_CORES = CannNames("GM overlap", "out of bounds (multi-core)")

_NAMES = {
    "address-outside-ub": CannNames("ErrorRead1, ErrorWrite1", "illegal read, illegal write"),
    "assertion": _API,
    "atomic-type": CannNames(),
    "buffer-count": _API,
    "buffer-length": _API,
    "cast-mode": _API,
    "compare-length": CannNames(),
    "compare-mode": _API,
    "copy-bytes-for-blocks": CannNames("API check", "illegal read, illegal write"),
    "copy-field-limit": _API,
    "copy-not-32-bytes": _API,
    "copy-not-elements": CannNames(),
    "copy-slice": _API,
    "core-race": _CORES,
    "core-shared-line": CannNames(),
    "count-negative": _API,
    "crash": CannNames(),
    "cross-core-count": CannNames(),
    "cross-core-deadlock": CannNames(),
    "dequant-scale": CannNames(),
    "dst-block-stride": CannNames(),
    "event-ids": _API,
    "exception": CannNames(),
    "exit": CannNames(),
    "flag-deadlock": CannNames("ErrorSync3"),
    "flag-id": _API,
    "flag-id-reserved": CannNames(),
    "flag-left-set": CannNames("ErrorSync3", "Unpaired set_flag"),
    "flag-set-twice": CannNames("ErrorSync4", "Redundant set_flag"),
    "foreign-pipe": _API,
    "gather-count": _API,
    "gather-pattern": _API,
    "gm-beyond-declared": CannNames("ErrorRead3, ErrorWrite2"),
    "gm-guard": CannNames("Empty memory is accessed", "illegal write"),
    "gm-misaligned": CannNames("", "misaligned access"),
    "gm-out-of-bounds": CannNames("ErrorRead3, ErrorWrite2", "illegal read, illegal write"),
    "gm-unwritten": CannNames(),
    "gm-write-to-input": CannNames(),
    "gm-written-twice": CannNames("ErrorWrite3"),
    "instruction-preload": CannNames(),
    "kernel-type": CannNames(),
    "mask-lanes": _API,
    "mask-no-lanes": _API,
    "merge-lists": _API,
    "model-no-data": CannNames(),
    "no-threads": CannNames(),
    "offset-misaligned": _MISALIGNED,
    "offset-out-of-bounds": _OUT_OF_UB,
    "operand-overlap": CannNames(),
    "out-of-memory": CannNames(),
    "pool-not-initialised": CannNames("ErrorBuffer0"),
    "pool-overlap": _API,
    "printf-format": CannNames(),
    "queue-config": CannNames(),
    "queue-depth": _API,
    "queue-double-free": CannNames("ErrorFree"),
    "queue-empty": _API,
    "queue-foreign-tensor": CannNames("ErrorBuffer1"),
    "queue-leak": CannNames("ErrorLeak"),
    "queue-no-free-buffer": _API,
    "queue-not-initialised": CannNames("ErrorBuffer0"),
    "queue-wrong-pipes": _QUEUE_STATE,
    "queue-wrong-state": _QUEUE_STATE,
    "race-raw": CannNames("ErrorSync2", "Potential RAW hazard"),
    "race-war": CannNames("ErrorSync1", "Potential WAR hazard"),
    "race-waw": CannNames("ErrorSync1", "Potential WAW hazard"),
    "reduce-order": _API,
    "repeat-times": _API,
    "select-mode": _API,
    "shift-distance": _API,
    "shift-rounding": CannNames(),
    "stale-line": CannNames(),
    "static-with-tpipe": CannNames(),
    "sync-all-deadlock": CannNames(),
    "sync-beyond-cores": _API,
    "sync-used-cores": _API,
    "sync-workspace": CannNames(),
    "tensor-address": CannNames("ErrorRead1, ErrorWrite1", "illegal read, illegal write"),
    "tensor-list": CannNames(),
    "tiling-key": CannNames(),
    "tiling-size": CannNames(),
    "timeout": CannNames(),
    "tpipe-missing": CannNames("ErrorBuffer0"),
    "tpipe-twice": CannNames(),
    "transpose-shape": _API,
    "transpose-type": _API,
    "trap": CannNames(),
    "ub-capacity": CannNames("API check", "illegal read, illegal write"),
    "ub-end": CannNames("", "illegal read, illegal write"),
    "ub-misaligned": _MISALIGNED,
    "ub-out-of-bounds": CannNames("ErrorRead3, ErrorWrite2"),
    "ub-reserved": CannNames(),
    "ub-unallocated": CannNames("ErrorRead1, ErrorWrite1"),
    "ub-unwritten": CannNames("ErrorRead2", "uninitialized read"),
    "use-after-free": CannNames("ErrorRead1, ErrorWrite1"),
    "use-while-enqueued": _QUEUE_STATE,
    "work-view": _API,
}
CODES = frozenset(_NAMES)


def names_of(code: str) -> CannNames:
    """The names for a code; raises KeyError for one that no finding has."""
    return _NAMES[code]
