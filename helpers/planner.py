# SPDX-License-Identifier: Apache-2.0
"""The C++ planner of `host/`, loaded once per process. Its answers are JSON; no struct is retyped here."""

from __future__ import annotations

import ctypes
import functools
import json

from helpers.build import build_library
from helpers.build_cache import CHECKOUT

_TEXT_BYTES = 4096


@functools.cache
def _library() -> ctypes.CDLL:
    built = build_library("planner", [CHECKOUT / "host" / "plan_c_api.cpp"], [CHECKOUT / "kernel", CHECKOUT / "host"])
    library = ctypes.CDLL(str(built.artefact))
    size, word, text = ctypes.c_uint64, ctypes.c_uint32, ctypes.c_char_p
    for tiling_bytes in (library.MseLossGradV1TilingBytes, library.MseLossGradV1PreciseTilingBytes):
        tiling_bytes.restype = size
    for plan in (library.MseLossGradV1Plan, library.MseLossGradV1PlanPrecise):
        plan.argtypes = [size, *[word] * 6, ctypes.c_void_p]
        plan.restype = word
    library.MseLossGradV1DescribeTiling.argtypes = [ctypes.c_void_p, text, size]
    library.MseLossGradV1DescribeTiling.restype = size
    library.MseLossGradV1SocCount.restype = word
    library.MseLossGradV1DescribeSoc.argtypes = [word, text, size]
    library.MseLossGradV1DescribeSoc.restype = size
    return library


def soc_rows() -> list[dict[str, object]]:
    """The rows of `host/soc_table.h`, in its order, with its field names."""
    library = _library()
    rows = []
    for index in range(library.MseLossGradV1SocCount()):
        text = ctypes.create_string_buffer(_TEXT_BYTES)
        library.MseLossGradV1DescribeSoc(index, text, _TEXT_BYTES)
        rows.append(json.loads(text.value))
    return rows


def plan_tiling(
    elems: int,
    element_bytes: int,
    reduction: int,
    core_num: int,
    full_bandwidth_cores: int,
    clock_mhz: int,
    ub_bytes: int,
    *,
    precise: bool = False,
) -> tuple[int, bytes, dict[str, object]]:
    """Call `PlanTiling` or `PlanPreciseTiling`: its status, the tiling as the kernel reads it, and its plain fields."""
    library = _library()
    size = library.MseLossGradV1PreciseTilingBytes if precise else library.MseLossGradV1TilingBytes
    call = library.MseLossGradV1PlanPrecise if precise else library.MseLossGradV1Plan
    tiling = ctypes.create_string_buffer(size())
    status = call(elems, element_bytes, reduction, core_num, full_bandwidth_cores, clock_mhz, ub_bytes, tiling)
    text = ctypes.create_string_buffer(_TEXT_BYTES)
    library.MseLossGradV1DescribeTiling(tiling, text, _TEXT_BYTES)
    return status, tiling.raw, json.loads(text.value)
