# SPDX-License-Identifier: Apache-2.0
"""`%%ascendc` in a notebook. helpers/magic.py."""

import atexit
import subprocess

import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

from helpers import BuildError, KernelFault
from helpers.build_cache import CHECKOUT
from helpers.errors import ArgumentTypeError, ArgumentValueError

SOURCE = """\
#include <cstdio>
#include "kernel_operator.h"
#ifndef STEP
#define STEP 1
#endif
extern "C" __global__ __aicore__ void shift(GM_ADDR x, GM_ADDR y, uint32_t n)
{
#if __NPU_ARCH__ == 2201
    std::printf("n is %u\\n", n);
#endif
    for (uint32_t i = 0; i < n; ++i) {
        reinterpret_cast<float *>(y)[i] = reinterpret_cast<float *>(x)[i] + STEP;
    }
    AscendC::LocalTensor<float> never;
    if (n == 0) {
        AscendC::Adds(never, never, 1.0f, 8);
    }
}
"""
ADDS_LINE = SOURCE.splitlines().index("        AscendC::Adds(never, never, 1.0f, 8);") + 1


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    shell.colors = "nocolor"
    shell.run_line_magic("load_ext", "helpers")
    shell.push({"np": np, "x": np.arange(4, dtype=np.float32), "y": np.zeros(4, np.float32)})
    yield shell
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()


def run(shell: InteractiveShell, cell: str):
    """Runs a cell and returns its value, or raises what it raised."""
    result = shell.run_cell(cell, store_history=True)
    result.raise_error()
    return result.result


def test_a_cell_binds_its_kernel_under_the_name_of_its_function(shell):
    assert run(shell, f"%%ascendc\n{SOURCE}") is None
    run(shell, "shift(x, y, 4)")
    assert shell.user_ns["y"].tolist() == [1, 2, 3, 4]
    assert str(shell.user_ns["shift"]) == "shift(GM_ADDR x, GM_ADDR y, uint32_t n) for Ascend910B1"


def test_options_choose_name_soc_macros_and_folders(shell, tmp_path):
    (tmp_path / "step.h").write_text("#define STEP TWO * 3\n")
    run(shell, f"%%ascendc shift -o other --soc Ascend310B4 -D TWO=2 --define EMPTY -I {tmp_path}\n"
        f'#include "step.h"\n#if EMPTY != 1\n#error\n#endif\n{SOURCE}')  # fmt: skip
    run(shell, "other(x, y, 4)")
    assert shell.user_ns["y"].tolist() == [6, 7, 8, 9]
    assert shell.user_ns["other"].soc.name == "Ascend310B4" and "shift" not in shell.user_ns


KEYS = """\
#include "kernel_operator.h"
template <typename T, int step>
__global__ __aicore__ void keys(GM_ADDR y)
{
    *reinterpret_cast<__gm__ T *>(y) = TILING_KEY_IS(3) ? step : -1;
}
"""


def test_a_template_is_named_with_its_arguments_and_a_tiling_key_may_be_fixed(shell):
    run(shell, f"%%ascendc 'keys<float, 5>'\n{KEYS}")
    run(shell, "keys(y, tiling_key=3)")
    assert shell.user_ns["y"][0] == 5
    run(shell, f"%%ascendc 'keys<float, 6>' -o fixed --tiling-key 3\n{KEYS}")
    run(shell, "fixed(y)")
    assert shell.user_ns["y"][0] == 6
    with pytest.raises(ArgumentValueError, match="tiling_key=4: allowed are 3"):
        run(shell, "fixed(y, tiling_key=4)")


def test_braces_and_dollars_are_left_alone_and_quotes_read_as_in_a_shell(shell):
    shell.push({"n": "expanded"})
    run(shell, f"%%ascendc -D 'STEP=int{{1}} + 1' -D 'TEXT=\"$n {{n}}\"'\n{SOURCE}static_assert(sizeof(TEXT) == 7);")
    run(shell, "shift(x, y, 4)")
    assert shell.user_ns["y"].tolist() == [2, 3, 4, 5]


def test_the_second_run_of_a_cell_starts_no_process(shell, monkeypatch):
    run(shell, f"%%ascendc\n{SOURCE}")
    first = shell.user_ns.pop("shift")

    def refuse(*_arguments, **_options):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    run(shell, f"%%ascendc\n{SOURCE}")
    assert shell.user_ns["shift"] == first


@pytest.mark.parametrize("above", ["", "\n", "\n \n\n"], ids=["at the top", "one blank line", "three"])
def test_lines_are_counted_as_the_editor_shows_them(shell, capsys, above):
    first = above.count("\n") + 1
    run(shell, f"{above}%%ascendc\n{SOURCE}")
    with pytest.raises(KernelFault, match=rf"ub-unallocated: core 0, Adds at cell:{first + ADDS_LINE}, dst"):
        run(shell, "shift(x, y, 0)")
    with pytest.raises(BuildError) as caught:
        run(shell, f"{above}%%ascendc\n{SOURCE.replace('Adds', 'Addz')}")
    assert caught.value.explanation.startswith(f"cell:{first + ADDS_LINE}: error: ")
    capsys.readouterr()


