# SPDX-License-Identifier: Apache-2.0
"""Any Ascend C vector kernel: `Kernel.from_source(...)` builds it, `.launch(...)` runs it on NumPy arrays."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.arguments import Parameter, check_array, raw_bytes, read_parameters, value_bytes
from helpers.build import Built, build_program
from helpers.build_cache import keep_source
from helpers.contract import check_choice
from helpers.diagnostics import explain
from helpers.errors import ArgumentTypeError, ArgumentValueError, BuildError, KernelFault
from helpers.findings import Finding
from helpers.launch import CHECK_NAMES, LEVELS, SCHEDULES, LaunchResult, Settings, launch
from helpers.shared_tensor import AddressesOnly, SharedTensor, is_shared
from helpers.soc import Soc, find_soc

MAX_BLOCK_DIM = 65535
ROLES = ("in", "out", "inout")
_OVERLAP_WORK = 10_000  # steps that finding out whether two arrays overlap may take
_NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'\\?.\'', re.DOTALL)  # comments, strings


@dataclass(frozen=True)
class Kernel:
    """A kernel built for one SoC family. Make it with `from_source`; calling it is `launch` with `show_output`.

    Attributes:
        entry: name of its function.
        soc: what it was built for.
        built: the program, and the hashes of its sources.
        parameters: name, kind and size of each parameter.
    """

    entry: str
    soc: Soc
    built: Built
    parameters: tuple[Parameter, ...]

    def __str__(self) -> str:
        return f"{self.entry}({', '.join(map(str, self.parameters))}) for {self.soc.name}"

    __repr__ = __str__

    @classmethod
    def from_source(
        cls,
        source: str | Path,
        entry: str | None = None,
        soc: str = "Ascend910B1",
        defines: Mapping[str, object] | None = None,
        include: Sequence[str | Path] = (),
        prelude: str = "",
    ) -> Kernel:
        """Build the `extern "C" __global__ __aicore__` function `entry`.

        Args:
            source: a path, or the C++ text itself (anything with a line break).
            entry: the function's name; may be left out where the source has one `__global__` function.
            soc: a name of the SoC table; fixes architecture macros, UB and overflow mode.
            defines: preprocessor definitions, for example {"DTYPE_PREDICT": "half"}.
            include: more folders to search for headers.
            prelude: C++ text to compile before the source, whose lines keep their numbers.

        Raises:
            BuildError: the compiler refused; the message shows the source's own lines.
            ValueError: unknown SoC, an `entry` the source does not have, a name that cannot be defined, no such folder.
        """
        found_soc = find_soc(soc)
        path = _as_file(source)
        text = path.read_text(encoding="utf-8", errors="replace")
        entry = _choose_entry(entry, text)
        for name in defines or {}:
            if not re.fullmatch(r"[A-Za-z_]\w*(\([\w, .]*\))?", name):
                raise ArgumentValueError("defines", name, "names of macros")
        for folder in include:
            if not Path(folder).is_dir():
                raise ArgumentValueError("include", str(folder), "folders that exist")
        architecture = {"__NPU_ARCH__": found_soc.npu_arch, "__CCE_AICORE__": found_soc.cce_aicore}
        folders = (path.resolve().parent, *(Path(folder).resolve() for folder in include))
        whole = keep_source(f'{prelude}\n#include "{path.resolve().as_posix()}"\n', "prelude") if prelude else path
        try:
            built = build_program(
                entry,
                whole,
                defines=tuple((name, str(value)) for name, value in (*architecture.items(), *_sorted(defines))),
                include=folders if prelude else folders[1:],
            )
        except BuildError as error:
            raise explain(error, path, (whole.resolve().parent, *folders), entry, find_entries(text)) from None
        return cls(entry, found_soc, built, read_parameters(built.artefact, _parameter_names(text, entry)))

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of all parameters, as written in the source."""
        return tuple(parameter.name for parameter in self.parameters)

    def parameter_name(self, place: int) -> str:
        """The name of the kernel's parameter at `place`."""
        return self.parameters[place].name if place < len(self.parameters) else f"argument{place}"

    def __call__(self, *arguments: object, show_output: bool = True, **options: object) -> LaunchResult:
        """`launch`, for a notebook: what the kernel prints appears in the cell."""
        return self.launch(*arguments, show_output=show_output, **options)

    def launch(
        self,
        *arguments: object,
        block_dim: int = 1,
        tiling: bytes | np.void | ctypes.Structure | None = None,
        workspace_bytes: int | None = None,
        level: str = "checked",
        schedule: str = "on_wait",
        seed: int = 0,
        flush_to_zero: bool = False,
        checks_off: Sequence[str] = (),
        threads: int | None = None,
        timeout_seconds: float = 120.0,
        raise_on_finding: bool = True,
        roles: Sequence[str] = (),
        show_output: bool = False,
    ) -> LaunchResult:
        """Run the kernel once. Arrays are global memory and updated in place; everything else goes by value.

        An array given twice is one tensor; two different arrays may not overlap. Python's int, float and bool take the
        type of the parameter, NumPy scalars keep theirs or one it holds safely, plain structs are given as bytes, as a
        structured NumPy scalar or as a ctypes.Structure.
        `workspace_bytes` and `tiling` add the two trailing arguments of an operator kernel, in that order; a kernel
        that takes its tiling as a struct by value gets it that way.
        `roles` says of the arguments, in their order, what the checks may rely on: an array that is "in" is never
        written, one that is "out" is written exactly once in every byte; "inout" promises nothing.
        Arrays of `shared_array` and the like are the global memory itself, others are copied there and back.
        `level` "model" computes nothing: arrays keep their values, may be read-only and may repeat one element, such as
        np.broadcast_to(np.float32(0), 10**9); the scalar unit can read those that are "in".
        `show_output` prints what the kernel printed, which the result holds in any case.

        Raises:
            KernelFault: a finding of severity error, unless `raise_on_finding` is False. Arrays keep their values; only
                at level "fast" those of `shared_array` hold what the kernel had written.
            ValueError, TypeError: an argument that cannot be passed; nothing was launched.
            LaunchError: the child process could not start the kernel.
        """
        if isinstance(block_dim, bool) or not isinstance(block_dim, (int, np.integer)):
            raise ArgumentTypeError("block_dim", block_dim, f"whole numbers from 1 to {MAX_BLOCK_DIM}")
        if not 1 <= block_dim <= MAX_BLOCK_DIM:
            raise ArgumentValueError("block_dim", block_dim, f"1 to {MAX_BLOCK_DIM}")
        roles = list(roles)
        given: list[object] = [*arguments]
        if workspace_bytes is not None:
            if workspace_bytes < 0:
                raise ArgumentValueError("workspace_bytes", workspace_bytes, "0 and more")
            given.append(np.zeros(workspace_bytes, np.uint8))
        if tiling is not None:
            by_value = len(given) < len(self.parameters) and self.parameters[len(given)].kind == "struct"
            given.append(tiling if by_value else np.frombuffer(raw_bytes("tiling", tiling), np.uint8).copy())
            roles += ["inout"] * (len(given) - 1 - len(roles)) + ["in"]
        values = self._checked(given, updated=level != "model")
        self._check_apart(values)
        settings = Settings(
            block_dim=int(block_dim),
            npu_arch=self.soc.npu_arch,
            ub_bytes=self.soc.ub_bytes,
            overflow=self.soc.overflow,
            flush_to_zero=flush_to_zero,
            level=check_choice("level", level, LEVELS),
            schedule=check_choice("schedule", schedule, SCHEDULES),
            seed=seed,
            checks_off=tuple(check_choice("checks_off", name, CHECK_NAMES) for name in checks_off),
            threads=threads,
            timeout_seconds=timeout_seconds,
        )
        tensors: dict[int, SharedTensor | AddressesOnly] = {}  # by the id of the array
        passed: list[int | bytes] = []
        for place, value in enumerate(values):
            if isinstance(value, bytes):
                passed.append(value)
                continue
            role = check_choice("roles", roles[place], ROLES) if place < len(roles) else "inout"
            tensor = tensors.get(id(value))
            if tensor is None:
                tensor = tensors[id(value)] = _tensor_of(self.parameter_name(place), role, value, level)
            tensor.role = role if role == tensor.role else "inout"
            passed.append(list(tensors).index(id(value)))
        updated = [] if level == "model" else [value for value in values[: len(arguments)] if id(value) in tensors]
        updated = [value for value in updated if tensors[id(value)].role != "in"]
        in_place = [value for value in updated if is_shared(value)]
        with _unchanged_by_errors(in_place if level == "checked" else []):
            result = launch(self.built.artefact, tuple(tensors.values()), passed, settings)
            if show_output and result.output:
                sys.stdout.write(result.output)  # not through file descriptor 1: a notebook may not be listening there
            raise_errors(result.findings, raise_on_finding)
        for value in updated:
            if not is_shared(value):
                np.copyto(value, tensors[id(value)].array)
        return result

    def _checked(self, given: Sequence[object], *, updated: bool) -> list[np.ndarray | bytes]:
        """One array or the bytes of one value for each parameter."""
        if len(given) != len(self.parameters):
            wanted = ", ".join(map(str, self.parameters))
            raise ArgumentTypeError(
                f"number of arguments to {self.entry}",
                len(given),
                f"exactly {len(self.parameters)}" + (f": {wanted} (workspace and tiling count)" if wanted else ""),
            )
        return [
            check_array(parameter, value, updated=updated)
            if parameter.kind == "address"
            else value_bytes(parameter, value)
            for parameter, value in zip(self.parameters, given, strict=True)
        ]

    def _check_apart(self, values: Sequence[np.ndarray | bytes]) -> None:
        """Each array travels as a copy of its own, so of two that overlap one would undo what the other received."""
        arrays = [(place, value) for place, value in enumerate(values) if isinstance(value, np.ndarray)]
        for (place, left), (later, right) in itertools.combinations(arrays, 2):
            with contextlib.suppress(RuntimeError):  # strides too odd to be sure about: let them pass
                if left is not right and np.shares_memory(left, right, max_work=_OVERLAP_WORK):
                    first = self.parameter_name(place)
                    allowed = f"arrays that share no memory with {first}, or the same array object as {first}"
                    raise ArgumentValueError(self.parameter_name(later), right, allowed)


