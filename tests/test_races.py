# SPDX-License-Identifier: Apache-2.0
"""A missing synchronisation: right in program order, wrong in some order that the hardware may take.

That each gives its finding under every schedule is test_faults.py's to show.
"""

from collections.abc import Callable

import numpy as np
import pytest
from fault_kernels import FAULTS, launch_fault

from helpers import make_inputs, run

RACES = [fault for fault in FAULTS if fault.startswith("race_")]
SEEDS = range(20)
HALF = 32
# What a kernel computes, where it is not x + 1.
RIGHT: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "race_raw_copy_through_input_queue": lambda x: x,
    "race_raw_gm_round_trip": lambda x: np.concatenate([x[:HALF] + 1, x[:HALF] + 2]),
    "race_waw_loads_overlap": lambda x: np.concatenate([x[:HALF], x[:HALF]]) + 1,
    "race_waw_scalar_store": lambda x: np.concatenate([[100], x[1:] + 1]),
    "race_waw_stores_overlap": lambda x: np.concatenate([x[:HALF], x[:HALF]]) + 1,
}
# Those that need a random order to go wrong: where every instruction comes as late as flags permit, they are lucky.
LUCKY_ON_WAIT = {
    "race_raw_gm_round_trip",
    "race_war_load_over_input",
    "race_war_result_over_store",
    "race_war_store_in_place",
    "race_waw_fill_before_load",
}


def is_right(fault: str, y: np.ndarray) -> bool:
    x = np.arange(len(y), dtype=np.float32)
    return np.array_equal(y, RIGHT.get(fault, lambda x: x + 1)(x))


@pytest.mark.parametrize("fault", RACES)
def test_program_order_hides_a_missing_synchronisation(fault):
    y, _ = launch_fault(fault, schedule="eager")
    assert is_right(fault, y)


@pytest.mark.parametrize("fault", RACES)
def test_an_order_that_the_hardware_may_take_shows_it(fault):
    late, _ = launch_fault(fault, schedule="on_wait")
    assert is_right(fault, late) == (fault in LUCKY_ON_WAIT)
    random = (launch_fault(fault, schedule="random", seed=seed)[0] for seed in SEEDS)
    assert not all(is_right(fault, y) for y in random)


@pytest.mark.parametrize("fault", RACES)
def test_a_repaired_race_is_right_and_clean_in_every_order(fault):
    for schedule, seed in [("eager", 0), ("on_wait", 0), *(("random", seed) for seed in SEEDS)]:
        y, result = launch_fault(fault, repaired=True, schedule=schedule, seed=seed)
        assert is_right(fault, y) and result.findings == (), (schedule, seed)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_our_kernel_counts_on_the_barriers_that_the_default_build_adds(soc, dtype):
    inputs = make_inputs(1000, dtype, seed=0)
    assert run(*inputs, soc=soc).findings == ()
    result = run(*inputs, soc=soc, strict_sync=True, raise_on_finding=False)
    if soc == "Ascend310B4":  # its vector unit needs none
        assert result.findings == ()
        return
    assert {finding.code for finding in result.findings} == {"race-raw"}
    assert all("PipeBarrier<PIPE_V>" in finding.remedy for finding in result.findings)
    assert {finding.variable for finding in result.findings} == ({"left", "right"} if dtype == "float16" else {"y"})
    assert result.settings["strict_sync"]
