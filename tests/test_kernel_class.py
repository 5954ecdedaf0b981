# SPDX-License-Identifier: Apache-2.0
"""`Kernel`: what it is made from, and what may be handed to a launch. helpers/kernel.py."""

import subprocess

import numpy as np
import pytest

from helpers import Kernel, KernelFault
from helpers.entry import find_entries
from helpers.errors import ArgumentTypeError, ArgumentValueError

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y = x + STEP, then y = y + z; one block of 16 floats.
#include "kernel_operator.h"
#ifdef WITH_HEADER
#include "step.h"
#endif
#ifndef STEP
#define STEP 1.0f
#endif

using namespace AscendC;

constexpr uint32_t ELEMS = 16;

extern "C" __global__ __aicore__ void shift(GM_ADDR x, GM_ADDR y, float z)
{
    GlobalTensor<float> xGm;
    GlobalTensor<float> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), ELEMS);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), ELEMS);
    TPipe pipe;
    TBuf<TPosition::VECCALC> work;
    pipe.InitBuffer(work, ELEMS * sizeof(float));
    LocalTensor<float> local = work.Get<float>();
    DataCopy(local, xGm, ELEMS);
    PipeBarrier<PIPE_ALL>();
    Adds(local, local, STEP, ELEMS);
    Adds(local, local, z, ELEMS);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, local, ELEMS);
}
"""
ELEMS = 16
ZERO = np.float32(0)


@pytest.fixture(scope="module")
def shift() -> Kernel:
    return Kernel.from_source(SOURCE, "shift")


def count_up() -> np.ndarray:
    return np.arange(ELEMS, dtype=np.float32)


def test_arrays_are_updated_in_place_and_inputs_keep_their_values(shift):
    x, y = count_up(), np.zeros(ELEMS, np.float32)
    result = shift.launch(x, y, np.float32(0.5))
    assert np.array_equal(y, count_up() + 1.5) and np.array_equal(x, count_up())
    assert result.findings == ()


def test_a_strided_view_is_updated_and_nothing_between_its_elements(shift):
    whole = np.full((ELEMS, 3), -1, np.float32)
    shift.launch(count_up(), whole[::-1, 1], ZERO)
    assert np.array_equal(whole[::-1, 1], count_up() + 1)
    assert np.all(whole[:, [0, 2]] == -1)


def test_an_array_given_twice_is_one_tensor(shift):
    for roles in ((), ("in", "out"), ("out", "in")):
        x = count_up()
        shift.launch(x, x, ZERO, roles=roles)
        assert np.array_equal(x, count_up() + 1)


def test_two_views_of_the_same_memory_are_refused(shift):
    whole = np.zeros(2 * ELEMS, np.float32)
    with pytest.raises(ArgumentValueError, match=r"^y=.*arrays that share no memory with x"):
        shift.launch(whole[:ELEMS], whole[ELEMS - 1 : -1], ZERO)
    whole[:ELEMS] = count_up()
    shift.launch(whole[:ELEMS], whole[ELEMS:], ZERO)
    assert np.array_equal(whole[ELEMS:], count_up() + 1)
    shift.launch(whole[::2], whole[1::2], ZERO)  # interlaced, and yet apart


@pytest.mark.parametrize(
    ("array", "allowed"),
    [
        (np.zeros(ELEMS, np.dtype(np.float32).newbyteorder()), "byte order"),
        (np.zeros(ELEMS, object), "plain numbers"),
        (np.broadcast_to(ZERO, ELEMS), "writable arrays"),
    ],
    ids=["byte order", "objects", "read only"],
)
def test_an_array_that_cannot_travel_is_refused_by_its_parameters_name(shift, array, allowed):
    with pytest.raises(ArgumentValueError, match=rf"^y=.*{allowed}"):
        shift.launch(count_up(), array, ZERO)


@pytest.mark.parametrize("scalar", [True, None, [1.0], "1", b"1234", np.float64(1), np.zeros(1)], ids=repr)
def test_a_scalar_of_the_wrong_type_is_refused_by_parameter_and_type(shift, scalar):
    with pytest.raises(ArgumentTypeError, match=r"^z=.*\(float z\)"):
        shift.launch(count_up(), count_up(), scalar)


def test_python_numbers_go_by_value(shift):
    for scalar in (2, 2.0, np.int8(2)):
        x, y = count_up(), np.zeros(ELEMS, np.float32)
        shift.launch(x, y, scalar)
        assert np.array_equal(y, x + 3)


@pytest.mark.parametrize("arguments", [(), (np.zeros(1),), (np.zeros(1), np.zeros(1), 1.0, 1.0)], ids=len)
def test_another_number_of_arguments_is_refused_with_the_parameters(shift, arguments):
    message = rf"^number of arguments to shift={len(arguments)}: allowed are exactly 3: GM_ADDR x, GM_ADDR y, float z"
    with pytest.raises(ArgumentTypeError, match=message):
        shift.launch(*arguments)


@pytest.mark.parametrize("block_dim", [1.0, True, "8", None], ids=repr)
def test_a_block_dim_that_is_no_whole_number_is_refused(shift, block_dim):
    with pytest.raises(ArgumentTypeError, match=r"^block_dim=.*whole numbers from 1 to 65535"):
        shift.launch(count_up(), count_up(), ZERO, block_dim=block_dim)


@pytest.mark.parametrize("block_dim", [0, -1, 65536])
def test_a_block_dim_outside_1_to_65535_is_refused(shift, block_dim):
    with pytest.raises(ArgumentValueError, match=rf"^block_dim={block_dim}: allowed are 1 to 65535"):
        shift.launch(count_up(), count_up(), ZERO, block_dim=block_dim)


@pytest.mark.parametrize(
    ("option", "value"),
    [("level", "quick"), ("schedule", "late"), ("checks_off", ["all"]), ("roles", ["input"])],
)
def test_an_unknown_name_is_refused_with_the_known_ones(shift, option, value):
    with pytest.raises(ArgumentValueError, match=rf"^{option}='.*allowed are "):
        shift.launch(count_up(), count_up(), ZERO, **{option: value})


def test_roles_tell_the_checks_what_to_expect(shift):
    for roles, code in ((("in", "in"), "gm-write-to-input"), (("out", "out"), "gm-unwritten")):
        with pytest.raises(KernelFault, match=code):
            shift.launch(count_up(), np.zeros(ELEMS, np.float32), ZERO, roles=roles)


def test_a_fault_leaves_the_arrays_alone_and_may_be_returned_instead(shift):
    x, y = count_up(), np.full(ELEMS - 8, 7, np.float32)
    with pytest.raises(KernelFault) as caught:
        shift.launch(x, y, ZERO)
    assert np.all(y == 7)
    result = shift.launch(x, y, ZERO, raise_on_finding=False)
    assert result.findings == caught.value.findings


def test_definitions_and_include_folders_reach_the_compiler(tmp_path):
    folder = tmp_path / "some headers"
    folder.mkdir()
    (folder / "step.h").write_text("#define STEP 3.0f\n")
    for options, step in (
        ({"defines": {"STEP": "2.0f"}}, 2),
        ({"defines": {"WITH_HEADER": "1"}, "include": [folder]}, 3),
        ({"defines": {"WITH_HEADER": "1"}, "include": [str(folder)]}, 3),
    ):
        x, y = count_up(), np.zeros(ELEMS, np.float32)
        Kernel.from_source(SOURCE, "shift", **options).launch(x, y, ZERO)
        assert np.array_equal(y, x + step)


def test_a_kernel_is_found_by_its_path_and_sees_the_headers_beside_it(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "step.h").write_text("#define STEP 4.0f\n")
    path = folder / "shift it.cpp"
    path.write_text(SOURCE.replace("#ifdef WITH_HEADER", "#if 1"))
    for source in (path, str(path)):
        x, y = count_up(), np.zeros(ELEMS, np.float32)
        Kernel.from_source(source, "shift").launch(x, y, ZERO)
        assert np.array_equal(y, x + 4)


def test_the_family_of_the_soc_fixes_architecture_ub_and_overflow(shift):
    other = Kernel.from_source(SOURCE, "shift", "Ascend310B4")
    assert (shift.soc.npu_arch, shift.soc.overflow) == (2201, "infnan")
    assert (other.soc.npu_arch, other.soc.overflow) == (3002, "saturate")
    assert other.soc.ub_bytes > shift.soc.ub_bytes
    same_family = Kernel.from_source(SOURCE, "shift", "Ascend910B3")
    assert same_family.built == shift.built and other.built != shift.built


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "no/such/file.cpp"}, r"^source='no/such/file.cpp': allowed are the path of a file"),
        ({"entry": "shift; int x"}, r"^entry='shift; int x': allowed are the name of a function"),
        ({"soc": "Ascend910C"}, r"^soc='Ascend910C': allowed are .*Ascend910B1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_kernel_is_not_made_from_what_makes_no_sense(options, message):
    with pytest.raises(ArgumentValueError, match=message):
        Kernel.from_source(**{"source": SOURCE, "entry": "shift", **options})


def test_parameters_are_called_as_in_the_source(shift):
    assert shift.parameter_names == ("x", "y", "z")
    assert [shift.parameter_name(place) for place in (1, 3)] == ["y", "argument3"]
    assert repr(shift) == str(shift) == "shift(GM_ADDR x, GM_ADDR y, float z) for Ascend910B1"


def test_a_prelude_comes_first_and_keeps_the_sources_lines(tmp_path):
    path = tmp_path / "shift.cpp"
    path.write_text(SOURCE.replace("#ifdef WITH_HEADER", "#if 1"))
    (tmp_path / "step.h").write_text("")
    for source in (SOURCE, path):
        kernel = Kernel.from_source(source, "shift", prelude="// two\n#define STEP 5.0f")
        x, y = count_up(), np.zeros(ELEMS, np.float32)
        kernel.launch(x, y, ZERO)
        assert np.array_equal(y, x + 5)
        (finding,) = kernel.launch(x, np.zeros(ELEMS - 8, np.float32), ZERO, raise_on_finding=False).findings
        assert SOURCE.splitlines()[finding.line - 1].lstrip().startswith("DataCopy(yGm")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"defines": {"A B": "1"}}, r"^defines='A B': allowed are names of macros"),
        ({"include": ["no/such/folder"]}, r"^include='no/such/folder': allowed are folders that exist"),
    ],
    ids=["defines", "include"],
)
def test_what_the_compiler_would_misread_is_refused(options, message):
    with pytest.raises(ArgumentValueError, match=message):
        Kernel.from_source(SOURCE, "shift", **options)


TWO = """\
// extern "C" __global__ __aicore__ void three(GM_ADDR x)
#include "kernel_operator.h"
const char *const TEXT = "__global__ void four(";
extern "C" __global__ __aicore__ void one(GM_ADDR y, /* elements, */ uint32_t n)
{
    *reinterpret_cast<uint32_t *>(y) = n;
}
extern "C" __global__ __aicore__ void two(uint8_t *y)
{
    *reinterpret_cast<uint32_t *>(y) = 2;
}
"""


def test_a_source_may_have_several_entries():
    assert find_entries(TWO) == ("one", "two")
    y = np.zeros(1, np.uint32)
    Kernel.from_source(TWO, "one").launch(y, 1)
    assert y[0] == 1
    Kernel.from_source(TWO, "two").launch(y)
    assert y[0] == 2
    assert Kernel.from_source(TWO, "one").parameter_names == ("y", "n")


def test_the_entry_may_be_left_out_where_there_is_one():
    assert Kernel.from_source(SOURCE).entry == "shift"
    with pytest.raises(ArgumentValueError, match=r"^entry=None: allowed are one of one, two"):
        Kernel.from_source(TWO)
    with pytest.raises(ArgumentValueError, match=r"^entry=None: .*shows no __global__ one"):
        Kernel.from_source("int x;\n")


def test_calling_a_kernel_launches_it_and_prints_what_it_prints(capfd):
    source = """\
