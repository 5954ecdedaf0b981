# SPDX-License-Identifier: Apache-2.0
"""Build C++ sources with the machine's compiler, once per content.

- `build_program(...)` gives the executable that runs one kernel in the simulator
- `build_library(...)` gives a shared library of host code for ctypes
- `build_simulator()` compiles what all kernels share, for set-up

A result is found again by the content of everything that went into it: the sources, every project header they
include, the flags, the compiler and the processor. A build happens in a directory of its own and is renamed into
place when complete, so builds may run at the same time, be interrupted, or run out of disk without harm.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from helpers.build_cache import CHECKOUT, cache_directory, make_folder, scratch_folder
from helpers.compiler import Compiler, find_compiler
from helpers.errors import BuildError
from helpers.kernel_state import note_statelessness

SIMULATOR = CHECKOUT / "helpers" / "simulator"

# Part of the numerics: one rounding per operation (no fused multiply-add), no reordering.
NUMERIC_FLAGS = ("-std=c++17", "-ffp-contract=off")
WARNING_FLAGS = ("-Wall", "-Wextra")
# A kernel's unit holds the loops of its vector operations. That nothing reads errno or the flags of floating-point
# exceptions changes no result, but lets these loops vectorise.
LOOP_FLAGS = ("-O3", "-fno-math-errno", "-fno-trapping-math")
_STAMP_NANOSECONDS = 2_000_000_000  # the coarsest clock of a file system in use (FAT)


@dataclass(frozen=True)
class Built:
    """A finished build: the `artefact` and the SHA-256 of every project file that went into it, by name."""

    artefact: Path
    source_hashes: dict[str, str]


@dataclass(frozen=True)
class Unit:
    """One translation unit: generated `text` compiled with `flags`."""

    name: str
    text: str
    flags: tuple[str, ...]


def simulator_units() -> tuple[Unit, ...]:
    """The simulator's own sources as two units; a kernel brings its vector loops itself."""
    return _simulator_units(find_compiler())


@functools.cache
def _simulator_units(compiler: Compiler) -> tuple[Unit, ...]:

    def including(*patterns: str) -> str:
        names = sorted(name for pattern in patterns for name in glob.glob(pattern, root_dir=SIMULATOR))
        return "".join(f'#include "{name}"\n' for name in names)

    return (
        # UB holds whatever type a kernel puts there: nothing may be concluded from types.
        Unit(
            "core",
            including("core/*.cpp", "core/checks/*.cpp"),
            ("-O2", "-fno-strict-aliasing", *processor_flags(compiler)),
        ),
        Unit("runner", including("runner/*.cpp"), ("-O1",)),
    )


def build_simulator() -> None:
    """Compile the simulator's own units, which set-up does, so that the first kernel need not wait for them.

    Raises as `build_program`.
    """
    _compile_all(find_compiler(), simulator_units())


def build_program(
    entry: str,
    source: Path,
    *,
    defines: tuple[tuple[str, str], ...] = (),
    include: tuple[Path, ...] = (),
) -> Built:
    """Compile the kernel `entry` of `source` and link it with the simulator into an executable.

    Raises:
        BuildError: the compiler refused; carries its own words.
        CompilerNotFound: there is no C++17 compiler.
    """
    name = re.sub(r"<.*", "", entry, flags=re.DOTALL).rpartition("::")[2]
    text = (
        f'#define SIMULATOR_ENTRY "{name}"\n'
        f'#include "{source.resolve().as_posix()}"\n#include "runner/entry.h"\n'
        f"const Simulator::KernelEntry Simulator::KERNEL_ENTRY = "
        f'Simulator::EntryOf<&{entry}>::Make("{entry}");\n'
    )
    flags = (
        *LOOP_FLAGS,
        *processor_flags(find_compiler()),
        *(f"-D{name}={value}" for name, value in defines),
        *(f"-I{path.resolve().as_posix()}" for path in (*include, source.resolve().parent)),
    )
    kernel = Unit("kernel", text, flags)
    units = (kernel, *simulator_units())
    return _build(f"program-{re.sub(r'[^A-Za-z0-9_]+', '-', entry)}", units, link=("-pthread",), artefact="launch")


