# SPDX-License-Identifier: Apache-2.0
"""Compile errors as the author of a kernel sees them. helpers/diagnostics.py and helpers/compile_hints.py."""

import functools
import re
import shutil
from pathlib import Path

import pytest

from helpers import BuildError, Kernel, compiler
from helpers.build import SIMULATOR
from helpers.compile_hints import api_names
from helpers.diagnostics import explain

HEAD = """\
#include "kernel_operator.h"
using namespace AscendC;
template <typename T>
__aicore__ inline void Inner()
{
    LocalTensor<T> t;
    Add(t, t, t, 16);
}
extern "C" __global__ __aicore__ void broken(GM_ADDR y)
{
    LocalTensor<float> x;
    LocalTensor<half> h;
"""
LINE = HEAD.count("\n") + 1  # where a body starts
# name: (body or whole source, line, reason, hint); a reason is what both compilers' messages have in common
CASES = {
    "unknown call": ("Addz(x, x, 1.0f, 16);", LINE, "'Addz'", "did you mean Add or Adds?"),
    "letter case": ("muls(x, x, 1.0f, 16);", LINE, "'muls'", "did you mean Muls?"),
    "unknown member": ("x.GetSizes();", LINE, "'GetSizes'", "did you mean GetSize or SetSize?"),
    "not in the simulator": (
        "AscendC::Mmad(x);",
        LINE,
        "'Mmad'",
        "Mmad belongs to the matrix unit; this simulator runs",
    ),
    "semicolon": (
        "Adds(x, x, 1.0f, 16) // first\n    Adds(x, x, 1.0f, 16);",
        LINE,
        "expected ';'",
        f"line {LINE} needs a semicolon at its end",
    ),
    "literal": (
        "half a = 1.0h; Adds(h, h, a, 16);",
        LINE,
        'operator""h',
        "C++ has no literal of half: write half(1.0f)",
    ),
    "scalar of another type": (
        "Adds(h, h, 1.0, 16);",
        LINE,
        "no matching function for call to 'Adds",
        "one argument is of half and another of double, and both have to be the same; a number becomes one by "
        "static_cast<half>(...)",
    ),
    "tensors of two types": (
        "Add(x, h, x, 16);",
        LINE,
        "no matching function for call to 'Add",
        "one argument is of float and another of half, and both have to be the same",
    ),
    "template": ("Inner<LocalTensor<half>>();", 7, "Add<LocalTensor<half>>)", f"used from source.cpp:{LINE}"),
    "queue depth": (
        "TQue<TPosition::GM, 1> queue;\n    (void)queue;",
        LINE,
        "(in TQue<",
        f"{LINE} |     TQue<TPosition::GM, 1> queue;",
    ),
    "macro of a header": ("GET_TILING_DATA_WITH_STRUCT(Nothing, data, y);", LINE, "'Nothing'", "| "),
    "brace": ("if (y != nullptr) {", 10, "expected '}'", "the { here has no } of its own"),
    "no include": (
        'extern "C" __global__ __aicore__ void broken(GM_ADDR y);\n',
        1,
        "'__global__'",
        'the source includes nothing: start it with #include "kernel_operator.h"',
    ),
    "no namespace": (
        '#include "kernel_operator.h"\nGlobalTensor<float> x;\n',
        2,
        "'GlobalTensor'",
        "write AscendC::GlobalTensor, or using namespace AscendC; above",
    ),
    "unknown header": ('#include "step.h"\n', 1, "step.h", "say where step.h is: include=[folder]"),
    "misspelt header": ('#include "kernel_operater.h"\n', 1, "kernel_operater.h", "did you mean kernel_operator.h?"),
}
COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed"))
    for name in ("g++", "clang++")
]


@pytest.fixture(params=COMPILERS)
def compile_with(request, monkeypatch):
    monkeypatch.setenv("CXX", request.param)
    yield request.param
    compiler.forget()


@functools.cache
def refused_text(_compiler: str, source: str) -> BuildError:
    """What one compiler makes of a text; several tests look at the same."""
    return refused(source)


def refused(source, **options) -> BuildError:
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(source, "broken", **options)
    return caught.value


def whole(body: str) -> str:
    return body if body.startswith(("#include", "extern")) else f"{HEAD}    {body}\n}}\n"


