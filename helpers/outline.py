# SPDX-License-Identifier: Apache-2.0
"""What stands in a C++ file outside of classes and functions: `outline(text)` gives it piece by piece.

This is a lexer with a sense of brackets, no parser: it knows comments, strings, raw strings, preprocessor lines,
templates and namespaces, and tells functions from classes from the rest. Where `#if` and `#else` both open a bracket,
the last branch counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = r"//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z)"
_RAW_STRING = r'\b(?:u8|[uUL])?R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'
_STRING = r'"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
_DIRECTIVE = r"^[ \t]*\#(?:/\*.*?\*/|\\\n|[^\n])*"
_NO_CODE = re.compile(
    rf"(?P<directive>{_DIRECTIVE})|{_COMMENT}|(?P<text>{_RAW_STRING}|{_STRING})", re.MULTILINE | re.DOTALL
)
_CONDITION = re.compile(r"\s*\#\s*(if|ifdef|ifndef|else|elif|elifdef|elifndef|endif)\b")
_MARK = re.compile(r"[;{}()\n]")
_NAMESPACE = re.compile(r"\b(?:inline\s+)?namespace\b\s*((?:[A-Za-z_]\w*(?:\s*::\s*)?)*)\s*$")
_LINKAGE = re.compile(r"^\s*extern\s*$")
_TYPE = re.compile(r"\b(?:class|struct|union|enum)\b")
_AFTER_PARAMETERS = re.compile(
    r"\s*(?:(?:const|volatile|noexcept|override|final|try|&&?)\b\s*|->[\s\S]*|\[\[.*?\]\]\s*)*"
)
_NAME_BEFORE = re.compile(r"((?:[A-Za-z_]\w*(?:\s*<[^;{}()]*>)?\s*::\s*)*(?:operator\s*\S+?|~?[A-Za-z_]\w*))\s*$")
# Words before a bracket that is not the one of a function's parameters.
_ATTRIBUTES = re.compile(r"^(?:__\w+__|__attribute__|alignas|decltype|noexcept|requires|__declspec)$")


@dataclass(frozen=True)
class Piece:
    """One function, class or other declaration at namespace level.

    Attributes:
        kind: "function", "class" or "other".
        name: of a function, as written; "" otherwise.
        scope: the namespaces around it, as in "a::b".
        start, end: where it stands in the text.
        head: what stands before its body, or all of it; comments and strings are spaces.
        body: where the body of a function starts; `end` where there is none.
        parameters: what stands between the brackets of a function.
    """

    kind: str
    name: str
    scope: str
    start: int
    end: int
    head: str
    body: int
    parameters: str = ""

    @property
    def qualified(self) -> str:
        """The name of a function with its namespaces."""
        return f"{self.scope}::{self.name}" if self.scope else self.name

    @property
    def is_template(self) -> bool:
        """Whether it takes template parameters; an explicit instantiation or specialisation does not."""
        return bool(re.match(r"\s*template\s*<\s*[^\s>]", self.head))

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The last word of each parameter of a function."""
        words = [re.findall(r"[A-Za-z_]\w*", part.partition("=")[0]) for part in split_list(self.parameters)]
        return tuple(each[-1] if each else f"argument{place}" for place, each in enumerate(words))


def blanked(text: str, keep_directives: bool = False) -> str:
    """`text` with comments, strings and preprocessor lines turned into spaces; positions and lines stay."""

    def spaces(match: re.Match[str]) -> str:
        if keep_directives and match["directive"] is not None:
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return _NO_CODE.sub(spaces, text)


