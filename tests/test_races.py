# SPDX-License-Identifier: Apache-2.0
"""A missing synchronisation: right in program order, wrong in some order that the hardware may take.

That each gives its finding under every schedule is test_faults.py's to show.
"""

from collections.abc import Callable

import numpy as np
import pytest
from fault_kernels import FAULTS, launch_fault

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
# Those that go wrong already where every instruction comes as late as flags permit; the others need a random order.
WRONG_ON_WAIT = {
    "race_raw_barrier_of_one_pipe",
    "race_raw_copy_through_input_queue",
    "race_raw_flag_of_other_pipe",
    "race_raw_flag_too_early",
    "race_raw_load_not_dequeued",
    "race_raw_one_flag_two_loads",
    "race_raw_store_not_dequeued",
    "race_raw_wrong_event_id",
    "race_waw_loads_overlap",
    "race_waw_stores_overlap",
}


def is_right(fault: str, **options: object) -> bool:
    y, _ = launch_fault(fault, **options)
    x = np.arange(len(y), dtype=np.float32)
    return np.array_equal(y, RIGHT.get(fault, lambda x: x + 1)(x))


@pytest.mark.parametrize("fault", RACES)
def test_program_order_hides_a_missing_synchronisation(fault):
    assert is_right(fault, schedule="eager")


@pytest.mark.parametrize("fault", RACES)
def test_an_order_that_the_hardware_may_take_shows_it(fault):
    assert is_right(fault, schedule="on_wait") == (fault not in WRONG_ON_WAIT)
    assert not all(is_right(fault, schedule="random", seed=seed) for seed in SEEDS)


@pytest.mark.parametrize("fault", RACES)
def test_a_repaired_race_is_right_and_clean_in_every_order(fault):
    orders = [("eager", 0), ("on_wait", 0), *(("random", seed) for seed in SEEDS)]
    for schedule, seed in orders:
        assert is_right(fault, repaired=True, schedule=schedule, seed=seed), (schedule, seed)
        _, result = launch_fault(fault, repaired=True, schedule=schedule, seed=seed)
        assert result.findings == (), (schedule, seed)
