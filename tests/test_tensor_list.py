# SPDX-License-Identifier: Apache-2.0
"""A list of arrays as one argument: what ListTensorDesc says of it, and what kernels that read it themselves find."""

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.errors import ArgumentError
from helpers.tensor_list import list_header

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"
#include "kernel_operator_list_tensor_intf.h"

using namespace AscendC;

// Adds `value` to every tensor of the list in place; notes the list's size and of each tensor dimensions and shape.
extern "C" __global__ __aicore__ void add_to_all(GM_ADDR list, GM_ADDR notes, float value)
{
    uint64_t *next = reinterpret_cast<uint64_t *>(notes);
    ListTensorDesc tensors(reinterpret_cast<__gm__ void *>(list));
    TPipe pipe;
    TBuf<> buffer;
    pipe.InitBuffer(buffer, 1024);
    LocalTensor<float> local = buffer.Get<float>();
    *next++ = tensors.GetSize();
    for (uint32_t i = 0; i < tensors.GetSize(); ++i) {
        uint64_t shape[8];
        TensorDesc<float> tensor;
        tensor.SetShapeAddr(shape);
        tensors.GetDesc(tensor, i);
        *next++ = tensor.GetIndex();
        *next++ = tensor.GetDim();
        for (uint32_t d = 0; d < tensor.GetDim(); ++d) {
            *next++ = tensor.GetShape(d);
        }
        GlobalTensor<float> global = tensor.GetDataObj();
        ASSERT(global.GetPhyAddr() == tensor.GetDataPtr() && tensors.GetDataPtr<float>(i) == tensor.GetDataPtr());
        const uint32_t bytes = static_cast<uint32_t>(global.GetSize() * sizeof(float));
        DataCopyPad(local, global, DataCopyExtParams(1, bytes, 0, 0, 0), DataCopyPadExtParams<float>());
        PipeBarrier<PIPE_ALL>();
        Adds(local, local, value, static_cast<int32_t>(global.GetSize()));
        PipeBarrier<PIPE_ALL>();
        DataCopyPad(global, local, DataCopyExtParams(1, bytes, 0, 0, 0));
        PipeBarrier<PIPE_ALL>();
    }
}

// The first element of each tensor, found as published kernels do it: by the words of the list, or as a tensor itself.
extern "C" __global__ __aicore__ void first_elements(GM_ADDR list, GM_ADDR y, uint32_t num)
{
    __gm__ uint64_t *words = reinterpret_cast<__gm__ uint64_t *>(list);
    GlobalTensor<uint64_t> addresses;
    addresses.SetGlobalBuffer(words + (*words >> 3), num);
    for (uint32_t i = 0; i < num; ++i) {
        GlobalTensor<float> tensor;
        tensor.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(addresses.GetValue(i)));
        reinterpret_cast<__gm__ float *>(y)[i] = tensor.GetValue(0);
    }
}

extern "C" __global__ __aicore__ void refused(GM_ADDR list, GM_ADDR notes, float index)
{
    ListTensorDesc tensors;
    tensors.Init(list, LENGTH, NUM);
    tensors.GetDataPtr<float>(static_cast<uint32_t>(index));
}
"""


def test_every_tensor_of_a_list_is_updated_in_place_and_described():
    arrays = [np.arange(size, dtype=np.float32).reshape(2, -1) for size in (6, 64, 10)]
    before = [array.copy() for array in arrays]
    notes = np.zeros(13, np.uint64)
    kernel = Kernel.from_source(SOURCE, "add_to_all", defines={"LENGTH": 0, "NUM": 0})
    result = kernel.launch(arrays, notes, 2.5)
    assert result.findings == ()
    assert all(np.array_equal(array, old + 2.5) for array, old in zip(arrays, before, strict=True))
    assert notes.tolist() == [3, 0, 2, 2, 3, 1, 2, 2, 32, 2, 2, 2, 5]


@pytest.mark.parametrize("shapes", [[(4,), (2, 3), ()], [(5,)] * 7], ids=["of different ranks", "of one rank"])
def test_a_kernel_may_read_the_list_by_itself_whatever_the_shapes(shapes):
    arrays = tuple(np.full(shape, place + 0.5, np.float32) for place, shape in enumerate(shapes))
    y = np.zeros(len(shapes), np.float32)
    kernel = Kernel.from_source(SOURCE, "first_elements", defines={"LENGTH": 0, "NUM": 0})
    result = kernel.launch(arrays, y, len(shapes), roles=("in", "inout"))
    assert result.findings == () and y.tolist() == [place + 0.5 for place in range(len(shapes))]


def test_the_words_of_a_list_are_those_that_cann_documents():
    words = np.frombuffer(list_header([(1, 2, 3), (4, 5, 6)]), np.uint64).tolist()
    assert words == [72, 3, 1, 2, 3, (1 << 32) | 3, 4, 5, 6]
    assert np.frombuffer(list_header([(1,), (2, 3)]), np.uint64).tolist() == [24, 2 << 32, 0xFFFFFFFF]


@pytest.mark.parametrize(
    ("defines", "index", "message"),
    [
        ({"LENGTH": 56, "NUM": 2}, 2.0, "tensor 2 of a list of 2"),
        ({"LENGTH": 56, "NUM": 3}, 0.0, "expects 3 tensors, the list has 2"),
        ({"LENGTH": 40, "NUM": 2}, 0.0, "expects 40 B, the list has 56 B"),
    ],
)
def test_a_list_that_is_not_what_the_kernel_expects_is_a_finding(defines, index, message):
    arrays = [np.zeros(8, np.float32), np.zeros(8, np.float32)]
    kernel = Kernel.from_source(SOURCE, "refused", defines=defines)
    with pytest.raises(KernelFault, match=message):
        kernel.launch(arrays, np.zeros(1), index)


def test_one_array_is_no_list_and_a_list_of_numbers_is_no_argument():
    kernel = Kernel.from_source(SOURCE, "refused", defines={"LENGTH": 56, "NUM": 2})
    with pytest.raises(KernelFault, match=r"list of 8 B|which is no list|this is no list"):
        kernel.launch(np.zeros(1), np.zeros(1), 0.0)
    with pytest.raises(KernelFault, match="this is no list"):
        kernel.launch(np.ones(16), np.zeros(1), 0.0)
    for wrong in ([], [1.0, 2.0], [np.zeros(1), None]):
        with pytest.raises(ArgumentError):
            kernel.launch(wrong, np.zeros(1), 0.0)
    shared = np.zeros(8, np.float32)
    with pytest.raises(ArgumentError, match="share no memory"):
        kernel.launch([shared[:4], shared[2:]], np.zeros(1), 0.0)


def test_a_list_is_not_on_310b():
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(SOURCE, "add_to_all", "Ascend310B4", {"LENGTH": 0, "NUM": 0})
    assert "ListTensorDesc is not on dav-3002" in caught.value.compiler_output
