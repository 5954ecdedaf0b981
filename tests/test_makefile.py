# SPDX-License-Identifier: Apache-2.0
"""What make does on machines that a script pretends: the Makefile's set-up and targets, with nothing installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
MAKE = shutil.which("make") or shutil.which("gmake")
TOOLS = ("sh", "cat", "rm", "mkdir", "touch", "cp", "awk", "find", "cksum", "cut")

pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make on this machine")

# Stands in for Python: makes virtual environments that hold itself, and writes down what it was asked to do.
# The folder `state` steers it: venv-fails, pip-fails, no-compiler and bad-cxx are files that are there or not.
PRETENDER = """\
#!/bin/sh
state="{state}"
case "$*" in
--version) echo "Python 3.12.9"; exit ;;
"-c "|"-m pip --version") exit 0 ;;
"-c import sys, venv, ensurepip"*) test ! -e "$state/old-python"; exit ;;
"-m venv --clear "*) if [ -e "$state/venv-fails" ]; then echo "disk full" >&2; exit 1; fi
    rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; did="venv $4" ;;
*helpers.compiler*) did=compiler ;;
*helpers.build*) did=build ;;
*"pip "*" install -e "*) for last; do :; done; did="install $last" ;;
*) did="$*" ;;
esac
echo "$did" >>"$state/log"
case "$did" in
install*) if [ -e "$state/pip-fails" ]; then echo "no network" >&2; exit 1; fi ;;
esac
case "$did" in
compiler)
    if [ -e "$state/bad-cxx" ]; then echo '$CXX (odd): odd' >&2; exit 2; fi
    if [ -e "$state/no-compiler" ]; then echo 'no C++17 compiler' >&2; exit 3; fi ;;
