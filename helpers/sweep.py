# SPDX-License-Identifier: Apache-2.0
"""Run the verify notebook over a matrix of cases with papermill, each in a fresh Jupyter kernel.

- `matrix(...)` lists the cases, `sweep(cases, out)` runs them and writes `summary.json` and `summary.html`
- `judge(record, case)` is the verdict of one case, from its evidence alone
- `main(argv)` is `python -m helpers sweep`

A case passes only with evidence that this run wrote, for this very case, whose own numbers say PASS. A notebook that
fails, a process that dies, evidence that is missing or of another case: each is a FAIL with its reason, never left out.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from helpers.build_cache import CHECKOUT
from helpers.case import SHAPE_FORMS, Case
from helpers.comparison import ULP_BOUND
from helpers.errors import (
    ArgumentError,
    ArgumentValueError,
    CompilerNotFound,
    EvidenceError,
    RunModeUnavailable,
    VerificationFailed,
)
from helpers.evidence import read_record
from helpers.evidence_format import failures_of
from helpers.report import HTML_NAME, JSON_NAME, Outcome, Summary, write_summary
from helpers.run_modes import check_run_mode
from helpers.sweep_process import WorkerProcess
from helpers.verification import BAD_USAGE, FAILED, PASSED, UNAVAILABLE, read_integer

NOTEBOOK = CHECKOUT / "notebooks" / "verify.ipynb"
SOCS = ("Ascend910B1", "Ascend310B4")
DTYPES = ("float16", "float32")
REDUCTIONS = ("mean", "sum")
SHAPES = ("100,100", "1", "8193", "256,256")
MOST_JOBS = 2
INTERRUPTED = 130  # 128 + SIGINT, what a shell reports
# Of a Case, what the notebook takes; the others keep their default.
_PARAMETERS = ("run_mode", "soc", "dtype", "shape", "reduction", "seed", "distribution")


def matrix(
    socs: Sequence[str] = SOCS,
    dtypes: Sequence[str] = DTYPES,
    reductions: Sequence[str] = REDUCTIONS,
    shapes: Sequence[str | Sequence[int]] = SHAPES,
    **others: object,
) -> list[Case]:
    """Every combination, each once, as checked cases. Raises as `Case.of`."""
    combined = itertools.product(socs, dtypes, reductions, shapes)
    cases = [Case.of(soc=s, dtype=d, reduction=r, shape=shape, **others) for s, d, r, shape in combined]
    return list(dict.fromkeys(cases))


def sweep(
    cases: Sequence[Case],
    out: str | Path = "out",
    *,
    jobs: int | None = None,
    notebook: str | Path = NOTEBOOK,
    say: Callable[[str], object] = print,
) -> Summary:
    """Run `cases`, at most `jobs` at a time, and write everything below the folder `out`.

    Args:
        jobs: 1 or more; by default the processors of this machine, at most MOST_JOBS.
        notebook: what to execute; its `parameters` cell must know every parameter of a case and `evidence_path`.
        say: called with one line per case as it ends.

    Raises:
        ValueError: the notebook lacks a parameter, or `out` is not a folder for results; nothing ran.
        RunModeUnavailable: a case's run mode does not work here; nothing ran.
        KeyboardInterrupt: after ending what ran and writing a summary of what had finished.
    """
    started, cases = time.monotonic(), list(dict.fromkeys(cases))
    notebook, out = Path(notebook).resolve(), Path(out).resolve()
    jobs = min(MOST_JOBS, processors()) if jobs is None else jobs
    if jobs < 1:
        raise ArgumentValueError("jobs", jobs, "integers from 1")
    for run_mode in dict.fromkeys(case.run_mode for case in cases):
        check_run_mode(run_mode)
    _check_parameters(notebook, [*_PARAMETERS, "evidence_path"])
    _prepare(out, notebook)
    outcomes: dict[Case, Outcome] = {}
    workers = _Workers(notebook, out)
    interrupted = None
    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    try:
        with tqdm(total=len(cases), unit="case", file=sys.stderr, disable=quiet, leave=False) as bar:
            pool = ThreadPoolExecutor(max_workers=jobs)
            try:
                for done in as_completed([pool.submit(workers.run, case) for case in cases]):
                    outcome = done.result()
                    outcomes[outcome.case] = outcome
                    with tqdm.external_write_mode(file=sys.stdout):
                        say(str(outcome))
                    bar.update()
            finally:
                workers.stop()
                pool.shutdown(cancel_futures=True)
                workers.close()
    except KeyboardInterrupt as error:
        interrupted = error
    missing = "did not finish: the sweep was interrupted"
    finished = tuple(outcomes.get(case) or Outcome(case, (missing,)) for case in cases)
    summary = Summary(finished, time.monotonic() - started)
    write_summary(summary, out)
    if interrupted is not None:
        raise interrupted
    return summary


def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge(record: Mapping[str, object], case: Case) -> tuple[str, ...]:
    """Why this evidence does not prove that `case` passes; empty if it does. The stated verdict is not asked."""
    wanted = case.as_json()
    strange = [f"{name} {record['case'][name]!r}" for name in wanted if record["case"][name] != wanted[name]]
    if strange:
        return (f"the evidence is of another case: {', '.join(strange)}",)
    reasons = failures_of(record)
    bound = ULP_BOUND[case.dtype, case.reduction]
    if record["metrics"] is not None and record["metrics"]["ulp_bound"] != bound:
        reasons.append(f"the evidence was judged by a bound of {record['metrics']['ulp_bound']} ulp, not {bound}")
    return tuple(reasons)


class _Workers:
    """The worker processes, one per thread that asks for one; a dead one is replaced."""

    def __init__(self, notebook: Path, out: Path):
        self._notebook, self._out = notebook, out
        self._lock = threading.Lock()
        self._alive: set[WorkerProcess] = set()
        self._stopped = False
        self._of_thread = threading.local()

    def run(self, case: Case) -> Outcome:
        """Execute the notebook for `case` and judge what it left."""
        started = time.monotonic()
        notebook = self._out / "notebooks" / f"{case.name}.ipynb"
        evidence = self._out / "evidence" / f"{case.name}.json"
        for left_behind in (notebook, evidence):
            left_behind.unlink(missing_ok=True)
        words = case.as_json()
        parameters = {name: words[name] for name in _PARAMETERS} | {"evidence_path": str(evidence)}
        request = {"notebook": str(self._notebook), "output": str(notebook), "parameters": parameters}
        error, attempts = self._execute(request)
        record, reasons = _judged(evidence, case, error)
        return Outcome(
            case,
            reasons,
            record,
            time.monotonic() - started,
            attempts,
            f"notebooks/{notebook.name}" if notebook.exists() else "",
            f"evidence/{evidence.name}" if evidence.exists() else "",
        )

    def stop(self) -> None:
        """End all workers and, through them, their Jupyter kernels."""
        with self._lock:
            self._stopped = True
            alive = list(self._alive)
        for worker in alive:
            worker.end()
        for worker in alive:
            worker.wait()

    def close(self) -> None:
        """Let go of the pipes, when no thread reads from them any more."""
        for worker in self._alive:
            worker.close()

    def _execute(self, request: Mapping[str, object]) -> tuple[str, int]:
        worker = getattr(self._of_thread, "worker", None)
        if worker is None:
            with self._lock:
                if self._stopped:
                    return "did not run: the sweep was interrupted", 0
                worker = self._of_thread.worker = WorkerProcess()
                self._alive.add(worker)
        answer = worker.ask(request)
        if answer is not None:
            return answer["error"], answer["attempts"]
        with self._lock:
            self._alive.discard(worker)
        self._of_thread.worker = None
        with contextlib.closing(worker):
            return worker.obituary(), 1


def _judged(evidence: Path, case: Case, error: str) -> tuple[dict[str, object] | None, tuple[str, ...]]:
    """The evidence, if it is of `case`, and why the case fails: its numbers first, then how the notebook ended."""
    try:
        record = read_record(evidence)
    except EvidenceError as unreadable:
        return None, (*filter(None, [error]), str(unreadable))
    reasons = judge(record, case)
    if error and not (reasons and error.startswith(VerificationFailed.__name__)):  # which repeats them
        reasons = (*reasons, error)
    return (record if record["case"] == case.as_json() else None), reasons


def _check_parameters(notebook: Path, names: Sequence[str]) -> None:
    """papermill sets a parameter that a notebook does not know, and says so in a log line only."""
    import papermill  # takes two seconds, which bad usage need not wait for

    if not notebook.is_file():
        raise ArgumentValueError("notebook", str(notebook), "the path of a notebook")
    known = papermill.inspect_notebook(str(notebook).replace("{", "{{").replace("}", "}}"))
    unknown = [name for name in names if name not in known]
    if unknown:
        listed = ", ".join(known) or "none: no cell is tagged `parameters`"
        raise ArgumentValueError("parameters", unknown, f"those of {notebook.name}: {listed}")


def _prepare(out: Path, notebook: Path) -> None:
    """Make the folders and remove results of an earlier sweep: files named like cases, and its summary."""
    if out in (notebook.parent, notebook.parent.parent) or (out.exists() and not out.is_dir()):
        raise ArgumentValueError("out", str(out), "a folder for results only")
    for name, suffix in (("notebooks", "ipynb"), ("evidence", "json")):
        (out / name).mkdir(parents=True, exist_ok=True)
        for earlier in (out / name).glob(f"*-*-float*-*-*-*-seed*.{suffix}"):
            earlier.unlink()
    for name in (JSON_NAME, HTML_NAME):
        (out / name).unlink(missing_ok=True)


# --- python -m helpers sweep ------------------------------------------------------------------------------------------


def main(argv: Sequence[str] = ()) -> int:
    """Run the matrix; the last line is the verdict. Returns 0 PASS, 1 FAIL, 3 the run mode does not work here.

    Bad usage, bad values included, ends in SystemExit(2), as argparse does.
    """
    parser = argparse.ArgumentParser(
        prog="python -m helpers sweep",
        description="Run the verify notebook over every combination of the values given.",
        epilog="exit: 0 PASS, 1 FAIL, 2 bad usage, 3 the run mode does not work here",
    )
    parser.add_argument("--out", default="out", metavar="FOLDER", help="where results go (default: out)")
    parser.add_argument(
        "--jobs", default=None, metavar="INTEGER", help=f"cases at a time (default: at most {MOST_JOBS})"
    )
    for name, values in (("soc", SOCS), ("dtype", DTYPES), ("reduction", REDUCTIONS), ("shape", SHAPES)):
        shown = f"{SHAPE_FORMS}; " if name == "shape" else ""
        parser.add_argument(
            f"--{name}", nargs="+", default=values, metavar="VALUE", help=f"{shown}default: {' '.join(values)}"
        )
    parser.add_argument("--run-mode", default="embedded", metavar="NAME")
    parser.add_argument("--seed", default="0", metavar="INTEGER")
    parser.add_argument("--distribution", default="normal", metavar="NAME")
    given = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that ending the sweep ends its children too
    try:
        check_run_mode(given.run_mode)
        others = {"run_mode": given.run_mode, "distribution": given.distribution}
        others["seed"] = read_integer("seed", given.seed)
        cases = matrix(given.soc, given.dtype, given.reduction, given.shape, **others)
        jobs = None if given.jobs is None else read_integer("jobs", given.jobs)
        summary = sweep(cases, given.out, jobs=jobs)
    except (RunModeUnavailable, CompilerNotFound) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return UNAVAILABLE
    except (ArgumentError, OSError) as error:
        parser.exit(BAD_USAGE, f"{parser.prog}: error: {error}\n")
    except KeyboardInterrupt:
        print(f"what had finished: {Path(given.out) / HTML_NAME}\nFAIL: interrupted", flush=True)
        return INTERRUPTED
    print(f"report: {Path(given.out) / HTML_NAME}")
    print(summary)
    return PASSED if summary.verdict == "PASS" else FAILED
