# SPDX-License-Identifier: Apache-2.0
"""What stands at namespace level of a C++ file. helpers/outline.py."""

import pytest

from helpers.outline import blanked, outline, split_list


def functions(text):
    return [piece.qualified for piece in outline(text) if piece.kind == "function"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("void f(int a) { if (a) { g(); } }\nint h() { return 1; }", ["f", "h"]),
        ("namespace a::b { inline namespace c { void f() {} } } void g() {}", ["a::b::c::f", "g"]),
        ('extern "C" { void f() {} }\nextern "C" void g() {}', ["f", "g"]),
        ("namespace { void f() {} }", ["f"]),
        ("template <typename T = int, int n = (1 > 0)> auto f(T x) -> decltype(x) { return x; }", ["f"]),
        ("template <typename T> void K<T>::Init(T x) const noexcept { }", ["K<T>::Init"]),
        ("X::X(int a) : a_(a), b_(1) { }", ["X::X"]),
        ("bool operator==(const A &a, const A &b) { return true; }", ["operator=="]),
        ("__attribute__((noinline)) void f() {} [[gnu::cold]] void g() {}", ["f", "g"]),
        ("__global__ __launch_bounds__(8) void f(int a) {}\n__mix__(0, 1) __global__ void g() {}", ["f", "g"]),
        ("constexpr int a[] = {1, 2}; auto l = [](int x) { return x; }; struct S { void m() {} } s;", []),
        ('const char *t = R"x(void f() { )x" "}"; // void g() {\n/* void h() { */ void k() {}', ["k"]),
        ("#define OPEN void f() {\nvoid g() {}", ["g"]),
        ("#define LONG \\\n  {\nvoid g() {}", ["g"]),
        ("char c = '{'; int n = 1'000'000; void f() {}", ["f"]),
        ("void f()\n{\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\nvoid g() {}", ["f", "g"]),
        ("#ifdef A\nvoid f(int a)\n#else\nvoid f(long a)\n#endif\n{ }\nvoid g() {}", ["f", "g"]),
        ("MODULE(name, m) { m.def(); }", ["MODULE"]),
        ("struct A f(int x) { return {}; }", ["f"]),
    ],
)
def test_functions_are_found_where_they_are_defined(text, found):
    assert functions(text) == found


def test_pieces_cover_the_text_of_their_declarations():
    text = "int a;\nclass B {\n    void C() {}\n} b;\nvoid D(int x)\n{\n}\n"
    pieces = outline(text)
    assert [piece.kind for piece in pieces] == ["other", "class", "function"]
    assert [text[piece.start : piece.end] for piece in pieces] == [
        "int a;",
        "class B {\n    void C() {}\n} b;",
        "void D(int x)\n{\n}",
    ]


def test_a_file_that_ends_within_a_body_ends_that_body():
    assert functions("void f() { if (a) {") == ["f"]


def test_parameters_are_named_by_their_last_word():
    (piece,) = outline("void f(__gm__ T<int, 3> *x, GM_ADDR y, uint32_t n = 4, const S &s) {}")
    assert piece.parameter_names == ("x", "y", "n", "s")
    assert outline("void f(void) {}")[0].parameter_names == ()
    assert split_list("a, b<c, d>, (e, f)") == ["a", "b<c, d>", "(e, f)"]


def test_what_is_blanked_keeps_every_line_and_column():
    text = 'int a; // x\n#include "k.h"\n/* y\n */ char *s = "z{"; '
    plain = blanked(text)
    assert len(plain) == len(text) and plain.count("\n") == text.count("\n")
    assert plain.split() == ["int", "a;", "char", "*s", "=", ";"]
    assert '#include "k.h"' in blanked(text, keep_directives=True)
