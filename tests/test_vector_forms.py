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
def kernel(dtype: type) -> Kernel:
    body = "".join(calls(op, number, dtype) for number, (op, of) in enumerate(CASES) if of is dtype)
    name = CPP[dtype]
    return Kernel.from_source(HEAD + ENTRY.format(type=name, body=body), f"entry_{name}")


def launch(op, dtype, left, right, dst, scalar, form, lanes=0, mask=(0, 0), repeats=0, strides=CONTIGUOUS):
    """Run one instruction; returns the destination's room."""
    y = dst.copy()
    number = np.uint32(CASES.index((op, dtype)))
    arguments = left.copy(), right.copy(), y, dtype(scalar), number, np.uint32(form)
    kernel(dtype).launch(*arguments, shape(lanes, mask, repeats, strides))
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
        return (0, 1, 3, 8 * np.dtype(dtype).itemsize - 1)
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
