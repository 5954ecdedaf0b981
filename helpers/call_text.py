# SPDX-License-Identifier: Apache-2.0
"""What a kernel's author wrote at the line of a finding.

- `operand_text(source, line, call, index)` is the expression given to a call of the API for one of its tensors
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Methods: what is to blame is the object they are called on, or their first argument.
_ON_RECEIVER = {"GetValue", "SetValue", "SetUserTag", "AllocTensor", "DeQue", "FreeAllEvent", "InitBufHandle"}
_ON_RECEIVER |= {"Get", "GetWithOffset"}
_ON_ARGUMENT = {"EnQue", "FreeTensor", "InitBuffer", "InitBufPool"}
# Where a leak is seen. Its line is that of the last call that changed the buffer's state, a method of the queue.
_AT_THE_END = {"end of kernel", "Reset"}
_OF_QUEUE = {"AllocTensor", "EnQue", "DeQue"}
# What these work on, as the simulator calls it. Its owner is the object itself: a queue, a pipe or a pool.
_HELD = re.compile(r"(?:VEC\w+ (?:buffers?|queue|TBuf)\b|tensor$|TBuf$|TBufPool$|TPipe$)")
_OWNER = re.compile(r"(?:VEC\w+ queue|TBufPool|TPipe)$")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_TEMPLATE_ARGUMENTS = re.compile(r"<[\w\s:,*&<>]*>")
_MEMBER = re.compile(r"\s*(?:\.|->)\s*(?:template\s+)?$")
_Span = tuple[int, int, int]  # where a call starts, and where its parentheses open and close
# Comments, strings and characters: their brackets and commas are not the program's.
_NO_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


def operand_text(source: str, line: int, call: str, index: int, operand: str = "tensor") -> str:
    """The expression for the tensor at `index` among those that `call` in `line` of `source` is given.

    A tensor that is the object of a method counts as its first. Index -1 asks for what methods of queues, buffers and
    pipes work on, where `operand` names such a thing. "" where the line has no such call, or several that differ.
    """
    if index < 0 and not _HELD.match(operand):
        return ""
    source = _NO_CODE.sub(lambda match: _blank(match) if match.group().startswith("/") else match.group(), source)
    code = _NO_CODE.sub(_blank, source)
    name = call.rpartition("::")[2]
    names = {"Get", "GetWithOffset"} if name == "Get" else _OF_QUEUE if name in _AT_THE_END else {name}
    of_owner = name in _AT_THE_END or (index < 0 and bool(_OWNER.match(operand)))
    found = {
        _operand(source, code, span, each, index, of_owner=of_owner)
        for each in names
        for span in _calls(code, each)
        if code.count("\n", 0, span[0]) < line <= code.count("\n", 0, span[2]) + 1
    }
    return found.pop() if len(found) == 1 else ""


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _calls(code: str, name: str) -> Iterator[_Span]:
    """Where each call of `name` starts, and where its parentheses open and close."""
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", code):
        opened = match.end()
        while opened < len(code) and code[opened].isspace():
            opened += 1
        if opened < len(code) and code[opened] == "<":
            template = _TEMPLATE_ARGUMENTS.match(code, opened)
            opened = template.end() if template else len(code)
        if code[opened : opened + 1] == "(" and (closed := _closing(code, opened)) is not None:
            yield match.start(), opened, closed


def _closing(code: str, opened: int) -> int | None:
    depth = 0
    for place in range(opened, len(code)):
        if code[place] in "([{":
            depth += 1
        elif code[place] in ")]}":
            depth -= 1
            if depth == 0:
                return place
    return None


def _operand(source: str, code: str, span: _Span, name: str, index: int, *, of_owner: bool) -> str:
    start, opened, closed = span
    receiver = _receiver(code, start)
    if receiver and index <= 0 and (name in _ON_RECEIVER or (of_owner and name != "InitBufPool")):
        return " ".join(source[slice(*receiver)].split())
    if index < 0 and name not in _ON_ARGUMENT:
        return ""
    arguments = list(_arguments(code, opened, closed))
    place = max(index, 0)
    return " ".join(source[slice(*arguments[place])].split()) if place < len(arguments) else ""


def _arguments(code: str, opened: int, closed: int) -> Iterator[tuple[int, int]]:
    """From where to where each argument stands."""
    depth, begin, place = 0, opened + 1, opened + 1
    while place < closed:
        template = _TEMPLATE_ARGUMENTS.match(code, place) if re.match(r"\w<", code[place - 1 : place + 1]) else None
        if template:
            place = template.end()
            continue
        if code[place] in "([{":
            depth += 1
        elif code[place] in ")]}":
            depth -= 1
        elif code[place] == "," and depth == 0:
            yield begin, place
            begin = place + 1
        place += 1
    if code[begin:closed].strip():
        yield begin, closed


def _receiver(code: str, start: int) -> tuple[int, int] | None:
    """From where to where the object stands that a method is called on, if `start` is the name of a method."""
    before = _MEMBER.search(code, _line_start(code, start), start)
    if not before:
        return None
    end = place = before.start()
    while place > 0:
        if code[place - 1] in _CLOSING:
            opened = _opening(code, place - 1)
            if opened is None:
                return None
            place = opened
        elif code[place - 1].isalnum() or code[place - 1] in "_:":
            place -= 1
        elif member := _MEMBER.search(code, _line_start(code, place), place):
            place = member.start()
        elif code[place] == "(" and (template := _template_start(code, place)) is not None:
            place = template
        else:
            break
    return (place, end) if place < end else None


def _opening(code: str, closed: int) -> int | None:
    depth = 0
    for place in range(closed, -1, -1):
        if code[place] in ")]}":
            depth += 1
        elif code[place] in "([{":
            depth -= 1
            if depth == 0:
                return place
    return None


def _template_start(code: str, end: int) -> int | None:
    """Where template arguments start that end before `end`; None where none do."""
    depth = 0
    for place in range(end - 1, -1, -1):
        if code[place] == ">":
            depth += 1
        elif code[place] == "<":
            depth -= 1
        elif not (code[place].isalnum() or code[place].isspace() or code[place] in "_:,*&"):
            return None
        if depth == 0:
            return place if code[place] == "<" else None
    return None


def _line_start(code: str, place: int) -> int:
    """The start of the line before that of `place`: calls in a chain often stand below each other."""
    return code.rfind("\n", 0, max(code.rfind("\n", 0, place), 0)) + 1
