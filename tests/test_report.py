# SPDX-License-Identifier: Apache-2.0
"""The summary of a sweep: its verdict counts every case, its page stands alone."""

import copy
import json
import re
from html.parser import HTMLParser

import pytest

from helpers import verify
from helpers.case import Case
from helpers.report import Outcome, Summary, as_html, as_json, write_summary

CASE = Case(shape=(4, 2))


@pytest.fixture(scope="module")
def record():
    return verify(shape=CASE.shape).evidence


@pytest.fixture
def passed(record):
    return Outcome(CASE, (), record, 2.5, 1, "notebooks/a b.ipynb", "evidence/a.json")


FAILED = Outcome(CASE, ("evidence <missing> & more\nsecond line",), None, 1.0, 2)


def test_a_sweep_passes_only_if_every_case_does(passed):
    assert str(Summary((passed, passed), 9.6)) == "PASS: 2 cases, 16 elements compared, 10 s"
    for outcomes in [(passed, FAILED), (FAILED, passed), (FAILED,)]:
        summary = Summary(outcomes, 1.0)
        assert summary.verdict == "FAIL" and f"1 of {len(outcomes)} case" in str(summary)


def test_a_sweep_without_cases_or_without_comparisons_fails(record):
    assert str(Summary((), 1.0)) == "FAIL: there were no cases"
    nothing = copy.deepcopy(record)
    nothing["metrics"]["elems"] = 0
    assert str(Summary((Outcome(CASE, (), nothing),), 1.0)) == "FAIL: no case compared a single element"


@pytest.mark.parametrize("part", ["run", "environment"])
def test_cases_that_ran_different_sources_do_not_make_one_verdict(passed, record, part):
    other = copy.deepcopy(record)
    name = next(iter(other[part]["source_sha256"]))
    other[part]["source_sha256"][name] = "0" * 64
    summary = Summary((passed, Outcome(CASE, (), other)), 1.0)
    assert summary.verdict == "FAIL" and "sources changed" in str(summary)


def test_a_line_says_verdict_case_numbers_and_reasons(passed):
    line = str(passed)
    assert line.startswith("PASS  Ascend910B1  float16 mean       4,2  0 of 8 elements differ in bits, max 0.")
    assert line.endswith("(bound 0.501)  2.5 s")
    assert str(FAILED).splitlines()[1:] == ["      evidence <missing> & more", "      second line"]
    assert str(FAILED).startswith("FAIL") and "2 attempts" in str(FAILED)


def test_the_json_holds_every_case_and_is_legal(passed, tmp_path):
    write_summary(Summary((passed, FAILED), 3.0), tmp_path)
    text = (tmp_path / "summary.json").read_text(encoding="utf-8")
    found = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert found["verdict"] == "FAIL" and found["counts"] == {"FAIL": 1, "PASS": 1}
    assert [case["verdict"] for case in found["cases"]] == ["PASS", "FAIL"]
    assert found["cases"][0]["case"] == CASE.as_json() and found["cases"][0]["metrics"]["elems"] == 8
    assert found["cases"][1]["metrics"] is None and found["cases"][1]["notebook"] is None
    assert found == as_json(Summary((passed, FAILED), 3.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["summary.html", "summary.json"]


class Balanced(HTMLParser):
    """Fails on a tag that is closed twice, out of order or never."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(passed):
    page = as_html(Summary((passed, FAILED), 3.0))
    reader = Balanced()
    reader.feed(page)
    assert reader.open == [] and "script" not in reader.seen and "link" not in reader.seen and "img" not in reader.seen
    assert "://" not in page and "prefers-color-scheme: dark" in page
    assert re.findall('href="([^"]*)"', page) == ["notebooks/a%20b.ipynb", "evidence/a.json", "summary.json"]


def test_the_page_shows_reasons_as_text_and_the_verdict_in_words(passed):
    page = as_html(Summary((passed, FAILED), 3.0))
    assert "evidence &lt;missing&gt; &amp; more\nsecond line" in page
    assert "FAIL: 1 of 2 cases failed" in page and page.count("<td>PASS</td>") == 1
    assert "NumPy" in page and "Run mode embedded" in page