@pytest.mark.parametrize("case", CASES)
def test_an_error_stands_at_the_authors_line_with_its_reason_and_cause(compile_with, case):
    body, line, reason, hint = CASES[case]
    error = refused_text(compile_with, whole(body))
    first = error.explanation.splitlines()[0]
    assert first.startswith(f"source.cpp:{line}: error: ") and reason in first
    assert hint in error.explanation
    assert error.explanation in str(error)
    assert str(SIMULATOR) not in str(error) and "unit.cpp" not in str(error)
    assert "note:" not in str(error) and "Simulator::" not in str(error)


def test_a_semicolon_missing_after_an_assertion_is_found_a_line_before_the_error(compile_with):
    text = refused(whole("#define ASSERT(what) (void)(what)\n    ASSERT(y)\n    // next\n    Adds(x);")).explanation
    assert f"hint: ASSERT(...) is a statement: line {LINE + 1} needs a semicolon at its end" in text


@pytest.mark.parametrize("case", ["unknown call", "scalar of another type", "template", "no namespace"])
def test_the_caret_stands_under_the_name_that_is_meant(compile_with, case):
    body, line, *_ = CASES[case]
    name = {"template": "Add", "no namespace": "GlobalTensor"}.get(case, body.partition("(")[0])
    lines = refused_text(compile_with, whole(body)).explanation.splitlines()
    quoted, caret = lines[1], lines[2]
    assert quoted.startswith(f"{line:5} | ")
    start, end = re.search(r"\^~*", caret).span()
    assert quoted[start:end] == name


def test_the_caret_finds_its_place_behind_tabs_and_wide_letters(compile_with):
    body = "\t/* 加法 é */\tAddz(x, x, 1.0f, 16);"
    _, quoted, caret = refused(whole(body)).explanation.splitlines()[:3]
    start = re.search(r"\^", caret).start()
    # One column more for each of the two wide letters; tabs stand below tabs.
    assert quoted[start - 2 :].startswith("Addz") and caret.count("\t") == quoted.count("\t") == 2


def test_everything_the_compiler_said_is_kept(compile_with):
    error = refused_text(compile_with, whole(CASES["template"][0]))
    assert "keywords.h" in error.compiler_output or "vector.h" in error.compiler_output
    assert len(error.explanation) < len(error.compiler_output) / 2


def test_the_forms_that_there_are_stand_in_the_hints(compile_with):
    hints = re.findall(r"hint: there is (.*)", refused(whole("Adds(x);")).explanation)
    assert hints == [
        "Adds(dst, src, scalarValue, count) and Adds(dst, src, scalarValue, mask, repeatTime, UnaryRepeatParams), "
        "on half, float, int16_t, int32_t"
    ]
    hints = re.findall(r"hint: there is (.*)", refused(whole("DataCopy(x);")).explanation)
    assert any(re.fullmatch(r"void DataCopy\(const LocalTensor<T> &dst, .*\)", hint) for hint in hints)


def test_errors_of_two_lines_are_both_shown_and_in_order():
    text = refused(whole("Addz(x);\n    Subz(x);")).explanation
    assert re.findall(r"^source\.cpp:(\d+): error", text, re.MULTILINE) == [str(LINE), str(LINE + 1)]


def test_of_many_errors_the_first_are_shown_and_the_rest_counted():
    text = refused(whole("\n".join(f"Nothing{n}();" for n in range(12)))).explanation
    assert text.count(": error: ") == 8 and text.endswith("and 4 more errors")


def test_a_warning_of_the_author_is_shown_with_the_error_unless_it_follows_from_it(compile_with):
    text = refused(whole("uint32_t n = 1; int m = 2; bool b = n == m; (void)b; int spare; Addz(x);")).explanation
    assert re.search(rf"^source\.cpp:{LINE}: warning: comparison of integer", text, re.MULTILINE)
    assert "spare'" not in text


def test_an_error_in_a_header_of_the_author_names_that_header(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "step.h").write_text("// one\nfloat step = nothing;\n")
    text = refused('#include "lib/step.h"\n', include=[tmp_path]).explanation
    assert text.startswith("lib/step.h:2: error: ") and "2 | float step = nothing;" in text