#include <cstdio>
#include "kernel_operator.h"
extern "C" __global__ __aicore__ void says(GM_ADDR y, int32_t n)
{
    (void)y;
    std::printf("n is %d\\n", n);
}
"""
    says = Kernel.from_source(source)
    assert says(np.zeros(1), -3).output == "[AIV Block 0/1] n is -3\n"
    assert capfd.readouterr().out == "[AIV Block 0/1] n is -3\n"
    says(np.zeros(1), -3, show_output=False)
    says.launch(np.zeros(1), -3)
    assert capfd.readouterr().out == ""


def test_a_second_build_of_the_same_source_starts_no_process(shift, monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert Kernel.from_source(SOURCE, "shift") == shift


def test_an_edited_copy_is_built_and_the_kernel_stays_what_it_is(shift):
    twice = shift.edited({"Adds(local, local, STEP, ELEMS);": "Adds(local, local, 2 * STEP, ELEMS);"})
    for kernel, step in ((twice, 2), (shift, 1)):
        x, y = count_up(), np.zeros(ELEMS, np.float32)
        kernel.launch(x, y, ZERO)
        assert np.array_equal(y, x + step)
    back = twice.edited({"2 * STEP": "STEP"})
    assert back.built == shift.built and back.source.text == shift.source.text


def test_an_edited_copy_keeps_options_and_sees_the_headers_beside_the_source(tmp_path):
    (tmp_path / "step.h").write_text("#define STEP 4.0f\n")
    path = tmp_path / "shift.cpp"
    path.write_text(SOURCE)
    kernel = Kernel.from_source(path, "shift", "Ascend310B4", {"WITH_HEADER": 1})
    edited = kernel.edited({"Adds(local, local, z": "Adds(local, local, -z"}).edited({"ELEMS = 16": "ELEMS = 8 + 8"})
    x, y = count_up(), np.zeros(ELEMS, np.float32)
    edited.launch(x, y, np.float32(1))
    assert np.array_equal(y, x + 3) and edited.soc == kernel.soc


@pytest.mark.parametrize(("old", "times"), [("PipeBarrier", 2), ("no such text", 0)])
def test_an_edit_of_text_that_does_not_occur_once_is_refused(shift, old, times):
    with pytest.raises(ArgumentValueError, match=f"this one is found {times} times"):
        shift.edited({old: ""})
