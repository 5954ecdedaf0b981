# SPDX-License-Identifier: Apache-2.0
"""Every vector operation, in every form and element type, against NumPy: values, masks, strides, counter mode."""

import functools

import numpy as np
import pytest
from vector_kernels import (
    CONTIGUOUS,
    COUNT,
    COUNTER,
    CPP,
    HEAD,
    LANES,
    MASK_BITS,
    REGISTER,
    REPEAT_BYTES,
    assert_same,
    place,
    shape,
    values,
)

from helpers import Kernel, KernelFault

FLOATS = (np.float16, np.float32)
NUMBERS = (*FLOATS, np.int16, np.int32)
SHIFTED = (np.int16, np.uint16, np.int32, np.uint32)
BITS = (np.int16, np.uint16)
BINARY = dict.fromkeys(("Add", "Sub", "Mul", "Max", "Min"), NUMBERS) | {"Div": FLOATS, "And": BITS, "Or": BITS}
SCALAR = dict.fromkeys(("Adds", "Muls", "Maxs", "Mins"), NUMBERS)
SCALAR |= {"LeakyRelu": FLOATS, "ShiftLeft": SHIFTED, "ShiftRight": SHIFTED}
UNARY = dict.fromkeys(("Abs", "Exp", "Ln", "Sqrt", "Rsqrt", "Reciprocal"), FLOATS)
UNARY |= {"Relu": (*FLOATS, np.int32), "Not": BITS}
DUPLICATED = (*FLOATS, np.int16, np.uint16, np.int32, np.uint32)
CASES = [(op, dtype) for table in (BINARY, SCALAR, UNARY) for op, dtypes in table.items() for dtype in dtypes]
CASES += [("Duplicate", dtype) for dtype in DUPLICATED]
ENTRY = """\
extern "C" __global__ __aicore__ void entry_{type}(GM_ADDR x, GM_ADDR z, GM_ADDR y, {type} scalar, uint32_t operation,
                                                   uint32_t form, Shape shape)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[3];
    LocalTensor<{type}> src0 = Load<{type}>(pipe, buffers[0], x);
    LocalTensor<{type}> src1 = Load<{type}>(pipe, buffers[1], z);
    LocalTensor<{type}> dst = Load<{type}>(pipe, buffers[2], y);
    PipeBarrier<PIPE_ALL>();
    const uint8_t *s = shape.strides;
    const BinaryRepeatParams binary(s[0], s[1], s[2], s[3], s[4], s[5]);
    const UnaryRepeatParams unary(s[0], s[1], s[3], s[4]);
    const int32_t count = static_cast<int32_t>(shape.lanes);
    if (form == 3) {{
        SetMaskCount();
    }} else if (form == 4) {{
        SetVectorMask<{type}>(shape.mask[1], shape.mask[0]);
    }}
{body}
    PipeBarrier<PIPE_ALL>();
    GlobalTensor<{type}> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ {type} *>(y), 4096 / sizeof({type}));
    DataCopy(gm, dst, 4096 / sizeof({type}));
}}

"""


def calls(op: str, number: int, dtype: type) -> str:
    """The C++ of one operation in all its forms."""
    operands, repeat = {
        **dict.fromkeys(BINARY, ("dst, src0, src1", "shape.repeats, binary")),
        **dict.fromkeys(SCALAR, ("dst, src0, scalar", "shape.repeats, unary")),
        **dict.fromkeys(UNARY, ("dst, src0", "shape.repeats, unary")),
        "Duplicate": ("dst, scalar", "shape.repeats, s[0], s[3]"),
    }[op]
    return f"""\
    if (operation == {number}) {{
        if (form == 0) {{
            {op}({operands}, count);
        }} else if (form == 2) {{
            {op}({operands}, shape.mask, {repeat});
        }} else if (form == 4) {{
            {op}<{CPP[dtype]}, false>({operands}, shape.lanes, {repeat});
        }} else {{
            {op}({operands}, shape.lanes, {repeat});
        }}
    }}
"""


@functools.cache
def kernel(dtype: type, soc: str = "Ascend910B1") -> Kernel:
    body = "".join(calls(op, number, dtype) for number, (op, of) in enumerate(CASES) if of is dtype)
    name = CPP[dtype]
    return Kernel.from_source(HEAD + ENTRY.format(type=name, body=body), f"entry_{name}", soc)


