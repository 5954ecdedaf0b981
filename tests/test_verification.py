# SPDX-License-Identifier: Apache-2.0
"""One verified case: helpers/case.py, verification.py and verification_checks.py see what is right and what is not."""

import dataclasses
import pickle
import shutil

import numpy as np
import pytest

from helpers import build, build_cache, operator, plan, verification, verify
from helpers.case import Case, parse_shape, shape_text
from helpers.contract import REDUCTIONS
from helpers.errors import ArgumentTypeError, ArgumentValueError, RunModeUnavailable, VerificationFailed
from helpers.evidence_format import validate
from helpers.inputs import DISTRIBUTIONS, make_inputs
from helpers.reference import same_order
from helpers.verification_checks import exact_row

SMALL = {"shape": (33,), "dtype": "float32"}


def failed_rows(found):
    return {row.name for row in found.rows if row.verdict == "FAIL"}


def change_result(monkeypatch, change):
    """Let verify see `change(result)` in place of what the kernel gave."""
    monkeypatch.setattr(verification, "run", lambda *inputs, **how: change(operator.run(*inputs, **how)))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("100,100", (100, 100)),
        ("1", (1,)),
        ("()", ()),
        ("0", (0,)),
        ("3,0", (3, 0)),
        (" 2, 3 ,4 ", (2, 3, 4)),
        ("(8193,)", (8193,)),
        ("[5, 6]", (5, 6)),
    ],
)
def test_a_shape_is_read_from_text(text, shape):
    assert parse_shape(text) == shape
    assert parse_shape(shape_text(shape)) == shape


@pytest.mark.parametrize(
    "text", ["", "x", "2,x", "-1", "1.5", "2,,3", "(2,3", "2,3]", "(2,3]", "([2,3])", "٣", "2 x 3"]
)
def test_text_that_is_no_shape_is_refused(text):
    with pytest.raises(ArgumentValueError, match=r"^shape="):
        parse_shape(text)


def test_cases_that_differ_have_file_names_that_differ():
    usual = Case()
    changes = [
        {"soc": "Ascend310B4"},
        {"dtype": "float32"},
        {"reduction": "sum"},
        {"shape": (10000,)},
        {"shape": ()},
        {"seed": 1},
        {"distribution": "wide"},
        {"level": "fast"},
        {"schedule": "eager"},
    ]
    names = {dataclasses.replace(usual, **change).name for change in changes}
    assert len(names | {usual.name}) == len(changes) + 1
    assert usual.name == "embedded-Ascend910B1-float16-mean-100x100-normal-seed0"


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_kernel_passes_for_every_distribution(soc, reduction, dtype):
    for distribution in DISTRIBUTIONS:
        found = verify(soc=soc, dtype=dtype, reduction=reduction, shape="1000,3", seed=4, distribution=distribution)
        assert found.passed and found.reasons == () and found.comparison.elems == 3000, str(found)
        found.raise_if_failed()


@pytest.mark.parametrize(("shape", "elems"), [((), 1), (1, 1), ("3,0", 0), ([2, 2], 4)])
def test_tensors_without_dimensions_and_empty_ones_pass(shape, elems):
    found = verify(shape=shape)
    assert found.verdict == "PASS" and found.evidence["metrics"]["elems"] == elems


def test_equal_cases_give_equal_text_and_evidence_but_for_the_date():
    first, second = verify(**SMALL, seed=7), verify(**SMALL, seed=7)
    assert str(first) == str(second) and first._repr_html_() == second._repr_html_()
    assert first.evidence | {"created_utc": ""} == second.evidence | {"created_utc": ""}
    assert verify(**SMALL, seed=8).evidence["run"]["y_sha256"] != first.evidence["run"]["y_sha256"]


def test_the_table_ends_with_the_verdict_and_needs_no_script():
    found = verify(**SMALL)
    assert str(found).splitlines()[-1] == "PASS: 7 of 7 checks passed" and repr(found) == str(found)
    html = found._repr_html_()
    assert html.endswith("PASS: 7 of 7 checks passed</span></div>") and html.count("<tr>") == 1 + 7
    assert "<script" not in html and "http" not in html


def one_ulp_off(y):
    y = y.copy()
    y.flat[-1] = np.nextafter(y.flat[-1], y.dtype.type(np.inf))
    return y


