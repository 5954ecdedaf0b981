# SPDX-License-Identifier: Apache-2.0
"""The precise variant: rounded once, on both families, and its edges."""

import dataclasses
import json

import numpy as np
import pytest

from helpers import plan, reference, run
from helpers.errors import ArgumentValueError
from helpers.inputs import make_inputs
from helpers.precise_proof import BOUND_ULP, DRAWS, Sampled, draw_inputs, judge, sample
from helpers.prove import PRECISE_EVIDENCE, stale_sources
from helpers.soc import find_soc, soc_table
from helpers.ulp import bits_equal, ulp_error

SOCS = ("Ascend910B1", "Ascend310B1")


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("soc", SOCS)
def test_random_inputs_are_within_its_bound(draw, reduction, soc):
    found = sample(draw, 7, 1_000_003, reduction, soc)
    assert found.judged > 900_000 and found.failures == 0 and found.max_ulp <= BOUND_ULP


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("elems", [1, 7, 63, 64, 65, 2047, 2049, 4096 + 37, 50_021])
def test_tails_and_special_values_take_the_plain_kernel_s_infinities_nan_and_signs(soc, elems):
    inputs = make_inputs(elems, "float32", "special", seed=elems)
    precise, plain = (run(*inputs, soc=soc, variant=variant) for variant in ("precise", "plain"))
    special = ~np.isfinite(plain.y) | (plain.y == 0)
    assert not precise.findings
    assert bits_equal(precise.y, plain.y)[special].all()
    assert np.array_equal(np.signbit(precise.y), np.signbit(plain.y))


@pytest.mark.parametrize("soc", soc_table())
def test_it_breaks_no_rule_on_any_soc_however_it_is_scheduled(soc):
    inputs = make_inputs(70_003, "float32", seed=2)
    y = run(*inputs, soc=soc, variant="precise").y
    for options in ({"schedule": "eager"}, *({"schedule": "random", "seed": seed} for seed in range(5))):
        again = run(*inputs, soc=soc, variant="precise", **options)
        assert not again.findings and np.array_equal(again.y, y)


@pytest.mark.parametrize("soc", SOCS)
def test_it_counts_on_the_barriers_of_the_default_build_alone(soc):
    inputs = make_inputs(70_003, "float32", seed=2)
    result = run(*inputs, soc=soc, variant="precise", strict_sync=True, schedule="random", raise_on_finding=False)
    if soc == "Ascend310B1":  # its vector unit needs none
        assert result.findings == ()
        return
    assert result.findings and all("PipeBarrier<PIPE_V>" in finding.remedy for finding in result.findings)


@pytest.mark.parametrize("soc", SOCS)
def test_flush_to_zero_moves_the_edge_of_its_domain_and_nothing_else(soc):
    """A rest below the smallest normal number is lost: from 2^-76 on there is none."""
    elems = 100_003
    predict, label, dout = draw_inputs("near", elems, 3)
    inputs = [predict * np.float32(2.0**-50), label * np.float32(2.0**-50), dout]
    flushed = run(*inputs, soc=soc, variant="precise", flush_to_zero=True).y
    assert np.array_equal(flushed, run(*inputs, soc=soc, variant="precise").y)
    truth = reference.truth(*inputs)
    domain = np.abs(truth) >= 2.0**-76  # a few differences cancel to less
    assert domain.sum() > 0.99 * elems and ulp_error(flushed, truth)[domain].max() <= BOUND_ULP
    smaller = [inputs[0] * np.float32(2.0**-28), inputs[1] * np.float32(2.0**-28), inputs[2]]
    assert judge(run(*smaller, soc=soc, variant="precise").y, *smaller).failures == 0
    assert judge(run(*smaller, soc=soc, variant="precise", flush_to_zero=True).y, *smaller).failures > 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_swapping_scaling_and_reordering_change_what_they_should_and_no_other_bit(reduction):
    elems = 20_011
    predict, label, dout = draw_inputs("near", elems, 9)
    y = run(predict, label, dout, reduction, variant="precise").y
    assert np.array_equal(run(label, predict, dout, reduction, variant="precise").y, -y)
    assert np.array_equal(run(predict, label, dout * np.float32(2.0**-9), reduction, variant="precise").y, y * 2.0**-9)
    order = np.random.default_rng(0).permutation(elems)
    moved = (tensor[order] for tensor in (predict, label, dout))
    assert np.array_equal(run(*moved, reduction, variant="precise").y, y[order])


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
        assert planned.tile_elems >= 3840  # of many elements tiles are long: each instruction takes time to start


@pytest.mark.parametrize(("elems", "most"), [(10**7, 1.25), (10**8, 1.05)])
def test_its_vector_instructions_hide_behind_memory_where_tensors_are_long(elems, most):
    like = np.broadcast_to(np.float32(0), elems)
    plain, precise = (run(like, like, like, level="model", variant=name) for name in ("plain", "precise"))
    assert precise.timeline.seconds < most * plain.timeline.seconds
    assert precise.timeline.busy_seconds["V"] < precise.timeline.parts["pipes"]


def test_a_tile_takes_34_vector_instructions():
    one_tile = np.ones(100, np.float32)
    taken = {total.call: total.instructions for total in run(one_tile, one_tile, one_tile, variant="precise").counters}
    vector = ("Sub", "Add", "Mul", "Muls", "Axpy", "And", "FusedMulAdd", "Abs", "CompareScalar", "Select")
    others = {"DataCopyPad", "Duplicate", "EnQue", "DeQue", "FreeTensor", "~TPipe"}
    assert set(taken) - set(vector) == others and sum(taken[call] for call in vector) == 34


def test_only_what_reads_three_tensors_and_one_and_wait_for_a_bank():
    like = np.broadcast_to(np.float32(0), 10**8)
    result = run(like, like, like, level="model", variant="precise")
    kinds, calls, counts = result.stream.kinds, result.stream.calls, result.stream.counts
    whole = kinds["repeats"] == result.plan.tile_elems // 64  # the instructions of whole tiles
    waits = whole & (kinds["read_conflicts"] > 0)
    assert set(calls[waits]) == {"And", "FusedMulAdd", "Select"}
    assert 2 * counts[waits & (calls == "And")].sum() == counts[whole & (calls == "And") & ~waits].sum()
    assert not (kinds["write_conflicts"] > kinds["read_conflicts"])[whole].any()


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
        renew = f"python -m helpers prove fp32 --evidence helpers/proofs/{PRECISE_EVIDENCE.name}"
        pytest.skip(f"STALE evidence: {', '.join(stale)} changed. Next: {renew}")
