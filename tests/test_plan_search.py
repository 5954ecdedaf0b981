# SPDX-License-Identifier: Apache-2.0
"""The planner against a search over all that it could have chosen, both in modelled time."""

import random

import pytest
from kernel_variants import Variant, launch_variant
from plan_search import PlanSearch

from helpers.soc import soc_table

MOST_BEHIND = 0.03
# One SoC of each kind of plan: 48 and 40 cores, two bandwidths, both families. `--exhaustive` takes all.
SOCS = ("Ascend910B1", "Ascend910B4", "Ascend310B1", "Ascend310B4")
# Lines and tiles and an element more or less, primes, and around where cores begin to share and all come to be used.
LENGTHS = (
    *(1, 129, 600, 1025, 1500, 2049, 3001, 4097, 5003, 6143, 7001, 8191, 9001, 12_289, 16_385, 20_011, 24_007),
    *(28_219, 29_000, 30_791, 31_636, 32_768, 36_001, 40_960, 49_153, 50_021, 65_537, 85_923, 131_073, 147_456),
    *(200_003, 262_145, 393_217, 500_009, 1_000_003, 33_554_393, 10**9),
)
AWKWARD = sorted(
    {2**power + step for power in range(1, 30) for step in (-1, 0, 1)}
    | {cores * tile + step for cores in (16, 24, 40, 48) for tile in (4096, 8192, 40_960) for step in (-1, 1)}
    | {10**power for power in range(10)}
    | {7919, 28_000, 30_011, 32_003, 104_729, 611_953, 1_299_709, 15_485_863, 49_979_687, 982_451_653}
)


def assert_nothing_is_much_faster(elems: int, dtype: str, soc: str) -> None:
    search = PlanSearch(elems, dtype, soc)
    faster = search.fastest(search.planned.seconds / (1 + MOST_BEHIND))
    assert faster is None, f"{elems} elements of {dtype} on {soc}: {faster} instead of {search.planned}"


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("soc", SOCS)
def test_no_choice_is_more_than_3_percent_faster_than_the_plan(soc, dtype):
    for elems in LENGTHS:
        assert_nothing_is_much_faster(elems, dtype, soc)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("soc", soc_table())
def test_nor_at_any_awkward_or_random_length(exhaustive, soc, dtype):
    draw = random.Random(f"{soc} {dtype}")
    lengths = {round(10 ** draw.uniform(0, 9)) for _ in range(300)}
    for elems in sorted(lengths.union(AWKWARD)):
        assert_nothing_is_much_faster(elems, dtype, soc)


@pytest.mark.parametrize(
    ("dtype", "soc"), [("float16", "Ascend910B1"), ("float32", "Ascend910B4"), ("float16", "Ascend310B4")]
)
def test_no_point_takes_less_than_the_least_time_that_may_leave_it_out(dtype, soc):
    draw = random.Random(1)
    for elems in (1, 1025, 9001, 50_021, 262_145, 1_000_003):
        search = PlanSearch(elems, dtype, soc)
        points = list(search.lattice())
        for point in draw.sample(points, min(100, len(points))):
            assert search.least_seconds(*point) <= search.choice(*point).seconds * (1 + 1e-9), (elems, point)


def test_a_plan_that_is_behind_is_found():
    search = PlanSearch(200_003, "float32", "Ascend910B1")
    best = search.fastest(1.0)
    slow = search.choice(48, 2, 16 * 1024)  # all cores, a tile each
    assert best.seconds <= search.planned.seconds < slow.seconds / 1.3


def test_a_third_buffer_per_queue_has_no_event_id():
    replaced = {"static_cast<uint8_t>(tiling.bufferNum)": "3", "tileLength_ = tiling.tileLength;": "tileLength_ = 128;"}
    _, result, _ = launch_variant(Variant(replaced))
    assert [finding.code for finding in result.findings] == ["event-ids"]
