# SPDX-License-Identifier: Apache-2.0
"""Trying a kernel in several orders, and the table of trials. helpers/trial.py."""

import numpy as np
import pytest
from fault_kernels import FOLDER

from helpers import Kernel, trial
from helpers.trial import Trial

X = np.arange(64, dtype=np.float32)


def attempt(fault: str, *more: object) -> Trial:
    kernel = Kernel.from_source(FOLDER / f"{fault}.cpp", "fault")
    y = np.zeros_like(X)
    return trial.attempt(kernel, X, y, *more, output=y, expected=X + 1, roles=("in", "out"))


@pytest.fixture(scope="module")
def race() -> Trial:
    return attempt("race_raw_load_not_dequeued", False)


def test_a_right_kernel_is_green(race):
    right = attempt("correct")
    assert right.green and right.findings == () and right.random == (True,) * len(trial.SEEDS)
    assert repr(right) == (
        "no findings\nresult: program order right, as late as flags permit right, random orders right in 10 of 10"
    )
    assert attempt("race_raw_load_not_dequeued", True).green and not race.green


def test_a_race_is_found_and_shown_with_the_orders_that_hide_it(race):
    assert [finding.code for finding in race.findings] == ["race-raw"]
    assert race.program_order and not race.on_wait and not all(race.random)
    first, last = repr(race).splitlines()
    assert first == str(race.findings[0])
    assert last.startswith("result: program order right, as late as flags permit wrong, random orders right in ")


def test_a_kernel_that_the_checks_stop_runs_on_without_them():
    freed = attempt("use_after_free")
    assert [finding.code for finding in freed.findings] == ["use-after-free"]
    assert freed.program_order and freed.on_wait


def test_wrong_numbers_are_seen_in_every_order():
    zeros = np.zeros_like(X)
    kernel = Kernel.from_source(FOLDER / "correct.cpp", "fault")
    wrong = trial.attempt(kernel, X, zeros, output=zeros, expected=X + 2, roles=("in", "out"))
    assert wrong.findings == () and not wrong.green
    assert not (wrong.program_order or wrong.on_wait or any(wrong.random))


def test_the_overview_has_a_row_for_each_finding(race):
    overview = trial.Overview({"a race": race, "nothing <wrong>": attempt("correct")})
    head, first, second = overview.rows()
    assert head[:2] == ("what is wrong", "finding")
    assert (first[0], first[1], first[-1]) == ("a race", "race-raw", "right")
    assert (second[0], second[1], second[-1]) == ("nothing <wrong>", "none", "right")
    assert [line.split()[0] for line in repr(overview).splitlines()] == ["what", "a", "nothing"]
    html = overview._repr_html_()
    assert html.count("<tr>") == 3 and "nothing &lt;wrong&gt;" in html
