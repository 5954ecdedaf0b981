# SPDX-License-Identifier: Apache-2.0
"""The planner: every element to exactly one core and one tile, within the limits of the SoC, at any length."""

import itertools
import math

import numpy as np
import pytest

from helpers import plan
from helpers.contract import DTYPES
from helpers.planner import plan_tiling
from helpers.soc import find_soc, soc_table
from helpers.soc_costs import soc_costs
from helpers.tiling import Plan

LINE_BYTES = 512
MIN_TRANSFER_BYTES = 16 * 1024
GAP_BYTES = 256
# Around what the planner knows (512-byte lines, 16 KiB transfers, from where on cores share, whole rounds of 40 and 48
# cores), then the widths of integers.
LENGTHS = sorted(
    {
        base + step
        for base in (2, 128, 256, 1024, 4096, 8192, 31_635, 40 * 4096, 48 * 4096, 48 * 8192, 10**6)
        for step in (-1, 0, 1)
    }
    | {2**24 + 1, 2**31 - 1, 2**31, 3 * 2**30, 2**32 - 1, 2**32, 2**32 + 5, 2**40 - 1, 2**40}
)
SOCS = tuple(soc_table())
BYTES = {"float16": 2, "float32": 4}


def ub_bytes(planned: Plan, dtype: str) -> int:
    """What the kernel asks of UB: two queues, a gap that makes up a bank with them, two queues, the work buffers."""
    side = 2 * planned.buffers * planned.tile_elems * BYTES[dtype]
    return max(2 * side, side + 64 * 1024) + GAP_BYTES + 2 * planned.chunk_elems * 4


@pytest.fixture(params=[(soc, dtype) for soc in SOCS for dtype in BYTES], ids=lambda p: f"{p[0]}-{p[1]}")
def soc_dtype(request):
    return request.param