def launch(
    op, dtype, left, right, dst, scalar, form, lanes=0, mask=(0, 0), repeats=0, strides=CONTIGUOUS, soc="", **modes
):
    """Run one instruction; returns the destination's room."""
    y = dst.copy()
    number = np.uint32(CASES.index((op, dtype)))
    arguments = left.copy(), right.copy(), y, dtype(scalar), number, np.uint32(form)
    kernel(dtype, soc or "Ascend910B1").launch(*arguments, shape(lanes, mask, repeats, strides), **modes)
    return y


def oracle(op: str, dtype: type, left: np.ndarray, right: np.ndarray, scalar) -> np.ndarray:
    """The operation on arrays side by side, by NumPy; halves go through float32, which rounds once more to half."""
    with np.errstate(all="ignore"):
        if op in SCALAR or op == "Duplicate":
            right = np.full_like(left, scalar)
        if dtype is np.float16:
            wide = [array.astype(np.float32) for array in (left, right)]
            return oracle(op, np.float32, *wide, np.float32(dtype(scalar))).astype(dtype)
        width = 8 * np.dtype(dtype).itemsize
        signed = np.issubdtype(dtype, np.signedinteger)
        match op:
            case "Add" | "Adds":
                return left + right
            case "Sub":
                return left - right
            case "Mul" | "Muls":
                return left * right
            case "Div":
                return left / right
            case "Max" | "Maxs" | "Min" | "Mins":
                pick = np.maximum if op.startswith("Max") else np.minimum
                picked = pick(left, right)
                if dtype is np.float32:
                    both_zero = (left == 0) & (right == 0)
                    both = np.logical_and if op.startswith("Max") else np.logical_or
                    sign = both(np.signbit(left), np.signbit(right))
                    picked = np.where(both_zero, np.where(sign, np.float32(-0.0), np.float32(0.0)), picked)
                return picked
            case "And":
                return left & right
            case "Or":
                return left | right
            case "LeakyRelu":
                return np.where(left < 0, left * right, left)
            case "ShiftLeft":
                return left << right if int(scalar) < width else np.zeros_like(left)
            case "ShiftRight":
                return left >> min(int(scalar), width - 1) if signed or int(scalar) < width else np.zeros_like(left)
            case "Abs":
                return np.abs(left)
            case "Relu":
                return np.where(left < 0, dtype(0), left)
            case "Exp":
                return np.exp(left.astype(np.float64)).astype(np.float32)
            case "Ln":
                return np.log(left.astype(np.float64)).astype(np.float32)
            case "Sqrt":
                return np.sqrt(left)
            case "Rsqrt":
                return (1 / np.sqrt(left.astype(np.float64))).astype(np.float32)
            case "Reciprocal":
                return np.float32(1) / left
            case "Not":
                return ~left
            case "Duplicate":
                return right
    raise AssertionError(op)


def scalars(op: str, dtype: type) -> tuple:
    if op.startswith("Shift"):
        return (0, 1, 3, 8 * np.dtype(dtype).itemsize - 1, 8 * np.dtype(dtype).itemsize)
    return (3,) if np.issubdtype(dtype, np.integer) else (0.37, -0.0)


