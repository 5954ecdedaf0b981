# SPDX-License-Identifier: Apache-2.0
"""The sweep: every way a case can go wrong ends in FAIL with its reason; nothing stale, foreign or missing passes."""

import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError

from helpers import sweep_worker, verify
from helpers.build_cache import CHECKOUT
from helpers.case import Case
from helpers.errors import ArgumentValueError, RunModeUnavailable
from helpers.evidence import read_record, write_record
from helpers.sweep import judge, matrix, sweep

CASE = Case(shape=(3,))
OTHER = Case(shape=(4,))
NAMES = ("run_mode", "soc", "dtype", "shape", "reduction", "seed", "distribution", "evidence_path")
PARAMETERS = "".join(f"{name} = 0\n" for name in NAMES)
VERIFY = (
    "from helpers import verify\n"
    "found = verify(run_mode, soc, dtype, reduction, shape, seed, distribution)\n"
    "found.write_evidence(evidence_path)\n"
)


@pytest.fixture(scope="module")
def passed():
    return verify(shape=CASE.shape).evidence


def write_notebook(path, source, parameters=PARAMETERS):
    cells = [nbformat.v4.new_code_cell(text) for text in (parameters, source)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


def run_one(tmp_path, source, cases=(CASE,), **how):
    lines = []
    notebook = write_notebook(tmp_path / "n.ipynb", source)
    summary = sweep(cases, tmp_path / "out", jobs=1, notebook=notebook, say=lines.append, **how)
    assert len(lines) == len(summary.outcomes) == len(cases)
    kept = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [case["verdict"] for case in kept["cases"]] == [outcome.verdict for outcome in summary.outcomes]
    assert kept["verdict"] == summary.verdict
    return summary


def test_the_smoke_matrix_has_both_families_dtypes_reductions_and_four_shapes():
    cases = matrix()
    assert len(cases) == len(set(cases)) == len({case.name for case in cases}) == 32
    assert {case.soc for case in cases} == {"Ascend910B1", "Ascend310B4"}
    assert {case.shape for case in cases} == {(100, 100), (1,), (8193,), (256, 256)}
    assert len(matrix(shapes=["1", "(1,)", 1])) == 8


def test_evidence_passes_for_its_own_case_only(passed):
    assert judge(passed, CASE) == ()
    for change in ({"shape": (1, 3)}, {"seed": 1}, {"dtype": "float32"}, {"distribution": "wide"}):
        (reason,) = judge(passed, Case(**{"shape": CASE.shape} | change))
        assert reason.startswith("the evidence is of another case: ") and next(iter(change)) in reason


def test_evidence_is_judged_by_its_numbers_not_by_its_word(passed):
    wrong = copy.deepcopy(passed)
    wrong["metrics"]["bit_mismatches"] = 2
    assert wrong["verdict"] == "PASS" and judge(wrong, CASE) == ("2 of 3 elements differ in bits",)
    lenient = copy.deepcopy(passed)
    lenient["metrics"]["ulp_bound"] = 1e9
    assert "not 0.501" in judge(lenient, CASE)[0]


def test_a_parameter_that_the_notebook_does_not_know_is_an_error_before_anything_runs(tmp_path):
    notebook = write_notebook(tmp_path / "n.ipynb", VERIFY, PARAMETERS.replace("shape", "shpae"))
    with pytest.raises(ArgumentValueError, match=r"\['shape'\]: allowed are those of n.ipynb: .*shpae"):
        sweep([CASE], tmp_path / "out", notebook=notebook)
    assert not (tmp_path / "out").exists()


def test_a_run_mode_that_does_not_work_here_runs_nothing(tmp_path):
    with pytest.raises(RunModeUnavailable):
        sweep([CASE, Case(run_mode="npu")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_cases_fail(tmp_path):
    assert run_one(tmp_path, VERIFY, cases=()).verdict == "FAIL"


def test_stale_evidence_is_not_counted_and_a_foreign_file_not_touched(tmp_path, passed):
    out = tmp_path / "out"
    stale = write_record(out / "evidence" / f"{CASE.name}.json", passed)
    left = write_record(out / "evidence" / f"{OTHER.name}.json", passed)
    for name in ("summary.json", "summary.html"):
        (out / name).write_text("stale", encoding="utf-8")
    (out / "notebooks").mkdir()
    mine = out / "notebooks" / "mine.ipynb"
    mine.touch()
    summary = run_one(tmp_path, "pass")
    assert summary.outcomes[0].reasons == (f"there is no evidence {CASE.name}.json",)
    assert not stale.exists() and not left.exists() and mine.exists()
    assert "stale" not in (out / "summary.html").read_text(encoding="utf-8")


def test_each_failure_is_a_reason_and_the_next_case_still_runs(tmp_path):
    cases = [Case(shape=(elems,)) for elems in range(1, 7)]
    source = VERIFY.replace(
        "found.write", "import os, signal\nif shape == [1]: raise ValueError('no idea')\nfound.write"
    )
    source += (
        "if shape == [2]: os._exit(1)\n"
        "if shape == [3]: os.kill(os.getppid(), signal.SIGKILL)\n"
        "if shape == [4]: verify(shape=5).write_evidence(evidence_path)\n"
        "if shape == [5]: open(evidence_path, 'w').write('{}')\n"
    )
    outcomes = run_one(tmp_path, source, cases).outcomes
    assert [outcome.verdict for outcome in outcomes] == ["FAIL"] * 5 + ["PASS"]
    first = [outcome.reasons[0] for outcome in outcomes[:5]]
    assert first[0].startswith("ValueError in cell ") and first[0].endswith("no idea")
    assert first[1] == "the Jupyter kernel died while a cell ran"
    assert first[2].startswith("the process that ran the notebook ended by SIGKILL")
    assert first[3] == "the evidence is of another case: shape [5]"
    assert "format is missing" in first[4]
    assert [outcome.record is None for outcome in outcomes] == [True, False, False, True, True, False]
    assert all(outcome.attempts == 1 for outcome in outcomes)


def test_a_kernel_that_did_not_start_is_tried_once_more_and_nothing_else_is(monkeypatch):
    asked = []

    def behave(*errors):
        asked.clear()
        left = list(errors)

        def execute(*paths, **how):
            asked.append(paths)
            error = left.pop(0)
            if error is not None:
                raise error

        monkeypatch.setattr(sweep_worker.papermill, "execute_notebook", execute)
        return sweep_worker.execute("in.ipynb", "out.ipynb", {})

    start = RuntimeError("Kernel died before replying to kernel_info")
    assert behave(start, None) == ("", 2)
    assert behave(start, start)[0].startswith("the Jupyter kernel did not start, twice") and len(asked) == 2
    assert behave(DeadKernelError("died")) == ("the Jupyter kernel died while a cell ran", 1)
    assert behave(ValueError("odd")) == ("ValueError: odd", 1) and len(asked) == 1


def test_the_verify_notebook_passes_and_leaves_notebook_and_evidence(tmp_path):
    out = tmp_path / "out {seed}"  # papermill takes braces in a path for a format
    cases = [CASE, Case(dtype="float32", reduction="sum", shape=(), soc="Ascend310B4", seed=5, distribution="wide")]
    summary = sweep(cases, out, jobs=2, say=lambda line: None)
    assert summary.verdict == "PASS", [outcome.reasons for outcome in summary.outcomes]
    for case, outcome in zip(cases, summary.outcomes, strict=True):
        assert outcome.case == case and read_record(out / outcome.evidence)["case"] == case.as_json()
        executed = nbformat.read(out / outcome.notebook, 4)
        assert "PASS: 7 of 7 checks passed" in json.dumps(executed.cells)


def test_a_wrong_kernel_fails_the_sweep_and_its_exit_code(tmp_path):
    copied = tmp_path / "checkout"
    for folder in ("helpers", "kernel", "host", "notebooks"):
        shutil.copytree(CHECKOUT / folder, copied / folder, ignore=shutil.ignore_patterns("__pycache__"))
    source = copied / "kernel" / "mse_loss_grad_v1.h"
    text = source.read_text(encoding="utf-8")
    assert text.count("AscendC::Sub(y, predict, label, count)") == 1
    source.write_text(text.replace("Sub(y, predict, label,", "Sub(y, label, predict,"), encoding="utf-8")
    words = "--soc Ascend910B1 --dtype float32 --reduction sum --shape 3 --jobs 1 --out results"
    done = subprocess.run(
        [sys.executable, "-m", "helpers", "sweep", *words.split()],
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "FAIL: 1 of 1 case failed" and lines[-2] == "report: results/summary.html"
    assert lines[0].startswith("FAIL  Ascend910B1  float32 sum") and "3 of 3 elements differ in bits" in done.stdout
    assert "VerificationFailed" not in done.stdout  # its reasons are there already


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_children_and_keeps_what_finished(tmp_path, signal_number):
    pid_file = tmp_path / "pid"
    slow = (
        "import os, time\n"
        "if shape == [4]:\n"
        f"    open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(99)"
    )
    notebook = write_notebook(tmp_path / "n.ipynb", VERIFY + slow)
    code = (
        "import sys, helpers.sweep as s; s.sweep.__kwdefaults__['notebook'] = sys.argv[1]; "
        "sys.exit(s.main('--out results --jobs 1 --soc Ascend910B1 --dtype float16 --shape 3 4'.split()))"
    )
    sweeping = subprocess.Popen(
        [sys.executable, "-c", code, str(notebook)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        limit = time.monotonic() + 60
        while not (pid_file.exists() and pid_file.read_text(encoding="utf-8")):
            assert sweeping.poll() is None and time.monotonic() < limit
            time.sleep(0.05)
        sweeping.send_signal(signal_number)
        said, complaints = sweeping.communicate(timeout=30)
    finally:
        sweeping.kill()
        sweeping.communicate()
    assert sweeping.returncode == 130 and "Traceback" not in complaints, complaints
    assert said.splitlines()[-1] == "FAIL: interrupted"
    limit = time.monotonic() + 10
    while alive(int(pid_file.read_text(encoding="utf-8"))):
        assert time.monotonic() < limit, "the Jupyter kernel outlived the sweep"
        time.sleep(0.05)
    kept = json.loads((tmp_path / "results" / "summary.json").read_text(encoding="utf-8"))
    assert [case["verdict"] for case in kept["cases"]] == ["PASS", "FAIL", "FAIL", "FAIL"] and kept["verdict"] == "FAIL"
    assert kept["cases"][1]["reasons"] == ["did not finish: the sweep was interrupted"]


def test_out_must_not_be_the_folder_of_the_notebooks(tmp_path):
    for folder in (CHECKOUT, CHECKOUT / "notebooks"):
        with pytest.raises(ArgumentValueError, match=r"^out="):
            sweep([CASE], folder)
    (tmp_path / "file").touch()
    with pytest.raises(ArgumentValueError, match=r"^out="):
        sweep([CASE], tmp_path / "file")