def test_every_element_belongs_to_exactly_one_core(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        ranges = plan(elems, dtype, soc=soc).core_ranges()
        assert ranges[0].start == 0 and ranges[-1].stop == elems
        assert all(before.stop == after.start for before, after in itertools.pairwise(ranges))
        assert all(len(owned) > 0 for owned in ranges)


def test_tiles_of_a_core_cover_its_range_in_order():
    for elems in (1, 4097, 10**6 + 7):
        planned = plan(elems, "float16")
        for core in range(planned.cores):
            joined = [index for tile in planned.tiles(core) for index in (tile.start, tile.stop)]
            assert joined[0] == planned.core_range(core).start and joined[-1] == planned.core_range(core).stop
            assert joined[1:-1:2] == joined[2::2]


def test_no_two_cores_share_a_512_byte_line(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        assert all(owned.start * BYTES[dtype] % LINE_BYTES == 0 for owned in plan(elems, dtype, soc=soc).core_ranges())


def test_no_core_has_more_than_one_line_more_than_another(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        lines = [
            math.ceil(len(owned) * BYTES[dtype] / LINE_BYTES) for owned in plan(elems, dtype, soc=soc).core_ranges()
        ]
        assert max(lines) - min(lines) <= 1


def test_more_elements_never_get_fewer_cores_and_large_tensors_get_all(soc_dtype):
    soc, dtype = soc_dtype
    cores = [plan(elems, dtype, soc=soc).cores for elems in LENGTHS]
    assert cores == sorted(cores)
    assert cores[0] == 1 and plan(10**8, dtype, soc=soc).cores == find_soc(soc).vector_cores


def test_a_tile_is_at_least_16_kib_where_the_core_owns_twelve_of_them(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        planned = plan(elems, dtype, soc=soc)
        if len(planned.core_range(0)) * BYTES[dtype] >= 12 * MIN_TRANSFER_BYTES:
            assert planned.tile_elems * BYTES[dtype] >= MIN_TRANSFER_BYTES
        assert planned.tile_elems * BYTES[dtype] % LINE_BYTES == 0


def test_a_core_has_two_tiles_at_least_unless_it_owns_little(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        planned = plan(elems, dtype, soc=soc)
        assert planned.tile_elems < len(planned.core_range(0)) or len(planned.core_range(0)) <= 4096 // BYTES[dtype]


def test_all_buffers_fit_into_what_a_plan_may_use_of_ub(soc_dtype):
    soc, dtype = soc_dtype
    for elems in LENGTHS:
        assert ub_bytes(plan(elems, dtype, soc=soc), dtype) <= find_soc(soc).planned_ub_bytes


@pytest.mark.parametrize("element_bytes", [2, 4])
@pytest.mark.parametrize("ub", [65 * 1024, 100 * 1024, 128 * 1024, 188_160, 196_352, 253_952])
def test_any_ub_is_filled_by_no_more_than_it_holds(element_bytes, ub):
    status, _, fields = plan_tiling(2**30, element_bytes, 1, 48, 16, 1800, ub)
    if status == 5:  # UB_TOO_SMALL
        assert ub < 64 * 1024 + GAP_BYTES + 4 * 512 + (32 * 1024 if element_bytes == 2 else 0)
        return
    side = 2 * fields["bufferNum"] * fields["tileLength"] * element_bytes
    assert max(2 * side, side + 64 * 1024) + GAP_BYTES + 2 * fields["chunkLength"] * 4 <= ub


def test_what_the_planner_cannot_do_without_has_a_status():
    assert [plan_tiling(8, 4, 1, *given)[0] for given in ((0, 1, 1800, 188_160), (1, 0, 0, 188_160))] == [4, 6]
    assert plan_tiling(10**9, 4, 1, 40, 0, 1800, 188_160)[2]["coreNum"] == 40  # the bandwidth is not known


def test_the_soc_table_agrees_with_the_costs():
    for name, soc in soc_table().items():
        costs = soc_costs(name)
        assert soc.clock_mhz * 1e6 == costs.value("clock")
        if soc.vector_cores > 1 and costs["dram_bandwidth"].value is not None:
            share = costs.value("dram_bandwidth") * costs.value("dram_share")
            fill = share / (costs.value("read_per_cycle") * costs.value("clock"))
            assert fill <= soc.full_bandwidth_cores <= 1.5 * fill


def test_float16_widens_in_chunks_of_whole_lines_and_float32_does_not():
    assert plan(10**6, "float32").chunk_elems == 0
    for elems in LENGTHS:
        planned = plan(elems, "float16")
        assert 0 < planned.chunk_elems <= min(planned.tile_elems, 4096)
        assert planned.chunk_elems % (LINE_BYTES // 2) == 0


def test_the_scale_is_two_over_n_rounded_once_from_double():
    for elems in LENGTHS:
        assert np.float32(plan(elems, "float32", "mean").scale) == np.float32(2.0 / elems)
        assert plan(elems, "float16", "sum").scale == 2.0


def test_lengths_beyond_32_bits_keep_their_length_and_a_positive_scale():
    for elems in (2**31, 2**32 + 5):
        planned = plan(elems, "float16", "mean")
        assert planned.elems == elems == sum(map(len, planned.core_ranges()))
        assert 0 < planned.scale == float(np.float32(2.0 / elems))


def test_an_empty_tensor_plans_no_core():
    for shape in (0, (0,), (3, 0, 5)):
        planned = plan(shape, "float32")
        assert (planned.cores, planned.elems, planned.core_ranges()) == (0, 0, [])


def test_a_shape_plans_as_its_element_count():
    assert plan((100, 100), "float32") == plan(10_000, "float32")
    assert plan((), "float16").elems == 1


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((-1, "float32"), ValueError, "n_or_shape"),
        ((2**40 + 1, "float32"), ValueError, r"2\*\*40"),
        ((2.5, "float32"), TypeError, "n_or_shape|shape"),
        ((True, "float32"), TypeError, "n_or_shape"),
        ((10, "float64"), (ValueError, TypeError), "float64"),
        ((10, "float32", "avg"), ValueError, "avg"),
        ((10, "float32", "mean", "Ascend910B"), ValueError, "Ascend910B1"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(arguments, error, text):
    with pytest.raises(error, match=text):
        plan(*arguments)


def test_the_families_differ_as_the_platform_files_say():
    a2, edge = find_soc("Ascend910B1"), find_soc("Ascend310B4")
    assert (a2.vector_cores, a2.ub_bytes, a2.npu_arch, a2.overflow) == (48, 196608, 2201, "infnan")
    assert (edge.vector_cores, edge.ub_bytes, edge.npu_arch, edge.overflow) == (1, 253952, 3002, "saturate")
    assert a2.planned_ub_bytes == 188160  # 192 KiB - 256 B - 8 KiB, the default device build of a newer toolkit
    assert {dtype.name for dtype in DTYPES} == set(BYTES)
