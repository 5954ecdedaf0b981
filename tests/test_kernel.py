# SPDX-License-Identifier: Apache-2.0
"""The operator's kernel, run by the simulator: bits, bounds, shapes, and what it must leave alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from helpers import Inputs, compare, make_inputs, reference, run
from helpers.inputs import DISTRIBUTIONS
from helpers.ulp import bits_equal

DTYPES = ("float16", "float32")
REDUCTIONS = ("mean", "sum")
SOCS = ("Ascend910B1", "Ascend310B4")  # one of each family
ULP_BOUND_HALF = 0.501  # 0.50049 by proof, see helpers/comparison.py


def judge(inputs: Inputs, reduction: str = "mean", **options):
    """Run and compare; the result must be clean and PASS. Returns the run."""
    result = run(inputs.predict, inputs.label, inputs.dout, reduction, **options)
    verdict = compare(
        result.y,
        inputs.predict,
        inputs.label,
        inputs.dout,
        reduction,
        overflow=result.evidence["overflow"],
        flush_to_zero=options.get("flush_to_zero", False),
    )
    assert result.findings == ()
    assert verdict.passed, verdict
    return result


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_length_to_4096_writes_every_element_once_and_no_byte_outside(soc, dtype):
    """The checks see each copy: bytes never written, written twice or outside are findings, and findings raise."""
    inputs = make_inputs((4096,), dtype, "wide", seed=7)
    failed: list[tuple[int, str]] = []
    lock = threading.Lock()

    def check(elems: int) -> None:
        predict, label, dout = (array[:elems] for array in (inputs.predict, inputs.label, inputs.dout))
        overflow = "infnan" if soc == "Ascend910B1" else "saturate"
        expected = reference.same_order(predict, label, dout, "mean", overflow=overflow)
        try:
            result = run(predict, label, dout, soc=soc, threads=1)
            wrong = "" if bits_equal(result.y, expected).all() and not result.findings else f"{result.findings}"
        except Exception as error:  # collected: one report for all lengths
            wrong = repr(error)
        if wrong or result.y.shape != (elems,):
            with lock:
                failed.append((elems, wrong))

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(check, range(1, 4097)))
    assert failed == []


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_bits_equal_the_same_order_emulation(soc, reduction, dtype, distribution):
    judge(make_inputs((3, 67, 101), dtype, distribution, seed=1), reduction, soc=soc)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape",
    [
        (),
        (1,),
        (8191,),
        (8192,),
        (8193,),
        (16385,),
        (10007,),
        (100, 100),
        (2, 3, 5, 7),
        (1,) * 8,
        (2, 1, 2, 1, 2, 1, 2, 2),
    ],
    ids=str,
)
def test_shapes_of_any_rank_give_the_bits_of_the_flattened_run(dtype, shape):
    inputs = make_inputs(shape, dtype, seed=2)
    result = judge(inputs)
    flat = judge(Inputs(*(array.reshape(-1) for array in (inputs.predict, inputs.label, inputs.dout))))
    assert result.y.shape == shape and result.y.dtype == np.dtype(dtype)
    assert bits_equal(result.y.reshape(-1), flat.y).all()


@pytest.mark.parametrize("shape", [(0,), (3, 0, 5), (0, 0)], ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_an_empty_tensor_launches_nothing(shape, reduction):
    empty = np.empty(shape, np.float16)
    result = run(empty, empty, empty, reduction)
    assert result.y.shape == shape and result.y.dtype == np.float16
    assert result.plan.cores == 0 and result.counters == () and len(result.instructions.records) == 0


@pytest.mark.parametrize("elems", [65519, 65520, 65521, 65536, 2**26])
def test_float16_mean_stays_within_its_bound_where_n_is_no_half(elems):
    """As a half, N is infinite from 65520 on: the first public version of the operator returns zeros there."""
    inputs = make_inputs((elems,), "float16", "loss_scaled", seed=elems)
    result = run(inputs.predict, inputs.label, inputs.dout)
    verdict = compare(result.y, inputs.predict, inputs.label, inputs.dout)
    assert verdict.passed and verdict.bit_mismatches == 0
    assert verdict.ulp_elems > 0.9 * elems and verdict.max_ulp <= ULP_BOUND_HALF
    assert np.count_nonzero(result.y) > 0.9 * elems


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_tensor_for_many_cores_is_right(dtype):
    result = judge(make_inputs((2**22 + 3,), dtype, seed=4), schedule="eager")
    assert 16 < result.plan.cores < 48


def test_float32_bits_equal_pytorch():
    torch = pytest.importorskip("torch", reason="the torch extra is not installed")
    for distribution in ("normal", "wide", "special"):
        inputs = make_inputs((40_009,), "float32", distribution, seed=5)
        for reduction, code in (("mean", 1), ("sum", 2)):
            tensors = [torch.from_numpy(a) for a in (inputs.dout, inputs.predict, inputs.label)]
            theirs = torch.ops.aten.mse_loss_backward(*tensors, code).numpy()
            ours = run(inputs.predict, inputs.label, inputs.dout, reduction).y
            assert bits_equal(ours, theirs).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("soc", SOCS)
def test_level_schedule_seed_and_threads_do_not_change_a_bit(dtype, soc):
    inputs = make_inputs((90_001,), dtype, "wide", seed=6)
    expected = judge(inputs, soc=soc).y
    variants = [{"level": "fast"}, {"schedule": "eager"}, {"threads": 1}, {"threads": 5}, {"seed": 99}]
    variants += [{"schedule": "random", "seed": seed} for seed in range(20)]
    for options in variants:
        result = run(inputs.predict, inputs.label, inputs.dout, soc=soc, **options)
        assert result.findings == () and bits_equal(result.y, expected).all(), options


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("distribution", ["special", "wide", "positive"])
def test_flush_to_zero_flushes_as_the_emulation_does(soc, dtype, distribution):
    inputs = make_inputs((20_011,), dtype, distribution, seed=8)
    flushed = judge(inputs, soc=soc, flush_to_zero=True).y
    kept = judge(inputs, soc=soc).y
    assert not bits_equal(flushed, kept).all() or (dtype, distribution) == ("float32", "positive")


def test_saturation_limits_what_infnan_lets_overflow():
    predict = np.array([np.inf, -np.inf, np.nan, 65504, -65504, 1], np.float16)
    label = np.array([0, 0, 0, -65504, 65504, 1], np.float16)
    dout = np.ones(6, np.float16)
    infnan = run(predict, label, dout, "sum", soc="Ascend910B1").y
    saturated = run(predict, label, dout, "sum", soc="Ascend310B4").y
    assert np.array_equal(infnan, np.array([np.inf, -np.inf, np.nan, np.inf, -np.inf, 0], np.float16), equal_nan=True)
    assert np.array_equal(saturated, np.array([65504, -65504, 0, 65504, -65504, 0], np.float16))


@pytest.mark.parametrize("dtype", DTYPES)
def test_views_of_any_layout_equal_their_contiguous_copies(dtype):
    def views(base: np.ndarray) -> list[np.ndarray]:
        raw = np.zeros(base.nbytes + 1, np.uint8)
        misaligned = raw[1:].view(dtype)[: 60 * 40].reshape(60, 40)
        misaligned[...] = base[:60, :40]
        return [base[:60, :40].T, base[::2, ::-3][:30, :20], np.broadcast_to(base[0], (7, 80)), misaligned]

    bases = make_inputs((120, 80), dtype, seed=9)
    for predict, label, dout in zip(*(views(a) for a in (bases.predict, bases.label, bases.dout)), strict=True):
        ours = run(predict, label, dout).y
        copies = [np.ascontiguousarray(array) for array in (predict, label, dout)]
        assert bits_equal(ours, run(*copies).y).all()


def test_inputs_are_never_modified_and_may_be_one_array():
    inputs = make_inputs((5000,), "float32", seed=10)
    arrays = (inputs.predict, inputs.label, inputs.dout)
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    result = run(*arrays)
    assert all(np.array_equal(array, copy) for array, copy in zip(arrays, before, strict=True))
    assert result.y.flags.writeable and not any(np.shares_memory(result.y, array) for array in arrays)
    same = run(inputs.predict, inputs.predict, inputs.dout).y
    assert np.array_equal(np.signbit(same), np.signbit(inputs.dout)) and not same.any()


def test_the_result_outlives_the_run():
    inputs = make_inputs((1000,), "float32", seed=11)
    first = run(inputs.predict, inputs.label, inputs.dout).y
    kept = first.copy()
    for seed in range(5):
        other = make_inputs((1000,), "float32", seed=seed)
        run(other.predict, other.label, other.dout)
    assert np.array_equal(first, kept)


def test_the_evidence_repeats_bit_for_bit_and_names_the_sources():
    inputs = make_inputs((1000,), "float16", seed=12)
    first, second = (run(inputs.predict, inputs.label, inputs.dout).evidence for _ in range(2))
    assert first == second
    assert sorted(first["source_sha256"]) == [
        "kernel/mse_loss_grad_v1.cpp",
        "kernel/mse_loss_grad_v1.h",
        "kernel/mse_loss_grad_v1_tiling_data.h",
    ]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"soc": "Ascend910"}, ValueError, "soc"),
        ({"run_mode": "gpu"}, ValueError, "run_mode"),
        ({"level": "slow"}, ValueError, "level"),
        ({"schedule": "lazy"}, ValueError, "schedule"),
        ({"seed": float("nan")}, (TypeError, ValueError), "seed"),
        ({"seed": -1}, ValueError, "seed"),
        ({"timeout_seconds": 0}, ValueError, "timeout_seconds"),
        ({"timeout_seconds": float("nan")}, ValueError, "timeout_seconds"),
        ({"timeout_seconds": "1"}, TypeError, "timeout_seconds"),
        ({"threads": 0}, ValueError, "threads"),
        ({"threads": -3}, ValueError, "threads"),
        ({"threads": 1.5}, TypeError, "threads"),
        ({"reduction": "Mean"}, ValueError, "161002"),
    ],
)
def test_a_bad_option_is_refused_by_name(options, error, text):
    array = np.ones(3, np.float32)
    with pytest.raises(error, match=text):
        run(array, array, array, **options)


def test_a_run_mode_that_is_not_here_is_an_error_and_never_another_mode():
    from helpers import RunModeUnavailable

    array = np.ones(3, np.float32)
    for run_mode in ("cpu", "npu", "aclnn"):
        with pytest.raises(RunModeUnavailable, match=run_mode):
            run(array, array, array, run_mode=run_mode)