def build_library(name: str, sources: Sequence[Path], include: Sequence[Path] = ()) -> Built:
    """Compile host `sources` into the shared library `name`. Raises as `build_program`."""
    text = "".join(f'#include "{path.resolve().as_posix()}"\n' for path in sources)
    flags = ("-O1", "-fPIC", *(f"-I{path.resolve().as_posix()}" for path in include))
    return _build(f"library-{name}", (Unit(name, text, flags),), link=("-shared", "-fPIC"), artefact=f"lib{name}.so")


@functools.cache
def processor_flags(compiler: Compiler) -> tuple[str, ...]:
    """The flags that let loops use all this processor has; the spelling differs by compiler and architecture."""
    for flags in (("-march=native",), ("-mcpu=native",)):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "probe.cpp"
            source.write_text("int probe() { return 0; }\n", encoding="utf-8")
            command = [*compiler.command, *flags, "-c", str(source), "-o", str(source.with_suffix(".o"))]
            if subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
                return flags
    return ()


@functools.cache
def _processor() -> str:
    """What `processor_flags` depends on: a cache may be shared by machines of different kinds."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        features = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
        return platform.machine() + (features.group(1) if features else "")
    except OSError:
        return platform.machine() + platform.processor()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _build(kind: str, units: Sequence[Unit], link: tuple[str, ...], artefact: str) -> Built:
    compiler = find_compiler()
    objects = _compile_all(compiler, units)
    parts = [compiler.version, *compiler.command, *link, *(built.artefact.parent.name for built in objects)]
    hashes = {name: value for built in objects for name, value in built.source_hashes.items()}
    target = cache_directory() / f"{kind}-{_sha256(json.dumps(parts).encode())[:24]}"
    if not (target / artefact).exists():

        def link_objects(folder: Path) -> None:
            if units[0].name == "kernel":
                note_statelessness(objects[0].artefact, folder)
            command = [*compiler.command, *(str(built.artefact) for built in objects), *link, "-o"]
            _run_compiler([*command, str(folder / artefact)], folder, [])

        make_folder(target, link_objects)
    return Built(target / artefact, hashes)


def _compile_all(compiler: Compiler, units: Sequence[Unit]) -> list[Built]:
    seen: dict[str, str] = {}
    found = [_find(_Command.of(compiler, unit), seen) for unit in units]
    missing = [unit for unit, built in zip(units, found, strict=True) if built is None]
    if not missing:
        return [built for built in found if built is not None]
    started: list[subprocess.Popen[bytes]] = []
    with ThreadPoolExecutor(max_workers=min(len(missing), os.cpu_count() or 1)) as pool:
        made = pool.map(lambda unit: _compile(_Command.of(compiler, unit), started), missing)
        try:
            return [next(made) if built is None else built for built in found]
        except (KeyboardInterrupt, SystemExit):  # only this thread is told: end what the others wait for
            pool.shutdown(wait=False, cancel_futures=True)
            for process in started:
                _end(process)
            raise


@dataclass(frozen=True)
class _Command:
    """How one unit is compiled; `key` stands for all that is known before the included files are."""

    unit: Unit
    words: tuple[str, ...]
    key: str

    @classmethod
    def of(cls, compiler: Compiler, unit: Unit) -> _Command:
        words = (*compiler.command, *NUMERIC_FLAGS, *WARNING_FLAGS, *unit.flags, f"-I{SIMULATOR.as_posix()}")
        parts = [compiler.version, _processor(), unit.text, *words]
        return cls(unit, words, _sha256(json.dumps(parts).encode())[:24])

    @property
    def manifests(self) -> Path:
        """A folder of lists: the files that earlier compilations of this command read, with their hashes."""
        return cache_directory() / f"manifest-{self.unit.name}-{self.key}"

    def target(self, hashes: Mapping[str, str]) -> Path:
        """Where the object made from files with these hashes is kept."""
        return cache_directory() / f"object-{self.unit.name}-{_sha256(json.dumps([self.key, hashes]).encode())[:24]}"


_found: dict[Path, tuple[dict[str, str], Built]] = {}  # by the folder of manifests: what was found there last


def _find(command: _Command, seen: dict[str, str]) -> Built | None:
    """The object of an earlier compilation all of whose files are unchanged; `seen` holds hashes already looked up."""
    manifests = command.manifests
    hashes, built = _found.get(manifests, ({}, None))
    if built is not None and _are_unchanged(hashes, seen) and built.artefact.exists():
        return built
    for listed in sorted(manifests.glob("*.json")):
        try:
            hashes = json.loads(listed.read_text(encoding="utf-8"))
        except ValueError:
            continue  # cut short, for example by a loss of power: as good as absent
        unit_object = command.target(hashes) / "unit.o"
        if _are_unchanged(hashes, seen) and unit_object.exists():
            built = Built(unit_object, _named(hashes))
            _found[manifests] = hashes, built
            return built
    return None


def _are_unchanged(hashes: Mapping[str, str], seen: dict[str, str]) -> bool:
    for path, value in hashes.items():
        if path not in seen:
            seen[path] = _hash_of(path)
        if seen[path] != value:
            return False
    return True


def _compile(command: _Command, started: list[subprocess.Popen[bytes]]) -> Built:
    with scratch_folder() as folder:
        source, rule = folder / "unit.cpp", folder / "unit.d"
        options = ["-MMD", "-MF", str(rule), "-MT", "unit", "-c", str(source), "-o", str(folder / "unit.o")]
        hashes: dict[str, str] | None = None
        # A file saved while the compiler reads must not lend its new hash to an object of its old text: again then.
        while True:
            source.write_text(command.unit.text, encoding="utf-8")
            _run_compiler([*command.words, *options], folder, started)
            before, paths = hashes, _included_files(rule.read_text(encoding="utf-8"), folder)
            hashes = {str(path): _hash_of(str(path)) for path in paths}
            if hashes == before or not any(_is_newer(path, source) for path in paths):
                break
        target = command.target(hashes)
        make_folder(target, lambda final: shutil.copy(folder / "unit.o", final / "unit.o"))
        listed = folder / f"{target.name}.json"
        listed.write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        command.manifests.mkdir(exist_ok=True)
        os.replace(listed, command.manifests / listed.name)
    return Built(target / "unit.o", _named(hashes))


def _is_newer(path: Path, stamp: Path) -> bool:
    return not path.exists() or path.stat().st_mtime_ns > stamp.stat().st_mtime_ns


def _named(hashes: Mapping[str, str]) -> dict[str, str]:
    """Hashes by the name a file has in evidence: relative to the checkout, or its bare name outside."""
    prefix = str(CHECKOUT) + os.sep
    return {path[len(prefix) :] if path.startswith(prefix) else os.path.basename(path): v for path, v in hashes.items()}


_known_hashes: dict[str, tuple[tuple[int, ...], str]] = {}  # by path: the file's stamp, and the hash


def _hash_of(path: str) -> str:
    """The file's SHA-256; read again only if anything about the file has changed."""
    try:
        status = os.stat(path)
        stamp = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        known, value = _known_hashes.get(path, ((), ""))
        if known == stamp:
            return value
        with open(path, "rb") as file:
            value = _sha256(file.read())
    except OSError:
        return "missing"
    # A file changed this very moment may change again without a new stamp.
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _STAMP_NANOSECONDS:
        _known_hashes[path] = stamp, value
    return value


def _included_files(dependencies: str, folder: Path) -> list[Path]:
    """The files a make rule of the compiler names, without system headers (-MMD) and the generated unit."""
    names = re.findall(r"(?:[^\s\\]|\\.)+", dependencies.replace("\\\n", " ").split(":", 1)[1])
    paths = {Path(re.sub(r"\\([ #])", r"\1", name).replace("$$", "$")).resolve() for name in names}
    return sorted(path for path in paths if not path.is_relative_to(folder.resolve()))


def _run_compiler(command: list[str], folder: Path, started: list[subprocess.Popen[bytes]]) -> None:
    """Run the compiler in a process group of its own, so that an interrupt ends the compiler's children too."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C"},  # helpers/diagnostics.py reads the messages in English
    )
    started.append(process)
    try:
        output, _ = process.communicate()
    except BaseException:
        _end(process)
        process.wait()
        raise
    if process.returncode != 0:
        text = output.decode(errors="replace").replace(str(folder) + os.sep, "")
        free_bytes = shutil.disk_usage(folder).free
        hint = f" Only {free_bytes} B are free on the disk of {folder}." if free_bytes < 1 << 26 else ""
        raise BuildError(f"the compiler refused the source (exit code {process.returncode}).{hint}", text)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
