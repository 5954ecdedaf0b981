# SPDX-License-Identifier: Apache-2.0
"""The proof over all pairs of float16: one slice anew, the judgement itself, and whether the evidence still holds."""

from dataclasses import replace

import numpy as np
import pytest

from helpers import __main__ as command_line
from helpers import proof, prove
from helpers.operator import build_kernel, run
from helpers.prove import COMBINATIONS, EVIDENCE, read_proofs, stale_sources

SLICE = 61
RENEW = f"python -m helpers prove fp16 --evidence helpers/proofs/{EVIDENCE.name}"
HALVES = np.arange(1 << 16, dtype=np.uint32).astype(np.uint16).view(np.float16)


@pytest.fixture(scope="module", params=COMBINATIONS, ids=str)
def prover(request):
    return proof.PairProver(request.param)


def test_a_slice_of_every_combination_is_within_the_bound_and_as_in_the_evidence(prover):
    verdict, bits = prover.prove(SLICE)
    assert verdict.failures == 0 and verdict.pairs == 1 << 24 and verdict.max_ulp <= proof.BOUND_ULP
    kept = {prove.Combination(**p["combination"]): p for p in read_proofs()["proofs"]}
    assert kept[prover.combination]["digests"][SLICE] == bits


def test_the_compiled_judgement_is_that_of_numpy(prover):
    values, y = prover.run(SLICE)
    for row in (0, 100, 123, 200):
        right = y[row]
        for output in (right, right + np.float16(0.01), -right, np.roll(right, 1)):
            plain = proof.judge(output, values[row], HALVES, prover.combination)
            fast = proof.judge_fast(output, values[row], HALVES, prover.combination)
            assert str(plain) == str(fast) and (plain.failures == 0) == (output is right)


def test_a_truth_in_exact_fractions_agrees_at_the_worst_pair_of_the_evidence():
    from helpers import reference
    from helpers.ulp import ulp

    for kept in read_proofs()["proofs"]:
        combination, verdict = prove.Combination(**kept["combination"]), proof.Verdict(**kept["verdict"])
        inputs = verdict.worst_predict, verdict.worst_label, combination.dout
        exact = reference.exact(*inputs, combination.elems, combination.reduction)
        y = reference.same_order(
            *(np.array([v], np.float16) for v in inputs),
            combination.reduction,
            elems=combination.elems,
            overflow=combination.overflow,
        )
        assert abs(float(y[0]) - float(exact)) / ulp(float(exact), "float16") == pytest.approx(
            verdict.max_ulp, abs=1e-9
        )


def test_a_tensor_of_n_elements_gives_the_bits_that_the_factor_of_n_gives():
    combination = COMBINATIONS[0]
    values, y = proof.PairProver(combination).run(SLICE)
    row = int(np.flatnonzero(values == values[np.isfinite(values)].max())[0])
    alone = run(np.full(1 << 16, values[row]), HALVES, np.full(1 << 16, np.float16(combination.dout)))
    codes = [output.view(np.uint16) for output in (alone.y, y[row])]
    assert np.array_equal(*codes)


def test_each_kind_of_wrong_result_is_a_failure():
    ieee, clamping = COMBINATIONS[3], COMBINATIONS[5]
    label = np.array([0, 65504, np.nan, 1], np.float16)
    right = run(np.zeros(4, np.float16), label, np.full(4, clamping.dout, np.float16), "sum", "Ascend310B1").y
    assert proof.judge_fast(right, np.float16(0), label, clamping).failures == 0
    for place, wrong in ((0, -right[0]), (1, np.inf), (1, 65472), (2, np.nan), (2, -0.0), (3, np.nan)):
        y = right.copy()
        y[place] = wrong
        assert proof.judge_fast(y, np.float16(0), label, clamping).failures == 1
        assert proof.judge(y, np.float16(0), label, clamping).failures == 1
    assert proof.judge_fast(right, np.float16(0), label, replace(ieee, reduction="sum")).failures == 2


def test_the_evidence_is_of_today_s_kernel():
    """Where sources changed it says so: then the slice above, of today's bits, is all that still holds."""
    record = read_proofs()
    assert len(record["proofs"]) >= 4
    assert {"kernel/mse_loss_grad_v1.h", "helpers/simulator/core/rounding.h"} < set(record["source_sha256"])
    if stale := stale_sources(record):
        pytest.skip(f"STALE evidence: {', '.join(stale)} changed. Next: {RENEW}")


def test_a_changed_or_lost_source_is_stale():
    record = read_proofs()
    names = list(record["source_sha256"])
    assert set(names) == set(prove.deciding_sources(build_kernel("Ascend910B1", "float16").built.source_hashes))
    record["source_sha256"][names[0]] = "0" * 64
    record["source_sha256"]["kernel/lost.h"] = "0" * 64
    assert {names[0], "kernel/lost.h"} <= set(stale_sources(record))


def test_the_command_goes_on_where_it_stopped(tmp_path, capsys, monkeypatch):
    words = ["prove", "fp16", "--elems", "1000", "--slices", "1", "--state", str(tmp_path)]
    assert command_line.main(words) == 0
    first = capsys.readouterr().out
    assert first.startswith("PASS float16 mean, N = 1000") and "16777216 pairs, 0 failures" in first
    monkeypatch.setattr(proof.PairProver, "prove", lambda self, part: pytest.fail("a slice was run again"))
    assert command_line.main(words) == 0 and capsys.readouterr().out == first


def test_a_wrong_kernel_fails_with_exit_code_1(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(proof, "_planned_scale", lambda combination: 2 / (combination.elems + 1))
    words = ["prove", "fp16", "--elems", "1000", "--slices", "1", "--state", str(tmp_path)]
    assert command_line.main(words) == 1 and capsys.readouterr().out.startswith("FAIL")


@pytest.mark.parametrize(
    "words",
    [["--elems", "0"], ["--elems", "3", "--dout", "0.1"], ["--slices", "0"], ["--slices", "3", "--evidence", "x"]],
)
def test_bad_usage_exits_with_2(words):
    with pytest.raises(SystemExit) as error:
        command_line.main(["prove", "fp16", *words])
    assert error.value.code == 2