def test_an_error_in_a_prelude_is_named_as_such():
    text = refused(whole("Add(x, x, x, 16);"), prelude="int one;\nint two = nothing;").explanation
    assert text.startswith("prelude:2: error: ")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('#include "kernel_operator.h"\nint other;\n', "source.cpp: error: there is no function broken in the source"),
        (
            '#include "kernel_operator.h"\nextern "C" __global__ __aicore__ void other() {}\n',
            "source.cpp: error: there is no function broken in the source; its __global__ functions: other",
        ),
        (
            '#include "kernel_operator.h"\nextern "C" __global__ __aicore__ int broken() { return 1; }\n',
            "source.cpp:2: error: broken cannot be launched: an entry returns void and is no template",
        ),
        (
            '#include "kernel_operator.h"\nstruct A { ~A() {} };\n__global__ __aicore__ void broken(A) {}\n',
            "source.cpp:3: error: kernel arguments are plain values or GM addresses",
        ),
        (
            '#include "kernel_operator.h"\nvoid Other();\n__global__ __aicore__ void broken() { Other(); }\n',
            "source.cpp: error: Other() is used and has no definition",
        ),
    ],
    ids=["absent", "others", "returns a value", "argument", "no definition"],
)
def test_what_is_wrong_with_the_entry_is_said_in_its_terms(compile_with, source, message):
    assert refused(source).explanation.splitlines()[0] == message


def test_the_same_source_gives_the_same_text_wherever_it_lies(tmp_path):
    texts = set()
    for name in ("one", "an other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "kernel.cpp").write_text(whole("Addz(x);\n    Inner<GM_ADDR>();"))
        texts.add(str(refused(folder / "kernel.cpp")))
    assert len(texts) == 1 and str(tmp_path) not in texts.pop()


def test_gm_may_be_left_out_of_a_pointer():
    source = '#include "kernel_operator.h"\nextern "C" __global__ __aicore__ void plain(uint8_t *y) { (void)y; }\n'
    assert str(Kernel.from_source(source)) == "plain(GM_ADDR y) for Ascend910B1"


def test_an_error_without_messages_comes_back_as_it_is():
    for output in ("", "internal compiler error: Segmentation fault"):
        error = explain(BuildError("it failed", output), Path("k.cpp"), (Path("/nowhere"),), "k")
        assert (error.args[0], error.compiler_output, error.explanation) == ("it failed", output, "")


# How compilers not at hand write the same: clang from 16 on, and g++ from 14 on, which quotes each line it passes.
NEW_CLANG = """\
In file included from unit.cpp:1:
In file included from {folder}/k.cpp:1:
{api}/vector.h:57:19: error: static assertion failed due to requirement 'is_same<int, half>::value': only half
   57 |     static_assert(WIDENS, "only half");
      |                   ^~~~~~
{folder}/k.cpp:3:5: note: in instantiation of function template specialization 'Cast<float, int>' requested here
    3 |     Cast(x, i);
      |     ^
1 error generated.
"""
NEW_GCC = """\
In file included from {api}/../kernel_operator.h:14,
                 from {folder}/k.cpp:1:
{api}/vector.h: In instantiation of \u2018void Cast(const T&, const U&) [with T = float; U = int; uint8_t = int]\u2019:
{folder}/k.cpp:3:9:   required from here
    3 |     Cast(x, i);
      |     ~~~~^~~~~~
{api}/vector.h:57:26: error: static assertion failed: only half
   57 |     static_assert(WIDENS, "only half");
      |                   ~~~~~~~^~~~~~~~~~
"""


@pytest.mark.parametrize("output", [NEW_CLANG, NEW_GCC], ids=["clang 16", "g++ 14"])
def test_newer_compilers_are_read_too(tmp_path, output):
    source = tmp_path / "k.cpp"
    source.write_text("#include <a>\n\n    Cast(x, i);\n")
    error = BuildError("no", output.format(folder=tmp_path, api=SIMULATOR / "api"))
    assert explain(error, source, (tmp_path,), "k").explanation == (
        "k.cpp:3: error: only half (in Cast<float, int>)\n    3 |     Cast(x, i);\n      |     ^~~~"
    )


def test_headers_of_an_environment_beside_the_source_are_not_the_authors(tmp_path):
    source = tmp_path / "k.cpp"
    source.write_text("Use(x);\n")
    for folder in (".venv/include", "env/lib/site-packages/ziglang"):
        output = (
            f"{tmp_path}/{folder}/vector:9:1: error: no\n{source}:1:1: note: in instantiation of 'Use' requested here\n"
        )
        text = explain(BuildError("no", output), source, (tmp_path,), "k").explanation
        assert text.startswith("k.cpp:1: error: no (in Use)")


def test_names_to_suggest_are_those_of_the_api():
    assert {"DataCopyPad", "GlobalTensor", "GetBlockIdx", "SetL2CacheHint", "half", "__aicore__"} <= api_names()
    assert not {"SourceLine", "IssueVector", "SIMULATOR_API_VECTOR_H"} & api_names()
