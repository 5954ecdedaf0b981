# SPDX-License-Identifier: Apache-2.0
"""The likely cause of a compile error, in a sentence.

`hints_for(facts)` goes through the causes known and gives those that fit, none where it does not know.
"""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from helpers.build import SIMULATOR

_TABLE_ROW = re.compile(r"SIMULATOR_(BINARY|SCALAR|UNARY|COMPOUND)\w*\((\w+), [^,)]+(?:, ([\w, ]+))?\)")
_OPERANDS = {
    "BINARY": ("dst, src0, src1", "BinaryRepeatParams"),
    "SCALAR": ("dst, src, scalarValue", "UnaryRepeatParams"),
    "UNARY": ("dst, src", "UnaryRepeatParams"),
    "COMPOUND": ("dst, src0, src1", "BinaryRepeatParams"),
}
# Words of the headers that a kernel has no use for.
_INTERNAL = frozenset(
    [
        "NAMES",
        "LOADS",
        "PAIR",
        "TYPE",
        "OPCODE",
        "Name",
        "Call",
        "Operation",
        "Mask",
        "Here",
        "Current",
        "Settings",
        "BlockIdx",
        "Events",
        "EventOf",
        "Release",
        "InitBuffers",
        "Shape",
        "View",
        "Free",
        "Flag",
        "SET",
        "WAIT",
        "CAST",
        "DUPLICATE",
        "CAST_EXISTS",
        "TilingStruct",
        "RegisteredTilingData",
        "UINT64_MAX",
        "__VA_ARGS__",
    ]
)
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_UNKNOWN = (
    r"'(\w+)' was not declared",
    r"'(\w+)' (?:does not name a|is not a) (?:type|template|class)",
    r"'(\w+)' has not been declared",
    r"'(\w+)' is not a member of ",
    r"has no member named '(\w+)'",
    r"(?:use of undeclared identifier|unknown type name|unknown class name) '(\w+)'",
    r"no (?:type |template |member |class )?(?:template )?named '(\w+)'",
)
_CONFLICT = re.compile(r"conflicting types for parameter '(?:const )?\w+' \('(.+?)' (?:and|vs\.) '(.+?)'\)")
_LITERAL = re.compile(r'(?:operator ?"" ?|invalid suffix \')(h|H|f16|F16|hf|HF)\b')
_NO_HEADER = re.compile(r"^'?([^':]+?)'?(?:: No such file or directory| file not found)")
_MATRIX = re.compile(
    r"^(Mmad\w*|Matmul\w*|LoadData\w*|Fixpipe\w*|Conv[23]D|Gemm|TCubeTiling|REGIST_MATMUL_OBJ|LoadImageToLocal"
    r"|Nd2NzParams|BroadCastVecToMM|SetHF32Mode|matmul|A1|A2|B1|B2|C1|C2|CO1|CO2)$"
)
_OTHER_FAMILY = re.compile(r"^(Reg|MicroAPI|RegTensor|MaskReg|__(?:simd|simt)_\w+__|__VEC_SCOPE__|asc_vf_call|Simt)$")
# Folders of CANN's headers that this simulator has nothing of, and what is in them.
_OUTSIDE = {
    "lib/": "the high-level API (matrix products, softmax, sort and other library functions)",
    "adv_api/": "the high-level API (matrix products, softmax, sort and other library functions)",
    "simt_api/": "programming by threads, which Ascend 950 has",
    "reg_compute/": "programming by registers, which Ascend 950 has",
    "tensor_api/": "the tensor API of the matrix unit",
    "c_api/": "the C API",
    "atvoss/": "a template library of operator projects",
}
MAX_FORMS = 3


@dataclass(frozen=True)
class Facts:
    """What is known of one error.

    Attributes:
        text: what the compiler says, shortened.
        line, line_number: the author's line it is shown at.
        source: the whole file of that line.
        notes: text, file and line number of each note of the compiler.
        host_functions: functions of the source that were left out, as no core can run them.
    """

    text: str
    line: str
    line_number: int
    source: str
    notes: tuple[tuple[str, str, int], ...] = ()
    host_functions: tuple[str, ...] = ()


def hints_for(facts: Facts) -> tuple[str, ...]:
    """Sentences about the cause, and the forms a call has where none of them fits."""
    hints = [hint for cause in _CAUSES for hint in cause(facts)]
    return tuple(dict.fromkeys(hints))


@functools.cache
def api_names() -> frozenset[str]:
    """The names that the simulator's headers give a kernel: calls, types, macros, enumerators and members."""
    headers = [path for path in sorted((SIMULATOR / "api").glob("**/*.h")) if path.stem != "unavailable"]
    text = "".join(path.read_text(encoding="utf-8") for path in headers)
    text = re.sub(r"namespace Simulator \{.*?\n\}  // namespace Simulator", "", text, flags=re.DOTALL)
    text = re.sub(r"^SIMULATOR_\w+\((\w+)(?:, [\w:<>]+)?[,)]", r"\1 ", _COMMENTS.sub("", text), flags=re.MULTILINE)
    text = re.sub(r'Simulator::\w+|SIMULATOR_\w+|"[^"\n]*"', "", text)
    words = re.findall(r"\b[A-Z]\w{2,}\b|\b__\w+__\b|\bhalf\b|\bpipe_t\b", text)
    return frozenset(words) - _INTERNAL


