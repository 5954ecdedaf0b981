# SPDX-License-Identifier: Apache-2.0
"""Would CANN take this kernel? Compiles kernels with the host's compiler against a CANN toolkit's own headers.

Nothing is built and nothing runs: what is found is what the types and names of the toolkit's API reject. A device
compiler has rules of its own beyond them. The macros are those of CANN's CPU twin (tools/tikicpulib of CANN 8.1).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.build_cache import CHECKOUT, keep_source
from helpers.cann_toolkit import VARIABLE, Toolkit, find_toolkit
from helpers.compiler import find_compiler
from helpers.errors import CompilerNotFound, ToolkitNotFound
from helpers.notebooks import kernel_cells

FAMILIES = {"dav-2201": "Ascend910B", "dav-3002": "Ascend310B"}
TIMEOUT_SECONDS = 300
REJECTED, NOT_THERE = 1, 3
_FAMILY_MACROS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("8", "dav-2201"): ("__CCE_AICORE__=220", "__DAV_C220__"),
    ("8", "dav-3002"): ("__CCE_AICORE__=300", "__DAV_M300__"),
    ("9", "dav-2201"): ("__NPU_ARCH__=2201",),
    ("9", "dav-3002"): ("__NPU_ARCH__=3002",),
}
_TWIN_MACROS = ("ASCENDC_CPU_DEBUG=1", "ASCENDC_DEBUG=1", "__CCE_KT_TEST__=1", "_GLIBCXX_USE_CXX11_ABI=0")
# CANN's build of an operator package writes these per operator, from its tiling struct.
_GENERATED = """\
#include <cstdint>
#include <cstring>
#define GET_TILING_DATA_WITH_STRUCT(TilingStruct, tilingData, tilingArgument) \\
    TilingStruct tilingData;                                                   \\
    std::memcpy(&tilingData, reinterpret_cast<const void *>(tilingArgument), sizeof(TilingStruct))
"""
_ERROR = re.compile(r"^(?P<place>[^\n:]+:\d+)(?::\d+)?: (?:fatal )?error: (?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    """One thing to compile: a file with its macros.

    Attributes:
        name: how it is listed.
        path: the file.
        defines: macros, such as "DTYPE_PREDICT=half".
        include: folders to search for its own headers.
    """

    name: str
    path: Path
    defines: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the toolkit's headers say of one unit for one family.

    Attributes:
        unit, family: what was compiled, "dav-2201" or "dav-3002".
        errors: "place: message" of each error, none where the headers accept it.
        seconds: what it took.
    """

    unit: Unit
    family: str
    errors: tuple[str, ...]
    seconds: float

    @property
    def accepted(self) -> bool:
        """Whether there is no error."""
        return not self.errors


def own_units() -> Iterator[Unit]:
    """Every kernel of `kernel/`, once per dtype where it asks for one, and every kernel cell of the notebooks."""
    folder = CHECKOUT / "kernel"
    for path in sorted(folder.rglob("*.cpp")):
        name = path.relative_to(CHECKOUT).as_posix()
        per_dtype = "DTYPE_PREDICT" in path.read_text(encoding="utf-8")
        for dtype in ("half", "float") if per_dtype else ("",):
            defines = (f"DTYPE_PREDICT={dtype}",) if dtype else ()
            yield Unit(f"{name} {dtype}".rstrip(), path, defines, (folder,))
    for name, text in kernel_cells().items():
        yield Unit(name, keep_source(text, "cell.cpp"))


def check(unit: Unit, family: str, toolkit: Toolkit) -> Outcome:
    """Compile `unit` for `family` against the headers of `toolkit`, syntax only.

    Raises:
        CompilerNotFound: no C++17 compiler works here.
        subprocess.TimeoutExpired: the compiler did not end within TIMEOUT_SECONDS.
    """
    stand_in = keep_source(_GENERATED, "generated_tiling.h")
    macros = [*_FAMILY_MACROS[toolkit.generation, family], *_TWIN_MACROS, *unit.defines]
    command = [*find_compiler().command, "-std=c++17", "-fsyntax-only", "-w", "-x", "c++"]
    command += [f"-D{macro}" for macro in macros]
    command += [word for folder in unit.include for word in ("-I", str(folder))]
    command += [word for folder in toolkit.folders for word in ("-isystem", str(folder))]
    command += ["-include", str(stand_in), str(unit.path)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS)
    seconds = time.monotonic() - started
    if done.returncode == 0:
        return Outcome(unit, family, (), seconds)
    found = [f"{_shown(match['place'], unit)}: {match['text']}" for match in _ERROR.finditer(done.stderr)]
    return Outcome(unit, family, tuple(found or [done.stderr.strip()[-2000:] or f"exit {done.returncode}"]), seconds)


def main(argv: Sequence[str] = ()) -> int:
    """Check and report; 0 all accepted, 1 some rejected, 3 no toolkit. Bad usage ends in SystemExit(2)."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers typecheck",
        description=__doc__,
        epilog="exit: 0 all accepted, 1 some rejected, 2 bad usage, 3 there is no toolkit or no compiler",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", type=Path, help="kernels; all of kernel/ and of the notebooks if left out")
    parser.add_argument("--cann", metavar="PATH", help=f"the toolkit's folder; ${VARIABLE} if left out")
    parser.add_argument("--headers", metavar="DIR", action="append", default=[], help="search DIR too, at the end")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="both if left out")
    parser.add_argument("-D", "--define", metavar="K=V", action="append", default=[], help="define a macro for FILES")
    parser.add_argument("-I", "--include", metavar="DIR", action="append", default=[], type=Path, help="for FILES")
    options = parser.parse_args(argv)
    missing = [str(path) for path in options.files if not path.is_file()]
    if missing:
        parser.error(f"no such file: {', '.join(missing)}")
    include = tuple(options.include)
    given = [Unit(str(path), path, tuple(options.define), (path.parent, *include)) for path in options.files]
    try:
        toolkit = find_toolkit(options.cann, options.headers)
        print(f"headers of {toolkit}, {find_compiler().name} {find_compiler().version}, syntax only")
        outcomes = [
            _report(check(unit, family, toolkit))
            for unit in given or own_units()
            for family in options.family or FAMILIES
        ]
    except (ToolkitNotFound, CompilerNotFound) as error:
        print(f"typecheck: {error}", file=sys.stderr)
        return NOT_THERE
    accepted = sum(outcome.accepted for outcome in outcomes)
    print(f"{accepted} of {len(outcomes)} accepted")
    return 0 if accepted == len(outcomes) else REJECTED


def _report(outcome: Outcome) -> Outcome:
    word = "accepted" if outcome.accepted else "REJECTED"
    print(f"{word}  {outcome.family}  {outcome.unit.name}  ({outcome.seconds:.1f} s)", flush=True)
    for error in outcome.errors[:5]:
        print(f"    {error}")
    if len(outcome.errors) > 5:
        print(f"    and {len(outcome.errors) - 5} more")
    return outcome


def _shown(place: str, unit: Unit) -> str:
    """The place with its file's name, without the folders above that mean nothing to a reader."""
    path, _, line = place.rpartition(":")
    return f"{unit.path.name if Path(path) == unit.path else Path(path).name}:{line}"
