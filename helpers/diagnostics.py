# SPDX-License-Identifier: Apache-2.0
"""What a compiler says about a kernel, cut down to the lines its author wrote.

- `explain(error, source, folders, entry, code)` adds to a BuildError what concerns those lines
- `parse(output)` reads the messages of g++ and clang++

An error inside the simulator's headers is shown where the author's code led there; what a static_assert says is the
reason; notes and traces through templates are left out. All of it stays in `compiler_output`.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.build import SIMULATOR
from helpers.compile_hints import Facts, hints_for
from helpers.errors import BuildError
from helpers.host_code import DeviceCode

MAX_ERRORS = 8
MAX_WARNINGS = 4
_MESSAGE = re.compile(r"^(.+?):(\d+):(\d+): (fatal error|error|warning|note): (.*)$")
_INCLUDED = re.compile(r"^(?:In file included| +)\s*from (.+?):(\d+)(?::\d+)?[,:]$")
_INSTANTIATED = re.compile(r"^.+?: In (?:instantiation|substitution) of '(.*)':$")
_REQUIRED = re.compile(r"^(.+?):(\d+):(\d+): +(?:recursively )?required (?:from (?:here|'(.*)')|by .*)$")
_REASON = re.compile(
    r"^(?:static assertion failed|static_assert failed)(?: due to requirement '.*?'(?=:| \"|$))?:? ?\"?(.*?)\"?$"
)
_LINKER = re.compile(r"undefined (?:reference to|symbol:) [`']?(.+?)'?$")
_TAB_COLUMNS = 8  # how far g++ counts a tab


@dataclass(frozen=True)
class Place:
    """A position in a file; `called` is the template that was instantiated there, "" where none was."""

    file: str
    line: int
    column: int
    called: str = ""


@dataclass
class Message:
    """One message of the compiler: its place, and the places that led there, innermost first."""

    place: Place
    severity: str
    text: str
    led_by: list[Place] = field(default_factory=list)
    included_from: list[Place] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)


def parse(output: str) -> list[Message]:
    """The errors and warnings in what g++ or clang++ printed, in their order, each with its notes."""
    messages: list[Message] = []
    led_by: list[Place] = []
    included_from: list[Place] = []
    inner = ""
    for line in output.replace("\u2018", "'").replace("\u2019", "'").splitlines():
        if match := _INCLUDED.match(line):
            included_from.append(Place(match[1], int(match[2]), 0))
        elif match := _INSTANTIATED.match(line):
            inner, led_by = match[1], []
        elif match := _REQUIRED.match(line):
            led_by.append(Place(match[1], int(match[2]), int(match[3]), inner))
            inner = match[4] or ""
        elif match := _MESSAGE.match(line):
            message = Message(Place(match[1], int(match[2]), int(match[3])), match[4].split()[-1], match[5])
            if message.severity == "note":
                if messages:
                    messages[-1].notes.append(message)
                    if called := re.search(r"instantiation of .*?'(.*)' requested here", message.text):
                        messages[-1].led_by.append(dataclasses.replace(message.place, called=called[1]))
            else:
                message.led_by, message.included_from = led_by, included_from
                messages.append(message)
            led_by, included_from, inner = [], [], ""
    return messages


def explain(
    error: BuildError, source: Path, folders: Sequence[Path], entry: str, code: DeviceCode | None = None
) -> BuildError:
    """`error` with an explanation in terms of the files in `folders`, of which `source` holds the function `entry`.

    `code` is the device's part of the source. An error the compiler has nothing to do with comes back as it is.
    """
    return BuildError(error.args[0], error.compiler_output, _Listing(error, source, folders, entry, code).text())


class _Listing:
    """The explanation of one failed build."""

    def __init__(
        self, error: BuildError, source: Path, folders: Sequence[Path], entry: str, code: DeviceCode | None
    ) -> None:
        self.output = error.compiler_output
        self.source = source.resolve()
        self.folders = folders
        self.entry = re.sub(r"<.*", "", entry, flags=re.DOTALL).rpartition("::")[2]
        self.entries = tuple(dict.fromkeys(kernel.qualified for kernel in code.kernels)) if code else ()
        self.host_functions = code.host_functions if code else ()
        self.by_clang = bool(re.search(r"^\d+ (?:error|warning)s?.* generated\.$", self.output, re.MULTILINE))
        self.lines = _read_lines(self.source)

    def text(self) -> str:
        """Errors on the author's lines, else those about the entry, else what the linker misses."""
        messages = parse(self.output)
        errors = [m for m in messages if m.severity == "error" and "Simulator::NoDefault" not in m.text]
        blocks = [self.block(place, message) for message in errors if (place := self.own_place(message))]
        if not blocks:  # a header may refuse its being included
            blocks = [self.block(place, m) for m in errors for place in m.included_from if self.is_own(place.file)]
        if errors and not blocks:
            blocks = [self.block_of_entry(errors[0])]
        blocks += [self.block_of_linker(name) for name in dict.fromkeys(_linker_names(self.output))]
        blocks = list(dict.fromkeys(blocks))
        if len(blocks) > MAX_ERRORS:
            blocks[MAX_ERRORS:] = [f"and {len(blocks) - MAX_ERRORS} more errors"]
        # What is unused may well be used by the line that did not compile.
        warnings = [m for m in messages if m.severity == "warning" and "[-Wunused" not in m.text]
        shown = [self.block(m.place, m) for m in warnings if self.is_own(m.place.file)]
        return "\n".join(blocks + list(dict.fromkeys(shown))[:MAX_WARNINGS]) if blocks else ""

    def is_own(self, file: str) -> bool:
        """Whether the author wrote `file`: in one of the folders, and no part of the simulator."""
        path = Path(file)
        if not path.is_absolute():
            return False  # the generated file that joins the entry to the simulator
        path = path.resolve()
        if path.is_relative_to(SIMULATOR):
            return False
        below = [path.relative_to(folder).parts for folder in self.folders if path.is_relative_to(folder)]
        # An environment below the folder of a notebook brings headers of its own.
        return any(not any(part == "site-packages" or part.startswith(".") for part in parts) for parts in below)

    def own_place(self, message: Message) -> Place | None:
        """The innermost place of the author's that an error is about."""
        places = (message.place, *message.led_by, *(note.place for note in message.notes))
        return next((place for place in places if self.is_own(place.file)), None)

    def name(self, file: str) -> str:
        """A file without the folders above: they differ from machine to machine."""
        path = Path(file).resolve()
        if path == self.source:
            return path.name
        return next((path.relative_to(f).as_posix() for f in self.folders if path.is_relative_to(f)), path.name)

    def block(self, place: Place, message: Message) -> str:
        """Place and reason, the line with a caret, where it is used from, hints."""
        text = clean(message.text)
        parts = [f"{self.name(place.file)}:{place.line}: {message.severity}: {text}"]
        lines = self.lines_of(place.file)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        call = called_as(place.called) if place.called else ""
        if call and not call.startswith("Simulator"):
            parts[0] += f" (in {call})"
        name = re.match(r"\w+", call) or re.search(r"(?<=call to ')\w+", text)
        parts += self.quoted(place, name.group() if name else "")
        outer = [other for other in message.led_by if self.is_own(other.file)][-1:]
        if outer and outer[0].line != place.line:
            parts.append(f"  used from {self.name(outer[0].file)}:{outer[0].line}")
        notes = tuple((note.text, note.place.file, note.place.line) for note in message.notes)
        hints = hints_for(Facts(text, line, place.line, "\n".join(lines), notes, self.host_functions))
        return "\n".join(parts + [f"  hint: {hint}" for hint in hints])

    def block_of_entry(self, message: Message) -> str:
        """An error in the lines that join the entry to the simulator is about the entry's declaration."""
        place = next((n for n, line in enumerate(self.lines, 1) if re.search(rf"\b{self.entry}\s*\(", line)), 0)
        text = clean(message.text)
        if "EntryOf<" in text:
            text = f"{self.entry} cannot be launched: an entry returns void and is no template"
        elif not place or re.search(rf"'{self.entry}'.*not declared|undeclared.*'{self.entry}'", text):
            known = f"; its __global__ functions: {', '.join(self.entries)}" if self.entries else ""
            text = f"there is no function {self.entry} in the source{known}"
            return f"{self.source.name}: error: {text}"
        quoted = self.quoted(Place(str(self.source), place, 0))
        return "\n".join([f"{self.source.name}:{place}: error: {text}", *quoted])

    def block_of_linker(self, name: str) -> str:
        """A function that was declared and called, and is nowhere."""
        return f"{self.source.name}: error: {clean(name)} is used and has no definition"

    def lines_of(self, file: str) -> list[str]:
        """The lines of one of the author's files."""
        return self.lines if Path(file).resolve() == self.source else _read_lines(Path(file))

    def quoted(self, place: Place, name: str = "") -> list[str]:
        """The line itself and a caret below, under the call of `name` where one is known to be meant."""
        lines = self.lines_of(place.file)
        if not 1 <= place.line <= len(lines):
            return []
        line = lines[place.line - 1].rstrip()
        quoted = [f"{place.line:5} | {line}"]
        if place.column:
            before = _characters_before(line, place.column, self.by_clang)
            if name:  # g++ points at a bracket of the call
                calls = [match.start() for match in re.finditer(rf"\b{name}\b", line[: before + len(name)])]
                before = calls[-1] if calls else before
            indent = "".join("\t" if character == "\t" else " " * _columns(character) for character in line[:before])
            word = re.match(r"\w*", line[before:]).group()
            quoted.append(f"      | {indent}^{'~' * max(0, len(word) - 1)}")
        return quoted


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _characters_before(line: str, column: int, by_clang: bool) -> int:
    """Characters of `line` before a compiler's `column`: clang counts bytes, g++ what a terminal shows."""
    if by_clang:
        return len(line.encode()[: column - 1].decode(errors="ignore"))
    width = 0
    for count, character in enumerate(line):
        if width >= column - 1:
            return count
        width += _TAB_COLUMNS - width % _TAB_COLUMNS if character == "\t" else _columns(character)
    return len(line)


