# SPDX-License-Identifier: Apache-2.0
"""What is installed, and that it is stated once: pyproject.toml, environment.yml, .ci/run. The Makefile has its own."""

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

from helpers import doctor

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings the same parser under its older name
    import tomli as tomllib

CHECKOUT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
STATED = PROJECT["dependencies"] + [requirement for extra in EXTRAS.values() for requirement in extra]


def name_of(requirement):
    return re.match(r"[\w.-]+", requirement).group()


def bounds_of(requirement):
    return requirement[len(name_of(requirement)) :]


def imported_by(folder, nodes=ast.walk):
    """The packages imported among the `nodes` of the modules in `folder`, without Python's own and this project's."""
    names = set()
    for path in (CHECKOUT / folder).rglob("*.py"):
        for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module)
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
                names.add(node.args[0].value)
    own = {"helpers", "tests", *(path.stem for path in (CHECKOUT / "tests").iterdir())}
    modules = {name.split(".")[0] for name in names} - sys.stdlib_module_names - own
    return {"ipython" if module == "IPython" else module for module in modules}


@pytest.mark.parametrize("requirement", STATED)
def test_every_requirement_is_a_range_with_both_ends(requirement):
    assert re.fullmatch(r"[a-z-]+>=[\d.]+,<[\d.]+", requirement)


@pytest.mark.parametrize("requirement", STATED)
def test_the_tests_run_with_versions_inside_the_ranges(requirement):
    try:
        version = metadata.version(name_of(requirement))
    except metadata.PackageNotFoundError:
        assert name_of(requirement) in ("torch", "ziglang"), "only the extras torch and compiler may be absent"
        return
    assert doctor._within(version, bounds_of(requirement))


def test_helpers_can_be_imported_with_nothing_but_what_is_stated_without_an_extra():
    assert imported_by("helpers", ast.iter_child_nodes) <= {name_of(stated) for stated in PROJECT["dependencies"]}


def test_inside_its_functions_helpers_may_import_torch_too_and_nothing_else():
    assert imported_by("helpers") <= {name_of(stated) for stated in PROJECT["dependencies"] + EXTRAS["torch"]}


def test_tests_import_nothing_but_what_is_stated():
    stated = {name_of(requirement) for requirement in STATED}
    assert imported_by("tests") - {"tomli", "tomllib"} <= stated


def test_the_extras_are_the_three_that_the_makefile_knows():
    assert set(EXTRAS) == {"test", "torch", "compiler"}
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r'install -e "\.\[(\w+)\]"', makefile)) == set(EXTRAS)


def test_the_package_is_helpers_alone_and_never_uploaded():
    assert PYPROJECT["tool"]["setuptools"]["packages"] == ["helpers"]
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["name"] == doctor.DISTRIBUTION


def test_the_range_of_pythons_is_the_same_wherever_it_stands():
    first, last = doctor.PYTHON_FIRST, doctor.PYTHON_LAST
    requires = f">={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}"
    assert PROJECT["requires-python"] == requires
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{first[0]}{first[1]}"
    assert f"  - python {requires}\n" in (CHECKOUT / "environment.yml").read_text(encoding="utf-8")
    assert f"{first} <= sys.version_info[:2] <= {last}" in (CHECKOUT / "Makefile").read_text(encoding="utf-8")


def test_conda_installs_this_project_and_states_no_package_twice():
    lines = (CHECKOUT / "environment.yml").read_text(encoding="utf-8").splitlines()
    items = [line.strip().removeprefix("- ").split()[0] for line in lines if line.strip().startswith("- ")]
    assert items == ["conda-forge", "python", "cxx-compiler", "make", "pip", "pip:", "-e"]
    assert lines[-1].strip() == "- -e .[test]"


def test_warnings_are_errors():
    assert PYPROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_ci_installs_a_torch_of_the_stated_range_and_runs_make_test():
    script = CHECKOUT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111 == 0o111
    assert text.startswith("#!/usr/bin/env bash\n")
    (pinned,) = re.findall(r"torch==([\d.]+)", text)
    assert doctor._within(pinned, bounds_of(EXTRAS["torch"][0]))
    assert re.search(r"^make .*\btest TORCH=1\b", text, re.MULTILINE)


def test_every_source_file_names_its_licence_first():
    wrong = []
    for folder in ("helpers", "host", "kernel", "tests"):
        for path in (CHECKOUT / folder).rglob("*"):
            mark = {".py": "#", ".h": "//", ".cpp": "//"}.get(path.suffix)
            if mark and not path.read_text(encoding="utf-8").startswith(
                f"{mark} SPDX-License-Identifier: Apache-2.0\n"
            ):
                wrong.append(path.relative_to(CHECKOUT).as_posix())
    assert wrong == []
    assert "Version 2.0, January 2004" in (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
