# SPDX-License-Identifier: Apache-2.0
"""`%%ascendc`: a notebook cell that holds a kernel. `%load_ext helpers` makes it available.

The cell is compiled, and its kernel bound to the name of its function:

    %%ascendc
    #include "kernel_operator.h"
    extern "C" __global__ __aicore__ void add(GM_ADDR x, GM_ADDR y, uint32_t n) { ... }

    add(x, y, 4096, block_dim=8)

Lines are counted as JupyterLab shows them, the line of `%%ascendc` being part of the cell: in a compile error and in
a finding, `cell:12` is line 12 of the cell. JupyterLab colours a cell by the notebook's language and offers no other
choice without an extension of its own, so the C++ here is not coloured.
"""

from __future__ import annotations

import contextlib
import functools
import keyword
import re
import shlex
from collections.abc import Iterator, Mapping

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from helpers.build_cache import keep_source
from helpers.entry import find_entries
from helpers.errors import ArgumentError, BuildError, CompilerNotFound, KernelFault, LaunchError
from helpers.kernel import Kernel
from helpers.launch import LaunchResult

NAME = "ascendc"
FILE_NAME = "cell"


class CellKernel(Kernel):
    """A kernel from a cell. Call it with arrays and numbers; options are those of `Kernel.launch`.

    What goes wrong is shown as its message alone: the lines that matter are the kernel's, not Python's.
    """

    def __call__(self, *arguments: object, show_output: bool = True, **options: object) -> LaunchResult:
        """Launch, and print what the kernel prints."""
        with message_only():
            return self.launch(*arguments, show_output=show_output, **options)

    def edited(self, replacements: Mapping[str, str]) -> Kernel:
        """A copy with text of the cell replaced; the lines keep the numbers they have in the cell."""
        with message_only():
            return super().edited(replacements)


@magics_class
class AscendcMagics(Magics):
    """The magic itself."""

    @no_var_expand
    @magic_arguments()
    @argument(
        "entry",
        nargs="?",
        help="the kernel function, where the cell has several or a template: 'add' or 'add<half, 3>'",
    )
    @argument("-o", "--out", metavar="NAME", help="Python name to bind; the entry's own if left out")
    @argument("--soc", default="Ascend910B1", help="SoC to compile for, for example Ascend310B4 (%(default)s)")
    @argument(
        "-D", "--define", action="append", default=[], metavar="K=V", help="define a macro; may be given several times"
    )
    @argument(
        "-I", "--include", action="append", default=[], metavar="DIR", help="search DIR for headers; several times too"
    )
    @argument(
        "--tiling-key",
        metavar="K",
        help="fix what TILING_KEY_IS asks for; if left out, tiling_key= of each call says it",
    )
    @line_cell_magic
    def ascendc(self, line: str, cell: str | None = None) -> None:
        """Compile the Ascend C kernel in this cell and bind it to a name that can be called.

        Arrays given to it are global memory and updated in place; numbers go by value. Options of a call are those of
        Kernel.launch, such as block_dim=8. Errors and findings name lines as `cell:12`, counted as JupyterLab shows
        them, with the line of %%ascendc as line 1. Headers are also found in the notebook's own folder.
        """
        options = parse_argstring(self.ascendc, line)
        if cell is None:
            raise UsageError("%%ascendc stands on the first line of a cell, above the kernel; %ascendc? shows options")
        entry = _unquoted(options.entry) if options.entry else _only_entry(cell)
        name = options.out or re.sub(r"<.*", "", entry).rpartition("::")[2].strip()
        if not name.isidentifier() or keyword.iskeyword(name):
            raise UsageError(f"%%ascendc: {name} is no Python name; -o NAME chooses another")
        source = keep_source("\n" * self._lines_above(cell) + cell, FILE_NAME)
        definitions, folders = _definitions(options.define), [*map(_unquoted, options.include), "."]
        if options.tiling_key is not None:
            definitions["TILING_KEY_VAR"] = options.tiling_key
        with message_only():
            try:
                kernel = CellKernel.from_source(source, entry, options.soc, definitions, folders)
            except ArgumentError as error:
                raise UsageError(f"%%ascendc: {error}") from None
        self.shell.push({name: kernel})

    def _lines_above(self, cell: str) -> int:
        """Lines of the cell before its C++: one, or more where blank lines stand above %%ascendc."""
        history = getattr(self.shell.history_manager, "input_hist_raw", None) or [""]
        above, found, _ = history[-1].rpartition(cell.rstrip("\n"))
        return above.count("\n") if found and above.lstrip().startswith(f"%%{NAME}") else 1


def _only_entry(cell: str) -> str:
    found = find_entries(cell)
    if not found:
        raise UsageError('%%ascendc: the cell has no kernel, a function extern "C" __global__ __aicore__ void ...')
    if len(found) > 1:
        raise UsageError(f"%%ascendc: the cell has the kernels {', '.join(found)}; name one: %%ascendc {found[0]}")
    return found[0]


def _unquoted(word: str) -> str:
    """A word as a shell would read it: IPython leaves the quotes on."""
    try:
        return "".join(shlex.split(word))
    except ValueError as error:
        raise UsageError(f"%%ascendc: {word}: {error}") from None


def _definitions(words: list[str]) -> dict[str, str]:
    pairs = [_unquoted(word).partition("=") for word in words]
    return {name: value if equals else "1" for name, equals, value in pairs}


@contextlib.contextmanager
def message_only() -> Iterator[None]:
    """IPython shows errors of this package raised in here without a traceback; `%debug` and `except` see all."""
    try:
        yield
    except (ArgumentError, BuildError, CompilerNotFound, KernelFault, LaunchError) as error:
        error._render_traceback_ = functools.partial(_as_lines, f"{type(error).__name__}: {error}")
        raise


def _as_lines(text: str) -> list[str]:
    return text.split("\n")


def _short(result: LaunchResult, printer, cycle: bool) -> None:
    """How a result stands below a cell: nothing that differs from run to run."""
    calls = sum(totals.instructions for totals in result.counters)
    findings = f"\n{result.findings}" if result.findings else ""
    printer.text(f"LaunchResult: {calls} instructions, {len(result.findings)} findings{findings}")


def load(shell: InteractiveShell) -> None:
    """Register the magic, and how results are shown; again does no harm."""
    shell.register_magics(AscendcMagics)
    shell.display_formatter.formatters["text/plain"].for_type(LaunchResult, _short)


def unload(shell: InteractiveShell) -> None:
    """Take both away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(NAME, None)
    shell.display_formatter.formatters["text/plain"].type_printers.pop(LaunchResult, None)
