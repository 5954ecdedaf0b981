# SPDX-License-Identifier: Apache-2.0
"""The tiling structs of an operator project: `tiling_structs(header)` takes them out of a header of its host side.

CANN's build does the same: it reads what BEGIN_TILING_DATA_DEF and REGISTER_TILING_DATA_CLASS say and generates the
struct that the kernel sees. What else such a header holds needs the host libraries of CANN and is passed over.

    Kernel.from_source("op_kernel/lin_space.cpp", prelude=tiling_structs("op_host/lin_space_tiling.h"))
"""

from __future__ import annotations

import re
from pathlib import Path

from helpers.errors import ArgumentValueError
from helpers.outline import blanked

_STRUCT = re.compile(r"\bBEGIN_TILING_DATA_DEF\s*\(\s*\w+\s*\).*?\bEND_TILING_DATA_DEF\b;?", re.DOTALL)
_REGISTRATION = re.compile(r"\bREGISTER_TILING_DATA_CLASS\s*\([^()]*\);?")
_NUMBER_TYPE = r"(?:u?int(?:8|16|32|64)_t|size_t|int|unsigned(?:\s+int)?|long|float)"
_CONSTANT = re.compile(
    rf"\b(?:static\s+|inline\s+)*(?:constexpr|const)\s+{_NUMBER_TYPE}\s+(\w+)\s*=\s*([\w\s.+*/()-]+);"
)
_DEFINITION = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([\w \t.+*/()-]+)$", re.MULTILINE)


def tiling_structs(header: str | Path) -> str:
    """C++ text with the tiling structs that `header` describes, and the numbers it names, for the prelude of a kernel.

    Raises:
        ArgumentValueError: no such file, or it describes no struct.
    """
    path = Path(header)
    if not path.is_file():
        raise ArgumentValueError("header", str(header), "files that exist")
    text = path.read_text(encoding="utf-8", errors="replace")
    code = blanked(text, keep_directives=True)
    found = [(match.start(), match.group()) for pattern in (_STRUCT, _REGISTRATION) for match in pattern.finditer(code)]
    if not any(piece.startswith("BEGIN") for _, piece in found):
        raise ArgumentValueError("header", str(header), "headers with BEGIN_TILING_DATA_DEF, in op_host of a project")
    known: set[str] = set()
    numbers = [*_DEFINITION.finditer(code), *_CONSTANT.finditer(blanked(text))]
    for match in sorted(numbers, key=re.Match.start):
        if match[1] not in known and set(re.findall(r"\b[A-Za-z_]\w*", match[2])) <= known:
            known.add(match[1])
            found.append((match.start(), f"constexpr auto {match[1]} = {match[2].strip()};"))
    lines = [re.sub(r"^[ \t]*#.*$", "", piece, flags=re.MULTILINE) for _, piece in sorted(found)]
    return "\n".join(('#include "register/tilingdata_base.h"', "namespace optiling {", *lines, "}", ""))
