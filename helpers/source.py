# SPDX-License-Identifier: Apache-2.0
"""Show the real source in a notebook, and make edited copies of it to break.

- `show(file, name)` cuts one function, class or struct out of a file by its name, with line numbers
- `edited_copy({old: new})` copies the kernel with some text replaced, for `Kernel.from_source`
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from helpers.build_cache import CHECKOUT, cache_directory
from helpers.errors import ArgumentValueError

KERNEL_FOLDER = CHECKOUT / "kernel"
KERNEL_FILE = "mse_loss_grad_v1.cpp"

_COMMENT = r"//[^\n]*|/\*.*?\*/"
_STRING = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
_NAME_BEFORE_PARENTHESIS = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_TYPE = re.compile(r"\b(?:struct|class|enum\s+class)\s+([A-Za-z_]\w*)[^;{()=]*\{")
_AFTER_PARAMETERS = re.compile(r"\s*(?:const\b|noexcept\b|override\b|\s)*\{")
_CONTROL = frozenset(["if", "for", "while", "switch", "catch", "return", "sizeof", "static_assert"])

_PRE = (
    "background:var(--jp-layout-color0,#ffffff);color:var(--jp-content-font-color1,#1a1a1a);line-height:1.35;"
    "overflow-x:auto;padding:0.4em 0.6em;border-left:3px solid;font-size:var(--jp-code-font-size,13px);"
    "font-family:var(--jp-code-font-family,monospace)"  # JupyterLab gives a pre of HTML output the font of its prose
)
# What each kind of word looks like. The variables are JupyterLab's own, so the colours follow its theme; the values
# behind them, at least 4.5 : 1 on white, serve pages without one.
_STYLES = {
    "comment": "color:var(--jp-mirror-editor-comment-color,#4b6b6b);font-style:italic",
    "string": "color:var(--jp-mirror-editor-string-color,#a31515)",
    "directive": "color:var(--jp-mirror-editor-meta-color,#8f3f00)",
    "number": "color:var(--jp-mirror-editor-number-color,#006b3c)",
    "keyword": "color:var(--jp-mirror-editor-keyword-color,#00609c);font-weight:bold",
    "call": "color:var(--jp-mirror-editor-builtin-color,#6f3fa0)",
}
_KEYWORDS = (
    "__aicore__|__global__|__gm__|alignas|auto|bool|case|class|const|constexpr|else|enum|extern|false|float|for|half|"
    "if|inline|int|namespace|private|public|reinterpret_cast|return|sizeof|static|static_assert|static_cast|struct|"
    "template|true|typename|uint16_t|uint32_t|uint64_t|uint8_t|using|void|while"
)
_TOKENS = re.compile(
    rf"(?P<comment>{_COMMENT})|(?P<string>{_STRING})|(?P<directive>^[ \t]*\#[^\n]*)"
    r"|(?P<number>\b\d[\w.]*)"
    rf"|(?P<keyword>\b(?:{_KEYWORDS})\b)"
    r"|(?P<call>(?<=AscendC::)[A-Z]\w*)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, repr=False)
class Excerpt:
    """Some lines of a file.

    Attributes:
        file: the path inside the checkout.
        name: what was asked for.
        first_line: the number of the first line in the file, from 1.
        text: the lines.
    """

    file: str
    name: str
    first_line: int
    text: str

    @property
    def last_line(self) -> int:
        """The number of the last line in the file."""
        return self.first_line + self.text.count("\n")

    def __repr__(self) -> str:
        width = len(str(self.last_line))
        numbered = (
            f"{number:{width}}  {line}".rstrip()
            for number, line in enumerate(self.text.splitlines(), start=self.first_line)
        )
        return "\n".join((self._title(), *numbered))

    def _repr_html_(self) -> str:
        """A self-contained fragment: no script, no style sheet."""
        width = len(str(self.last_line))
        gutter = '<span style="opacity:0.7;user-select:none">{}  </span>'
        numbered = "\n".join(
            gutter.format(f"{number:{width}}") + line
            for number, line in enumerate(_highlighted(self.text).split("\n"), start=self.first_line)
        )
        return f'<div>{escape(self._title())}</div><pre style="{_PRE}">{numbered}</pre>'

    def _title(self) -> str:
        return f"{self.name}: {self.file}, lines {self.first_line} to {self.last_line}"


def show(file: str | Path, name: str) -> Excerpt:
    """Return the definition of `name`, with its template line and the comment right above it.

    Args:
        file: a C++ file, as a path inside the checkout such as "kernel/mse_loss_grad_v1.h", or an absolute one.
        name: a function, class, struct or enum class, without namespace or class in front.

    Raises:
        ArgumentValueError: no such file, or `name` is not defined in it exactly once.
    """
    path = CHECKOUT / file
    if not path.is_file():
        raise ArgumentValueError("file", str(file), "C++ files of the checkout, as paths from its top folder")
    text = path.read_text(encoding="utf-8")
    found = _definitions(text)
    places = found.get(name, [])
    if len(places) != 1:
        names = ", ".join(sorted(other for other, spans in found.items() if len(spans) == 1))
        raise ArgumentValueError("name", name, f"names that {path.name} defines exactly once: {names}")
    start, end = places[0]
    shown = path.relative_to(CHECKOUT).as_posix() if path.is_relative_to(CHECKOUT) else path.name
    return Excerpt(shown, name, text.count("\n", 0, start) + 1, text[start:end])


def edited_copy(replacements: Mapping[str, str]) -> Path:
    """Copy the kernel's files, replace text in them, and return the copy's path of the entry file.

    The copy lies in the build cache under the hash of its content, so that the same edits are built only once. The
    files of `kernel/` are never touched.

    Args:
        replacements: old text to new text. Each old text must occur exactly once in all files together.

    Raises:
        ArgumentValueError: an old text does not occur, or occurs more than once.
    """
    files = sorted(path for pattern in ("*.h", "*.cpp") for path in KERNEL_FOLDER.glob(pattern))
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    for old, new in replacements.items():
        counts = {name: text.count(old) for name, text in texts.items()}
        if sum(counts.values()) != 1:
            seen = ", ".join(f"{count} times in {name}" for name, count in counts.items() if count) or "in no file"
            raise ArgumentValueError("replacements", old, f"texts found once in the kernel's files; this one is {seen}")
        name = next(name for name, count in counts.items() if count)
        texts[name] = texts[name].replace(old, new)
    content = "\0".join(part for item in texts.items() for part in item)
    folder = cache_directory() / "edited" / hashlib.sha256(content.encode()).hexdigest()[:24]
    if not folder.is_dir():
        _write_folder(folder, texts)
    return folder / KERNEL_FILE


def _write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files elsewhere and rename: another process sees the whole folder or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="tmp-", dir=folder.parent))
    try:
        for name, text in texts.items():
            (scratch / name).write_text(text, encoding="utf-8")
        os.rename(scratch, folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _definitions(text: str) -> dict[str, list[tuple[int, int]]]:
    """Start and end of every definition in `text`, by name."""
    code = _blanked(text)
    found: dict[str, list[tuple[int, int]]] = {}
    for match in _NAME_BEFORE_PARENTHESIS.finditer(code):
        if match.group(1) in _CONTROL:
            continue
        body = _AFTER_PARAMETERS.match(code, _closing(code, match.end() - 1))
        if body:
            span = (_statement_start(text, code, match.start()), _closing(code, body.end() - 1))
            found.setdefault(match.group(1), []).append(span)
    for match in _TYPE.finditer(code):
        end = code.find(";", _closing(code, match.end() - 1)) + 1
        found.setdefault(match.group(1), []).append((_statement_start(text, code, match.start()), end))
    return found


def _blanked(text: str) -> str:
    """`text` with comments, strings and preprocessor lines turned into spaces; positions stay."""
    pattern = re.compile(rf"{_COMMENT}|{_STRING}|^[ \t]*\#[^\n]*", re.MULTILINE | re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def _closing(code: str, opening: int) -> int:
    """The position after the bracket that closes the one at `opening`, or the end of `code`."""
    pair = {"(": "()", "{": "{}"}[code[opening]]
    depth = 0
    for place in range(opening, len(code)):
        if code[place] in pair:
            depth += 1 if code[place] == pair[0] else -1
            if depth == 0:
                return place + 1
    return len(code)


def _statement_start(text: str, code: str, place: int) -> int:
    """Where the statement around `place` starts: after the last `;`, `{`, `}` or `public:`, with its own comment."""
    before = max(code.rfind(mark, 0, place) for mark in ";{}")
    label = [match.end() - 1 for match in re.finditer(r"\b(?:public|private|protected)\s*:", code[:place])]
    first = re.compile(r"\S").search(code, max(before, *label, -1) + 1)
    start = text.rfind("\n", 0, first.start()) + 1
    while start > 0:
        line_before = text.rfind("\n", 0, start - 1) + 1
        if not text[line_before:start].lstrip().startswith("//"):
            break
        start = line_before
    return start


def _highlighted(text: str) -> str:
    """`text` as HTML with inline styles; a comment over several lines is closed and opened again at each."""
    parts, done = [], 0
    for match in _TOKENS.finditer(text):
        parts.append(escape(text[done : match.start()], quote=False))
        opening = f'<span style="{_STYLES[match.lastgroup]}">'
        parts.append("\n".join(f"{opening}{escape(line, quote=False)}</span>" for line in match.group().split("\n")))
        done = match.end()
    return "".join((*parts, escape(text[done:], quote=False)))