def clean(text: str) -> str:
    """A message without the words of the compiler around a static_assert, namespaces, and its own guess at a name."""
    text = text.replace("\u2018", "'").replace("\u2019", "'")
    if match := _REASON.match(text):
        return match[1] or "static assertion failed"
    text = re.sub(r" \[-W[\w=+-]+\]$", "", text)
    text = re.sub(r"; did you mean '[^']*'\?$", "", text)
    text = re.sub(r", Simulator::SourceLine", "", text)
    return re.sub(r"\b(?:class|struct) (?=AscendC::)|(?:AscendC|Simulator)::(?=\w)", "", text)


def called_as(instantiated: str) -> str:
    """A template as one would call it: `Add<int>`, from either compiler's description."""
    arguments = re.search(r" \[with (.*)\]$", instantiated)
    if not arguments:
        return clean(instantiated)
    # g++ also spells out typedefs, which end in _t here.
    pairs = [pair.partition(" = ") for pair in arguments[1].split("; ")]
    values = [value for name, _, value in pairs if not name.endswith("_t") and name != "GM_ADDR"]
    name = re.search(r"([\w:]+)(?:<[^()]*>)?\(", instantiated)
    return f"{clean(name[1]) if name else 'a template'}<{clean(', '.join(values))}>"


def _linker_names(output: str) -> list[str]:
    return [match[1] for line in output.splitlines() if (match := _LINKER.search(line))]


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
