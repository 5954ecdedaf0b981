# SPDX-License-Identifier: Apache-2.0
"""Which `__global__` function of a source a launch runs.

- `find_entries(text)` names those there are
- `choose_entry(entry, code)` settles on one, with its namespaces and template arguments
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.errors import ArgumentValueError
from helpers.host_code import DeviceCode, is_matrix_kernel, without_host_code
from helpers.outline import Piece, blanked

_ENTRY = re.compile(r"((?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)\s*(<.*>)?", re.DOTALL)
_LITERALS = re.compile(r"<(?:[\s,]|\d\w*|true|false|u?int\d+_t|half|float|bfloat16_t)+>")


@dataclass(frozen=True)
class Entry:
    """The function that a launch runs.

    Attributes:
        name: as C++ names it, with namespaces and template arguments: "norm::add<half, 3>".
        parameter_names: as written in the source; empty where the source does not show them.
    """

    name: str
    parameter_names: tuple[str, ...] = ()


def find_entries(text: str) -> tuple[str, ...]:
    """The kernels in C++ text that run on vector cores, by name, in their order."""
    return _names(without_host_code(text).kernels)


def choose_entry(entry: str | None, text: str, code: DeviceCode) -> Entry:
    """The kernel `entry` of `code`, the device's part of `text`; None takes the only one there is.

    Raises:
        ArgumentValueError: no name, one that fits several, a kernel of the matrix unit, or template arguments missing.
    """
    if entry is None:
        names = _names(code.kernels)
        if len(names) != 1:
            raise ArgumentValueError("entry", entry, _choices(code))
        entry = names[0]
    match = _ENTRY.fullmatch(entry.strip()) if isinstance(entry, str) else None
    if match is None:
        raise ArgumentValueError("entry", entry, 'the name of a function in the source, such as "add" or "add<half>"')
    name, arguments = match[1], match[2] or ""
    # A name without namespaces serves where only one kernel has it.
    found = [kernel for kernel in code.kernels if kernel.qualified == name]
    found = found or [kernel for kernel in code.kernels if kernel.name == name]
    if not found and name in code.host_functions:
        raise ArgumentValueError("entry", entry, f"kernels; {name} becomes one with __global__ __aicore__ in front")
    if not found:
        return Entry(name + arguments)  # behind a macro of another file, perhaps: the compiler will know
    if len({kernel.qualified for kernel in found}) > 1:
        raise ArgumentValueError("entry", entry, f"one of {', '.join(kernel.qualified for kernel in found)}")
    kernel = found[-1]
    if is_matrix_kernel(kernel):
        raise ArgumentValueError(
            "entry",
            entry,
            f"kernels of vector cores: {kernel.name} asks for the matrix unit, which this simulator does not have"
            + (f". Others here: {', '.join(_names(code.kernels))}" if _names(code.kernels) else ""),
        )
    if kernel.is_template and not arguments:
        arguments = _only_instance(entry, kernel, text)
    return Entry(kernel.qualified + arguments, kernel.parameter_names)


def _names(kernels: Sequence[Piece]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kernel.qualified for kernel in kernels if not is_matrix_kernel(kernel)))


def _choices(code: DeviceCode) -> str:
    if names := _names(code.kernels):
        return f"one of {', '.join(names)}"
    if code.kernels:
        return f"kernels of vector cores; {code.kernels[0].name} here asks for the matrix unit, which is not simulated"
    return "the name of a function; the source shows no __global__ one"


def _only_instance(entry: str, kernel: Piece, text: str) -> str:
    """The template arguments of the kernel where the source itself uses it with one set of literal ones."""
    plain = blanked(text)
    used = re.findall(rf"\b{kernel.name}\s*(<[^;{{}}()]*?>)\s*<<<", plain)
    used += re.findall(rf"\btemplate\s+[^;<{{}}]*\b{kernel.name}\s*(<[^;{{}}()]*>)\s*\(", plain)
    instances = list(dict.fromkeys(re.sub(r"\s+", " ", each) for each in used))
    if len(instances) == 1 and re.fullmatch(
        r"<(?:[\s,]|\d\w*|true|false|u?int\d+_t|half|float|bfloat16_t)+>", instances[0]
    ):
        return instances[0]
    parameters = re.match(r"\s*template\s*<(.*?)>\s*(?:\[|__|\w)", kernel.head)
    shape = " ".join(parameters[1].split()) if parameters else "..."
    seen = f"; the source launches {', '.join(kernel.name + each for each in instances)}" if instances else ""
    raise ArgumentValueError(
        "entry", entry, f'instances of the template <{shape}>, such as "{kernel.qualified}<...>"{seen}'
    )
