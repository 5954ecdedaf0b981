# SPDX-License-Identifier: Apache-2.0
"""The evidence: complete, legal JSON, never half written, never in contradiction to itself."""

import copy
import dataclasses
import json
import math
import os
import subprocess

import numpy as np
import pytest

from helpers import evidence, operator, verification, verify
from helpers.errors import EvidenceError
from helpers.evidence import read_record, write_record
from helpers.evidence_format import failures_of, validate
from helpers.findings import Finding


@pytest.fixture(scope="module")
def passed():
    return verify(shape=(5, 7), seed=3).evidence


@pytest.fixture
def record(passed):
    return copy.deepcopy(passed)


def places(value, path=()):
    """The path of every field of a record."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield (*path, name)
            yield from places(below, (*path, name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from places(below, (*path, index))


def parent_of(record, path):
    for step in path[:-1]:
        record = record[step]
    return record


def test_what_is_written_is_read_back(tmp_path, record):
    path = tmp_path / "folder" / "made" / "e.json"
    assert write_record(path, record) == path
    assert read_record(path) == record
    assert os.listdir(path.parent) == ["e.json"]


def test_it_names_everything_that_a_repetition_needs(record):
    assert record["case"] == {
        "run_mode": "embedded",
        "soc": "Ascend910B1",
        "dtype": "float16",
        "reduction": "mean",
        "shape": [5, 7],
        "seed": 3,
        "distribution": "normal",
        "level": "checked",
        "schedule": "on_wait",
    }
    assert "--shape '5,7' --seed 3" in record["command"]
    assert "kernel/mse_loss_grad_v1.h" in record["run"]["source_sha256"]
    sources = record["environment"]["source_sha256"]
    assert "helpers/simulator/kernel_operator.h" in sources and "host/mse_loss_grad_v1_tiling.h" in sources
    assert record["environment"]["numpy"] == np.__version__ and record["environment"]["compiler"]["version"]


def test_every_missing_field_is_missed(record):
    free = {("run", "operator"), ("run", "plan")}  # more may be in `run`, and the plan's own fields are the planner's
    seen = 0
    for path in list(places(record)):
        if "source_sha256" in path[:-1] or (path[:2] in free and path != ("run", "plan")):
            continue
        broken = copy.deepcopy(record)
        del parent_of(broken, path)[path[-1]]
        with pytest.raises(EvidenceError, match=rf"{path[-1]} is missing"):
            validate(broken)
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("path", [(), ("case",), ("metrics",), ("environment",), ("checks", 0)])
def test_a_field_that_the_version_does_not_know_is_refused(record, path):
    parent_of(record, (*path, "colour"))["colour"] = "blue"
    with pytest.raises(EvidenceError, match=r"colour is not a field of version 2"):
        validate(record)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("version",), 1, "version 1 where 2 is known"),
        (("format",), "other", "format is"),
        (("verdict",), "SKIP", "verdict is"),
        (("case", "seed"), True, "case.seed is true: expected an integer"),
        (("case", "shape"), "5,7", "expected an array"),
        (("case", "shape"), [5, -7], r"case.shape\[1\] is -7"),
        (("run", "y_sha256"), "abc", "expected 64 hexadecimal digits"),
        (("run", "source_sha256"), {}, "SHA-256 by file name"),
        (("metrics", "max_ulp"), None, "expected a number"),
        (("metrics", "max_ulp"), math.inf, "expected a number"),
        (("created_utc",), "yesterday", "created_utc"),
        (("checks",), [{}], r"checks\[0\].name is missing"),
        (("environment", "git_modified"), "no", "expected true or false"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_place(record, path, value, words):
    parent_of(record, path)[path[-1]] = value
    with pytest.raises(EvidenceError, match=words):
        validate(record)


@pytest.mark.parametrize("name", ["run_mode", "soc", "dtype", "reduction", "shape", "seed", "level", "schedule"])
def test_a_run_of_something_else_than_the_case_is_refused(record, name):
    record["run"][name] = {"shape": [7, 5], "seed": 4}.get(name, "other")
    with pytest.raises(EvidenceError, match=rf"run.{name} is .* case.{name} is"):
        validate(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metrics", "bit_mismatches"), 1),
        (("metrics", "max_ulp"), 0.502),
        (("metrics", "max_ulp"), "NaN"),
        (("metrics", "max_ulp"), "Infinity"),
        (("metrics",), None),
        (("checks", 0, "verdict"), "FAIL"),
        (("verdict",), "FAIL"),
    ],
)
def test_a_verdict_that_the_numbers_contradict_is_refused(record, path, value):
    parent_of(record, path)[path[-1]] = value
    with pytest.raises(EvidenceError, match="verdict is"):
        validate(record)


def test_a_finding_of_severity_error_forbids_a_pass_and_a_warning_does_not(record):
    place = {"cores": (0,), "call": "DataCopyPad", "file": "k.h", "line": 3, "operand": "y"}
    numbers = {"message": "m", "actual": -1, "expected": 2, "remedy": "r"}
    finding = Finding("gm-out-of-bounds", "warning", **place, **numbers).as_record()
    record["findings"] = [finding]
    validate(record)
    record["findings"] = [finding | {"severity": "error"}]
    assert failures_of(record) == ["gm-out-of-bounds: m"]
    with pytest.raises(EvidenceError, match="verdict is PASS"):
        validate(record)


def test_an_invalid_record_leaves_the_file_as_it_was(tmp_path, record):
    path = write_record(tmp_path / "e.json", record)
    before = path.read_bytes()
    record["metrics"]["elems"] = 36
    with pytest.raises(EvidenceError, match="metrics.elems is 36, case.shape has 35"):
        write_record(path, record)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["e.json"]


def test_infinity_is_kept_as_a_string_that_float_reads(monkeypatch, tmp_path):
    run = operator.run
    monkeypatch.setattr(
        verification, "run", lambda *inputs, **how: dataclasses.replace(r := run(*inputs, **how), y=r.y[1:])
    )
    path = verify(shape=4).write_evidence(tmp_path / "e.json")
    assert '"max_ulp": "Infinity"' in path.read_text(encoding="utf-8")
    assert float(read_record(path)["metrics"]["max_ulp"]) == math.inf


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ('{"format": ', "cannot be read"),
        ('{"format": NaN}', 'NaN is not JSON: it is written as the string "NaN"'),
        ("[]", "expected an object"),
        ("{}", "format is missing"),
    ],
)
def test_a_file_that_is_no_evidence_is_refused_by_its_name(tmp_path, text, words):
    path = tmp_path / "e.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=words) as caught:
        read_record(path)
    assert "evidence e.json" in str(caught.value) and str(tmp_path) not in str(caught.value)
    with pytest.raises(EvidenceError, match="there is no evidence f.json"):
        read_record(tmp_path / "f.json")


def test_the_commit_is_that_of_the_checkout_and_of_no_repository_around_it(monkeypatch, tmp_path):
    def git(*words):
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(evidence, "CHECKOUT", tmp_path.resolve())
    assert evidence._git() == (None, None)
    git("init", "--quiet")
    assert evidence._git() == (None, None)
    (tmp_path / "inner").mkdir()
    (tmp_path / "file").write_text("1", encoding="utf-8")
    git("add", "file")
    git("commit", "--quiet", "-m", "m")
    assert evidence._git() == (git("rev-parse", "HEAD"), False)
    (tmp_path / "untracked").touch()
    assert evidence._git()[1] is False
    (tmp_path / "file").write_text("2", encoding="utf-8")
    assert evidence._git()[1] is True
    monkeypatch.setattr(evidence, "CHECKOUT", (tmp_path / "inner").resolve())
    assert evidence._git() == (None, None)


def test_json_without_python_reads_it(record):
    assert json.loads(json.dumps(record, allow_nan=False)) == record
