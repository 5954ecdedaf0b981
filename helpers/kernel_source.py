# SPDX-License-Identifier: Apache-2.0
"""A kernel's source on its way to the compiler: `KernelSource.of(path_or_text)`, then `.build(...)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers import cann_headers
from helpers.build import Built, build_program
from helpers.build_cache import cache_directory, keep_source
from helpers.diagnostics import explain
from helpers.entry import Entry, choose_entry
from helpers.errors import ArgumentValueError, BuildError
from helpers.host_code import DeviceCode, without_host_code


@dataclass(frozen=True)
class KernelSource:
    """One C++ file as its author wrote it, and what of it a core runs.

    Attributes:
        path: the file; text that came without one lies in the build cache.
        text: its content.
        code: the device's part.
    """

    path: Path
    text: str
    code: DeviceCode

    @classmethod
    def of(cls, source: str | Path) -> KernelSource:
        """The source at a path, or in C++ text of more than one line. Raises ArgumentValueError."""
        path = Path(source) if isinstance(source, Path) or "\n" not in source else keep_source(source)
        if not path.is_file():
            raise ArgumentValueError("source", str(source), "the path of a file, or C++ text of more than one line")
        text = path.read_text(encoding="utf-8", errors="replace")
        return cls(path.resolve(), text, without_host_code(text))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its author may have put headers: beside it. Text that came without a file has no such place."""
        return () if self.path.is_relative_to(cache_directory().resolve()) else (self.path.parent,)

    def edited(self, replacements: Mapping[str, str]) -> Path:
        """A file of the same name with some text replaced; it lies in the build cache. Raises ArgumentValueError."""
        text = self.text
        for old, new in replacements.items():
            if text.count(old) != 1:
                allowed = f"texts found once in the source; this one is found {text.count(old)} times"
                raise ArgumentValueError("replacements", old, allowed)
            text = text.replace(old, new)
        return keep_source(text, self.path.name)

    def entry(self, name: str | None) -> Entry:
        """The kernel `name`, or the only one. Raises ArgumentValueError."""
        return choose_entry(name, self.text, self.code)

    def build(
        self, entry: Entry, defines: tuple[tuple[str, str], ...], include: Sequence[Path], prelude: str = ""
    ) -> Built:
        """Compile `entry` behind `prelude`. Raises BuildError with an explanation in terms of the author's lines."""
        folders = (self.path.parent, *include)
        compiled = self._compiled_file(prelude)
        searched = (*cann_headers.host_only(self.path.parent), *folders, cann_headers.folder())
        try:
            return build_program(entry.name, compiled, defines=defines, include=searched)
        except BuildError as error:
            own = (compiled.parent, *folders)
            raise explain(error, self.path, own, entry.name, self.code) from None

    def _compiled_file(self, prelude: str) -> Path:
        """What the compiler reads: the file itself, or one in the build cache with its device's part."""
        quoted = self.path.as_posix().replace("\\", "\\\\").replace('"', '\\"')
        compiled = self.path
        if self.code.text != self.text:
            compiled = keep_source(f'#line 1 "{quoted}"\n{self.code.text}', f"device-part-of-{self.path.name}")
        if prelude:
            compiled = keep_source(f'{prelude}\n#include "{compiled.resolve().as_posix()}"\n', "prelude")
        return compiled
