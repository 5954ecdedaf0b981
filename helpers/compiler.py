# SPDX-License-Identifier: Apache-2.0
"""Finds the C++17 compiler that builds kernels, by having each candidate build and start a tiny program.

Order: `$CXX`, g++, clang++, the clang inside the `ziglang` package. `$CXX` is an order, not a hint: when it is set and
does not work, the search ends there with an error.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import CompilerNotFound

OLDEST_GCC = 11
OLDEST_CLANG = 14
# ziglang compiles its C++ library on first use, once for all optimisation levels: 60 to 75 s on two cores.
PROBE_TIMEOUT_SECONDS = 900
NEXT_STEP = (
    f"install g++ {OLDEST_GCC} or newer, or clang++ {OLDEST_CLANG} or newer, or run `python -m pip install ziglang`, "
    "or set CXX to the compiler to use"
)

# Prints the family and version that its compiler claims, which no wrapper or renamed binary can hide.
_PROBE = """\
#include <cstdio>
#include <optional>
int main()
{
    if constexpr (const std::optional<int> standard = 17; sizeof(standard) > sizeof(int)) {
#if defined(__clang__)
        std::printf("clang++ %d.%d.%d", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
        std::printf("g++ %d.%d.%d", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
        std::printf("unknown 0.0.0");
#endif
    }
    return 0;
}
"""


@dataclass(frozen=True)
class Compiler:
    """A C++17 compiler that has built a program that runs on this machine.

    Attributes:
        command: what to start, with the arguments that came with it, ready for `subprocess`.
        name: "g++", "clang++" or "zig c++"; the family that compiles, whatever the command is called.
        version: as its own macros say, such as "12.2.0"; for "zig c++" the version of the clang inside.
        target: the machine it compiles for, such as "x86_64-linux-gnu"; "" where it does not say.
    """

    command: tuple[str, ...]
    name: str
    version: str
    target: str


@dataclass(frozen=True)
class Candidate:
    """One place that was looked at, or passed over, in the search for a compiler.

    Attributes:
        name: "$CXX", "g++", "clang++" or "ziglang".
        compiler: what was found there, or None.
        why_not: why there is none, "" when there is one.
        tried: False for a candidate that was not looked at, because an earlier one settled the search.
    """

    name: str
    compiler: Compiler | None
    why_not: str
    tried: bool = True


def find_compiler() -> Compiler:
    """Return the first usable compiler; the answer is kept for as long as `$CXX` and `$PATH` stay the same.

    Raises:
        CompilerNotFound: `$CXX` is set and does not work, or no candidate works; each with its reason.
    """
    candidates = search_report()
    for candidate in candidates:
        if candidate.compiler is not None:
            return candidate.compiler
    tried = [f"{candidate.name}: {candidate.why_not}" for candidate in candidates if candidate.tried]
    if os.environ.get("CXX", "").strip():
        raise CompilerNotFound(f"{tried[0]}. Next: correct CXX, or unset it to search g++, clang++ and ziglang")
    raise CompilerNotFound("no C++17 compiler works here (" + "; ".join(tried) + f"). Next: {NEXT_STEP}")


def search_report() -> tuple[Candidate, ...]:
    """Return all candidates in the order of the search, each with what was found or why not; nothing is raised.

    Candidates behind the one that settles the search are listed and not started.
    """
    return _search(os.environ.get("CXX", "").strip(), os.environ.get("PATH", os.defpath))


def forget() -> None:
    """Search anew at the next call; needed after a compiler was installed without a change of `$CXX` or `$PATH`."""
    _search.cache_clear()


@functools.lru_cache(maxsize=8)
def _search(cxx: str, path: str) -> tuple[Candidate, ...]:
    report = [_from_cxx(cxx, path)] if cxx else []
    settled_by = "$CXX is set" if cxx else ""
    for name, look in (("g++", _from_path), ("clang++", _from_path), ("ziglang", _from_ziglang)):
        if settled_by:
            report.append(Candidate(name, None, f"not tried: {settled_by}", tried=False))
            continue
        report.append(look(name, path))
        if report[-1].compiler is not None:
            settled_by = f"{name} is used"
    return tuple(report)


def _from_cxx(cxx: str, path: str) -> Candidate:
    shown = f"$CXX ({cxx})"
    try:
        words = shlex.split(cxx)
    except ValueError as error:
        return Candidate(shown, None, f"cannot be split into words: {error}")
    found = shutil.which(words[0], path=path)
    if found is None:
        return Candidate(shown, None, f"{words[0]} is not a program on PATH")
    return _probe(shown, (found, *words[1:]))


def _from_path(name: str, path: str) -> Candidate:
    found = shutil.which(name, path=path)
    return _probe(name, (found,)) if found else Candidate(name, None, "not on PATH")


def _from_ziglang(name: str, path: str) -> Candidate:
    binary = _zig_binary()
    return _probe(name, (str(binary), "c++")) if binary else Candidate(name, None, "the package is not installed")


def _zig_binary() -> Path | None:
    """The program inside the package: `python -m ziglang` starts it too, with a Python process in between."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        return None
    binary = Path(spec.origin).with_name("zig.exe" if os.name == "nt" else "zig")
    return binary if binary.is_file() else None


def _probe(candidate: str, command: tuple[str, ...]) -> Candidate:
    """Build and start the probe program with `command`."""
    with tempfile.TemporaryDirectory(prefix="compiler-probe-") as folder:
        source, program = Path(folder, "probe.cpp"), Path(folder, "probe.exe")
        source.write_text(_PROBE, encoding="utf-8")
        built, words = _run((*command, "-std=c++17", str(source), "-o", str(program)))
        if not built:
            return Candidate(candidate, None, f"does not compile C++17: {words}")
        started, words = _run((str(program),))
        if not started:
            return Candidate(candidate, None, f"compiles, but what it builds does not start: {words}")
    name, _, version = words.partition(" ")
    oldest = {"g++": OLDEST_GCC, "clang++": OLDEST_CLANG}.get(name)
    major = version.partition(".")[0]
    if oldest is None or not major.isdigit():
        return Candidate(candidate, None, f"is neither g++ nor clang++: the probe program printed {words!r}")
    if int(major) < oldest:
        return Candidate(candidate, None, f"{name} {version} is too old: {oldest} is the oldest that is tested")
    if _is_zig(command):
        name = "zig c++"
    return Candidate(candidate, Compiler(command, name, version, _target(command)), "")


def _is_zig(command: tuple[str, ...]) -> bool:
    return any(Path(word).name in ("zig", "zig.exe", "ziglang") for word in command)


def _target(command: tuple[str, ...]) -> str:
    _, words = _run((*command, "--version"))
    named = [line.partition(":")[2].strip() for line in words.splitlines() if line.startswith("Target:")]
    if named:  # clang and zig; zig's -dumpmachine names another machine than the one it compiles for
        return named[0]
    answered, words = _run((*command, "-dumpmachine"))
    return words if answered and len(words.split()) == 1 else ""


def _run(command: tuple[str, ...]) -> tuple[bool, str]:
    """Return whether `command` ended well, and what it printed; after a failure the first lines of its complaint."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PROBE_TIMEOUT_SECONDS,
            check=False,
        )
    except OSError as error:
        return False, error.strerror or str(error)
    except subprocess.TimeoutExpired:
        return False, f"no answer within {PROBE_TIMEOUT_SECONDS} s"
    if done.returncode == 0:
        return True, done.stdout.strip()
    complaint = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return False, " | ".join(complaint[:3]).rstrip(".") or f"status {done.returncode} and no message"


def main() -> int:
    """Answer for set-up: 0 a compiler works, 2 `$CXX` is set and does not work, 3 there is none; reasons to stderr."""
    try:
        find_compiler()
    except CompilerNotFound as error:
        print(error, file=sys.stderr)
        return 2 if os.environ.get("CXX", "").strip() else 3
    return 0
