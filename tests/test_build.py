# SPDX-License-Identifier: Apache-2.0
"""Builds: once per content, never half done, whoever interrupts. helpers/build.py."""

import ctypes
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers import BuildError, Kernel, build, build_cache, compiler, timing
from helpers.build import SIMULATOR, build_library
from helpers.build_cache import CHECKOUT

# Stands in front of the compiler: writes a line per start, does what the folder `state` asks for, then compiles.
WRAPPER = """\
#!/bin/sh
echo "$*" >>"{state}/starts"
if [ -e "{state}/slow" ]; then touch "{state}/busy"; sleep 1; fi
exec {command} "$@"
"""
ANSWER = '#include "answer.h"\nextern "C" int Answer() { return ANSWER; }\n'


class Bench:
    """A build cache of its own, a source with one header, and a compiler that counts its starts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = folder / "state"
        self.cache = folder / "a cache"
        self.sources = folder / "some sources"
        for made in (self.state, self.sources):
            made.mkdir()
        self.source = self.sources / "answer.cpp"
        self.source.write_text(ANSWER)
        self.set_answer("42")
        self.wrapper = folder / "wrapper"
        command = " ".join(f"'{word}'" for word in compiler.find_compiler().command)
        self.wrapper.write_text(WRAPPER.format(state=self.state, command=command))
        self.wrapper.chmod(0o755)
        monkeypatch.setenv("CXX", f"'{self.wrapper}'")
        monkeypatch.setenv("MSE_LOSS_GRAD_CACHE", str(self.cache))
        compiler.find_compiler()  # its own starts do not count
        self.forget_starts()

    def set_answer(self, text: str) -> None:
        (self.sources / "answer.h").write_text(f"#define ANSWER {text}\n")

    def build(self) -> build.Built:
        return build_library("answer", [self.source], [self.sources])

    def forget_starts(self) -> None:
        (self.state / "starts").write_text("")

    def starts(self) -> int:
        """Starts of the compiler since the last call."""
        started = len((self.state / "starts").read_text().splitlines())
        self.forget_starts()
        return started

    def left_over(self) -> list[Path]:
        return sorted(self.cache.rglob("tmp-*"))


@pytest.fixture
def bench(tmp_path, monkeypatch):
    yield Bench(tmp_path, monkeypatch)
    compiler.forget()


def answer_of(built: build.Built) -> int:
    return ctypes.CDLL(str(built.artefact)).Answer()


def test_the_second_build_starts_no_compiler(bench):
    first = bench.build()
    assert bench.starts() == 2  # one to compile, one to link
    assert bench.build() == first
    assert bench.starts() == 0
    assert bench.left_over() == []


def test_a_changed_header_is_built_and_changed_back_is_found(bench):
    first = bench.build()
    bench.set_answer("43")
    second = bench.build()
    assert second.artefact != first.artefact and second.source_hashes != first.source_hashes
    assert second.source_hashes["answer.cpp"] == first.source_hashes["answer.cpp"]
    bench.starts()
    bench.set_answer("42")
    assert bench.build() == first
    assert bench.starts() == 0


def test_what_was_compiled_is_what_the_hashes_say(bench):
    built = bench.build()
    assert sorted(built.source_hashes) == ["answer.cpp", "answer.h"]
    assert answer_of(built) == 42


@pytest.mark.parametrize("name", ["a#b", "a$b", "a b", "a:b", "ä"])
def test_a_header_is_followed_whatever_its_folder_is_called(bench, name):
    folder = bench.sources / name
    folder.mkdir()
    bench.source.write_text(ANSWER.replace("answer.h", f"{name}/answer.h"))
    results = []
    for text in ("1", "2"):
        (folder / "answer.h").write_text(f"#define ANSWER {text}\n")
        results.append(bench.build())
    assert "missing" not in results[0].source_hashes.values()
    assert results[0].artefact != results[1].artefact


def test_a_cache_may_lie_in_any_folder(bench, monkeypatch):
    for name in ("c:d", "e f", "g#h"):
        monkeypatch.setenv("MSE_LOSS_GRAD_CACHE", str(bench.cache / name))
        assert sorted(bench.build().source_hashes) == ["answer.cpp", "answer.h"]


def test_a_header_saved_during_the_compilation_is_compiled_as_it_now_is(bench, monkeypatch):
    """The object that the first compilation made holds the old text and must not be found under the new hash."""
    run_compiler, saved = build._run_compiler, []

    def save_while_compiling(*arguments):
        run_compiler(*arguments)
        if not saved:
            saved.append(True)
            time.sleep(0.02)  # one tick of the file system's clock
            bench.set_answer("43")

    monkeypatch.setattr(build, "_run_compiler", save_while_compiling)
    assert answer_of(bench.build()) == 43


def test_a_compile_error_shows_the_learners_line(bench):
    bench.source.write_text("int Fine();\nint wrong = nobody_declared_this;\n")
    with pytest.raises(BuildError, match=r"refused the source") as caught:
        bench.build()
    assert re.search(r"answer\.cpp:2:\d+: error: .*nobody_declared_this", caught.value.compiler_output)
    assert "nobody_declared_this" in str(caught.value)
    assert bench.left_over() == []


def test_a_kernel_given_as_text_is_written_once(monkeypatch, tmp_path):
    monkeypatch.setenv("MSE_LOSS_GRAD_CACHE", str(tmp_path))
    first = build_cache.keep_source("int x;\n")
    identity = first.stat().st_ino, first.stat().st_mtime_ns
    assert build_cache.keep_source("int x;\n") == first
    assert (first.stat().st_ino, first.stat().st_mtime_ns) == identity
    assert build_cache.keep_source("int y;\n") != first


BUILDER = """\
import sys
from pathlib import Path
from helpers.build import build_library
from helpers.compiler import find_compiler
find_compiler()
print("ready", flush=True)
sys.stdin.readline()
sources = Path(sys.argv[1])
try:
    print(build_library("answer", [sources / "answer.cpp"], [sources]).artefact)
