# SPDX-License-Identifier: Apache-2.0
"""What the doctor says of this machine and of ones that lack something: helpers/doctor.py."""

import shutil
from collections import namedtuple
from importlib import metadata

import pytest

from helpers import compiler, doctor, run_modes
from helpers.doctor import Doctor, Row

PACKAGES = {"numpy": "2.1.0", "papermill": "2.7.0"}


@pytest.fixture
def installed(monkeypatch):
    """Pretend an installation with two requirements; the test may change the versions in it."""
    versions = dict(PACKAGES)

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    stated = ["numpy<3,>=1.26", "papermill<3,>=2.6", 'pytest<10,>=8.1.1; extra == "test"']
    monkeypatch.setattr(metadata, "requires", lambda name: stated)
    monkeypatch.setattr(metadata, "version", version)
    return versions


def row(found, what):
    (only,) = [row for row in found.rows if row.what == what]
    return only


def test_every_run_mode_has_one_row_and_those_that_do_not_work_say_why(installed):
    found = doctor.report()
    for mode in run_modes.RUN_MODES:
        why = run_modes.why_not(mode)
        assert (row(found, mode).ok, row(found, mode).detail) == (why is None, why or "works")


@pytest.mark.parametrize(("why", "exit_code"), [(None, 0), ("it is broken", 3)])
def test_the_exit_code_depends_on_embedded_alone(installed, monkeypatch, capsys, why, exit_code):
    monkeypatch.setattr(run_modes, "why_not", lambda mode: why if mode == "embedded" else "no device")
    assert doctor.main([]) == exit_code
    printed = capsys.readouterr().out
    assert printed.endswith(f"embedded {'works' if why is None else 'does not work'} here\n")
    assert "npu" in printed
    assert "no device" in printed
    monkeypatch.setattr(run_modes, "why_not", lambda mode: why if mode == "embedded" else None)
    assert doctor.main([]) == exit_code


def test_bad_usage_ends_with_two(capsys):
    with pytest.raises(SystemExit) as caught:
        doctor.main(["--frobnicate"])
    assert caught.value.code == 2
    assert "--frobnicate" in capsys.readouterr().err


def test_every_compiler_candidate_is_shown_and_the_one_used_is_marked(installed, monkeypatch):
    used = compiler.Compiler(("clang++",), "clang++", "18.1.0", "x86_64-linux-gnu")
    candidates = (
        compiler.Candidate("g++", None, "g++ 9.4.0 is too old"),
        compiler.Candidate("clang++", used, ""),
        compiler.Candidate("ziglang", None, "not tried: clang++ is used", tried=False),
    )
    monkeypatch.setattr(compiler, "search_report", lambda: candidates)
    assert [entry for entry in doctor.report().rows if entry.what in ("g++", "clang++", "ziglang", "compiler")] == [
        Row("g++", False, "g++ 9.4.0 is too old"),
        Row("clang++", True, "clang++ 18.1.0 x86_64-linux-gnu"),
        Row("ziglang", None, "not tried: clang++ is used"),
    ]


def test_without_a_compiler_embedded_does_not_work_and_the_next_step_is_to_install_one(
    installed, monkeypatch, tmp_path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(compiler, "_zig_binary", lambda: None)
    found = doctor.report()
    assert found.exit_code == 3
    assert row(found, "compiler") == Row("compiler", False, "none of these works", compiler.NEXT_STEP)
    assert "ziglang: the package is not installed" in row(found, "embedded").detail
    monkeypatch.setenv("CXX", "missing")
    found = doctor.report()
    assert row(found, "compiler").next_step == "correct CXX, or unset it"
    assert row(found, "$CXX (missing)").detail == "missing is not a program on PATH"
    assert row(found, "g++") == Row("g++", None, "not tried: $CXX is set")


def test_packages_are_the_requirements_without_an_extra(installed):
    names = [entry.what for entry in doctor.report().groups[0][1]]
    assert names == ["python", "numpy", "papermill"]
    assert row(doctor.report(), "numpy") == Row("numpy", True, "2.1.0")


def test_a_package_that_is_missing_or_out_of_range_says_what_is_needed(installed):
    del installed["papermill"]
    installed["numpy"] = "1.25.9"
    found = doctor.report()
    assert row(found, "numpy") == Row("numpy", False, "1.25.9; tested is <3,>=1.26", doctor.SET_UP)
    assert row(found, "papermill") == Row("papermill", False, "not installed; needed is <3,>=2.6", doctor.SET_UP)


def test_a_checkout_that_was_never_installed_is_told_how(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", absent)
    assert row(doctor.report(), doctor.DISTRIBUTION).next_step == doctor.SET_UP


@pytest.mark.parametrize(
    ("version", "bounds", "within"),
    [
        ("1.26", "<3,>=1.26", True),
        ("1.26.0", "<3,>=1.26", True),
        ("1.25.99", "<3,>=1.26", False),
        ("1.3", "<3,>=1.26", False),  # as numbers, not as text
        ("2.10.0", "<3,>=2.9", True),
        ("3.0.0", "<3,>=1.26", False),
        ("2.99.1+cpu", "<3,>=1.26", True),
        ("8.1.0", "<10,>=8.1.1", False),
        ("9.2.0", "<10,>=8.1.1", True),
        ("0.12", "<0.12,>=0.11", False),
        ("7", "", True),
    ],
)
def test_versions_are_compared_as_numbers(version, bounds, within):
    assert doctor._within(version, bounds) is within


def test_a_form_of_bound_it_cannot_judge_is_an_error():
    with pytest.raises(ValueError, match="bound '~=1.4'"):
        doctor._within("1.4", "~=1.4")


@pytest.mark.parametrize(("minor", "ok"), [(9, False), (10, True), (13, True), (14, False)])
def test_python_is_judged_by_the_tested_range(monkeypatch, minor, ok):
    monkeypatch.setattr(doctor.sys, "version_info", (3, minor, 0))
    found = doctor._python()
    assert found.ok is ok
    assert ("tested are 3.10 to 3.13" in found.detail) is not ok


def test_little_shared_memory_is_named_with_both_sizes_and_a_way_out(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor, "SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(2**26, 0, 2**26))
    found = doctor._shared_memory()
    assert found.ok is False
    assert found.detail == f"0.06 GiB free in {tmp_path}; the larger examples take 0.25 GiB"
    assert found.next_step == "give the machine or container more, with docker: --shm-size=2g"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(2**28, 0, 2**28))
    assert doctor._shared_memory() == Row("shared memory", True, f"0.25 GiB free in {tmp_path}")


def test_a_system_without_a_file_system_for_shared_memory_is_no_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "SHARED_MEMORY", tmp_path / "absent")
    assert doctor._shared_memory().ok is None


def test_the_text_puts_each_next_step_under_its_row():
    groups = (("A", (Row("one", True, "fine"), Row("three", False, "gone", "fetch it"))), ("B", (Row("x", None, ""),)))
    assert Doctor(groups, embedded_works=False).format_text().splitlines() == [
        "A",
        "  yes one    fine",
        "  no  three  gone",
        "             next: fetch it",
        "B",
        "  -   x",
        "embedded does not work here",
    ]
