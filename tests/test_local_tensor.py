# SPDX-License-Identifier: Apache-2.0
"""The members of LocalTensor and GlobalTensor: views, lengths, tags, elements of every type, operators."""

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

"""
MEMBERS = (
    HEAD
    + """\
extern "C" __global__ __aicore__ void members(GM_ADDR numbers)
{
    uint64_t *next = reinterpret_cast<uint64_t *>(numbers);
    TPipe pipe;
    TQue<TPosition::VECIN, 1> queue;
    TQueBind<TPosition::VECOUT, TPosition::GM, 1> outQueue;
    TBuf<> work;
    pipe.InitBuffer(queue, 1, 256);
    pipe.InitBuffer(outQueue, 1, 128);
    pipe.InitBuffer(work, 512);
    LocalTensor<float> tensor = queue.AllocTensor<float>();
    LocalTensor<float> out = outQueue.AllocTensor<float>();
    LocalTensor<int16_t> part = work.GetWithOffset<int16_t>(32, 128);
    auto note = [&](auto... values) { ((*next++ = static_cast<uint64_t>(values)), ...); };
    note(tensor.GetSize(), tensor.GetLength(), tensor.GetPosition() == static_cast<int32_t>(TPosition::VECIN));
    note(out.GetSize(), out.GetLength(), out.GetPosition() == static_cast<int32_t>(TPosition::VECOUT));
    note(part.GetSize(), part.GetLength(), part.GetPosition() == static_cast<int32_t>(TPosition::LCM));
    note(tensor[8].GetSize(), tensor[64].GetSize(), tensor[70].GetSize());
    const uint64_t base = tensor.GetPhyAddr();
    note(tensor.GetPhyAddr(8) - base, tensor[8].GetPhyAddr() - base, part.GetPhyAddr() - base);
    LocalTensor<half> moved;
    moved.SetAddrWithOffset(tensor, 16);
    note(moved.GetPhyAddr() - base, moved.GetLength(), moved.GetPosition() == tensor.GetPosition());
    tensor.SetSize(10);
    note(tensor.GetSize(), tensor.GetLength());
    tensor.SetBufferLen(32);
    note(tensor.GetSize(), tensor.GetLength());
    note(tensor.ReinterpretCast<int8_t>().GetSize(), tensor.ReinterpretCast<int8_t>().GetPhyAddr() - base);
    note(tensor.GetUserTag() == -1);
    tensor.SetUserTag(7);
    queue.EnQue(tensor);
    LocalTensor<int32_t> next_stage = queue.DeQue<int32_t>();
    note(next_stage.GetUserTag(), next_stage.GetSize());
    const uint32_t shape[] = {2, 3, 4};
    const uint32_t original[] = {5, 6};
    next_stage.SetShapeInfo(ShapeInfo(3, shape, 2, original, DataFormat::NZ));
    const ShapeInfo info = next_stage[1].GetShapeInfo();
    note(info.shapeDim, info.shape[2], info.originalShapeDim, info.originalShape[1], info.dataFormat);
    note(GetShapeSize(info));
    GlobalTensor<int64_t> global;
    global.SetGlobalBuffer(reinterpret_cast<__gm__ int64_t *>(numbers), 60);
    global.SetShapeInfo(ShapeInfo(1, shape));
    note(global.GetSize(), global.GetPhyAddr(3) - global.GetPhyAddr(), global.GetShapeInfo().shape[0]);
    const LocalTensor<float> absolute = pipe.GetAbsAddr<TPosition::VECCALC, float>(256, 32);
    note(absolute.GetSize(), absolute.GetPhyAddr() - base);
    LocalTensor<uint8_t> rest;
    PopStackBuffer<uint8_t, TPosition::LCM>(rest);
    note(rest.GetSize(), rest.GetPhyAddr() - base);
    queue.FreeTensor(next_stage);
    outQueue.FreeTensor(out);
}
"""
)


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
def test_members_tell_lengths_addresses_tags_and_shapes(soc):
    numbers = np.zeros(60, np.int64)
    kernel = Kernel.from_source(MEMBERS, "members", soc)
    kernel.launch(numbers)
    expected = [64, 256, 1, 32, 128, 1, 32, 64, 1, 56, 0, 0, 32, 32, 512, 64, 192, 1, 10, 40, 8, 32, 32, 0, 1, 7, 64]
    expected += [3, 4, 2, 6, 1, 24, 60, 3, 2, 32, 256]
    expected += [kernel.soc.ub_bytes - 896, 896]
    assert numbers[: len(expected)].tolist() == expected


ELEMENTS = (
    HEAD
    + """\
