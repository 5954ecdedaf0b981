# SPDX-License-Identifier: Apache-2.0
"""Which object files can keep something from one launch to the next. helpers/kernel_state.py."""

import subprocess
import sys

import pytest

from helpers.compiler import find_compiler
from helpers.kernel_state import is_stateless, keeps_nothing, note_statelessness

NOTHING = {
    "arithmetic": "int kernel(int x) { return x + 1; }",
    "constants": "static const int table[] = {1, 2}; int kernel(int x) { return table[x]; }",
    "constant addresses": 'const char *const names[] = {"a", "b"}; const char *kernel(int x) { return names[x]; }',
    "copies": "#include <cstring>\nvoid kernel(char *to, char *from, int n) { std::memcpy(to, from, n); }",
    "mathematics": "#include <cmath>\nfloat kernel(float x) { return std::exp(x) + std::tanh(x); }",
    "simulator": "namespace Simulator { struct C { void F() const; }; void G(); }\n"
    "void kernel(Simulator::C c) { c.F(); Simulator::G(); }",
}
SOMETHING = {
    "global": "int calls; int kernel() { return calls++; }",
    "initialised global": "int calls = 5; int kernel() { return calls++; }",
    "static local": "int kernel() { static int calls = 5; return calls++; }",
    "thread local": "thread_local int calls; int kernel() { return calls++; }",
    "inline variable": "inline int calls = 0; int kernel() { return calls++; }",
    "template's static member": "template <class T> struct S { static int calls; };\n"
    "template <class T> int S<T>::calls = 0; int kernel() { return S<int>::calls++; }",
    "another unit's variable": "extern int calls; int kernel() { return calls++; }",
    "library's state": "#include <cstdlib>\nint kernel() { return std::rand(); }",
    "heap": "int *kernel() { return new int(5); }",
    "standard output": '#include <cstdio>\nvoid kernel() { std::puts("x"); }',
    "another name space": "namespace Simulators { void G(); }\nvoid kernel() { Simulators::G(); }",
}


def compiled(text: str, folder) -> bytes:
    source = folder / "kernel.cpp"
    source.write_text(text)
    command = [*find_compiler().command, "-std=c++17", "-O1", "-c", str(source), "-o", str(folder / "kernel.o")]
    subprocess.run(command, check=True)
    return (folder / "kernel.o").read_bytes()


@pytest.mark.skipif(sys.platform == "darwin", reason="no ELF on macOS: every launch has a new process")
@pytest.mark.parametrize("name", NOTHING)
def test_an_object_without_writable_data_keeps_nothing(name, tmp_path):
    assert keeps_nothing(compiled(NOTHING[name], tmp_path))
    note_statelessness(tmp_path / "kernel.o", tmp_path)
    assert is_stateless(tmp_path / "launch")


@pytest.mark.parametrize("name", SOMETHING)
def test_an_object_that_could_keep_something_is_recognised(name, tmp_path):
    assert not keeps_nothing(compiled(SOMETHING[name], tmp_path))
    note_statelessness(tmp_path / "kernel.o", tmp_path)
    assert not is_stateless(tmp_path / "launch")


@pytest.mark.parametrize("content", [b"", b"\xcf\xfa\xed\xfe" + bytes(100), b"\x7fELF\x01\x01" + bytes(100)], ids=len)
def test_what_is_no_64_bit_elf_counts_as_state(content):
    assert not keeps_nothing(content)
