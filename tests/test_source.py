# SPDX-License-Identifier: Apache-2.0
"""Excerpts show the real source, and edited copies leave it alone."""

import itertools
import re
from html import unescape

import pytest

from helpers import source
from helpers.build_cache import CHECKOUT
from helpers.errors import ArgumentValueError

HEADER = "kernel/mse_loss_grad_v1.h"
FUNCTIONS = ("Init", "InitBuffers", "Process", "CopyIn", "LoadTile", "Compute", "ComputeWidened", "CopyOut")


@pytest.fixture
def cpp(tmp_path):
    def write(text):
        path = tmp_path / "sample.cpp"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_excerpt_is_a_whole_function_of_the_file_at_its_own_line_numbers(name):
    excerpt = source.show(HEADER, name)
    lines = (CHECKOUT / HEADER).read_text(encoding="utf-8").splitlines()
    assert excerpt.text.splitlines() == lines[excerpt.first_line - 1 : excerpt.last_line]
    assert excerpt.text.count("{") == excerpt.text.count("}") > 0
    assert excerpt.text.startswith("template <typename T>\n") and excerpt.text.endswith("\n}")
    assert re.search(rf"::{name}\(", excerpt.text)


def test_the_excerpts_of_all_functions_do_not_overlap():
    spans = sorted((e.first_line, e.last_line) for e in (source.show(HEADER, name) for name in FUNCTIONS))
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def test_a_struct_comes_with_the_comment_above_it_and_its_semicolon():
    text = source.show("kernel/mse_loss_grad_v1_tiling_data.h", "MseLossGradV1TilingData").text
    assert text.startswith("// The first longCoreNum") and text.endswith("};")


def test_a_call_is_not_a_definition_and_brackets_in_comments_and_strings_do_not_count(cpp):
    wanted = "// says }\nint f(const char *)\n{\n    return 1;  // }\n}"
    excerpt = source.show(cpp('// f( {\nint g() { return f("}"); }\n\n' + wanted + "\nint z() { return g(); }\n"), "f")
    assert (excerpt.first_line, excerpt.last_line) == (4, 8)
    assert excerpt.text == wanted


def test_a_name_defined_twice_or_never_is_refused_with_those_that_would_do(cpp):
    path = cpp("int f() { return 1; }\nint f(int) { return 2; }\nint g() { if (f()) { return 3; } return 0; }\n")
    for name in ("f", "h", "if"):
        with pytest.raises(ArgumentValueError, match=r"defines exactly once: g$"):
            source.show(path, name)
    with pytest.raises(ArgumentValueError, match="file="):
        source.show("kernel/none.h", "f")


def test_html_and_text_show_the_same_lines_and_html_brings_no_script():
    excerpt = source.show(HEADER, "LoadTile")
    html = excerpt._repr_html_()
    shown = unescape(re.sub(r"<[^>]+>", "", html.replace("</div><pre", "</div>\n<pre")))
    assert [line.rstrip() for line in shown.splitlines()] == repr(excerpt).splitlines()
    assert "monospace" in html
    assert "<script" not in html and "class=" not in html and str(CHECKOUT) not in html


def test_a_comment_over_two_lines_is_closed_on_each(cpp):
    html = source.show(cpp("int f()\n{\n    /* one\n       two */\n    return 1;\n}\n"), "f")._repr_html_()
    rows = html.partition("<pre")[2].partition(">")[2].split("\n")
    assert all(row.count("<span") == row.count("</span>") for row in rows)


def test_an_edited_copy_differs_in_the_edit_alone_and_the_kernel_stays():
    before = {path.name: path.read_bytes() for path in source.KERNEL_FOLDER.glob("*.*")}
    copy = source.edited_copy({"if (core >= tiling.coreNum) {": "if (core > tiling.coreNum) {"})
    assert copy.name == "mse_loss_grad_v1.cpp" and not copy.is_relative_to(source.KERNEL_FOLDER)
    after = {path.name: path.read_bytes() for path in copy.parent.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"mse_loss_grad_v1.h"}
    assert after["mse_loss_grad_v1.h"].replace(b"core > tiling", b"core >= tiling") == before["mse_loss_grad_v1.h"]
    assert before == {path.name: path.read_bytes() for path in source.KERNEL_FOLDER.glob("*.*")}


def test_equal_edits_share_a_copy_and_other_edits_do_not():
    old = "if (core >= tiling.coreNum) {"
    assert source.edited_copy({old: "if (false) {"}) == source.edited_copy({old: "if (false) {"})
    assert source.edited_copy({old: "if (false) {"}) != source.edited_copy({old: "if (true) {"})


@pytest.mark.parametrize(
    ("old", "words"),
    [("no such text", "in no file"), ("", "times in mse_loss_grad_v1.cpp"), ("count);", "times in mse_loss_grad_v1.h")],
    ids=["absent", "empty", "several times"],
)
def test_an_edit_that_does_not_match_exactly_once_is_refused(old, words):
    with pytest.raises(ArgumentValueError, match=words):
        source.edited_copy({old: "x"})
