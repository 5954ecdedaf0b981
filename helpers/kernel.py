# SPDX-License-Identifier: Apache-2.0
"""Any Ascend C vector kernel: `Kernel.from_source(...)` builds it, `.launch(...)` runs it on NumPy arrays."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.build import Built, build_program
from helpers.build_cache import keep_source
from helpers.contract import check_choice
from helpers.errors import ArgumentTypeError, ArgumentValueError, KernelFault
from helpers.findings import Finding
from helpers.launch import CHECK_NAMES, LEVELS, SCHEDULES, LaunchResult, Settings, launch
from helpers.shared_tensor import SharedTensor
from helpers.soc import Soc, find_soc

MAX_BLOCK_DIM = 65535
ROLES = ("in", "out", "inout")
_OVERLAP_WORK = 10_000  # steps that finding out whether two arrays overlap may take


@dataclass(frozen=True)
class Kernel:
    """A kernel built for one SoC family. Make it with `from_source`."""

    entry: str
    soc: Soc
    built: Built
    parameter_names: tuple[str, ...]

    @classmethod
    def from_source(
        cls,
        source: str | Path,
        entry: str,
        soc: str = "Ascend910B1",
        defines: Mapping[str, str] | None = None,
        include: Sequence[str | Path] = (),
    ) -> Kernel:
        """Build the `extern "C" __global__ __aicore__` function `entry`.

        Args:
            source: a path, or the C++ text itself (anything with a line break).
            entry: the function's name.
            soc: a name of the SoC table; fixes architecture macros, UB and overflow mode.
            defines: preprocessor definitions, for example {"DTYPE_PREDICT": "half"}.
            include: more folders to search for headers.

        Raises:
            BuildError: the compiler refused; its words are in the message.
            ValueError: unknown SoC, or `entry` is no C identifier.
        """
        found_soc = find_soc(soc)
        if not re.fullmatch(r"[A-Za-z_]\w*", entry):
            raise ArgumentValueError("entry", entry, "the name of a function in the source")
        path = _as_file(source)
        architecture = (("__NPU_ARCH__", str(found_soc.npu_arch)), ("__CCE_AICORE__", str(found_soc.cce_aicore)))
        built = build_program(
            entry,
            path,
            defines=(*architecture, *sorted((defines or {}).items())),
            include=tuple(Path(folder) for folder in include),
        )
        return cls(entry, found_soc, built, _parameter_names(path.read_text(encoding="utf-8"), entry))

    def launch(
        self,
        *arguments: np.ndarray | np.generic,
        block_dim: int = 1,
        tiling: bytes | None = None,
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
    ) -> LaunchResult:
        """Run the kernel once. Arrays are global memory and updated in place; NumPy scalars go by value.

        An array given twice is one tensor; two different arrays may not overlap.
        `workspace_bytes` and `tiling` add the two trailing arguments of an operator kernel, in that order.
        `roles` says of the arguments, in their order, what the checks may rely on: an array that is "in" is never
        written, one that is "out" is written exactly once in every byte; "inout" promises nothing.

        Raises:
            KernelFault: a finding of severity error, unless `raise_on_finding` is False. Arrays keep their values.
            ValueError, TypeError: an argument that cannot be passed.
            LaunchError: the child process could not start the kernel.
        """
        if not 1 <= block_dim <= MAX_BLOCK_DIM:
            raise ArgumentValueError("block_dim", block_dim, f"1 to {MAX_BLOCK_DIM}")
        values: list[np.ndarray | bytes] = []
        for place, argument in enumerate(arguments):
            name = self.parameter_name(place)
            if isinstance(argument, np.ndarray):
                if not argument.flags.writeable:
                    raise ArgumentValueError(name, argument, "writable arrays: a launch updates them in place")
                if argument.dtype.hasobject or not argument.dtype.isnative:
                    raise ArgumentValueError(name, argument, "arrays of plain numbers in this machine's byte order")
                values.append(argument)
            elif isinstance(argument, np.generic):
                values.append(argument.tobytes())
            else:
                raise ArgumentTypeError(name, argument, "numpy arrays, and numpy scalars such as np.uint32(4096)")
        inputs = {id(value) for value in values if isinstance(value, np.ndarray)}
        self._check_apart(values)
        if workspace_bytes is not None:
            values.append(np.zeros(workspace_bytes, np.uint8))
        if tiling is not None:
            values.append(np.frombuffer(tiling, np.uint8))
            roles = (*roles, *["inout"] * (len(values) - 1 - len(roles)), "in")
        settings = Settings(
            block_dim=block_dim,
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
        tensors: dict[int, SharedTensor] = {}  # by the id of the array
        passed: list[int | bytes] = []
        for place, value in enumerate(values):
            if isinstance(value, bytes):
                passed.append(value)
                continue
            role = check_choice("roles", roles[place], ROLES) if place < len(roles) else "inout"
            tensor = tensors.get(id(value))
            if tensor is None:
                tensor = SharedTensor(self.parameter_name(place), role, value.shape, value.dtype, value)
                tensors[id(value)] = tensor
            tensor.role = role if role == tensor.role else "inout"
            passed.append(list(tensors).index(id(value)))
        result = launch(self.built.artefact, tuple(tensors.values()), passed, settings)
        raise_errors(result.findings, raise_on_finding)
        for value in values:
            if id(value) in inputs:
                np.copyto(value, tensors[id(value)].array)
        return result

    def _check_apart(self, values: Sequence[np.ndarray | bytes]) -> None:
        """Each array travels as a copy of its own, so of two that overlap one would undo what the other received."""
        arrays = [(place, value) for place, value in enumerate(values) if isinstance(value, np.ndarray)]
        for (place, left), (later, right) in itertools.combinations(arrays, 2):
            with contextlib.suppress(RuntimeError):  # strides too odd to be sure about: let them pass
                if left is not right and np.shares_memory(left, right, max_work=_OVERLAP_WORK):
                    first = self.parameter_name(place)
                    allowed = f"arrays that share no memory with {first}, or the same array object as {first}"
                    raise ArgumentValueError(self.parameter_name(later), right, allowed)

    def parameter_name(self, place: int) -> str:
        """The name of the kernel's parameter at `place`, as written in its source."""
        return self.parameter_names[place] if place < len(self.parameter_names) else f"argument{place}"


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


def _parameter_names(text: str, entry: str) -> tuple[str, ...]:
    """Names of the entry's parameters, for messages; empty where the text does not show them."""
    match = re.search(rf"\b{entry}\s*\(([^)]*)\)", text)
    parameters = match.group(1).split(",") if match and match.group(1).strip() else []
    names = [re.findall(r"[A-Za-z_]\w*", parameter) for parameter in parameters]
    return tuple(words[-1] if words else f"argument{place}" for place, words in enumerate(names))
