# SPDX-License-Identifier: Apache-2.0
"""What an evidence record holds.

- `validate(record)` refuses one that is incomplete or whose verdict its own numbers contradict
- `failures_of(record)` judges by those numbers alone

Version 1, all fields required:

    format, version        "mse-loss-grad-v1-evidence", 1
    verdict, reasons       "PASS" with no reasons, or "FAIL" with at least one
    case                   the fields of case.Case, shape as an array
    command                the command line that repeats the case
    run                    RunResult.evidence: SoC family, overflow mode, plan, SHA-256 of kernel sources and of y
    inputs_sha256          of predict, label and dout, C-contiguous
    metrics                elems, bit_mismatches, max_ulp, ulp_bound, ulp_elems as in comparison.Comparison;
                           null where the kernel was stopped and nothing could be compared
    checks                 name, verdict and detail of each check
    findings               the fields of findings.Finding
    environment            versions of Python, NumPy and compiler, processor and system, git commit and whether tracked
                           files differ from it (null without git), SHA-256 of simulator and host sources
    created_utc            for example "2026-11-23T22:15:00Z"

JSON has no infinity and no NaN: such a number is the string "Infinity", "-Infinity" or "NaN", which Python's float()
reads back. Lengths are elements, errors are ulp of the dtype.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping

from helpers.case import Case
from helpers.errors import EvidenceError
from helpers.findings import Finding

FORMAT = "mse-loss-grad-v1-evidence"
VERSION = 2
_NON_FINITE = ("Infinity", "-Infinity", "NaN")


def validate(record: object) -> None:
    """Raise EvidenceError unless `record` is a complete record of VERSION whose parts agree."""
    if isinstance(record, dict) and record.get("format") == FORMAT and record.get("version", VERSION) != VERSION:
        raise EvidenceError(f"version {record['version']!r} where {VERSION} is known: write it anew with verify")
    _check(record, _RECORD, "")
    case, run, metrics = record["case"], record["run"], record["metrics"]
    for name in _RUN_REPEATS:
        if run[name] != case[name]:
            raise EvidenceError(f"run.{name} is {run[name]!r}, case.{name} is {case[name]!r}")
    if metrics is not None and metrics["elems"] != math.prod(case["shape"]):
        raise EvidenceError(f"metrics.elems is {metrics['elems']}, case.shape has {math.prod(case['shape'])}")
    failures = failures_of(record)
    if (record["verdict"] == "FAIL") != bool(failures):
        raise EvidenceError(f"verdict is {record['verdict']}, and its numbers say: {'; '.join(failures) or 'PASS'}")
    if (record["verdict"] == "FAIL") != bool(record["reasons"]):
        raise EvidenceError(f"verdict is {record['verdict']}, and reasons has {len(record['reasons'])} entries")


def failures_of(record: Mapping[str, object]) -> list[str]:
    """Judge a record by its numbers alone; nothing wrong gives an empty list."""
    metrics, failures = record["metrics"], []
    if metrics is None:
        failures.append("nothing was compared")
    elif metrics["bit_mismatches"]:
        failures.append(f"{metrics['bit_mismatches']} of {metrics['elems']} elements differ in bits")
    if metrics is not None and not float(metrics["max_ulp"]) <= float(metrics["ulp_bound"]):
        failures.append(f"the largest error is {metrics['max_ulp']} ulp, the bound {metrics['ulp_bound']}")
    failures += [f"{found['code']}: {found['message']}" for found in record["findings"] if found["severity"] == "error"]
    failures += [f"{check['name']}: {check['detail']}" for check in record["checks"] if check["verdict"] != "PASS"]
    return failures


class _Open(dict):
    """An object that may have more fields than those listed."""


def _is(words: str, test: Callable[[object], bool]) -> Callable[[object], str]:
    return lambda value: "" if test(value) else words


def _or_null(rule: object) -> tuple[str, object]:
    return ("or null", rule)


def _one_of(*words: object) -> Callable[[object], str]:
    return _is(" or ".join(map(repr, words)), lambda value: type(value) is not bool and value in words)


def _is_number(value: object) -> bool:
    return (isinstance(value, (int, float)) and type(value) is not bool and math.isfinite(value)) or (
        isinstance(value, str) and value in _NON_FINITE
    )


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


_TEXT = _is("text", lambda value: isinstance(value, str))
_FLAG = _is("true or false", lambda value: type(value) is bool)
_COUNT = _is("an integer from 0", lambda value: type(value) is int and value >= 0)
_INTEGER = _is("an integer", lambda value: type(value) is int)
_NUMBER = _is("a number, or " + ", ".join(f'"{word}"' for word in _NON_FINITE), _is_number)
_HASH = _is("64 hexadecimal digits", _is_hash)
_HASHES = _is(
    "an object of SHA-256 by file name", lambda v: isinstance(v, dict) and v and all(map(_is_hash, v.values()))
)
_DATE = _is(
    "a date such as 2026-11-23T22:15:00Z",
    lambda v: isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", v, re.ASCII) is not None,
)
_VERDICT = _one_of("PASS", "FAIL")
_RUN_REPEATS = ("run_mode", "soc", "dtype", "reduction", "shape", "seed", "level", "schedule")
_CASE = dict.fromkeys(Case.__dataclass_fields__, _TEXT) | {"shape": [_COUNT], "seed": _COUNT}
_RECORD = {
    "format": _one_of(FORMAT),
    "version": _one_of(VERSION),
    "verdict": _VERDICT,
    "reasons": [_TEXT],
    "case": _CASE,
    "command": _TEXT,
    "run": _Open(
        {name: _CASE[name] for name in _RUN_REPEATS}
        | {"family": _TEXT, "overflow": _TEXT, "flush_to_zero": _FLAG, "strict_sync": _FLAG, "plan": _Open()}
        | {"source_sha256": _HASHES, "y_sha256": _HASH}
    ),
    "inputs_sha256": {"predict": _HASH, "label": _HASH, "dout": _HASH},
    "metrics": _or_null(
        {"elems": _COUNT, "bit_mismatches": _COUNT, "max_ulp": _NUMBER, "ulp_bound": _NUMBER, "ulp_elems": _COUNT}
    ),
    "checks": [{"name": _TEXT, "verdict": _VERDICT, "detail": _TEXT}],
    "findings": [
        dict.fromkeys(Finding.__dataclass_fields__, _TEXT)
        | {"severity": _one_of("error", "warning"), "cores": [_COUNT], "line": _COUNT, "other_line": _COUNT}
        | {"actual": _INTEGER, "expected": _INTEGER}
    ],
    "environment": {
        "python": _TEXT,
        "numpy": _TEXT,
        "compiler": {"name": _TEXT, "version": _TEXT, "target": _TEXT},
        "processor": _TEXT,
        "system": _TEXT,
        "git_commit": _or_null(_TEXT),
        "git_modified": _or_null(_FLAG),
        "source_sha256": _HASHES,
    },
    "created_utc": _DATE,
}


def _check(value: object, rule: object, place: str) -> None:
    """Compare `value` with `rule`: a dict lists an object's fields, a list holds the rule of an array's items."""
    if isinstance(rule, tuple):
        if value is not None:
            _check(value, rule[1], place)
    elif isinstance(rule, dict):
        _check_object(value, rule, place)
    elif isinstance(rule, list):
        if not isinstance(value, list):
            raise EvidenceError(f"{place} is {_shown(value)}: expected an array")
        for index, item in enumerate(value):
            _check(item, rule[0], f"{place}[{index}]")
    elif wanted := rule(value):
        raise EvidenceError(f"{place} is {_shown(value)}: expected {wanted}")


def _check_object(value: object, fields: Mapping[str, object], place: str) -> None:
    if not isinstance(value, dict):
        raise EvidenceError(f"{place or 'the record'} is {_shown(value)}: expected an object")
    dotted = f"{place}." if place else ""
    for name in fields:
        if name not in value:
            raise EvidenceError(f"{dotted}{name} is missing")
    for name in value:
        if name not in fields and not isinstance(fields, _Open):
            raise EvidenceError(f"{dotted}{name} is not a field of version {VERSION}")
    for name, rule in fields.items():
        _check(value[name], rule, f"{dotted}{name}")


def _shown(value: object) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."