@pytest.mark.parametrize(("op", "dtype"), CASES, ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_the_count_form_computes_exactly_the_first_elements(op, dtype):
    left, right, dst = values(dtype, 0), values(dtype, 1), values(dtype, 2)
    for scalar in scalars(op, dtype):
        for count in (0, 1, 37, left.size - 1, left.size):
            got = launch(op, dtype, left, right, dst, scalar, COUNT, lanes=count)
            expected = dst.copy()
            expected[:count] = oracle(op, dtype, left, right, scalar)[:count]
            assert_same(got, expected)


def repeated(op, dtype, left, right, dst, scalar, takes, repeats, strides) -> np.ndarray:
    """The level-0 forms, one repeat after the other; `takes(repeat, lane)` is the mask."""
    itemsize = np.dtype(dtype).itemsize
    result = dst.copy()
    for repeat in range(repeats):
        lanes = [lane for lane in range(REPEAT_BYTES // itemsize) if takes(repeat, lane)]
        at = [[place(lane, repeat, strides[i], strides[i + 3], itemsize) for lane in lanes] for i in range(3)]
        result[at[0]] = oracle(op, dtype, left[at[1]], right[at[2]], scalar)
    return result


def flushed(array: np.ndarray) -> np.ndarray:
    small = np.abs(array) < np.finfo(array.dtype).smallest_normal
    return np.where(small, np.copysign(array.dtype.type(0), array), array)


@pytest.mark.parametrize(
    ("op", "dtype"),
    [case for case in CASES if case[1] in FLOATS and case[0] != "Duplicate"],
    ids=lambda v: v if isinstance(v, str) else v.__name__,
)
def test_flush_to_zero_and_saturation_concern_every_operation(op, dtype):
    """Operands are flushed before, results after; only half saturates."""
    left, right, dst = values(dtype, 0), values(dtype, 1), values(dtype, 2)
    tiny = np.finfo(dtype).smallest_subnormal
    left[-200:-100] = tiny * np.arange(1, 101).astype(dtype)
    for scalar in (0.37, float(tiny) * 3):
        for soc, flush in (("Ascend910B1", True), ("Ascend310B4", False), ("Ascend310B4", True)):
            operands = [flushed(array) if flush else array for array in (left, right, np.full(1, scalar, dtype))]
            expected = oracle(op, dtype, operands[0], operands[1], operands[2][0])
            if dtype is np.float16 and soc == "Ascend310B4":
                expected = np.where(np.isnan(expected), dtype(0), np.clip(expected, dtype(-65504), dtype(65504)))
            expected = flushed(expected) if flush else expected
            got = launch(op, dtype, left, right, dst, scalar, COUNT, lanes=left.size, soc=soc, flush_to_zero=flush)
            assert_same(got, expected)


STRIDES = [(1, 1, 1, 8, 8, 8), (1, 0, 1, 8, 0, 9), (2, 1, 3, 16, 10, 24), (1, 2, 1, 8, 4, 0)]


@pytest.mark.parametrize(("op", "dtype"), CASES, ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_masks_and_strides_choose_the_elements(op, dtype):
    left, right, dst = values(dtype, 3), values(dtype, 4), values(dtype, 5)
    scalar = scalars(op, dtype)[0]
    lanes_of_repeat = REPEAT_BYTES // np.dtype(dtype).itemsize
    holes = (0x8421_0000_F00F_0001, 0x1 if lanes_of_repeat == 128 else 0)
    for strides in STRIDES:

        def run(form, *, repeats=4, strides=strides, **mask):
            return launch(op, dtype, left, right, dst, scalar, form, repeats=repeats, strides=strides, **mask)

        def expected(takes, repeats=4, strides=strides):
            return repeated(op, dtype, left, right, dst, scalar, takes, repeats, strides)

        for lanes in (1, 17, lanes_of_repeat):
            assert_same(run(LANES, lanes=lanes), expected(lambda _, lane, lanes=lanes: lane < lanes))
        masked = expected(lambda _, lane: holes[lane // 64] >> (lane % 64) & 1)
        for form in (MASK_BITS, REGISTER):
            assert_same(run(form, lanes=5, mask=holes), masked)
        for count in (0, 1, lanes_of_repeat, lanes_of_repeat + 9, 3 * lanes_of_repeat):
            counted = expected(
                lambda repeat, lane, count=count: repeat * lanes_of_repeat + lane < count, -(-count // lanes_of_repeat)
            )
            assert_same(run(COUNTER, lanes=count, repeats=1), counted)


def test_a_repeat_reads_all_its_sources_before_it_writes():
    """dst is src1, every repeat on the same place: the running sum that Add allows."""
    body = "    Add(src1, src0, src1, shape.lanes, shape.repeats, binary);\n    dst = src1;\n"
    source = HEAD + ENTRY.format(type="float", body=body)
    adder = Kernel.from_source(source, "entry_float")
    x, z, y = np.arange(1024, dtype=np.float32), np.zeros(1024, np.float32), np.zeros(1024, np.float32)
    running = shape(lanes=64, repeats=4, strides=(1, 1, 1, 0, 8, 0))
    adder.launch(x, z, y, np.float32(0), np.uint32(0), np.uint32(1), running)
    assert np.array_equal(y[:64], x[:256].reshape(4, 64).sum(axis=0))


def test_strides_beyond_the_tensor_are_a_finding():
    ones = np.ones(1024, np.float32)
    with pytest.raises(KernelFault, match="ub-out-of-bounds"):
        launch("Add", np.float32, ones, ones, ones, 0, LANES, lanes=64, repeats=17)
    assert launch("Add", np.float32, ones, ones, ones, 0, LANES, lanes=64, repeats=16)[-1] == 2


@pytest.mark.parametrize(("soc", "survives"), [("Ascend910B1", False), ("Ascend310B4", True)])
def test_a_level_2_call_resets_the_mask_register_on_one_family_only(soc, survives):
    body = """\
    SetVectorMask<float>(0, 1);
    Adds(src0, src0, 0.0f, 8);
    Adds<float, false>(dst, src0, 1.0f, 64, 1, unary);
"""
    program = Kernel.from_source(HEAD + ENTRY.format(type="float", body=body), "entry_float", soc)
    x, y = np.ones(1024, np.float32), np.zeros(1024, np.float32)
    program.launch(x, x.copy(), y, np.float32(0), np.uint32(0), np.uint32(0), shape(repeats=1))
    assert np.count_nonzero(y) == (1 if survives else 64)


ROUNDED_SOURCE = """\
#include "kernel_operator.h"
using namespace AscendC;
template <typename T>
void Shift(GM_ADDR x, GM_ADDR y, T distance, uint32_t roundEn)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 256);
    LocalTensor<T> local = buffer.Get<T>();
    GlobalTensor<T> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(x), 256 / sizeof(T));
    DataCopy(local, gm, 256 / sizeof(T));
    PipeBarrier<PIPE_ALL>();
    ShiftRight(local, local, distance, 256 / sizeof(T), 1, UnaryRepeatParams(), roundEn != 0);
    PipeBarrier<PIPE_ALL>();
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y), 256 / sizeof(T));
    DataCopy(gm, local, 256 / sizeof(T));
}
extern "C" __global__ __aicore__ void shift_int16_t(GM_ADDR x, GM_ADDR y, int16_t distance, uint32_t roundEn)
{
    Shift<int16_t>(x, y, distance, roundEn);
}
extern "C" __global__ __aicore__ void shift_int32_t(GM_ADDR x, GM_ADDR y, int32_t distance, uint32_t roundEn)
{
    Shift<int32_t>(x, y, distance, roundEn);
}
extern "C" __global__ __aicore__ void shift_uint32_t(GM_ADDR x, GM_ADDR y, uint32_t distance, uint32_t roundEn)
{
    Shift<uint32_t>(x, y, distance, roundEn);
}
"""


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32], ids=lambda dtype: dtype.__name__)
def test_a_rounding_shift_adds_the_last_bit_shifted_out_of_signed_values(dtype):
    x = values(dtype, 6)[: 256 // np.dtype(dtype).itemsize]
    program = Kernel.from_source(ROUNDED_SOURCE, f"shift_{CPP[dtype]}")
    for distance in (0, 1, 5, 8 * x.itemsize - 1, 8 * x.itemsize):
        for rounds in (0, 1):
            y = np.zeros_like(x)
            program.launch(x.copy(), y, dtype(distance), np.uint32(rounds))
            added = rounds if distance and np.issubdtype(dtype, np.signedinteger) else 0
            exact = [(v >> distance) + (v >> max(distance - 1, 0) & added) for v in x.tolist()]
            assert y.tolist() == exact


def test_shifts_that_a_family_does_not_have_are_findings():
    x = np.full(64, 17, np.int32)
    program = Kernel.from_source(ROUNDED_SOURCE, "shift_int32_t", "Ascend310B4")
    program.launch(x, x.copy(), np.int32(5), np.uint32(0))
    with pytest.raises(KernelFault, match="shift-rounding.*only false is taken"):
        program.launch(x, x.copy(), np.int32(5), np.uint32(1))
    with pytest.raises(KernelFault, match="shift-distance.*shifts by -1"):
        program.launch(x, x.copy(), np.int32(-1), np.uint32(0))


ABS_SOURCE = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void magnitude(GM_ADDR x, GM_ADDR y)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 4096);
    LocalTensor<int16_t> local = buffer.Get<int16_t>();
    GlobalTensor<int16_t> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ int16_t *>(x), 2048);
    DataCopy(local, gm, 2048);
    PipeBarrier<PIPE_ALL>();
    Abs(local, local, 2048);
    PipeBarrier<PIPE_ALL>();
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ int16_t *>(y), 2048);
    DataCopy(gm, local, 2048);
}
"""


def test_one_family_has_the_magnitude_of_int16():
    x, y = values(np.int16, 7), np.zeros(2048, np.int16)
    Kernel.from_source(ABS_SOURCE, "magnitude", "Ascend310B4").launch(x, y)
    assert_same(y, np.abs(x))
    assert y[x == -32768][0] == -32768  # it wraps around
