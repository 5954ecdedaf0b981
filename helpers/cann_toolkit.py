# SPDX-License-Identifier: Apache-2.0
"""Finds the headers of a CANN toolkit: `find_toolkit(path)` looks at a folder, by default at `$ASCEND_HOME_PATH`.

Two generations are known by where they keep `kernel_operator.h`. What a host compiler needs in place of the device's
own types and intrinsics are the headers of CANN's CPU twin, in `tools/tikicpulib/lib/include`.

Sources of the layouts: tools/tikicpulib/lib/cmake/targets-tikicpulib.cmake of CANN 8.1.RC1; of the later one
cmake/asc/asc_modules/CMakeASCInformation.cmake of asc-devkit, whose sources have the layout of its installed folder
`asc` and can be given in place of a toolkit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import ToolkitNotFound

VARIABLE = "ASCEND_HOME_PATH"
_TWIN = "tools/tikicpulib/lib/include"
_TWIN_HEADERS = ("stub_def.h", "stub_fun.h")
_KERNEL_HEADER = "kernel_operator.h"
_FRAMEWORKS_8 = ("compiler/tikcpp/tikcfw", "*-linux/tikcpp/tikcfw", "*-linux/ascendc/include/basic_api")
_FRAMEWORKS_9 = ("asc", "*-linux/asc", ".")
_PARTS_8 = (".", "impl", "interface")
_PARTS_9 = (
    *(f"include{part}" for part in ("", "/basic_api", "/adv_api", "/c_api", "/interface", "/utils", "/tiling")),
    *(f"impl/{part}" for part in ("basic_api", "adv_api", "c_api", "utils")),
    ".",
)
_HIGH_LEVEL_8 = ("compiler/ascendc/include/highlevel_api", "*-linux/ascendc/include/highlevel_api")


@dataclass(frozen=True)
class Toolkit:
    """Where the headers of one CANN toolkit lie.

    Attributes:
        root: the folder that was looked at.
        generation: "8" (tikcpp/tikcfw) or "9" (asc); it decides which macros name the family.
        folders: to search for headers, in this order; all exist.
    """

    root: Path
    generation: str
    folders: tuple[Path, ...]

    def __str__(self) -> str:
        return f"{self.root} (layout of CANN {self.generation})"


def find_toolkit(path: str | Path | None = None, more: Sequence[str | Path] = ()) -> Toolkit:
    """The headers below `path`, by default below `$ASCEND_HOME_PATH`.

    Args:
        path: a toolkit's folder such as .../ascend-toolkit/latest, or a checkout of asc-devkit.
        more: folders to search at the end, such as that of the CPU twin's headers where the toolkit has none.

    Raises:
        ToolkitNotFound: there is no such folder, or it lacks the kernel headers or those of the twin.
    """
    named = path or os.environ.get(VARIABLE)
    if not named:
        raise ToolkitNotFound(f"{VARIABLE} is not set. Next: source the toolkit's set_env.sh, or name its folder")
    root = Path(named).expanduser()
    if not root.is_dir():
        raise ToolkitNotFound(f"{root} is not a folder. Next: name the toolkit's folder, .../ascend-toolkit/latest")
    generation, parts = _framework(root)
    own = _existing(root, (_TWIN, f"*-linux/{_TWIN}"))
    last = [Path(folder).expanduser() for folder in more]
    missing = [name for name in _TWIN_HEADERS if not any((folder / name).is_file() for folder in (*own, *last))]
    if missing:
        raise ToolkitNotFound(
            f"{root}/{_TWIN} lacks {', '.join(missing)} of the CPU twin, which stand in for what only the device's "
            "compiler knows. Next: install the whole toolkit, or name the folder that has them"
        )
    rest = _existing(root, ("include", "*-linux/include"))
    return Toolkit(root, generation, tuple(dict.fromkeys([*own, *parts, *rest, *last])))


def _framework(root: Path) -> tuple[str, list[Path]]:
    for folder in _existing(root, _FRAMEWORKS_8):
        if (folder / _KERNEL_HEADER).is_file():
            high_level = _existing(root, _HIGH_LEVEL_8)
            libraries = [each / "lib" for each in high_level if (each / "lib").is_dir()]
            return "8", [*_existing(folder, _PARTS_8), *high_level, *libraries]
    for folder in _existing(root, _FRAMEWORKS_9):
        if (folder / "include" / _KERNEL_HEADER).is_file() or (folder / "include/basic_api" / _KERNEL_HEADER).is_file():
            return "9", _existing(folder, _PARTS_9)
    looked = ", ".join((*_FRAMEWORKS_8, *(f"{each}/include" for each in _FRAMEWORKS_9)))
    raise ToolkitNotFound(
        f"{root} has no {_KERNEL_HEADER}: looked in {looked}. Next: name the toolkit's own folder, "
        ".../ascend-toolkit/latest"
    )


def _existing(root: Path, patterns: Iterable[str]) -> list[Path]:
    """The folders below `root` that match, in the order of the patterns."""
    found: list[Path] = []
    for pattern in patterns:
        matches = [root] if pattern == "." else sorted(root.glob(pattern))
        found += [match for match in matches if match.is_dir()]
    return found
