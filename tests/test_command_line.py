# SPDX-License-Identifier: Apache-2.0
"""`python -m helpers`: exit codes, the verdict as the last line, one readable line for bad usage."""

import os
import subprocess
import sys
import types

import pytest

from helpers import __main__ as command_line
from helpers import verification
from helpers.build_cache import CHECKOUT
from helpers.errors import BuildError, LaunchError
from helpers.evidence import read_record


def command(*words, **surroundings):
    return subprocess.run(
        [sys.executable, "-m", "helpers", *words],
        cwd=CHECKOUT,
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_verify_exits_0_with_the_verdict_as_last_line_and_writes_evidence(tmp_path):
    words = "verify --run-mode embedded --soc Ascend310B4 --dtype float32 --reduction sum --shape 3,5 --seed 2"
    done = command(*words.split(), "--evidence", str(tmp_path / "e.json"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "PASS: 7 of 7 checks passed"
    case = read_record(tmp_path / "e.json")["case"]
    assert (case["soc"], case["dtype"], case["reduction"]) == ("Ascend310B4", "float32", "sum")
    assert (case["shape"], case["seed"], case["run_mode"]) == ([3, 5], 2, "embedded")


@pytest.mark.parametrize(
    "words",
    [
        "verify --shape 2;3",
        "verify --soc Ascend910",
        "verify --seed nan",
        "verify --dtype float64",
        "verify --reduction Mean",
        "verify --run-mode simulator",
        "verify --distribution gauss",
        "verify --shape 1099511627777",
        "sweep --jobs 0",
        "sweep --shape 1 x",
        "sweep --out .",
    ],
)
def test_a_bad_value_exits_2_with_one_line_that_names_it(words, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(words.split())
    printed = capsys.readouterr()
    assert ended.value.code == 2 and printed.out == ""
    argument = words.split()[1].strip("-").replace("-", "_")
    assert printed.err.startswith(f"python -m helpers {words.split()[0]}: error: {argument}=")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("words", ["", "unknown", "verify --colour", "verify 100", "sweep --soc", "sweep --jobs"])
def test_bad_usage_exits_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(words.split())
    assert ended.value.code == 2 and "error: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["verify", "sweep"])
@pytest.mark.parametrize("run_mode", ["cpu", "npu", "aclnn"])
def test_a_run_mode_that_does_not_work_here_exits_3(name, run_mode, capsys):
    assert command_line.main([name, "--run-mode", run_mode]) == 3
    printed = capsys.readouterr()
    assert printed.out == "" and f"run mode '{run_mode}' is not available" in printed.err
    assert printed.err.count("\n") == 1


def test_no_compiler_exits_3_before_anything_runs():
    done = command("verify", CXX="no-such-compiler")
    assert done.returncode == 3 and "no-such-compiler" in done.stderr and "Traceback" not in done.stderr


def test_a_wrong_result_exits_1_with_the_verdict_as_last_line(monkeypatch, capsys):
    run = verification.run

    def wrong(*inputs, **how):
        result = run(*inputs, **how)
        result.y.flat[0] += 1
        return result

    monkeypatch.setattr(verification, "run", wrong)
    assert command_line.main(["verify", "--shape", "2"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAIL: ")


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (BuildError("the compiler refused", "line 3: no"), "FAIL: the kernel could not be built"),
        (LaunchError("no memory"), "FAIL: the kernel could not be started"),
    ],
)
def test_a_kernel_that_cannot_run_is_a_fail(monkeypatch, capsys, error, verdict):
    def refuse(*inputs, **how):
        raise error

    monkeypatch.setattr(verification, "run", refuse)
    assert command_line.main(["verify", "--shape", "2"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(str(error)) and printed.splitlines()[-1] == verdict


def test_a_shape_beyond_memory_is_bad_usage(monkeypatch, capsys):
    def refuse(*inputs, **how):
        raise MemoryError("no room")

    monkeypatch.setattr(verification, "make_inputs", refuse)
    with pytest.raises(SystemExit) as ended:
        command_line.main(["verify", "--shape", "1000,1000"])
    assert ended.value.code == 2 and "shape='1000,1000' is too large here: no room" in capsys.readouterr().err


def test_an_evidence_file_that_cannot_be_written_is_bad_usage(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as ended:
        command_line.main(["verify", "--shape", "2", "--evidence", str(tmp_path / "file" / "e.json")])
    assert ended.value.code == 2 and capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", command_line.COMMANDS)
def test_a_command_gets_its_arguments_and_gives_its_exit_code(monkeypatch, name):
    got = []
    module = types.SimpleNamespace(main=lambda argv: got.append(argv) or 7)
    monkeypatch.setattr(command_line.importlib, "import_module", {command_line.COMMANDS[name][0]: module}.__getitem__)
    assert command_line.main([name, "--any", "thing"]) == 7 and got == [["--any", "thing"]]


def test_doctor_does_not_import_what_only_the_sweep_needs():
    code = "import sys, helpers.__main__ as m; m.main(['doctor']); print({'papermill', 'tqdm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "set()", done.stderr


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(["--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0 and all(f"\n  {name} " in printed for name in command_line.COMMANDS)