def _tensor_of(name: str, role: str, array: np.ndarray, level: str) -> SharedTensor | AddressesOnly:
    """At level "model" only inputs have memory, for the scalar unit to read; not those that repeat one element."""
    if level == "model" and (role != "in" or (array.size > 1 and 0 in array.strides)):
        return AddressesOnly(name, role, array.nbytes)
    return SharedTensor.over(name, role, array)


@contextlib.contextmanager
def _unchanged_by_errors(arrays: Sequence[np.ndarray]) -> Iterator[None]:
    """Give `arrays` back the values they had, if an exception leaves the block."""
    copies = [array.copy() for array in arrays]
    try:
        yield
    except BaseException:
        for array, copy in zip(arrays, copies, strict=True):
            np.copyto(array, copy)
        raise


def raise_errors(findings: Sequence[Finding], wanted: bool = True) -> None:
    """Raise KernelFault if `wanted` and one of `findings` is an error; the message holds all of them."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if wanted and errors:
        raise KernelFault("\n".join(str(finding) for finding in errors), findings)


def _as_file(source: str | Path) -> Path:
    """The file of a kernel; text is kept in the build cache under its own hash."""
    if isinstance(source, Path) or "\n" not in source:
        path = Path(source)
        if not path.is_file():
            raise ArgumentValueError("source", str(source), "the path of a file, or C++ text of more than one line")
        return path
    return keep_source(source)


def _sorted(defines: Mapping[str, object] | None) -> list[tuple[str, object]]:
    return sorted((defines or {}).items())


def find_entries(text: str) -> tuple[str, ...]:
    """Names of the `__global__` functions in C++ text, in their order; comments and strings are passed over."""
    code = re.sub(r"__attribute__\s*\(\(.*?\)\)|__launch_bounds__\s*\(.*?\)", " ", _NO_CODE.sub(" ", text))
    return tuple(dict.fromkeys(re.findall(r"\b__global__\b[^;{}()]*?\b([A-Za-z_]\w*)\s*\(", code)))


def _choose_entry(entry: str | None, text: str) -> str:
    found = find_entries(text)
    if entry is None:
        if len(found) == 1:
            return found[0]
        there = f"one of {', '.join(found)}" if found else "the name of a function; the source shows no __global__ one"
        raise ArgumentValueError("entry", entry, there)
    if not isinstance(entry, str) or not re.fullmatch(r"[A-Za-z_]\w*", entry):
        raise ArgumentValueError("entry", entry, "the name of a function in the source")
    return entry


def _parameter_names(text: str, entry: str) -> tuple[str, ...]:
    """Names of the entry's parameters; empty where the text does not show them."""
    match = re.search(rf"\b{entry}\s*\(([^)]*)\)", _NO_CODE.sub(" ", text))
    parameters = match.group(1).split(",") if match and match.group(1).strip() else []
    names = [re.findall(r"[A-Za-z_]\w*", parameter) for parameter in parameters]
    return tuple(words[-1] if words else f"argument{place}" for place, words in enumerate(names))
