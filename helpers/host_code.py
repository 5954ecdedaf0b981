# SPDX-License-Identifier: Apache-2.0
"""Published kernels come with the program that launches them: `without_host_code(text)` takes the device's part.

What is left out, by the rule the device compiler itself goes by, that only marked functions can run on a core:

- functions outside of classes that have neither a device attribute such as `__aicore__` nor `constexpr` in front of
  them: `main`, wrappers with `kernel<<<...>>>(...)`, tiling functions, reading and writing of files
- classes and declarations without a device attribute that name the interfaces of a host: `acl...`, `ge::`, `gert::`,
  `platform_ascendc::`, `OpDef`, `torch::` and the like
- kernels of the matrix unit, if the file also holds others

Preprocessor lines stay, and so does everything in included files. What is left out becomes spaces: every line keeps
its number, every column its place.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from helpers.outline import Piece, directives, outline

_DEVICE_WORDS = frozenset(
    [
        "__aicore__",
        "aicore",
        "__global__",
        "__host_aicore__",
        "__vector__",
        "__cube__",
        "__mix__",
        "__simd_vf__",
        "__simt_vf__",
        "__simd_callee__",
        "__simt_callee__",
        "ASCENDC_AICORE",
        "ASCENDC_HOST_AICORE",
    ]
)
_HOST_NAMES = re.compile(
    r"\bacl[A-Z]\w*|\baclrt\w+|\bACL_\w+"
    r"|\b(?:ge|gert|platform_ascendc|matmul_tiling|at|torch|c10|c10_npu|tensorflow)\s*::"
    r"|\busing\s+namespace\s+(?:ge|gert|platform_ascendc|matmul_tiling|torch)\b"
    r"|\b(?:OpDef|OP_ADD|(?:DEVICE_)?IMPL_OP\w*|EagerExecuteOp|ShapeInferOp|REG_AUTO_MAPPING_OP)\b"
)
_DEFINITION = re.compile(r"\s*#\s*define\s+([A-Za-z_]\w*)(?![\w(])(.*)", re.DOTALL)
_MATRIX = re.compile(r"__cube__|__mix__\s*\(\s*[1-9]|core_ratio\s*\(\s*[1-9]")


@dataclass(frozen=True)
class DeviceCode:
    """The device's part of a source.

    Attributes:
        text: the source with spaces in place of what is left out; the source itself where that is nothing.
        host_functions: names of the functions left out.
        kernels: the `__global__` functions.
    """

    text: str
    host_functions: tuple[str, ...]
    kernels: tuple[Piece, ...]


@functools.lru_cache(maxsize=64)  # a kernel is looked at again at every launch of the operator
def without_host_code(text: str) -> DeviceCode:
    """The part of a C++ source that a device compiler would compile for the cores; see above."""
    words = _device_words(text)
    functions: list[str] = []
    kernels: list[Piece] = []
    left_out: list[tuple[int, int]] = []
    for piece in outline(text):
        found = set(re.findall(r"[A-Za-z_]\w*", piece.head)) & words.keys()
        is_kernel = piece.kind == "function" and any("__global__" in words[word] for word in found)
        if is_kernel:
            kernels.append(piece)
        elif piece.kind == "function":
            if not found and not re.search(r"\b(?:constexpr|consteval)\b", piece.head) and "::" not in piece.name:
                functions.append(piece.qualified)
                left_out.append((piece.start, piece.end))
        elif not found and _names_host(piece, text, words):
            left_out.append((piece.start, piece.end))
    if not all(map(is_matrix_kernel, kernels)):
        left_out += [(kernel.start, kernel.end) for kernel in kernels if is_matrix_kernel(kernel)]
    return DeviceCode(_spaced(text, left_out), tuple(dict.fromkeys(functions)), tuple(kernels))


def has_device_code(text: str) -> bool:
    """Whether a C++ file holds anything for a core."""
    return any(word != "aicore" and re.search(rf"\b{word}\b", text) for word in (*_DEVICE_WORDS, "__gm__", "AscendC"))


def is_matrix_kernel(kernel: Piece) -> bool:
    """Whether its attributes ask for the matrix unit, alone or beside vector cores."""
    return bool(_MATRIX.search(kernel.head))


def _device_words(text: str) -> dict[str, set[str]]:
    """The device attributes that each word stands for: those of the language, and macros of the file made of them."""
    words = {word: {word} for word in _DEVICE_WORDS}
    definitions = [match for _, line in directives(text) if (match := _DEFINITION.match(line))]
    for _ in definitions:  # a macro may stand for a macro that is defined further down
        before = len(words)
        for name, value in (match.groups() for match in definitions):
            meant = set().union(*(words.get(word, set()) for word in re.findall(r"\w+", value)))
            if meant:
                words[name] = meant
        if len(words) == before:
            break
    return words


def _names_host(piece: Piece, text: str, words: dict[str, set[str]]) -> bool:
    whole = piece.head if piece.kind == "other" else text[piece.start : piece.end]
    if not _HOST_NAMES.search(whole):
        return False
    return not set(re.findall(r"[A-Za-z_]\w*", whole)) & words.keys()


def _spaced(text: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text
    lines = [(place, place + len(line)) for place, line in directives(text)]
    characters = list(text)
    for start, end in spans:
        kept = [(first, last) for first, last in lines if start <= first < end]
        for first, last in [*kept, (end, end)]:
            characters[start:first] = re.sub(r"[^\n\t]", " ", text[start:first])
            start = last
    return "".join(characters)
