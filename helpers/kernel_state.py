# SPDX-License-Identifier: Apache-2.0
"""Whether anything of one launch could stay in the process that ran it, read from the object file of the kernel.

A kernel keeps nothing if it has no writable data of its own and calls nothing but the simulator and functions that
keep nothing either. Then a process that has run it is as good as a new one. Anything this module cannot tell, such as
an object file that is not ELF, counts as state, which costs a new process for each launch and nothing else.

- `note_statelessness(object_file, folder)` looks once, when the program is built
- `is_stateless(program)` is what it found
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

_MARK = "stateless"

# Undefined symbols that a kernel may have: the simulator, the C++ runtime's exceptions and checks, memory, mathematics.
_ALLOWED = re.compile(
    r"_Z(T[ISV])?(N[KVr]*|Z?N[KVr]*)?9Simulator.*"
    r"|_ZTV(N10__cxxabiv1)?\d+\w*|_ZSt9terminatev|_ZSt19uncaught_exceptionsv|_ZSt2[0-9]__throw_\w+"
    r"|__cxa_(begin_catch|end_catch|rethrow|call_terminate|pure_virtual)|__gxx_personality_v0|_Unwind_Resume"
    r"|DW\.ref\.__gxx_personality_v0|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__tls_get_addr"
    r"|mem(cpy|move|set|cmp)|__mem(cpy|move|set)_chk|strlen"
    r"|(sqrt|exp|exp2|log|log2|log10|pow|fma|fmod|floor|ceil|trunc|round|rint|nearbyint|fabs|copysign|fmin|fmax|erf"
    r"|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|lrint|llrint|lround|llround|ldexp)[fl]?"
)

# What relocation alone writes, before the program starts, is constant to the kernel.
_CONSTANT = (".data.rel.ro", ".data.rel.local.DW.ref.")

_ELF64 = b"\x7fELF\x02\x01"  # 64 bit, little endian
_SHT_SYMTAB, _SHF_WRITE = 2, 1


def note_statelessness(object_file: Path, folder: Path) -> None:
    """Leave a mark in `folder`, where the program will be, if the kernel in `object_file` keeps nothing."""
    if keeps_nothing(object_file.read_bytes()):
        (folder / _MARK).touch()


def is_stateless(program: Path) -> bool:
    """Whether a process that has run `program` is as good as a new one."""
    return program.with_name(_MARK).exists()


def keeps_nothing(elf: bytes) -> bool:
    """Whether an object file has no writable data, and calls only what is known to keep nothing."""
    if elf[:6] != _ELF64:
        return False
    (table,) = struct.unpack_from("<Q", elf, 40)
    entry_bytes, count, names_index = struct.unpack_from("<HHH", elf, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + place * entry_bytes) for place in range(count)]
    names = sections[names_index]
    for name, _, flags, _, _, size, *_ in sections:
        if flags & _SHF_WRITE and size and not _text(elf, names[4] + name).startswith(_CONSTANT):
            return False
    return all(_ALLOWED.fullmatch(symbol) for symbol in _undefined_symbols(elf, sections))


def _undefined_symbols(elf: bytes, sections: list[tuple[int, ...]]) -> list[str]:
    symbols = []
    for _, kind, _, _, offset, size, link, *_ in sections:
        if kind != _SHT_SYMTAB:
            continue
        texts = sections[link][4]
        for place in range(offset + 24, offset + size, 24):  # the first one is empty by definition
            name, _, _, section = struct.unpack_from("<IBBH", elf, place)
            if section == 0:
                symbols.append(_text(elf, texts + name))
    return symbols


def _text(elf: bytes, start: int) -> str:
    return elf[start : elf.index(b"\0", start)].decode()
