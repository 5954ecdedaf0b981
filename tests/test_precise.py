# SPDX-License-Identifier: Apache-2.0
"""The precise variant: rounded once, on both families, and its edges."""

import dataclasses
import json

import numpy as np
import pytest

from helpers import plan, reference, run
from helpers.comparison import bits_equal, ulp_error
from helpers.errors import ArgumentValueError
from helpers.inputs import make_inputs
from helpers.orders import evaluate
from helpers.precise_proof import BOUND_ULP, DRAWS, Sampled, judge, sample
from helpers.prove import PRECISE_EVIDENCE, stale_sources
from helpers.soc import find_soc

SOCS = ("Ascend910B1", "Ascend310B1")


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("soc", SOCS)
def test_random_inputs_are_within_its_bound(draw, reduction, soc):
    found = sample(draw, 7, 1_000_003, reduction, soc)
    assert found.judged > 900_000 and found.failures == 0 and found.max_ulp <= BOUND_ULP


@pytest.mark.parametrize(
    ("order", "elems", "values"),
    [
        ("c", 1000003, ("0x1.afd6fp+0", "0x1.462c3ap-1", "0x1.d11cbp+0")),
        ("a", 16777217, ("-0x1.e577dcp-2", "-0x1.797986p+0", "0x1.ffc8e8p-6")),
    ],
)
def test_the_worst_inputs_of_other_orders_are_rounded_right(order, elems, values):
    inputs = [np.broadcast_to(np.float32(float.fromhex(value)), elems) for value in values]
    y = run(*inputs, level="fast", variant="precise").y
    first = [tensor[:1] for tensor in inputs]
    truth = reference.truth(*first, elems=elems)
    assert (y == y[0]).all() and y[0] == np.float32(truth[0])
    assert ulp_error(evaluate(order, *first, elems=elems), truth)[0] > 2.9 and ulp_error(y[:1], truth)[0] <= 0.5


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("elems", [1, 7, 63, 64, 65, 2047, 2049, 4096 + 37, 50_021])
def test_tails_and_special_values_take_the_plain_kernel_s_infinities_nan_and_signs(soc, elems):
    inputs = make_inputs(elems, "float32", "special", seed=elems)
    precise, plain = (run(*inputs, soc=soc, variant=variant) for variant in ("precise", "plain"))
    special = ~np.isfinite(plain.y) | (plain.y == 0)
    assert not precise.findings
    assert bits_equal(precise.y, plain.y)[special].all()
    assert np.array_equal(np.signbit(precise.y), np.signbit(plain.y))


def test_hill_climbing_finds_nothing_above_the_bound():
    """From each place a neighbour with a larger error, 30 times over: in the plain order that climbs above 2 ulp."""
    elems, generator = 100_003, np.random.default_rng(3)
    inputs = [generator.uniform(1, 2, elems).astype(np.float32) for _ in range(3)]
    best = {"plain": np.zeros(elems), "precise": np.zeros(elems)}
    for variant, error in best.items():
        places = [tensor.copy() for tensor in inputs]
        for step in range(30):
            trial = [
                (
                    tensor.view(np.uint32) ^ (generator.integers(0, 1 << 20, elems, np.uint32) >> np.uint32(step % 20))
                ).view(np.float32)
                for tensor in places
            ]
            found = ulp_error(run(*trial, level="fast", variant=variant).y, reference.truth(*trial))
            better = found > error
            error[better] = found[better]
            places = [np.where(better, new, old) for new, old in zip(trial, places, strict=True)]
    assert best["plain"].max() > 2 and best["precise"].max() <= BOUND_ULP


def test_the_judge_counts_what_is_wrong_and_passes_over_what_is_outside_the_domain():
    inputs = [np.full(3, value, np.float32) for value in (3, 1, 0.5)]
    inputs[1][2] = -(2.0**127)
    y = reference.truth(*inputs, "sum").astype(np.float32)
    right = judge(y, *inputs, "sum")
    assert right.failures == 0 and right.judged == 2 and right.max_ulp == 0
    y[0] = np.nextafter(y[0], np.float32(9))
    wrong = judge(y, *inputs, "sum")
    assert wrong.failures == 1 and wrong.max_ulp == 1 and wrong.worst == (3, 1, 0.5, 3)
    y[0] = np.nan
    assert judge(y, *inputs, "sum").failures == 1


def test_its_tiles_leave_room_for_its_work_buffers():
    for soc in SOCS:
        for elems in (1, 5000, 10**7, 2**40):
            planned = plan(elems, "float32", soc=soc, variant="precise")
            assert planned.variant == "precise" and planned.tile_elems % 128 == 0
            tile_bytes = 4 * planned.tile_elems
            assert 12 * tile_bytes + tile_bytes // 32 + 256 <= find_soc(soc).planned_ub_bytes
        assert 13 * tile_bytes > find_soc(soc).planned_ub_bytes  # of so many elements a tile is as long as can be


def test_it_is_for_float32_alone():
    inputs = make_inputs(4, "float16")
    with pytest.raises(ArgumentValueError, match="variant='precise'"):
        run(*inputs, variant="precise")
    with pytest.raises(ArgumentValueError, match="variant='exact'"):
        run(*inputs, variant="exact")


def test_a_billion_random_inputs_were_run_with_today_s_kernel():
    record = json.loads(PRECISE_EVIDENCE.read_text(encoding="utf-8"))
    found = record["sampled"]
    assert found["judged"] >= 10**9 and found["failures"] == 0 and found["max_ulp"] <= BOUND_ULP
    assert set(found) == {field.name for field in dataclasses.fields(Sampled)}
    if stale := stale_sources(record):
        renew = f"python -m helpers prove fp32 --evidence evidence/{PRECISE_EVIDENCE.name}"
        pytest.skip(f"STALE evidence: {', '.join(stale)} changed. Next: {renew}")