"install .[compiler]") rm -f "$state/no-compiler" ;;
esac
"""


class Machine:
    """A folder with the Makefile, a PATH with the tools it may use, and a pretended python3."""

    def __init__(self, folder):
        self.state = folder / "state"
        self.path = folder / "bin"
        self.checkout = folder / "a check out"  # with spaces, which make does not like
        for made in (self.state, self.path, self.checkout):
            made.mkdir()
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, self.checkout)
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool))
        self.put_python(self.path / "python3")

    def put_python(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PRETENDER.format(state=self.state))
        path.chmod(0o755)

    def set(self, *names):
        for name in names:
            (self.state / name).touch()

    def unset(self, name):
        (self.state / name).unlink()

    def make(self, *arguments, **environment):
        """Run make; return its exit code, what Python was asked to do, and what was printed."""
        (self.state / "log").unlink(missing_ok=True)
        done = subprocess.run(
            [MAKE, *arguments],
            cwd=self.checkout,
            env={"PATH": str(self.path), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        log = self.state / "log"
        return done.returncode, log.read_text().splitlines() if log.exists() else [], done.stdout + done.stderr


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


BUILD = "build"
BENCH = "-m helpers bench"


def test_make_alone_lists_the_targets_and_sets_nothing_up(machine):
    code, log, printed = machine.make()
    assert (code, log) == (0, [])
    listed = [line.split()[1] for line in printed.splitlines() if line.startswith("make ")]
    assert listed == ["help", "verify", "test", "lab", "bench", "notebooks", "clean"]


def test_the_first_run_sets_up_and_the_second_does_not(machine):
    code, log, printed = machine.make("bench")
    assert (code, log) == (0, ["venv .venv", "install .[test]", "compiler", BUILD, BENCH])
    assert printed == "setting up .venv, which takes about a minute\n"
    assert machine.make("bench") == (0, [BENCH], "")


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        ("verify", "-m helpers sweep --out out"),
        ("notebooks", "-m helpers notebooks"),
        ("lab", "-m jupyterlab --ip=127.0.0.1 --ServerApp.root_dir={checkout} notebooks/00_start_here.ipynb"),
    ],
)
def test_every_target_sets_itself_up_and_then_runs(machine, target, runs):
    code, log, _ = machine.make(target)
    assert (code, log[0], log[-1]) == (0, "venv .venv", runs.format(checkout=machine.checkout))


def test_make_test_checks_style_then_tests_then_notebooks(machine):
    code, _, printed = machine.make("-n", "test")
    assert code == 0
    steps = ["install -e", "ruff check", "ruff format --check", "clang-format", "-m pytest -n auto", "--nbval"]
    places = [printed.index(step) for step in steps]
    assert places == sorted(places)


def test_a_set_up_that_failed_midway_goes_on_where_it_stopped(machine):
    machine.set("pip-fails")
    code, log, printed = machine.make("bench")
    assert (code, log) == (2, ["venv .venv", "install .[test]"])
    assert "no network" in printed
    machine.unset("pip-fails")
    assert machine.make("bench")[:2] == (0, ["install .[test]", "compiler", BUILD, BENCH])
    assert machine.make("bench")[:2] == (0, [BENCH])


def test_a_virtual_environment_that_was_never_finished_is_made_anew(machine):
    broken = machine.checkout / ".venv" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.symlink_to(machine.state / "gone")
    assert machine.make("bench")[:2] == (0, ["venv .venv", "install .[test]", "compiler", BUILD, BENCH])


def test_a_virtual_environment_that_cannot_be_made_ends_set_up_with_that_reason_alone(machine):
    machine.set("venv-fails")
    code, log, printed = machine.make("bench")
    assert (code, log) == (2, [])
    assert [line for line in printed.splitlines() if not line.startswith(("setting up", "make: ***"))] == ["disk full"]


def test_set_up_is_repeated_when_pyproject_changed_or_the_folder_moved(machine):
    machine.make("bench")
    newer = (machine.checkout / ".venv" / "set-up" / "test").stat().st_mtime + 10
    os.utime(machine.checkout / "pyproject.toml", (newer, newer))
    assert machine.make("bench")[1] == ["install .[test]", "compiler", BUILD, BENCH]
    os.utime(machine.checkout / "pyproject.toml", (newer - 20, newer - 20))
    assert machine.make("bench")[1] == [BENCH]
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved here"))
    assert machine.make("bench")[1] == ["install .[test]", "compiler", BUILD, BENCH]
    assert machine.make("bench")[1] == [BENCH]


def test_torch_is_added_when_asked_for_and_only_once(machine):
    machine.make("bench")
    code, log, _ = machine.make("bench", "TORCH=1")
    assert (code, log) == (0, ["install .[torch]", BENCH])
    assert machine.make("bench", "TORCH=1")[1] == [BENCH]
    assert machine.make("bench")[1] == [BENCH]


def test_without_a_compiler_set_up_adds_one_and_says_so(machine):
    machine.set("no-compiler")
    code, log, printed = machine.make("bench")
    assert (code, log) == (
        0,
        ["venv .venv", "install .[test]", "compiler", "install .[compiler]", "compiler", BUILD, BENCH],
    )
    assert "adding the compiler in the package ziglang" in printed
    assert "no C++17 compiler" not in printed


def test_a_cxx_that_does_not_work_stops_set_up_and_adds_nothing(machine):
    machine.set("bad-cxx", "no-compiler")
    code, log, printed = machine.make("bench")
    assert (code, log) == (2, ["venv .venv", "install .[test]", "compiler"])
    assert "$CXX (odd): odd" in printed


def test_without_a_usable_python_set_up_says_what_it_saw_and_what_to_do(machine):
    machine.set("old-python")
    code, log, printed = machine.make("verify")
    assert (code, log) == (2, [])
    assert "needs Python 3.10 to 3.13" in printed
    assert "seen: Python 3.12.9, python3.13 (not found), python3.12 (not found)" in printed
    assert "next: install one" in printed


def test_a_python_given_by_hand_gets_an_environment_of_its_own(machine):
    machine.put_python(machine.path / "python3.11")
    code, log, _ = machine.make("bench", "PYTHON=python3.11")
    assert (code, log[0]) == (0, "venv .venv-python3.11")
    assert machine.make("bench", "PYTHON=absent")[0] == 2
    code, log, printed = machine.make("bench", "PYTHON=some where/python")
    assert (code, log) == (2, [])
    assert "has a space in it; next:" in printed


def test_an_active_conda_environment_is_used_as_it_is(machine, tmp_path):
    prefix = tmp_path / "con da" / "envs" / "wb"
    machine.put_python(prefix / "bin" / "python")
    conda = {"CONDA_PREFIX": str(prefix), "CONDA_DEFAULT_ENV": "wb"}
    code, log, printed = machine.make("bench", **conda)
    assert (code, log) == (0, ["install .[test]", "compiler", BUILD, BENCH])
    assert "conda environment wb" in printed
    assert machine.make("bench", **conda) == (0, [BENCH], "")
    assert not (machine.checkout / ".venv").exists()


def test_condas_base_environment_is_left_alone(machine, tmp_path):
    machine.put_python(tmp_path / "conda" / "bin" / "python")
    conda = {"CONDA_PREFIX": str(tmp_path / "conda"), "CONDA_DEFAULT_ENV": "base"}
    assert machine.make("bench", **conda)[1][0] == "venv .venv"


def test_clean_removes_what_make_made_and_nothing_else(machine):
    machine.make("bench")
    for made in ("out", ".cache", ".venv-python3.11", "helpers/__pycache__", "x.egg-info"):
        (machine.checkout / made).mkdir(parents=True)
    assert machine.make("clean")[:2] == (0, [])
    assert sorted(path.name for path in machine.checkout.iterdir()) == ["Makefile", "helpers", "pyproject.toml"]
    assert list((machine.checkout / "helpers").iterdir()) == []
