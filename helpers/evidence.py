# SPDX-License-Identifier: Apache-2.0
"""The JSON record of one verified case: what ran, with which sources and versions, what came out, and the verdict.

- `make_record(...)` puts one together, `write_record(path, record)` keeps it, `read_record(path)` gets it back

The fields are described in helpers/evidence_format.py; what does not fit that description is neither written nor read.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from helpers.build_cache import CHECKOUT
from helpers.case import Case
from helpers.compiler import find_compiler
from helpers.errors import EvidenceError
from helpers.evidence_format import FORMAT, VERSION, validate
from helpers.findings import Finding

GIT_TIMEOUT_SECONDS = 10


def make_record(
    case: Case,
    *,
    reasons: Sequence[str],
    run: Mapping[str, object],
    inputs_sha256: Mapping[str, str],
    metrics: Mapping[str, float] | None,
    checks: Sequence[Mapping[str, str]],
    findings: Sequence[Finding],
) -> dict[str, object]:
    """Return a valid record of a case that ran just now, in this process. No `reasons` means PASS.

    Raises:
        EvidenceError: the parts do not fit together.
    """
    record = {
        "format": FORMAT,
        "version": VERSION,
        "verdict": "FAIL" if reasons else "PASS",
        "reasons": list(reasons),
        "case": case.as_json(),
        "command": case.command,
        "run": dict(run),
        "inputs_sha256": dict(inputs_sha256),
        "metrics": None if metrics is None else {name: _json_number(value) for name, value in metrics.items()},
        "checks": [dict(check) for check in checks],
        "findings": [finding.as_record() for finding in findings],
        "environment": environment(),
        "created_utc": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    validate(record)
    return record


def environment() -> dict[str, object]:
    """Versions and source hashes of this checkout on this machine; no path and no name of either."""
    compiler = find_compiler()
    commit, modified = _git()
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "compiler": {"name": compiler.name, "version": compiler.version, "target": compiler.target},
        "processor": platform.machine(),
        "system": platform.system(),
        "git_commit": commit,
        "git_modified": modified,
        "source_sha256": _source_hashes(),
    }


def write_record(path: str | Path, record: Mapping[str, object]) -> Path:
    """Validate `record` and write it to `path` whole or not at all; folders are made where missing.

    Raises:
        EvidenceError: the record is not valid; nothing was written.
        OSError: the file cannot be written.
    """
    validate(record)
    return write_atomically(path, json.dumps(record, indent=2, allow_nan=False) + "\n")


def write_atomically(path: str | Path, text: str) -> Path:
    """Write `text` to a file beside `path` and rename it, so that nobody ever reads half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        scratch.write_text(text, encoding="utf-8")
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
    return path


def read_record(path: str | Path) -> dict[str, object]:
    """Read and validate a record.

    Raises:
        EvidenceError: there is no such file, it is no JSON, or it is no valid record.
    """
    name = Path(path).name
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise EvidenceError(f"there is no evidence {name}") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise EvidenceError(f"evidence {name} cannot be read: {error}") from error
    try:
        validate(record)
    except EvidenceError as error:
        raise EvidenceError(f"evidence {name}: {error}") from error
    return record


def _json_number(value: float) -> float | int | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _refuse_constant(word: str) -> None:
    raise ValueError(f'{word} is not JSON: it is written as the string "{word}"')


def _source_hashes() -> dict[str, str]:
    """SHA-256 of every C++ source of simulator and host, by its name in the checkout."""
    folders = (CHECKOUT / "helpers" / "simulator", CHECKOUT / "host")
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".h", ".cpp")]
    return {
        path.relative_to(CHECKOUT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)
    }


def _git() -> tuple[str | None, bool | None]:
    """The commit and whether a tracked file differs from it; None where the checkout is no git repository of its own.

    A copy of the sources inside another repository must not pass for a commit of that one.
    """
    top = _git_answer("rev-parse", "--show-toplevel")
    commit = _git_answer("rev-parse", "--verify", "HEAD")
    if top is None or commit is None or Path(top) != CHECKOUT:
        return None, None
    changes = _git_answer("status", "--porcelain", "--untracked-files=no")
    return commit, None if changes is None else bool(changes)


def _git_answer(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *words],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=GIT_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
