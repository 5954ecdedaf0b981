# SPDX-License-Identifier: Apache-2.0
"""What a kernel takes, and how a Python value becomes the bytes of one of its parameters.

- `read_parameters(program, names)` asks a built program once and keeps the answer beside it
- `raw_bytes(name, value)` takes the bytes of a struct as they are
- `value_bytes(parameter, value)` converts a number, a struct or bytes, exactly or not at all
- `check_array(parameter, value)` lets through the arrays that can be global memory, `check_arrays` lists of them too
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.build_cache import scratch_folder
from helpers.errors import ArgumentTypeError, ArgumentValueError, BuildError, LaunchError

DESCRIPTION_FILE = "parameters.json"
_DESCRIBE_SECONDS = 30.0
_DTYPE_KINDS = {"signed": "i", "unsigned": "u", "floating": "f", "half": "f", "boolean": "b"}
_FLOAT_NAMES = {4: "float", 8: "double"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a kernel.

    Attributes:
        name: as written in its source.
        kind: "address" (global memory), "signed", "unsigned", "floating", "half", "boolean" or "struct".
        bytes: its size.
    """

    name: str
    kind: str
    bytes: int

    @property
    def type_name(self) -> str:
        """Its type as C++ writes it; a typedef or enumeration by the type underneath, a struct by its size."""
        if self.kind in ("signed", "unsigned"):
            return f"{'u' if self.kind == 'unsigned' else ''}int{8 * self.bytes}_t"
        names = {"address": "GM_ADDR", "half": "half", "boolean": "bool", "struct": f"struct of {self.bytes} B"}
        return names.get(self.kind) or _FLOAT_NAMES.get(self.bytes, f"floating point of {self.bytes} B")

    @property
    def dtype(self) -> np.dtype | None:
        """The NumPy type of the same bits; None for an address, a struct and what NumPy lacks."""
        code = _DTYPE_KINDS.get(self.kind)
        return np.dtype(f"{code}{self.bytes}") if code and self.bytes <= 8 else None

    def __str__(self) -> str:
        return f"{self.type_name} {self.name}"


def read_parameters(program: Path, names: Sequence[str]) -> tuple[Parameter, ...]:
    """The parameters of the kernel that `program` was built from; `names` serve if there is one for each.

    Raises:
        LaunchError: the program does not start.
    """
    kept = program.parent / DESCRIPTION_FILE
    try:
        described = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        text = _ask(program)
        described = json.loads(text)
        _keep(kept, text)
    if len(names) != len(described):
        names = [f"argument{place}" for place in range(len(described))]
    return tuple(Parameter(name, each["kind"], each["bytes"]) for name, each in zip(names, described, strict=True))


