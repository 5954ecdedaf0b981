# SPDX-License-Identifier: Apache-2.0
"""The form of the notebooks. That they run and give their stored outputs is nbval's to show."""

import copy
import re

import nbformat
import pytest

from helpers import notebooks

PATHS = sorted(notebooks.FOLDER.glob("*.ipynb"))
LESSONS = [path for path in PATHS if re.match(r"\d\d_", path.name)]
SETUP_LINES, CELL_LINES, KERNEL_LINES, LESSON_CELLS = 5, 10, 36, range(25, 41)
MACHINE = re.compile(
    r"(?<![\w.:/])/(?:home|root|tmp|usr|var|opt|work|Users|private)/"  # an absolute path
    r"|\b[A-Z]:\\"
    r"|\bat 0x[0-9a-f]{6,}"  # an address
    r"|\b\d+(?:\.\d+)? ?(?:ms|µs|us|ns|s|seconds|minutes)\b"  # a duration
)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def texts_of(output):
    """All text an output shows, markup included."""
    if output.output_type == "stream":
        return [output.text]
    return [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]


def problems(notebook):
    """What is wrong with the form of any notebook."""
    found = []
    titles = [cell.id for cell in notebook.cells if re.search(r"^# \S", cell.source, re.M) and cell.cell_type != "code"]
    if titles != [notebook.cells[0].id]:
        found.append(f"one title, in the first cell: {titles}")
    ids = [cell.id for cell in notebook.cells]
    if len(set(ids)) != len(ids) or any(re.fullmatch(r"[0-9a-f]{8}", name) for name in ids):
        found.append("ids are words, each used once")
    for cell in code_cells(notebook):
        tags = cell.metadata.get("tags", [])
        limit = KERNEL_LINES if cell.source.startswith("%%ascendc") else CELL_LINES
        if len(code_lines(cell)) > limit:
            found.append(f"{cell.id}: more than {limit} lines")
        for place, output in enumerate(cell.outputs):
            if output.output_type == "error" and "raises-exception" not in tags:
                found.append(f"{cell.id}: stores an error")
            if output.get("name") == "stderr":
                found.append(f"{cell.id}: writes to stderr")
            if any(MACHINE.search(text) for text in texts_of(output)):
                found.append(f"{cell.id}: shows a path, an address or a duration")
            if "image/png" in output.get("data", {}):
                after = cell.outputs[place + 1 :]
                if not any(text.strip() for below in after for text in texts_of(below)):
                    found.append(f"{cell.id}: a picture without a sentence below")
                if not output.metadata.get("image/png", {}).get("alt"):
                    found.append(f"{cell.id}: a picture without an alternative text")
    return found


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_has_the_agreed_form(path):
    assert problems(read(path)) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_in_canonical_form(path):
    assert path.read_text(encoding="utf-8") == notebooks.as_text(notebooks.canonical(read(path)))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_links_between_files_lead_somewhere(path):
    markdown = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)#:]+)\)", markdown)
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_imports_in_its_first_code_cell_and_nowhere_else(path):
    setup, *others = code_cells(read(path))
    assert all(re.match(r"from |import |%load_ext helpers$", line) for line in code_lines(setup))
    assert len(code_lines(setup)) <= SETUP_LINES
    assert not [cell.id for cell in others if re.search(r"^\s*(?:from|import) ", cell.source, re.M)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_as_many_cells_as_can_be_read_at_once(path):
    assert len(read(path).cells) in LESSON_CELLS


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_question_of_a_lesson_is_answered_after_it(path):
    text = "\n".join(cell.source for cell in read(path).cells)
    order = re.findall(r"\*\*(?:Predict|Your turn)\.\*\*|<details><summary>Answer</summary>", text)
    questions, answers = order[::2], order[1::2]
    assert len(questions) == len(answers) >= 3
    assert all(question.startswith("**") for question in questions) and set(answers) == {
        "<details><summary>Answer</summary>"
    }


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_ends_with_a_recap_and_a_link_to_the_next(path):
    last = read(path).cells[-1].source
    assert "## Recap" in last and re.search(r"Next: .*\[[^]]+\]\((\w+\.ipynb)\)", last)


def lesson_with(edit):
    notebook = read(LESSONS[0])
    edit(notebook, next(cell for cell in code_cells(notebook) if cell.outputs))
    return problems(notebook)


def picture(**metadata):
    return nbformat.v4.new_output("display_data", {"image/png": "", "text/plain": "<View>"}, metadata=metadata)


def first_with_a_picture(notebook):
    return next(
        cell for cell in code_cells(notebook) if cell.outputs and "image/png" in cell.outputs[0].get("data", {})
    )


def said(text, name="stdout"):
    return nbformat.v4.new_output("stream", text=text, name=name)


BREAKS = {
    "second title": (lambda nb, cell: nb.cells.append(nbformat.v4.new_markdown_cell("# More", id="more")), "one title"),
    "random id": (lambda nb, cell: cell.update(id="0a1b2c3d"), "ids are words"),
    "same id twice": (lambda nb, cell: cell.update(id=nb.cells[0].id), "ids are words"),
    "long cell": (lambda nb, cell: cell.update(source="x = 1\n" * 11), "more than 10 lines"),
    "long kernel": (lambda nb, cell: cell.update(source="%%ascendc\n" + "int x;\n" * 36), "more than 36 lines"),
    "stored error": (lambda nb, cell: cell.outputs.append(nbformat.v4.new_output("error")), "stores an error"),
    "stderr": (lambda nb, cell: cell.outputs.append(said("careful", "stderr")), "writes to stderr"),
    "path": (lambda nb, cell: cell.outputs.append(said("in /home/ann/kernel.h")), "a path"),
    "address": (lambda nb, cell: cell.outputs.append(said("<Line at 0x7f12ab34cd>")), "an address"),
    "duration": (lambda nb, cell: cell.outputs.append(said("took 1.25 s")), "a duration"),
    "silent picture": (lambda nb, cell: cell.update(outputs=[picture(**{"image/png": {"alt": "a"}})]), "a sentence"),
    "no alternative": (lambda nb, cell: cell.update(outputs=[picture(), said("a sentence")]), "an alternative text"),
}


@pytest.mark.parametrize(("edit", "words"), BREAKS.values(), ids=BREAKS)
def test_each_rule_sees_its_own_break_and_nothing_else(edit, words):
    found = lesson_with(edit)
    assert len(found) == 1 and words in found[0]


def test_canonical_form_forgets_when_and_where_and_keeps_ids_tags_and_alternative_texts():
    notebook = read(LESSONS[0])
    notebook.metadata["papermill"] = {"duration": 1.0}
    cell = first_with_a_picture(notebook)
    cell.execution_count = 17
    cell.metadata = nbformat.from_dict({"tags": ["parameters"], "execution": {"iopub.execute_input": "now"}})
    result = notebooks.canonical(notebook)
    kept = next(other for other in result.cells if other.id == cell.id)
    assert set(result.metadata) == {"kernelspec", "language_info"}
    assert kept.metadata == {"tags": ["parameters"]}
    assert kept.outputs[0].metadata["image/png"]["alt"]
    assert [other.execution_count for other in code_cells(result)] == list(range(1, len(code_cells(result)) + 1))


def test_a_difference_in_text_is_seen_and_one_in_pixels_is_not():
    stored = read(LESSONS[0])
    cell = first_with_a_picture(stored)
    fresh = copy.deepcopy(stored)
    twin = next(other for other in fresh.cells if other.id == cell.id)
    twin.outputs[0].data["image/png"] = "AAAA"
    assert notebooks.differences(stored, fresh) == []
    twin.outputs[1].text = "another sentence\n"
    assert any("another sentence" in line for line in notebooks.differences(stored, fresh))


def test_check_changes_no_file_and_fails_where_a_fresh_run_differs(tmp_path, monkeypatch, capsys):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1 + 1)", id="sum")])
    path = tmp_path / "small.ipynb"
    path.write_text(notebooks.as_text(notebooks.canonical(notebook)), encoding="utf-8")
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    before = path.read_bytes()
    assert notebooks.main(["--check"]) == 1
    assert path.read_bytes() == before
    assert notebooks.main(["small"]) == 0
    assert notebooks.main(["small", "--check"]) == 0
    assert "2\\n" in path.read_text(encoding="utf-8")
    assert capsys.readouterr().out.splitlines()[-1] == "small.ipynb: as stored"