// Element by element from x to UB and from there to y, in reverse; GM and UB both by GetValue and SetValue.
extern "C" __global__ __aicore__ void elements(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<TYPE> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ TYPE *>(x), 32);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ TYPE *>(y), 32);
    TPipe pipe;
    TBuf<> work;
    pipe.InitBuffer(work, 32 * sizeof(TYPE));
    LocalTensor<TYPE> local = work.Get<TYPE>();
    for (uint32_t i = 0; i < 32; ++i) {
        local.SetValue(i, xGm.GetValue(i));
    }
    for (uint32_t i = 0; i < 32; ++i) {
        yGm.SetValue(i, local.GetValue(31 - i));
    }
    const TYPE first = local(0);
    local(1) = first;
    yGm.SetValue(30, local.GetValue(1));
}
"""
)
TYPES = {
    "int8_t": np.int8,
    "uint8_t": np.uint8,
    "int16_t": np.int16,
    "uint16_t": np.uint16,
    "int32_t": np.int32,
    "uint32_t": np.uint32,
    "int64_t": np.int64,
    "uint64_t": np.uint64,
    "half": np.float16,
    "bfloat16_t": np.uint16,
    "float": np.float32,
    "double": np.float64,
}


@pytest.mark.parametrize("name", TYPES)
def test_elements_of_every_type_keep_their_bits(name):
    dtype = np.dtype(TYPES[name])
    x = np.random.default_rng(5).integers(0, 256, 32 * dtype.itemsize, dtype=np.uint8)
    if dtype.kind == "f" or name == "bfloat16_t":
        x.reshape(32, -1)[:, -1] &= 0x3F  # finite: a conversion may quieten a NaN
    y = np.zeros_like(x)
    kernel = Kernel.from_source(ELEMENTS, "elements", defines={"TYPE": name})
    kernel.launch(x, y, roles=("in", "inout"))
    expected = x.reshape(32, -1)[::-1].copy()
    expected[30] = expected[31]
    assert np.array_equal(y.reshape(32, -1), expected)


REFERENCES = (
    HEAD
    + """\
extern "C" __global__ __aicore__ void references(GM_ADDR x, GM_ADDR y)
{
    GlobalTensor<float> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), 4);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y), 4);
    for (uint32_t i = 0; i < 4; ++i) {
        auto value = xGm(i);
        yGm(i) = value * 2;
    }
    *(yGm.GetPhyAddr(3)) += 1.0f;
}
"""
)


def test_global_elements_by_reference_are_read_from_inputs_and_written_to_outputs():
    x, y = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
    result = Kernel.from_source(REFERENCES, "references").launch(x, y, roles=("in", "out"))
    assert result.findings == () and y.tolist() == [0, 2, 4, 7]
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(REFERENCES, "references", "Ascend310B4")
    assert "operator() of GlobalTensor is not on dav-3002: use GetValue and SetValue" in caught.value.compiler_output


OPERATORS = (
    HEAD
    + """\
