# SPDX-License-Identifier: Apache-2.0
"""Arrays in memory shared with the child: when they are used in place, and what they hold. helpers/shared_tensor.py."""

import gc

import numpy as np
import pytest

from helpers import Kernel, KernelFault, make_inputs, run, shared_array
from helpers.launch import Settings, launch
from helpers.shared_tensor import POISON_BYTE, SHARED_FROM_BYTES, AddressesOnly, SharedTensor, is_shared

ELEMS = 1 << 18
POISON = np.full(1, POISON_BYTE, np.uint8).repeat(4).view(np.uint32)[0]

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Writes `elems` elements of y from `start` on, by copies of `tile` bytes; then x through a raw pointer, or not at all.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void writer(GM_ADDR x, GM_ADDR y, uint32_t start, uint32_t elems, uint32_t what)
{
    GlobalTensor<uint32_t> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ uint32_t *>(y));
    TPipe pipe;
    TBuf<TPosition::VECCALC> work;
    pipe.InitBuffer(work, 1024);
    LocalTensor<uint32_t> local = work.Get<uint32_t>();
    Duplicate(local, 7u, 256);
    PipeBarrier<PIPE_ALL>();
    for (uint32_t done = 0; done < elems; done += 256) {
        const uint32_t count = elems - done < 256 ? elems - done : 256;
        DataCopyPad(yGm[start + done], local, DataCopyExtParams{1, static_cast<uint32_t>(count * 4), 0, 0, 0});
    }
    PipeBarrier<PIPE_ALL>();
    if (what == 1) {
        *reinterpret_cast<volatile uint32_t *>(x) = 7;
    }
}
"""
WRITE_X = 1


@pytest.fixture(scope="module")
def writer() -> Kernel:
    return Kernel.from_source(SOURCE)


def settings(level: str) -> Settings:
    return Settings(block_dim=1, npu_arch=2201, ub_bytes=1 << 17, level=level)


def used_memory(elems: int) -> None:
    """Leave a block of this size behind that holds something."""
    SharedTensor("old", "inout", (elems,), np.dtype(np.uint32), np.full(elems, 5, np.uint32))


def words(*numbers: int) -> list[bytes]:
    return [np.uint32(number).tobytes() for number in numbers]


@pytest.mark.parametrize("level", ["fast", "checked"])
@pytest.mark.parametrize(("start", "elems"), [(0, 5000), (0, 4990), (10, 4990), (1000, 3), (0, 0)])
def test_what_a_kernel_leaves_out_of_a_new_output_is_poison(writer, level, start, elems):
    used_memory(5000)
    x, y = SharedTensor("x", "in", (1,), np.dtype(np.uint32)), SharedTensor("y", "out", (5000,), np.dtype(np.uint32))
    launch(writer.built.artefact, [x, y], [0, 1, *words(start, elems, 0)], settings(level))
    expected = np.full(5000, POISON)
    expected[start : start + elems] = 7
    assert np.array_equal(y.array, expected)


@pytest.mark.parametrize("level", ["fast", "checked"])
def test_an_output_of_a_kernel_that_crashed_is_poison_throughout(writer, level):
    used_memory(5000)
    x, y = SharedTensor("x", "in", (1,), np.dtype(np.uint32)), SharedTensor("y", "out", (5000,), np.dtype(np.uint32))
    result = launch(writer.built.artefact, [x, y], [0, 1, *words(0, 100, WRITE_X)], settings(level))
    assert [finding.code for finding in result.findings] == ["crash"]
    assert np.all(y.array == POISON)


def test_a_shared_array_starts_as_zeros_also_in_memory_used_before():
    for _ in range(2):
        array = shared_array((4, ELEMS // 4), np.float32)
        assert array.shape == (4, ELEMS // 4) and array.dtype == np.float32 and not array.any()
        array[:] = 3
        del array


@pytest.mark.parametrize(
    ("view", "shared"),
    [
        (lambda array: array, True),
        (lambda array: array.reshape(-1), True),
        (lambda array: array.view(np.uint16), True),
        (lambda array: array[:2], False),
        (lambda array: array[1:], False),
        (lambda array: array.T, False),
        (lambda array: array[::-1], False),
        (lambda array: array.copy(), False),
    ],
    ids=["itself", "reshaped", "other dtype", "head", "tail", "transposed", "reversed", "copy"],
)
def test_the_whole_of_a_shared_array_is_used_in_place_and_nothing_else_is(view, shared):
    seen = view(shared_array((4, ELEMS // 4), np.float32))
    tensor = SharedTensor.over("x", "in", seen)
    assert is_shared(seen) == shared == (tensor.array is seen)
    assert np.shares_memory(tensor.array, seen) == shared


def test_memory_is_not_used_again_while_a_view_is_alive():
    array = shared_array(ELEMS, np.uint32)
    array[:] = np.arange(ELEMS)
    part = array[5:8]
    del array
    gc.collect()
    others = [shared_array(ELEMS, np.uint32) for _ in range(3)]
    assert part.tolist() == [5, 6, 7]
    assert not any(np.shares_memory(part, other) for other in others)


@pytest.mark.parametrize("level", ["fast", "checked"])
def test_long_inputs_and_results_are_shared_and_give_the_bits_of_copies(level):
    inputs = make_inputs((2, SHARED_FROM_BYTES // 8), "float32")
    assert all(map(is_shared, inputs))
    plain = [np.array(array) for array in inputs]
    results = [run(*arrays, level=level).y for arrays in (inputs, plain)]
    assert results[0].tobytes() == results[1].tobytes()
    assert all(map(is_shared, results))
    assert all(np.array_equal(array, copy) for array, copy in zip(inputs, plain, strict=True))
    chained = run(results[0], inputs.label, results[0], level=level).y  # an array given twice
    assert chained.tobytes() == run(results[1], plain[1], results[1].copy(), level=level).y.tobytes()


def test_short_inputs_and_results_hold_no_file_open():
    inputs = make_inputs(SHARED_FROM_BYTES // 4 - 1, "float32")
    assert not any(map(is_shared, (*inputs, run(*inputs).y)))


def test_the_log_names_the_tensor_also_where_one_array_is_given_twice():
    predict = make_inputs(SHARED_FROM_BYTES // 4, "float32").predict
    result = run(predict, predict, predict)
    used = {result.instructions.tensors[place] for place in result.instructions.records["gm_tensor"] if place != 255}
    assert used == {"predict", "label", "dout", "y"}


@pytest.mark.parametrize("level", ["fast", "checked"])
def test_a_launch_updates_a_shared_array_in_place(writer, level):
    x, y = shared_array(1, np.uint32), shared_array(ELEMS, np.uint32)
    y[:] = 9
    writer.launch(x, y, 100, 1000, 0, level=level)
    assert np.all(y[100:1100] == 7) and np.all(y[:100] == 9) and np.all(y[1100:] == 9)


def test_a_shared_input_is_read_only_to_the_kernel(writer):
    x = shared_array(1, np.uint32)
    with pytest.raises(KernelFault, match="byte 0 of global tensor x, which holds 4 B and is read only"):
        writer.launch(x, np.zeros(1, np.uint32), 0, 0, WRITE_X, roles=("in",), level="fast")
    assert x[0] == 0


def test_a_fault_leaves_shared_arrays_as_they_were_unless_nothing_is_checked(writer):
    x, y = shared_array(1, np.uint32), shared_array(ELEMS, np.uint32)
    y[:] = 9
    with pytest.raises(KernelFault, match="crash"):
        writer.launch(x, y, 0, 1000, WRITE_X, roles=("in",))
    assert np.all(y == 9)
    with pytest.raises(KernelFault, match="crash"):
        writer.launch(x, y, 0, 1000, WRITE_X, roles=("in",), level="fast")
    assert np.all(y[:1000] == 7) and np.all(y[1000:] == 9)


def test_a_tensor_of_addresses_only_holds_nothing(writer):
    x, y = AddressesOnly("x", "in", 4), AddressesOnly("y", "out", 4000)
    model = settings("model")
    assert launch(writer.built.artefact, [x, y], [0, 1, *words(0, 1000, 0)], model).findings == ()
    (finding,) = launch(writer.built.artefact, [x, y], [0, 1, *words(0, 1000, WRITE_X)], model).findings
    assert "byte 0 of global tensor x, which holds 4 B and has no memory at level model" in finding.message
