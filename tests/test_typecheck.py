# SPDX-License-Identifier: Apache-2.0
"""Kernels against the headers of a toolkit: a small tree in the layout of each generation stands in for CANN's."""

import pytest

from helpers import typecheck
from helpers.__main__ import main
from helpers.build_cache import CHECKOUT
from helpers.cann_toolkit import find_toolkit
from helpers.errors import ToolkitNotFound

STUB_DEF = """\
#pragma once
#define __aicore__
#define __global__
#define GM_ADDR unsigned char *
"""
OPERATOR = """\
#pragma once
#include "kernel_tensor.h"
#include "stub_fun.h"
"""
TENSOR = """\
#pragma once
namespace AscendC {
template <typename T> struct LocalTensor {};
template <typename T> void Add(LocalTensor<T> &to, const LocalTensor<T> &one, const LocalTensor<T> &other, int count);
}
"""
TREES = {
    "8": {
        "x86_64-linux/tikcpp/tikcfw/kernel_operator.h": OPERATOR,
        "x86_64-linux/tikcpp/tikcfw/interface/kernel_tensor.h": TENSOR,
    },
    "9": {
        "asc/include/basic_api/kernel_operator.h": OPERATOR,
        "asc/include/basic_api/kernel_tensor.h": TENSOR,
        "asc/impl/basic_api/empty.h": "",
    },
}
MACROS = {
    ("8", "dav-2201"): "__CCE_AICORE__ == 220 && defined(__DAV_C220__)",
    ("8", "dav-3002"): "__CCE_AICORE__ == 300 && defined(__DAV_M300__)",
    ("9", "dav-2201"): "__NPU_ARCH__ == 2201",
    ("9", "dav-3002"): "__NPU_ARCH__ == 3002",
}
ACCEPTED = """\
#include "kernel_operator.h"
struct Tiling { int count; };
extern "C" __global__ __aicore__ void add(GM_ADDR tiling)
{
    GET_TILING_DATA_WITH_STRUCT(Tiling, tilingData, tiling);
    AscendC::LocalTensor<float> one, other, sum;
    AscendC::Add(sum, one, other, tilingData.count);
}
"""
REJECTED = ACCEPTED.replace("one, other, tilingData.count", "one, tilingData.count")


@pytest.fixture(params=TREES)
def generation(request):
    return request.param


@pytest.fixture
def tree(tmp_path, generation):
    files = TREES[generation] | {"tools/tikicpulib/lib/include/stub_def.h": STUB_DEF}
    files |= {"tools/tikicpulib/lib/include/stub_fun.h": '#include "stub_def.h"\n'}
    root = tmp_path / "toolkit"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def kernel_file(tmp_path, text):
    path = tmp_path / "add.cpp"
    path.write_text(text)
    return path


@pytest.mark.parametrize("family", typecheck.FAMILIES)
def test_a_kernel_in_keeping_with_the_headers_is_accepted_under_the_macros_of_its_family(
    tree, tmp_path, generation, family
):
    guard = f"#if !({MACROS[generation, family]})\n#error other macros\n#endif\n"
    unit = typecheck.Unit("add", kernel_file(tmp_path, guard + ACCEPTED))
    assert typecheck.check(unit, family, find_toolkit(tree)).errors == ()
    other = next(each for each in typecheck.FAMILIES if each != family)
    assert "other macros" in typecheck.check(unit, other, find_toolkit(tree)).errors[0]


def test_what_the_headers_reject_is_named_by_file_line_and_message(tree, tmp_path, capsys):
    path = kernel_file(tmp_path, REJECTED)
    assert main(["typecheck", str(path), "--cann", str(tree)]) == typecheck.REJECTED
    printed = capsys.readouterr().out
    assert "REJECTED  dav-2201" in printed
    assert "REJECTED  dav-3002" in printed
    assert "    add.cpp:7: " in printed
    assert printed.endswith("0 of 2 accepted\n")
    assert path.read_text() == REJECTED


def test_one_family_alone_and_macros_can_be_asked_for(tree, tmp_path, capsys):
    path = kernel_file(tmp_path, ACCEPTED.replace("<float>", "<TYPE>"))
    asked = [str(path), "--cann", str(tree), "--family", "dav-3002"]
    assert main(["typecheck", *asked]) == typecheck.REJECTED
    assert main(["typecheck", *asked, "-D", "TYPE=double"]) == 0
    assert capsys.readouterr().out.endswith("1 of 1 accepted\n")


def test_the_toolkit_of_the_environment_is_taken_if_none_is_named(tree, tmp_path, monkeypatch, generation):
    monkeypatch.setenv("ASCEND_HOME_PATH", str(tree))
    assert find_toolkit().generation == generation
    assert main(["typecheck", str(kernel_file(tmp_path, ACCEPTED))]) == 0


def test_folders_that_are_no_toolkit_are_refused_with_the_next_step(tree, tmp_path, monkeypatch):
    monkeypatch.delenv("ASCEND_HOME_PATH", raising=False)
    with pytest.raises(ToolkitNotFound, match=r"ASCEND_HOME_PATH is not set\. Next: source"):
        find_toolkit()
    with pytest.raises(ToolkitNotFound, match=r"nowhere is not a folder\. Next: name"):
        find_toolkit(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ToolkitNotFound, match=r"empty has no kernel_operator\.h: looked in .*tikcfw.*asc/include"):
        find_toolkit(tmp_path / "empty")
    (tree / "tools/tikicpulib/lib/include/stub_fun.h").unlink()
    with pytest.raises(ToolkitNotFound, match=r"lacks stub_fun\.h of the CPU twin"):
        find_toolkit(tree)
    (tmp_path / "stub_fun.h").write_text('#include "stub_def.h"\n')
    assert find_toolkit(tree, [tmp_path]).folders[-1] == tmp_path


def test_without_a_toolkit_the_command_exits_3_and_with_a_missing_file_2(tree, tmp_path, capsys):
    assert main(["typecheck", "--cann", str(tmp_path / "nowhere")]) == typecheck.NOT_THERE
    assert "nowhere is not a folder" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["typecheck", str(tmp_path / "missing.cpp"), "--cann", str(tree)])
    assert "no such file" in capsys.readouterr().err


def test_without_files_every_kernel_of_the_workbook_is_checked():
    names = [unit.name for unit in typecheck.own_units()]
    assert {"kernel/mse_loss_grad_v1.cpp half", "kernel/mse_loss_grad_v1.cpp float"} <= set(names)
    assert "07_break_it: add_one" in names
    kernels = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "kernel").rglob("*.cpp")}
    assert kernels <= {name.split()[0] for name in names}
    assert len(names) == len(set(names))