def _ask(program: Path) -> str:
    try:
        answer = subprocess.run(
            [str(program), "--describe"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_DESCRIBE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchError(f"the built program does not say what its kernel takes: {error}") from error
    if answer.returncode != 0:
        raise LaunchError(
            f"the built program ended with code {answer.returncode} before its kernel was called. Next: look for "
            "objects at namespace scope whose construction fails"
        )
    return answer.stdout.decode()


def _keep(path: Path, text: str) -> None:
    """Write whole or not at all; where the cache has become read-only the next process asks again."""
    with contextlib.suppress(BuildError), scratch_folder() as folder:
        (folder / path.name).write_text(text, encoding="utf-8")
        os.replace(folder / path.name, path)


def check_array(parameter: Parameter, value: object, *, updated: bool = True) -> np.ndarray:
    """`value`, if it is an array that can be global memory; `updated` says whether the launch may write it.

    Raises:
        ArgumentTypeError: no NumPy array; says how to make one.
        ArgumentValueError: an array that is read-only, or holds Python objects or foreign byte order.
    """
    if not isinstance(value, np.ndarray):
        raise ArgumentTypeError(parameter.name, value, f"NumPy arrays ({parameter}), {_way_to_array(value)}")
    if updated and not value.flags.writeable:
        raise ArgumentValueError(parameter.name, value, "writable arrays: a launch updates them in place")
    if value.dtype.hasobject or not value.dtype.isnative:
        raise ArgumentValueError(parameter.name, value, "arrays of plain numbers in this machine's byte order")
    return value


def check_arrays(parameter: Parameter, value: object, *, updated: bool = True) -> np.ndarray | tuple[np.ndarray, ...]:
    """As `check_array`; a list or tuple of arrays comes back as a tuple of them."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(array, np.ndarray) for array in value):
        return tuple(check_array(parameter, array, updated=updated) for array in value)
    return check_array(parameter, value, updated=updated)


def _way_to_array(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "such as np.array(..., dtype=np.float32): a list has no element type and could not be updated"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "such as np.frombuffer(..., np.uint8).copy()"
    if type(value).__module__.partition(".")[0] == "torch":
        return "such as tensor.numpy(), which shares the memory of a tensor on the CPU"
    if value is None:
        return "such as np.zeros(0, np.uint8) where the kernel does not use it"
    return "such as np.array([...], dtype=...), since the kernel gets the address of its elements"


def value_bytes(parameter: Parameter, value: object) -> bytes:
    """The bytes of `value` as `parameter`, passed by value.

    Python's int, float and bool take the parameter's type if it can hold them; a float is rounded once, to nearest
    even. A NumPy scalar fits by its own type or one that NumPy casts safely to the parameter's. A struct is given as
    bytes, a structured NumPy scalar or a ctypes.Structure of its size.

    Raises:
        ArgumentTypeError: a value of a type that does not fit.
        ArgumentValueError: a number beyond the range of the type, or bytes of another number.
    """
    if isinstance(value, np.ndarray) and not (parameter.kind == "struct" and value.ndim == 0):
        way = "array.item()" if value.size == 1 else "array[0]"
        raise ArgumentTypeError(parameter.name, value, f"single values ({parameter}), such as {way}")
    if parameter.kind == "struct":
        return _struct_bytes(parameter, value)
    dtype = parameter.dtype
    if dtype is None:
        raise ArgumentTypeError(parameter.name, value, f"none: NumPy has no type for {parameter}; use double or float")
    if isinstance(value, np.generic):
        if not np.can_cast(value.dtype, dtype, "safe"):
            raise ArgumentTypeError(
                parameter.name,
                value,
                f"values that {parameter.type_name} always holds ({parameter}), not {value.dtype}; "
                f"such as np.{dtype.name}(...), or a Python number",
            )
        return value.astype(dtype).tobytes()
    return np.asarray(_number(parameter, dtype, value), dtype).tobytes()


def raw_bytes(name: str, value: object) -> bytes:
    """The bytes of a plain struct, given as bytes, NumPy data or a ctypes.Structure. Raises ArgumentTypeError."""
    if isinstance(value, (np.void, np.ndarray)) and not value.dtype.hasobject:
        return value.tobytes()
    if isinstance(value, (bytes, bytearray, memoryview, ctypes.Structure)):
        return bytes(value)
    raise ArgumentTypeError(name, value, "bytes, structured NumPy scalars and ctypes.Structure")


def _struct_bytes(parameter: Parameter, value: object) -> bytes:
    data = raw_bytes(parameter.name, value)
    if len(data) != parameter.bytes:
        allowed = f"exactly {parameter.bytes} B ({parameter}), not {len(data)} B; mind the padding between members"
        raise ArgumentValueError(parameter.name, value, allowed)
    return data


def _number(parameter: Parameter, dtype: np.dtype, value: object) -> bool | int | np.floating:
    """A Python number that `dtype` can hold."""
    if parameter.kind == "boolean":
        if isinstance(value, bool):
            return value
        raise ArgumentTypeError(parameter.name, value, f"True and False ({parameter})")
    if dtype.kind == "f":
        return _floating(parameter, dtype, value)
    if not isinstance(value, int):
        way = f"; such as {int(value)}" if isinstance(value, float) and value.is_integer() else ""
        raise ArgumentTypeError(parameter.name, value, f"whole numbers ({parameter}){way}")
    limits = np.iinfo(dtype)
    if not limits.min <= value <= limits.max:
        raise ArgumentValueError(parameter.name, value, f"{limits.min} to {limits.max} ({parameter})")
    return int(value)


def _floating(parameter: Parameter, dtype: np.dtype, value: object) -> np.floating:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(parameter.name, value, f"numbers ({parameter})")
    limit = float(np.finfo(dtype).max)
    try:
        with np.errstate(over="ignore"):
            rounded = dtype.type(value)  # in one step, also from double to half
    except OverflowError:  # an int beyond double
        rounded = dtype.type(math.inf)
    if np.isinf(rounded) and not (isinstance(value, float) and math.isinf(value)):
        raise ArgumentValueError(
            parameter.name, value, f"{-limit:.8g} to {limit:.8g} ({parameter}), infinities and NaN"
        )
    if isinstance(value, int) and int(rounded) != value:
        raise ArgumentValueError(
            parameter.name, value, f"whole numbers that {parameter.type_name} holds exactly ({parameter}), or a float"
        )
    return rounded