def directives(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of each preprocessor line, continued lines included."""
    return ((match.start(), match["directive"]) for match in _NO_CODE.finditer(text) if match["directive"] is not None)


def split_list(text: str) -> list[str]:
    """The parts of a list between commas that stand in no brackets; none of an empty list or `void`."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in "(<[{":
            depth += 1
        elif character in ")>]}":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    parts = [part.strip() for part in parts]
    return [] if parts in ([""], ["void"]) else parts


def outline(text: str) -> list[Piece]:
    """The pieces of `text` in their order; those inside namespaces and `extern "C"` blocks too."""
    return list(_Reader(text).pieces())


class _Reader:
    def __init__(self, text: str) -> None:
        self.code = blanked(text)
        self.conditions = [(place, m[1]) for place, line in directives(text) if (m := _CONDITION.match(line))]

    def pieces(self) -> Iterator[Piece]:
        scopes: list[str] = []
        start = place = 0
        while (mark := _MARK.search(self.code, place)) is not None:
            place = mark.end()
            if mark.group() == "(":
                place = self.closing(mark.start())
            elif mark.group() == ";":
                yield from self.other(scopes, start, place)
                start = place
            elif mark.group() == "}":
                if scopes:
                    scopes.pop()
                start = place
            elif mark.group() == "{":
                head = self.code[start : mark.start()]
                if (named := _NAMESPACE.search(head)) or _LINKAGE.match(head):
                    scopes.append(re.sub(r"\s", "", named[1]) if named else "")
                    start = place
                    continue
                place = self.closing(mark.start())
                piece = self.definition(scopes, start, mark.start(), place)
                if piece is not None:
                    if piece.kind == "class":  # names of objects and a semicolon follow
                        place = max(place, self.code.find(";", place) + 1)
                        piece = Piece(piece.kind, "", piece.scope, piece.start, place, piece.head, piece.body)
                    yield piece
                    start = place
        yield from self.other(scopes, start, len(self.code))

    def closing(self, opening: int) -> int:
        """The place after the bracket that closes the one at `opening`, or the end."""
        pair = {"(": "()", "{": "{}"}[self.code[opening]]
        conditions = iter([(p, word) for p, word in self.conditions if p > opening])
        ahead = next(conditions, None)
        depth, at_if = 0, []
        for match in re.compile(rf"[{re.escape(pair)}]").finditer(self.code, opening):
            while ahead is not None and ahead[0] < match.start():
                word = ahead[1]
                if word.startswith("if"):
                    at_if.append(depth)
                elif at_if and word == "endif":
                    at_if.pop()
                elif at_if:
                    depth = at_if[-1]
                ahead = next(conditions, None)
            depth += 1 if match.group() == pair[0] else -1
            if depth == 0:
                return match.end()
        return len(self.code)

    def other(self, scopes: list[str], start: int, end: int) -> Iterator[Piece]:
        head = self.code[start:end]
        if head.strip():
            first = start + len(head) - len(head.lstrip())
            yield Piece("other", "", _joined(scopes), first, end, head.strip(), end)

    def definition(self, scopes: list[str], start: int, body: int, end: int) -> Piece | None:
        """The function or class whose body is at `body`; None if the braces there belong to a longer statement."""
        head = self.code[start:body]
        first = start + len(head) - len(head.lstrip())
        plain = _without_template(head)
        found = _function(plain)
        if found is not None:
            name, parameters = found
            return Piece("function", name, _joined(scopes), first, end, head.strip(), body, parameters)
        if _TYPE.search(plain) and "=" not in re.sub(r"\(.*?\)", "", plain):
            return Piece("class", "", _joined(scopes), first, end, head.strip(), body)
        return None


def _joined(scopes: list[str]) -> str:
    return "::".join(scope for scope in scopes if scope)


def _without_template(head: str) -> str:
    """`head` without `template <...>` in front of it."""
    while match := re.match(r"\s*template\s*<", head):
        depth, inner, place = 1, 0, match.end()
        while place < len(head) and depth:
            inner += {"(": 1, ")": -1}.get(head[place], 0)
            depth += {"<": 1, ">": -1}.get(head[place], 0) if inner == 0 else 0
            place += 1
        head = head[place:]
    return head


def _function(head: str) -> tuple[str, str] | None:
    """Name and parameters of the function that `head` opens; None if it opens none."""
    place = 0
    while (opening := head.find("(", place)) >= 0:
        depth, end = 1, opening + 1
        while end < len(head) and depth:
            depth += {"(": 1, ")": -1}.get(head[end], 0)
            end += 1
        before = head[:opening]
        name = _NAME_BEFORE.search(before)
        if "=" in re.sub(r"operator\s*\S+?\s*$|\[\[.*?\]\]", "", before):
            return None
        if name and not _ATTRIBUTES.match(name[1]):
            if name[1].endswith("operator") or re.fullmatch(r"operator\s*", name[1]):
                return None
            rest = head[_AFTER_PARAMETERS.match(head, end).end() :]
            if re.match(r"\s*$|\s*(?:__\w+__\s*(?:\(.*\))?\s*)+$|\s*:", rest):
                return name[1], head[opening + 1 : end - 1]
        place = end
    return None