extern "C" __global__ __aicore__ void operators(GM_ADDR x, GM_ADDR y, uint32_t index)
{
    GlobalTensor<TYPE> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ TYPE *>(x), 128);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ TYPE *>(y), 64);
    TPipe pipe;
    TBuf<> work;
    pipe.InitBuffer(work, 192 * sizeof(TYPE));
    LocalTensor<TYPE> both = work.Get<TYPE>();
    LocalTensor<TYPE> left = both, right = both[64], result = both[128];
    left.SetSize(64);
    DataCopy(both, xGm, 128);
    PipeBarrier<PIPE_ALL>();
    switch (index) {
        EXPRESSIONS
    }
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, result, 64);
}
"""
)
FLOAT_OPERATORS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
BIT_OPERATORS = {"|": np.bitwise_or, "&": np.bitwise_and}


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize(
    ("name", "dtype", "symbols"),
    [
        ("float", np.float32, FLOAT_OPERATORS),
        ("half", np.float16, FLOAT_OPERATORS),
        ("int16_t", np.int16, BIT_OPERATORS),
    ],
)
def test_operators_of_tensors_are_the_calls_over_the_size_of_the_destination(name, dtype, symbols, soc):
    x = np.random.default_rng(2).uniform(1, 200, 128).astype(dtype)
    cases = "".join(f"case {place}: result = left {symbol} right; break; " for place, symbol in enumerate(symbols))
    kernel = Kernel.from_source(OPERATORS.replace("EXPRESSIONS", cases), "operators", soc, {"TYPE": name})
    for place, exact in enumerate(symbols.values()):
        y = np.zeros(64, dtype)
        kernel.launch(x.copy(), y, place, roles=("in", "out"))
        assert y.tobytes() == exact(x[:64], x[64:]).tobytes()


COMPARISONS = {"<": np.less, ">": np.greater, "!=": np.not_equal, "==": np.equal, "<=": np.less_equal}
COMPARISONS |= {">=": np.greater_equal}


def test_comparisons_of_tensors_are_bits_over_the_size_of_the_left_one():
    cases = "".join(f"case {place}: bits = left {symbol} right; break; " for place, symbol in enumerate(COMPARISONS))
    declared = "LocalTensor<uint8_t> bits = result.ReinterpretCast<uint8_t>();\n    switch (index)"
    source = OPERATORS.replace("switch (index)", declared).replace("EXPRESSIONS", cases)
    x = np.random.default_rng(4).integers(0, 3, 128).astype(np.float32)
    x[[3, 70]] = np.nan
    kernel = Kernel.from_source(source, "operators", defines={"TYPE": "float"})
    for place, exact in enumerate(COMPARISONS.values()):
        y = np.zeros(64, np.float32)
        kernel.launch(x.copy(), y, place)
        assert y.view(np.uint8)[:8].tobytes() == np.packbits(exact(x[:64], x[64:]), bitorder="little").tobytes()
    with pytest.raises(BuildError, match="tensors are compared by operators only on Atlas A2"):
        Kernel.from_source(source, "operators", "Ascend310B4", {"TYPE": "float"})


def test_a_finding_names_the_line_of_the_operator_and_the_call_behind_it():
    source = OPERATORS.replace("EXPRESSIONS", "default: result = left + right[96]; break;")
    line = source[: source.index("left + right")].count("\n") + 1
    with pytest.raises(KernelFault) as caught:
        Kernel.from_source(source, "operators", defines={"TYPE": "float"}).launch(
            np.zeros(128, np.float32), np.zeros(64, np.float32), 0
        )
    (finding,) = caught.value.findings
    assert (finding.code, finding.call, finding.line) == ("ub-out-of-bounds", "Add", line)


def test_what_only_the_cpu_twin_has_is_refused():
    lines = "tensor.Print(); tensor.ToFile(0); GlobalTensor<float> global; global.ReinterpretCast<half>();"
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(
            HEAD + f'extern "C" __global__ __aicore__ void k() {{ LocalTensor<float> tensor; {lines} }}\n', "k"
        )
    said = caught.value.compiler_output
    assert "Print exists only in CANN's CPU twin" in said and "ToFile exists only in CANN's CPU twin" in said
    assert "GlobalTensor has no ReinterpretCast" in said