@pytest.mark.parametrize(
    ("wrong", "seen_by"),
    [
        (one_ulp_off, {"bits"}),
        (np.zeros_like, {"bits", "error", "exact fractions"}),
        (lambda y: y * y.dtype.type(1.01), {"bits", "error", "exact fractions"}),
        (lambda y: np.full_like(y, np.nan), {"bits", "error", "exact fractions"}),
        (lambda y: y[:-1], {"shape and dtype"}),
        (lambda y: y.astype(np.float64), {"shape and dtype"}),
    ],
)
def test_a_wrong_result_fails(monkeypatch, wrong, seen_by):
    change_result(monkeypatch, lambda result: dataclasses.replace(result, y=wrong(result.y)))
    found = verify(**SMALL)
    assert failed_rows(found) == seen_by and found.verdict == found.evidence["verdict"] == "FAIL"
    assert len(found.reasons) == len(seen_by) and list(found.reasons) == found.evidence["reasons"]
    assert str(found).splitlines()[-1].startswith("FAIL: ")
    with pytest.raises(VerificationFailed) as caught:
        found.raise_if_failed()
    assert caught.value.verification is found and all(reason in str(caught.value) for reason in found.reasons)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_inputs_changed_during_the_run_fail_and_do_not_blind_the_comparison(monkeypatch):
    def meddle(*inputs, **how):
        result = operator.run(*inputs, **how)
        inputs[1].flat[0] += 1
        return result

    monkeypatch.setattr(verification, "run", meddle)
    found = verify(**SMALL)
    assert failed_rows(found) == {"inputs"} and "label changed" in found.reasons[0]
    assert found.comparison.passed


def test_a_run_with_another_plan_fails(monkeypatch):
    other = plan(34, "float32")
    change_result(monkeypatch, lambda result: dataclasses.replace(result, plan=other))
    assert failed_rows(verify(**SMALL)) == {"plan"}


def test_a_rule_that_the_kernel_broke_is_a_fail_with_the_finding(monkeypatch, tmp_path):
    kernel = tmp_path / "kernel"
    shutil.copytree(operator.SOURCE.parent, kernel)
    header = kernel / "mse_loss_grad_v1.h"
    text = header.read_text(encoding="utf-8")
    right = "tile{1, static_cast<uint32_t>(count * sizeof(T)), 0, 0, 0};\n    const"
    assert text.count(right) == 1
    header.write_text(text.replace(right, right.replace("sizeof(T))", "sizeof(T)) + 32")), encoding="utf-8")
    monkeypatch.setenv("MSE_LOSS_GRAD_CACHE", str(build_cache.cache_directory()))
    monkeypatch.setattr(build, "CHECKOUT", tmp_path)
    monkeypatch.setattr(operator, "SOURCE", kernel / operator.SOURCE.name)
    found = verify(**SMALL)
    assert failed_rows(found) == {"kernel"} and "gm-out-of-bounds" in found.reasons[0]
    assert found.comparison is None and found.evidence["metrics"] is None
    assert found.evidence["findings"][0]["code"] == found.findings[0].code == "gm-out-of-bounds"
    validate(found.evidence)
    assert str(tmp_path) not in str(found)


def test_exact_fractions_notice_what_one_sampled_element_is_off():
    case = Case.of(dtype="float32", shape=50_021)
    planned, inputs = plan(case.shape, case.dtype), make_inputs(case.shape, case.dtype)
    y = same_order(*inputs)
    assert exact_row(y, inputs, case, planned).verdict == "PASS"
    for position in (0, 50_020, planned.core_range(1).start, planned.core_range(0).stop - 1):
        wrong = y.copy()
        wrong[position] += np.float32(16) * np.spacing(np.abs(wrong[position]))  # the bound is 4
        assert exact_row(wrong, inputs, case, planned).verdict == "FAIL", position


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("run_mode", "hardware", ArgumentValueError),
        ("soc", "Ascend910", ArgumentValueError),
        ("dtype", "float64", ArgumentValueError),
        ("reduction", "Mean", ArgumentValueError),
        ("reduction", None, ArgumentTypeError),
        ("shape", "2;3", ArgumentValueError),
        ("shape", (1,) * 9, ArgumentValueError),
        ("shape", 2**40 + 1, ArgumentValueError),
        ("seed", float("nan"), ArgumentTypeError),
        ("seed", -1, ArgumentValueError),
        ("distribution", "gauss", ArgumentValueError),
        ("level", "model", ArgumentValueError),
        ("schedule", "late", ArgumentValueError),
    ],
)
def test_a_bad_value_is_refused_by_name_before_anything_runs(monkeypatch, argument, value, error):
    monkeypatch.setattr(verification, "run", lambda *inputs, **how: pytest.fail("ran"))
    with pytest.raises(error, match=f"^{argument}="):
        verify(**{argument: value})


def test_a_run_mode_that_does_not_work_here_is_an_error_and_never_replaced():
    with pytest.raises(RunModeUnavailable, match="'npu'"):
        verify(run_mode="npu")