def test_an_error_is_shown_as_its_message_alone(shell, capsys):
    run(shell, f"%%ascendc\n{SOURCE}")
    for cell, kind, start in (
        ("shift(x, y, 0)", KernelFault, "KernelFault: error ub-unallocated: core 0, Adds at cell:"),
        ("shift(x, y, -1)", ArgumentValueError, "ArgumentValueError: n=-1: allowed are 0 to 4294967295 (uint32_t n)"),
        ("shift(x, y)", ArgumentTypeError, "ArgumentTypeError: number of arguments to shift=2: allowed are exactly 3"),
        (f"%%ascendc\n{SOURCE}}}", BuildError, "BuildError: the compiler refused the source (exit code 1).\ncell:20"),
    ):
        capsys.readouterr()
        with pytest.raises(kind):
            run(shell, cell)
        shown = capsys.readouterr().out.removeprefix("[AIV Block 0/1] n is 0\n")
        assert shown.startswith(start) and "Traceback" not in shown and ".py" not in shown


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%%ascendc --what\nint x;\n", "unrecognized arguments: --what"),
        ("%%ascendc\nint x;\n", "%%ascendc: the cell has no kernel"),
        (f"%%ascendc\n{SOURCE}{SOURCE.replace('shift', 'other')}", "has the kernels shift, other; name one: %%ascendc"),
        (f"%%ascendc --soc Ascend910C\n{SOURCE}", "%%ascendc: soc='Ascend910C': allowed are 'Ascend910B1'"),
        (f"%%ascendc -o 1st\n{SOURCE}", "%%ascendc: 1st is no Python name; -o NAME chooses another"),
        (f"%%ascendc -D ITS=don't\n{SOURCE}", "%%ascendc: ITS=don't: No closing quotation"),
        (f"%%ascendc -D 1=2\n{SOURCE}", "%%ascendc: defines='1': allowed are names of macros"),
        (f"%%ascendc -I no/such/folder\n{SOURCE}", "%%ascendc: include='no/such/folder': allowed are folders that"),
        (f"%%ascendc --tiling-key two\n{SOURCE}", "%%ascendc: tiling_key='two': allowed are whole numbers from 0"),
        (f"%%ascendc\n{KEYS}", "%%ascendc: entry='keys': allowed are instances of the template <typename T, int step>"),
        ("%ascendc", "%%ascendc stands on the first line of a cell"),
    ],
    ids=[
        "option",
        "no kernel",
        "two kernels",
        "soc",
        "name",
        "quote",
        "define",
        "include",
        "tiling key",
        "template",
        "line",
    ],
)
def test_a_misuse_is_told_in_one_line(shell, capsys, cell, message):
    assert shell.run_cell(cell, store_history=True).error_in_exec is not None
    shown = capsys.readouterr()
    (line,) = (shown.out + shown.err).splitlines()
    assert line.startswith("UsageError: ") and message in line


def test_the_help_lists_every_option(shell, capsys):
    run(shell, "%ascendc?")
    text = capsys.readouterr().out
    for word in ("[-o NAME]", "--soc SOC", "--define", "--include DIR", "[entry]", "`cell:12`"):
        assert word in text


def test_the_extension_may_be_loaded_again_reloaded_and_taken_away(shell, capsys):
    shell.run_line_magic("load_ext", "helpers")
    shell.run_line_magic("reload_ext", "helpers")
    run(shell, f"%%ascendc\n{SOURCE}")
    shell.run_line_magic("unload_ext", "helpers")
    assert shell.find_cell_magic("ascendc") is None and shell.find_line_magic("ascendc") is None
    shell.run_line_magic("load_ext", "helpers")
    assert shell.find_cell_magic("ascendc") is not None
    capsys.readouterr()


def test_in_a_notebook_run_by_a_test_output_result_and_errors_are_in_the_cells(tmp_path, monkeypatch):
    """PYTEST_CURRENT_TEST in its environment makes ipykernel stop listening to file descriptor 1."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    cells = [
        "%load_ext helpers\nimport numpy as np\nx, y = np.ones(4, np.float32), np.zeros(4, np.float32)",
        f"%%ascendc\n{SOURCE}",
        "shift(x, y, 4)",
        "shift(x, y, 0)",
        "y",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert outputs[0] == outputs[1] == []
    assert outputs[2][0].text == "[AIV Block 0/1] n is 4\n"
    assert outputs[2][1].data["text/plain"] == "LaunchResult: 0 instructions, 0 findings"
    assert outputs[3][0].text == "[AIV Block 0/1] n is 0\n"
    assert outputs[3][1].ename == "KernelFault" and len(outputs[3][1].traceback) == 1
    assert f"Adds at cell:{ADDS_LINE + 1}" in outputs[3][1].traceback[0]
    assert outputs[4][0].data["text/plain"] == "array([2., 2., 2., 2.], dtype=float32)"
