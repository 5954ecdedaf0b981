# SPDX-License-Identifier: Apache-2.0
"""Any Ascend C vector kernel: `Kernel.from_source(...)` builds it, `.launch(...)` runs it on NumPy arrays."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from helpers.arguments import Parameter, check_arrays, raw_bytes, read_parameters, value_bytes
from helpers.build import Built
from helpers.contract import check_choice
from helpers.errors import ArgumentTypeError, ArgumentValueError, KernelFault
from helpers.findings import Findings
from helpers.kernel_source import KernelSource
from helpers.launch import CHECK_NAMES, LEVELS, SCHEDULES, LaunchResult, Settings, launch
from helpers.shared_tensor import AddressesOnly, SharedTensor, is_shared
from helpers.soc import Soc, find_soc
from helpers.tensor_list import TensorList, arrays_in, list_header

MAX_BLOCK_DIM = 65535
ROLES = ("in", "out", "inout")
_OVERLAP_WORK = 10_000  # steps that finding out whether two arrays overlap may take


@dataclass(frozen=True)
class Kernel:
    """A kernel built for one SoC family. Make it with `from_source`; calling it is `launch` with `show_output`.

    Attributes:
        entry: name of its function.
        soc: what it was built for.
        built: the program, and the hashes of its sources.
        parameters: name, kind and size of each parameter.
        tiling_key: the key that the build fixed by defining TILING_KEY_VAR; None where each launch says which.
        source, options: what it was made from: the first argument of `from_source`, and the others.
    """

    entry: str
    soc: Soc
    built: Built
    parameters: tuple[Parameter, ...]
    tiling_key: int | None
    source: KernelSource = field(compare=False)
    options: Mapping[str, object] = field(compare=False)

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
        """Build the `__global__` function `entry`.

        A published file is taken as it is: its host functions (those without `__aicore__` and its like, so `main` and
        what launches by `<<<...>>>`) are left out of the compilation, as helpers/host_code.py lays down, and headers
        of host programs are empty. No line changes its number.

        Args:
            source: a path, or the C++ text itself (anything with a line break).
            entry: the function's name; may be left out where the source has one kernel. A template is named with its
                arguments, "add<half, 3>".
            soc: a name of the SoC table; fixes architecture macros, UB and overflow mode.
            defines: preprocessor definitions, for example {"DTYPE_PREDICT": "half"}. {"TILING_KEY_VAR": 1} fixes the
                tiling key while compiling, as CANN does, for kernels whose #if asks for it.
            include: more folders to search for headers.
            prelude: C++ text to compile before the source, whose lines keep their numbers.

        Raises:
            BuildError: the compiler refused; the message shows the source's own lines.
            ValueError: unknown SoC, an `entry` the source does not have, a name that cannot be defined, no such folder.
        """
        found_soc = find_soc(soc)
        kernel_source = KernelSource.of(source)
        chosen = kernel_source.entry(entry)
        for name in defines or {}:
            if not re.fullmatch(r"[A-Za-z_]\w*(\([\w, .]*\))?", name):
                raise ArgumentValueError("defines", name, "names of macros")
        for folder in include:
            if not Path(folder).is_dir():
                raise ArgumentValueError("include", str(folder), "folders that exist")
        key = (defines or {}).get("TILING_KEY_VAR")
        fixed_key = None if key is None else _key(key)
        architecture = {"__NPU_ARCH__": found_soc.npu_arch, "__CCE_AICORE__": found_soc.cce_aicore}
        built = kernel_source.build(
            chosen,
            tuple((name, str(value)) for name, value in (*architecture.items(), *_sorted(defines))),
            [Path(folder).resolve() for folder in include],
            prelude,
        )
        parameters = read_parameters(built.artefact, chosen.parameter_names)
        options = {"entry": entry, "soc": soc, "defines": defines, "include": include, "prelude": prelude}
        return cls(chosen.name, found_soc, built, parameters, fixed_key, kernel_source, options)

    def edited(self, replacements: Mapping[str, str]) -> Kernel:
        """Build a copy with text of the source replaced, old text to new; each old text must occur exactly once.

        Raises as `from_source` does, and ArgumentValueError where an old text does not occur once.
        """
        options = {**self.options, "include": (*self.options["include"], *self.source.folders)}
        return self.from_source(self.source.edited(replacements), **options)

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
        tiling_key: int | None = None,
        level: str = "checked",
        schedule: str = "on_wait",
        seed: int = 0,
        strict_sync: bool = False,
        flush_to_zero: bool = False,
        checks_off: Sequence[str] = (),
        threads: int | None = None,
        timeout_seconds: float = 120.0,
        raise_on_finding: bool = True,
        roles: Sequence[str] = (),
        show_output: bool = False,
    ) -> LaunchResult:
        """Run the kernel once. Arrays are global memory and updated in place; everything else goes by value.

        A list of arrays is one argument, as ListTensorDesc reads it; its arrays have one role.
        An array given twice is one tensor; two different arrays may not overlap. Python's int, float and bool take the
        type of the parameter, NumPy scalars keep theirs or one it holds safely, plain structs are given as bytes, as a
        structured NumPy scalar or as a ctypes.Structure.
        `workspace_bytes` and `tiling` add the two trailing arguments of an operator kernel, in that order; a kernel
        that takes its tiling as a struct by value gets it that way.
        `tiling_key` is what TILING_KEY_IS in the kernel asks for, 0 if left out.
        `roles` says of the arguments, in their order, what the checks may rely on: an array that is "in" is never
        written, one that is "out" is written exactly once in every byte, atomic stores and fills aside; "inout"
        promises nothing.
        Arrays of `shared_array` and the like are the global memory itself, others are copied there and back.
        `level` "model" computes nothing: arrays keep their values, may be read-only and may repeat one element, such as
        np.broadcast_to(np.float32(0), 10**9); the scalar unit can read those that are "in".
        `strict_sync` leaves out what CANN's default build adds (--cce-auto-sync): the order between dependent
        instructions of pipe V, and between them or copies and scalar accesses of tensors.
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
            soc=self.soc.name,
            cores=self.soc.vector_cores,
            overflow=self.soc.overflow,
            flush_to_zero=flush_to_zero,
            tiling_key=self._tiling_key(tiling_key),
            level=check_choice("level", level, LEVELS),
            schedule=check_choice("schedule", schedule, SCHEDULES),
            seed=seed,
            strict_sync=strict_sync,
            checks_off=tuple(check_choice("checks_off", name, CHECK_NAMES) for name in checks_off),
            threads=threads,
            timeout_seconds=timeout_seconds,
        )
        tensors: dict[int, SharedTensor | AddressesOnly] = {}  # by the id of the array
        passed: list[int | bytes | TensorList] = []
        for place, value in enumerate(values):
            if isinstance(value, bytes):
                passed.append(value)
                continue
            role = check_choice("roles", roles[place], ROLES) if place < len(roles) else "inout"
            name, arrays = self.parameter_name(place), arrays_in(value)
            for part, array in enumerate(arrays):
                tensor = tensors.get(id(array))
                if tensor is None:
                    part_name = name if array is value else f"{name}[{part}]"
                    tensor = tensors[id(array)] = _tensor_of(part_name, role, array, level)
                tensor.role = role if role == tensor.role else "inout"
            indices = tuple(list(tensors).index(id(array)) for array in arrays)
            if isinstance(value, tuple):
                passed.append(TensorList(name, list_header([array.shape for array in arrays]), indices))
            else:
                passed.extend(indices)
        given_arrays = [array for value in values[: len(arguments)] for array in arrays_in(value)]
        updated = [] if level == "model" else given_arrays
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

    def _tiling_key(self, given: int | None) -> int:
        if given is None:
            return self.tiling_key or 0
        if self.tiling_key not in (None, _key(given)):
            raise ArgumentValueError("tiling_key", given, f"{self.tiling_key}, which the build of {self.entry} fixed")
        return _key(given)

    def _checked(self, given: Sequence[object], *, updated: bool) -> list[np.ndarray | tuple[np.ndarray, ...] | bytes]:
        """One array, a list of arrays or the bytes of one value for each parameter."""
        if len(given) != len(self.parameters):
            wanted = ", ".join(map(str, self.parameters))
            raise ArgumentTypeError(
                f"number of arguments to {self.entry}",
                len(given),
                f"exactly {len(self.parameters)}" + (f": {wanted} (workspace and tiling count)" if wanted else ""),
            )
        return [
            check_arrays(parameter, value, updated=updated)
            if parameter.kind == "address"
            else value_bytes(parameter, value)
            for parameter, value in zip(self.parameters, given, strict=True)
        ]

    def _check_apart(self, values: Sequence[np.ndarray | tuple[np.ndarray, ...] | bytes]) -> None:
        """Each array travels as a copy of its own, so of two that overlap one would undo what the other received."""
        arrays = [(place, array) for place, value in enumerate(values) for array in arrays_in(value)]
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


def raise_errors(findings: Findings, wanted: bool = True) -> None:
    """Raise KernelFault if `wanted` and one of `findings` is an error; the message holds all of them."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if wanted and errors:
        raise KernelFault(str(Findings(errors, findings.dropped)), findings)


def _sorted(defines: Mapping[str, object] | None) -> list[tuple[str, object]]:
    return sorted((defines or {}).items())


def _key(value: object) -> int:
    """A tiling key; a definition may write it as C++ does."""
    if isinstance(value, str) and re.fullmatch(r"(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*", value):
        value = int(value.rstrip("uUlL"), 0)
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ArgumentTypeError("tiling_key", value, "whole numbers from 0")
    if not 0 <= value < 1 << 64:
        raise ArgumentValueError("tiling_key", value, "0 to 2**64 - 1")
    return int(value)