except KeyboardInterrupt:
    print("interrupted")
"""


def start_builder(bench: Bench) -> subprocess.Popen:
    """A process that has found its compiler and now waits for a line before it builds."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(bench.sources)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def wait_for(path: Path, seconds: float = 20.0) -> None:
    limit = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < limit, f"{path} did not appear within {seconds} s"
        time.sleep(0.01)


def test_two_processes_may_build_the_same_at_the_same_time(bench):
    builders = [start_builder(bench) for _ in range(2)]
    bench.starts()
    (bench.state / "slow").touch()  # so that both compile before either is done
    for builder in builders:
        builder.stdin.write("go\n")
        builder.stdin.flush()
    results = [builder.communicate(timeout=60) for builder in builders]
    assert bench.starts() == 4
    assert results[0] == results[1] and results[0][1] == ""
    assert Path(results[0][0].strip()).is_file()
    assert bench.left_over() == []
    assert bench.build().artefact == Path(results[0][0].strip())


def test_an_interrupt_ends_the_compiler_and_leaves_nothing(bench):
    bench.wrapper.write_text(bench.wrapper.read_text().replace("sleep 1", "sleep 60"))
    builder = start_builder(bench)
    (bench.state / "slow").touch()
    builder.stdin.write("go\n")
    builder.stdin.flush()
    wait_for(bench.state / "busy")
    started = time.monotonic()
    builder.send_signal(signal.SIGINT)
    out, _ = builder.communicate(timeout=30)
    assert time.monotonic() - started < 20  # the compiler would have slept 60 s
    assert out == "interrupted\n"
    assert bench.left_over() == []
    (bench.state / "slow").unlink()
    assert bench.build().artefact.is_file()


def test_a_cache_that_cannot_be_written_names_the_way_out(bench, monkeypatch):
    blocked = bench.state / "a file"
    blocked.write_text("")
    monkeypatch.setenv("MSE_LOSS_GRAD_CACHE", str(blocked / "cache"))  # below a file: not even root can
    for attempt in (bench.build, lambda: Kernel.from_source("int x;\n", "x")):
        with pytest.raises(BuildError, match=r"cannot build in the cache .*MSE_LOSS_GRAD_CACHE"):
            attempt()


@pytest.mark.parametrize("place", ["source", "object", "listing"])
def test_a_full_disk_is_a_build_error_and_leaves_nothing_half_done(bench, monkeypatch, place):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    spoil = {"source": (Path, "write_text"), "object": (shutil, "copy"), "listing": (os, "replace")}
    with monkeypatch.context() as spoiled:
        spoiled.setattr(*spoil[place], full)
        with pytest.raises(BuildError, match=r"No space left on device.* Free space there"):
            bench.build()
    assert bench.left_over() == []
    assert not list(bench.cache.glob("library-*"))
    assert bench.build().artefact.is_file()


def test_a_full_disk_under_the_compiler_leaves_nothing_half_done(bench):
    limited = bench.wrapper.read_text().replace("exec ", "ulimit -f 1; exec ")
    whole = bench.wrapper.read_text()
    bench.source.write_text("int table[65536] = {1};\n")
    bench.wrapper.write_text(limited)
    with pytest.raises(BuildError):
        bench.build()
    assert bench.left_over() == []
    assert not list(bench.cache.glob("library-*")) + list(bench.cache.glob("object-*"))
    bench.wrapper.write_text(whole)
    assert bench.build().artefact.is_file()


def test_a_listing_cut_short_by_a_loss_of_power_is_as_good_as_absent(bench):
    first = bench.build()
    for listed in bench.cache.glob("manifest-*/*.json"):
        listed.write_text("")
    assert bench.build() == first
    bench.starts()
    assert bench.build() == first and bench.starts() == 0


def test_scratch_folders_of_killed_builds_are_removed_in_the_end(bench):
    old, young = bench.cache / "tmp-old", bench.cache / "tmp-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    long_ago = time.time() - 2 * build_cache.STALE_SECONDS
    os.utime(old, (long_ago, long_ago))
    bench.build()
    assert bench.left_over() == [young]


@pytest.mark.parametrize("name", ["g++", "clang++"])
def test_simulator_and_kernel_compile_without_a_warning(name, monkeypatch):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("CXX", name)
    monkeypatch.setattr(build, "WARNING_FLAGS", ("-Wall", "-Wextra", "-Werror"))
    try:
        for soc in ("Ascend910B1", "Ascend310B4"):
            for dtype in ("half", "float"):
                source = CHECKOUT / "kernel" / "mse_loss_grad_v1.cpp"
                built = Kernel.from_source(source, "mse_loss_grad_v1", soc, {"DTYPE_PREDICT": dtype}).built
                assert os.access(built.artefact, os.X_OK)
    finally:
        compiler.forget()


def test_every_source_of_the_simulator_is_compiled():
    text = "".join(unit.text for unit in build.simulator_units())
    sources = {path.relative_to(SIMULATOR).as_posix() for path in SIMULATOR.rglob("*.cpp")}
    engine = {f"timing/{name}.cpp" for name in timing.SOURCES}  # a library of its own, which Python loads
    assert sorted([*re.findall(r'#include "(.*)"', text), *engine]) == sorted(sources)