def _unknown_name(facts: Facts) -> list[str]:
    matches = [match for pattern in _UNKNOWN if (match := re.search(pattern, facts.text))]
    if not matches:
        return []
    name, names = matches[0][1], api_names()
    if name in {function.rpartition("::")[2] for function in facts.host_functions}:
        return [f"{name} is a host function: only those marked __aicore__ (or constexpr) run on a core"]
    code = _COMMENTS.sub("", facts.source)
    if name in names:
        if re.search(r"has no member|no member named '\w+' in '(?!AscendC)", facts.text):
            return []
        if not re.search(r"#\s*include", code):
            return ['the source includes nothing: start it with #include "kernel_operator.h"']
        if "using namespace AscendC" not in code and not re.search(r"member (?:of|.*namespace) 'AscendC'", facts.text):
            return [f"write AscendC::{name}, or using namespace AscendC; above"]
        return [f"the SoC family that is built for does not have {name}: guard it by #if __NPU_ARCH__ == 2201"]
    if _MATRIX.match(name):
        return [f"{name} belongs to the matrix unit; this simulator runs vector kernels"]
    if _OTHER_FAMILY.match(name):
        return [f"{name} is of Ascend 950; the families here are Ascend910B (dav-2201) and Ascend310B (dav-3002)"]
    if name.endswith("TilingData"):
        return [f"{name} comes with the operator's host side: #include its header, or give that as prelude="]
    # Letter case is the commonest slip, then one letter more or less.
    alike = sorted(each for each in names if each.lower() == name.lower())
    close = alike or difflib.get_close_matches(name, sorted(names), n=2, cutoff=0.75)
    if close:
        return [f"did you mean {' or '.join(close)}?"]
    if name.isupper() and len(name) > 2:
        return [f"if a build is to define {name}: defines={{...}} of from_source, -D {name}=... of %%ascendc"]
    return []


def _conflict(facts: Facts) -> list[str]:
    for text in (facts.text, *(note[0] for note in facts.notes)):
        if match := _CONFLICT.search(text.replace("AscendC::", "")):
            left, right = match.groups()
            way = f"; a number becomes one by static_cast<{left}>(...)" if right in ("double", "float", "int") else ""
            return [f"one argument is of {left} and another of {right}, and both have to be the same{way}"]
    return []


def _forms(facts: Facts) -> list[str]:
    """The declarations that the compiler tried, as they stand in the simulator's headers."""
    if not re.search(r"no matching (?:member )?function|no matching constructor", facts.text):
        return []
    tried = dict.fromkeys(
        (file, line)
        for text, file, line in facts.notes
        if "candidate" in text and Path(file).is_absolute() and Path(file).resolve().is_relative_to(SIMULATOR / "api")
    )
    forms = dict.fromkeys(form for file, line in tried if (form := _declaration(Path(file), line)))
    more = [f"and {len(forms) - MAX_FORMS} more forms"] if len(forms) > MAX_FORMS else []
    return [f"there is {form}" for form in list(forms)[:MAX_FORMS]] + more


def _declaration(path: Path, line: int) -> str:
    lines = path.read_text(encoding="utf-8").split("\n")
    if row := _TABLE_ROW.match(lines[line - 1]):  # one line of the tables declares both levels
        form, name, types = row.groups()
        operands, strides = _OPERANDS[form]
        both = f"{name}({operands}, count) and {name}({operands}, mask, repeatTime, {strides})"
        return f"{both}, on {types}" if types else both
    text = " ".join(lines[line - 1 : line + 7])
    head = re.split(r"[{;]| : ", re.sub(r"\s+", " ", text), maxsplit=1)[0]
    head = re.sub(r",? ?Simulator::SourceLine where = Simulator::SourceLine::Here\(\)", "", head)
    return re.sub(r"^(?:explicit |inline |constexpr |static |__aicore__ )+", "", head.strip())


def _semicolon(facts: Facts) -> list[str]:
    if not re.search(r"expected ';'(?! after top level)", facts.text):
        return []
    lines = _COMMENTS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), facts.source).split("\n")
    next_word = re.search(r"expected ';' before '(\w+)'", facts.text)
    number = facts.line_number
    here = lines[number - 1].strip()
    if next_word and here.startswith(next_word[1]) and here.endswith((";", "{")):
        number -= 1  # behind a macro g++ names the line of the next word
        while number > 0 and not lines[number - 1].strip():
            number -= 1
    code = lines[number - 1].rstrip() if number else ""
    if not code or code[-1] in ";{},":
        return []
    macro = re.match(r"\s*(ASSERT|assert|PRINTF|printf)\s*\(", code)
    what = f"{macro[1]}(...) is a statement: " if macro else ""
    return [f"{what}line {number} needs a semicolon at its end"]


def _literal(facts: Facts) -> list[str]:
    return ["C++ has no literal of half: write half(1.0f)"] if _LITERAL.search(facts.text) else []


def _header(facts: Facts) -> list[str]:
    match = _NO_HEADER.match(facts.text)
    if not match:
        return []
    for folder, content in _OUTSIDE.items():
        if match[1].startswith(folder):
            return [f"{folder} is {content}: outside this simulator, which has the basic API of vector cores"]
    known = {path.name for path in SIMULATOR.glob("*.h")}
    close = difflib.get_close_matches(Path(match[1]).name, sorted(known), n=1, cutoff=0.75)
    if close:
        return [f"did you mean {close[0]}?"]
    return [f"say where {match[1]} is: include=[folder] of from_source, --include folder of %%ascendc"]


def _brace(facts: Facts) -> list[str]:
    return ["the { here has no } of its own"] if re.search(r"expected '}'", facts.text) else []


_CAUSES = (_unknown_name, _conflict, _forms, _semicolon, _literal, _header, _brace)
