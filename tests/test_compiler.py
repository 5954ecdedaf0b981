# SPDX-License-Identifier: Apache-2.0
"""The search for a compiler, mostly among scripts that only pretend: helpers/compiler.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import compiler
from helpers.errors import CompilerNotFound

# Stands in for a compiler: "builds" a program that prints what the probe program would, and counts its own starts.
PRETENDER = """\
#!/bin/sh
echo start >>"{log}"
if [ "$1" = --version ] || [ "$2" = --version ]; then echo "{version_text}"; exit 0; fi
if [ "$1" = -dumpmachine ]; then echo "{machine}"; exit 0; fi
while [ $# -gt 1 ]; do if [ "$1" = -o ]; then program=$2; fi; shift; done
printf '#!/bin/sh\\nprintf "{claim}"\\n' >"$program"
chmod {mode} "$program"
"""


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """A PATH that holds nothing yet, no $CXX, no ziglang, and a way to put pretended compilers there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(compiler, "_zig_binary", lambda: None)
    compiler.forget()
    yield Bench(tmp_path)
    compiler.forget()


class Bench:
    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()

    def put(self, name, claim, version_text="no target here", machine="here-linux-gnu", mode="755"):
        log = self.folder / f"{name}.starts"
        # The pretender is found on a PATH without chmod, so it carries the usual one inside.
        text = PRETENDER.format(log=log, claim=claim, version_text=version_text, machine=machine, mode=mode)
        return self.put_script(name, text.replace("#!/bin/sh\necho", "#!/bin/sh\nPATH=/usr/bin:/bin\necho", 1))

    def put_script(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def starts(self, name):
        log = self.folder / f"{name}.starts"
        return len(log.read_text().splitlines()) if log.exists() else 0


def reasons():
    return {candidate.name: candidate.why_not for candidate in compiler.search_report()}


def test_the_compiler_found_on_this_machine_builds_a_cpp17_program_that_runs(tmp_path):
    found = compiler.find_compiler()
    source = tmp_path / "answer.cpp"
    source.write_text(
        "#include <optional>\nint main() { if constexpr (true) return std::optional<int>(42).value(); }\n"
    )
    program = tmp_path / "answer.exe"
    subprocess.run(
        [*found.command, "-std=c++17", str(source), "-o", str(program)], check=True, stdin=subprocess.DEVNULL
    )
    assert subprocess.run([str(program)], check=False).returncode == 42
    assert found.name in ("g++", "clang++", "zig c++")
    assert int(found.version.split(".")[0]) >= min(compiler.OLDEST_GCC, compiler.OLDEST_CLANG)


def test_gxx_comes_before_clangxx_and_ends_the_search(bench):
    gxx = bench.put("g++", "g++ 13.1.0")
    bench.put("clang++", "clang++ 18.1.0")
    assert compiler.find_compiler() == compiler.Compiler((str(gxx),), "g++", "13.1.0", "here-linux-gnu")
    assert [candidate.tried for candidate in compiler.search_report()] == [True, False, False]
    assert reasons() == {"g++": "", "clang++": "not tried: g++ is used", "ziglang": "not tried: g++ is used"}
    assert bench.starts("clang++") == 0


@pytest.mark.parametrize(
    ("claim", "accepted"),
    [("g++ 10.5.0", False), ("g++ 11.0.0", True), ("clang++ 13.0.1", False), ("clang++ 14.0.0", True)],
)
def test_the_oldest_version_is_accepted_and_the_one_before_is_not(bench, claim, accepted):
    name, version = claim.split()
    bench.put(name, claim)
    if accepted:
        assert compiler.find_compiler().version == version
    else:
        oldest = {"g++": 11, "clang++": 14}[name]
        assert reasons()[name] == f"{name} {version} is too old: {oldest} is the oldest that is tested"


def test_a_compiler_that_is_too_old_is_passed_over_and_its_reason_is_kept(bench):
    bench.put("g++", "g++ 9.4.0")
    bench.put("clang++", "clang++ 17.0.6")
    assert compiler.find_compiler().name == "clang++"
    assert reasons()["g++"] == "g++ 9.4.0 is too old: 11 is the oldest that is tested"


def test_a_gxx_that_is_clang_underneath_is_called_clang_and_judged_as_clang(bench):
    bench.put("g++", "clang++ 15.0.0", version_text="Target: arm64-apple-darwin22")
    found = compiler.find_compiler()
    assert (found.name, found.version, found.target) == ("clang++", "15.0.0", "arm64-apple-darwin22")


def test_ziglang_is_the_last_resort_and_starts_the_program_inside_the_package(bench, monkeypatch):
    # `zig c++` gets its "c++" first, so the pretender finds -o all the same.
    zig = bench.put("zig", "clang++ 18.1.6", version_text="Target: x86_64-linux-gnu.2.36")
    monkeypatch.setattr(compiler, "_zig_binary", lambda: zig)
    assert compiler.find_compiler() == compiler.Compiler(
        (str(zig), "c++"), "zig c++", "18.1.6", "x86_64-linux-gnu.2.36"
    )
    assert (reasons()["g++"], reasons()["clang++"]) == ("not on PATH", "not on PATH")


def test_with_no_compiler_the_error_names_every_candidate_and_what_to_install(bench):
    with pytest.raises(CompilerNotFound) as caught:
        compiler.find_compiler()
    text = str(caught.value)
    assert "g++: not on PATH; clang++: not on PATH; ziglang: the package is not installed" in text
    assert text.endswith(f"Next: {compiler.NEXT_STEP}")


def test_cxx_goes_before_everything_and_keeps_its_arguments(bench, monkeypatch):
    bench.put("g++", "g++ 13.1.0")
    cache = bench.put_script("ccache", '#!/bin/sh\nexec "$@"\n')
    bench.put("odd-g++", "g++ 12.3.0")
    monkeypatch.setenv("CXX", "ccache odd-g++ '-DA=b c'")
    assert compiler.find_compiler().command == (str(cache), "odd-g++", "-DA=b c")
    assert compiler.find_compiler().version == "12.3.0"
    assert bench.starts("g++") == 0


@pytest.mark.parametrize(
    ("cxx", "says"),
    [
        ("missing -O2", "missing is not a program on PATH"),
        ("'g++", "cannot be split into words: No closing quotation"),
        ("old-g++", "g++ 8.3.0 is too old: 11 is the oldest that is tested"),
        ("broken", "does not compile C++17: no such option | go away"),
        ("silent", "does not compile C++17: status 7 and no message"),
        ("stranger", "is neither g++ nor clang++: the probe program printed 'unknown 0.0.0'"),
        ("elsewhere", "compiles, but what it builds does not start: Permission denied"),
    ],
)
def test_a_cxx_that_does_not_work_is_an_error_though_another_compiler_would(bench, monkeypatch, cxx, says):
    bench.put("g++", "g++ 13.1.0")
    bench.put("old-g++", "g++ 8.3.0")
    bench.put("stranger", "unknown 0.0.0")
    bench.put("elsewhere", "g++ 13.1.0", mode="644")
    bench.put_script("broken", "#!/bin/sh\necho 'no such option' >&2\necho >&2\necho 'go away.' >&2\nexit 1\n")
    bench.put_script("silent", "#!/bin/sh\nexit 7\n")
    monkeypatch.setenv("CXX", cxx)
    with pytest.raises(CompilerNotFound) as caught:
        compiler.find_compiler()
    assert str(caught.value).startswith(f"$CXX ({cxx}): {says}. Next: correct CXX, or unset it")
    assert bench.starts("g++") == 0


def test_a_blank_cxx_is_no_cxx(bench, monkeypatch):
    bench.put("g++", "g++ 13.1.0")
    monkeypatch.setenv("CXX", "  ")
    assert compiler.find_compiler().name == "g++"


def test_the_answer_is_kept_until_path_or_cxx_change(bench, monkeypatch):
    bench.put("g++", "g++ 13.1.0")
    first = compiler.find_compiler()
    starts = bench.starts("g++")
    assert compiler.find_compiler() is first
    assert bench.starts("g++") == starts > 0
    monkeypatch.setenv("PATH", "/nowhere" + os.pathsep + os.environ["PATH"])
    assert compiler.find_compiler() == first
    assert bench.starts("g++") == 2 * starts
    monkeypatch.setenv("CXX", "g++")
    assert compiler.find_compiler() == first
    assert bench.starts("g++") == 3 * starts


def test_forget_finds_what_was_installed_since(bench):
    with pytest.raises(CompilerNotFound):
        compiler.find_compiler()
    bench.put("clang++", "clang++ 16.0.0")
    with pytest.raises(CompilerNotFound):
        compiler.find_compiler()
    compiler.forget()
    assert compiler.find_compiler().version == "16.0.0"


def test_a_compiler_that_does_not_answer_is_given_up(bench, monkeypatch):
    bench.put_script("g++", f'#!/bin/sh\nexec "{sys.executable}" -c "import time; time.sleep(60)"\n')
    monkeypatch.setattr(compiler, "PROBE_TIMEOUT_SECONDS", 0.2)
    assert reasons()["g++"] == "does not compile C++17: no answer within 0.2 s"


def test_the_program_inside_ziglang_is_found_without_importing_the_package(tmp_path, monkeypatch):
    package = tmp_path / "ziglang"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "ziglang", raising=False)
    assert compiler._zig_binary() is None
    (package / "zig").touch()
    assert compiler._zig_binary() == Path(package, "zig")


def test_set_up_learns_by_exit_code_whether_to_add_a_compiler(bench, monkeypatch, capsys):
    assert compiler.main() == 3
    assert "ziglang: the package is not installed" in capsys.readouterr().err
    monkeypatch.setenv("CXX", "missing")
    assert compiler.main() == 2
    assert "$CXX (missing)" in capsys.readouterr().err
    monkeypatch.delenv("CXX")
    bench.put("g++", "g++ 13.1.0")
    compiler.forget()
    assert compiler.main() == 0
    assert capsys.readouterr() == ("", "")
