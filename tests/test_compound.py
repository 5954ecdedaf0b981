# SPDX-License-Identifier: Apache-2.0
"""Calls that stand for several operations, against NumPy step by step: each step rounds, in every form of the call."""

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
    ROOM_BYTES,
    assert_same,
    place,
    shape,
    values,
)

from helpers import BuildError, Kernel, KernelFault

F2, F4, I1, U1, I2, U2, I4, U4 = np.float16, np.float32, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32
SAME = ((F2, F2), (F4, F4))
BOTH = {
    "Axpy": (*SAME, (F4, F2)),
    "FusedMulAdd": SAME,
    "MulAddRelu": SAME,
    "FusedMulAddRelu": SAME,
    "AddRelu": SAME,
    "SubRelu": SAME,
    "MulAddDst": SAME,
    "AddReluCast": ((I1, F2), (F2, F4)),
    "SubReluCast": ((I1, F2), (F2, F4)),
    "MulCast": ((I1, F2), (U1, F2)),
}
ONLY = {
    "Ascend910B1": {
        "MulAddDst": ((F4, F2),),
        "AddRelu": ((I2, I2),),
        "SubRelu": ((I2, I2),),
        "AddReluCast": ((I1, I2),),
        "SubReluCast": ((I1, I2),),
        "AddDeqRelu": ((F2, I4),),
        "CastDequant": ((F2, I4),),
        "CastDeq": ((F2, I4),),
    },
    "Ascend310B4": {"MulAddDst": ((I2, I2), (U2, U2), (I4, I4), (U4, U4))},
}
CASES = {
    soc: [(op, dst, src) for table in (BOTH, only) for op, pairs in table.items() for dst, src in pairs]
    for soc, only in ONLY.items()
}
SOC_CASES = [(soc, *case) for soc, cases in CASES.items() for case in cases]
SCALAR = 0.37
SCALE = 0.0123  # of int32_t to half

ENTRY = """\
extern "C" __global__ __aicore__ void entry(GM_ADDR x, GM_ADDR z, GM_ADDR y, float number, uint32_t operation,
                                            uint32_t form, Shape shape)
{{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[3];
    Load<uint8_t>(pipe, buffers[0], x);
    Load<uint8_t>(pipe, buffers[1], z);
    LocalTensor<uint8_t> all = Load<uint8_t>(pipe, buffers[2], y);
    PipeBarrier<PIPE_ALL>();
    const uint8_t *s = shape.strides;
    const BinaryRepeatParams binary(s[0], s[1], s[2], s[3], s[4], s[5]);
    const UnaryRepeatParams unary(s[0], s[1], s[3], s[4]);
    const int32_t count = static_cast<int32_t>(shape.lanes);
    if (form == 3) {{
        SetMaskCount();
    }} else if (form == 4) {{
        SetVectorMask<half>(shape.mask[1], shape.mask[0]);
    }}
{body}
    PipeBarrier<PIPE_ALL>();
    GlobalTensor<uint8_t> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ uint8_t *>(y), 4096);
    DataCopy(gm, all, 4096);
}}
"""


def call(number: int, op: str, dst: type, src: type) -> str:
    """The C++ of one call in all its forms; `LocalTensor`s of its types over the three buffers."""
    binary = "dst, src0, src1", "shape.repeats, binary"
    one_source = "dst, src0", "shape.repeats, unary"
    special = {
        "Axpy": ("dst, src0, scalar", "shape.repeats, unary"),
        "CastDequant": one_source,
        "CastDeq": one_source,
    }
    operands, repeat = special.get(op, binary)
    mixed = op in ("Axpy", "MulAddDst", "AddReluCast", "SubReluCast", "MulCast", "AddDeqRelu", "CastDequant", "CastDeq")
    types = f"{CPP[dst]}, {CPP[src]}" if mixed else CPP[dst]
    uses_scale = op in ("AddDeqRelu", "CastDequant", "CastDeq")
    before = "SetDeqScale(static_cast<half>(number));" if uses_scale else ""
    return f"""\
    if (operation == {number}) {{
        LocalTensor<{CPP[dst]}> dst = buffers[2].Get<{CPP[dst]}>();
        LocalTensor<{CPP[src]}> src0 = buffers[0].Get<{CPP[src]}>();
        LocalTensor<{CPP[src]}> src1 = buffers[1].Get<{CPP[src]}>();
        const {CPP[src]} scalar = static_cast<{CPP[src]}>(number);
        (void)src1;
        (void)scalar;
        {before}
        if (form == 0) {{
            {op}({operands}, count);
        }} else if (form == 2) {{
            {op}({operands}, shape.mask, {repeat});
        }} else if (form == 4) {{
            {op}<{types}, false>({operands}, MASK_PLACEHOLDER, {repeat});
        }} else {{
            {op}({operands}, shape.lanes, {repeat});
        }}
    }}
"""


@functools.cache
def kernel(soc: str) -> Kernel:
    body = "".join(call(number, *case) for number, case in enumerate(CASES[soc]))
    return Kernel.from_source(HEAD + ENTRY.format(body=body), "entry", soc)


def launch(soc, op, left, right, dst, form, number=SCALAR, modes=None, **arguments) -> np.ndarray:
    """The destination's room after one call."""
    y = dst.copy()
    case = np.uint32(CASES[soc].index((op, dst.dtype.type, left.dtype.type)))
    inputs = left.copy(), right.copy(), y, np.float32(number), case, np.uint32(form)
    kernel(soc).launch(*inputs, shape(**arguments), **(modes or {}))
    return y


def step(op, a: np.ndarray, b: np.ndarray, saturate: bool) -> np.ndarray:
    """One operation, rounded once to the type of `a`: half's are exact in float64."""
    dtype = a.dtype.type
    with np.errstate(all="ignore"):
        wide = (a.astype(np.float64), b.astype(np.float64)) if dtype is F2 else (a, b)
        return finished(op(*wide).astype(dtype), saturate)


def finished(y: np.ndarray, saturate: bool) -> np.ndarray:
    """A result under the numeric modes of the family."""
    if not (saturate and y.dtype == F2):
        return y
    return np.where(np.isnan(y), F2(0), np.clip(y, F2(-65504), F2(65504)))


def relu(y: np.ndarray) -> np.ndarray:
    return np.where(y < 0, y.dtype.type(0), y)


def converted(y: np.ndarray, dtype: type, saturate: bool) -> np.ndarray:
    """Cast to nearest even; integers saturate and take NaN as 0."""
    with np.errstate(all="ignore"):
        if np.issubdtype(dtype, np.floating):
            return finished(y.astype(dtype), saturate)
        limits = np.iinfo(dtype)
        return np.clip(np.rint(np.nan_to_num(y.astype(np.float64), nan=0)), limits.min, limits.max).astype(dtype)


def oracle(op: str, left: np.ndarray, right: np.ndarray, dst: np.ndarray, saturate: bool, number=SCALAR) -> np.ndarray:
    dtype = dst.dtype.type
    one = functools.partial(step, saturate=saturate)
    if op == "Axpy":
        right = np.full_like(left, left.dtype.type(number))
    if op in ("Axpy", "MulAddDst"):
        if left.dtype == dtype:
            return one(np.add, one(np.multiply, left, right), dst)
        with np.errstate(all="ignore"):
            return dst + left.astype(F4) * right.astype(F4)  # the product is exact
    if op == "FusedMulAdd":
        return one(np.add, one(np.multiply, left, dst), right)
    if op in ("MulAddRelu", "FusedMulAddRelu"):
        return relu(one(np.add, one(np.multiply, left, dst), right))
    if op in ("AddRelu", "SubRelu"):
        return relu(one(np.add if op[0] == "A" else np.subtract, left, right))
    if op in ("AddReluCast", "SubReluCast"):
        return converted(relu(one(np.add if op[0] == "A" else np.subtract, left, right)), dtype, saturate)
    if op == "MulCast":
        return converted(one(np.multiply, left, right), dtype, saturate)
    total = left + right if op == "AddDeqRelu" else left
    with np.errstate(all="ignore"):
        scaled = (total.astype(np.float64) * np.float64(F2(number))).astype(F2)  # exact, then rounded once
    return relu(scaled) if op == "AddDeqRelu" else scaled


def inputs(op: str, dst: type, src: type, seed: int) -> list[np.ndarray]:
    """Sources and destination; for results of 8 bits many in range, for scaled integers many that are small."""
    drawn = [values(src, seed), values(src, seed + 1), values(dst, seed + 2)]
    generator = np.random.default_rng(seed)
    half_of = drawn[0].size // 2
    if np.dtype(dst).itemsize == 1:
        for source in drawn[:2]:
            limit = 60 if src is I2 else 12
            source[half_of:] = (generator.integers(-limit * 4, limit * 4, half_of) / 4).astype(src)
    if src is I4:
        drawn[0][half_of:] = generator.integers(-(10**6), 10**6, half_of)
        drawn[1][half_of:] = generator.integers(-(10**6), 10**6, half_of)
    return drawn


@pytest.mark.parametrize(("soc", "op", "dst", "src"), SOC_CASES, ids=lambda v: getattr(v, "__name__", v))
def test_the_count_form_computes_each_step_as_numpy_does(soc, op, dst, src):
    left, right, before = inputs(op, dst, src, 0)
    room = ROOM_BYTES // max(before.itemsize, left.itemsize)
    for number in (SCALAR, -1.75) if op == "Axpy" else (SCALE, 1.0) if src is I4 else (SCALAR,):
        for count in (0, 1, 129, room):
            got = launch(soc, op, left, right, before, COUNT, number, lanes=count)
            expected = before.copy()
            operands = left[:count], right[:count], before[:count]
            expected[:count] = oracle(op, *operands, soc == "Ascend310B4", number)
            assert_same(got, expected)


STRIDES = [CONTIGUOUS, (1, 0, 1, 8, 0, 9), (2, 1, 2, 17, 9, 16), (1, 1, 1, 4, 8, 8)]


@pytest.mark.parametrize(("soc", "op", "dst", "src"), SOC_CASES, ids=lambda v: getattr(v, "__name__", v))
def test_masks_and_strides_choose_the_elements(soc, op, dst, src):
    left, right, before = inputs(op, dst, src, 3)
    number = SCALE if src is I4 else SCALAR
    lanes_of_repeat = REPEAT_BYTES // max(before.itemsize, left.itemsize)
    holes = (0x8421_0000_F00F_0001, 0x1 if lanes_of_repeat == 128 else 0)

    def expected(takes, repeats, strides):
        result = before.copy()
        sizes = before.itemsize, left.itemsize, left.itemsize
        for repeat in range(repeats):
            lanes = [lane for lane in range(lanes_of_repeat) if takes(repeat, lane)]
            dst_at, left_at, right_at = (
                [place(lane, repeat, strides[i], strides[i + 3], sizes[i]) for lane in lanes] for i in range(3)
            )
            operands = left[left_at], right[right_at], result[dst_at]
            result[dst_at] = oracle(op, *operands, soc == "Ascend310B4", number)
        return result

    for strides in STRIDES:
        for lanes in (3, lanes_of_repeat):
            got = launch(soc, op, left, right, before, LANES, number, lanes=lanes, repeats=3, strides=strides)
            assert_same(got, expected(lambda _, lane, lanes=lanes: lane < lanes, 3, strides))
        masked = expected(lambda _, lane: holes[lane // 64] >> (lane % 64) & 1, 3, strides)
        for form in (MASK_BITS, REGISTER):
            got = launch(soc, op, left, right, before, form, number, mask=holes, repeats=3, strides=strides)
            assert_same(got, masked)
        count = 2 * lanes_of_repeat + 9
        got = launch(soc, op, left, right, before, COUNTER, number, lanes=count, repeats=1, strides=strides)
        assert_same(
            got, expected(lambda repeat, lane, count=count: repeat * lanes_of_repeat + lane < count, 3, strides)
        )


def test_the_product_rounds_before_the_sum():
    """(1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 exactly, and nothing is left of it once the product is a float."""
    x = np.full(1024, 1 + 2.0**-12, np.float32)
    before = np.full(1024, -(1 + 2.0**-11), np.float32)
    for op in ("Axpy", "MulAddDst"):
        got = launch("Ascend910B1", op, x, x, before, COUNT, number=float(x[0]), lanes=1024)
        assert np.all(got == 0)


def test_where_half_saturates_each_step_saturates():
    """300 * 300 is 65504 there, and 0 once as much is taken away; infinity stays infinity elsewhere."""
    x, before = np.full(2048, 300, np.float16), np.full(2048, -65504, np.float16)
    for soc, y in (("Ascend310B4", 0), ("Ascend910B1", np.inf)):
        for op in ("Axpy", "MulAddDst"):
            assert np.all(launch(soc, op, x, x, before, COUNT, number=300.0, lanes=2048) == y)


def test_flush_to_zero_takes_subnormal_products_and_destinations_as_zero():
    tiny = np.float32(2.0**-70)
    x = np.full(1024, tiny, np.float32)
    normal = np.full(1024, np.finfo(np.float32).smallest_normal, np.float32)
    flush = {"flush_to_zero": True}
    kept = launch("Ascend910B1", "MulAddDst", x, x, normal, COUNT, lanes=1024)
    flushed = launch("Ascend910B1", "MulAddDst", x, x, normal, COUNT, modes=flush, lanes=1024)
    assert np.all(kept == normal + tiny * tiny) and np.all(flushed == normal) and not np.any(kept == normal)
    subnormal = np.full(1024, 1e-40, np.float32)
    got = launch("Ascend910B1", "MulAddDst", x, x, subnormal, COUNT, modes=flush, lanes=1024)
    assert np.all(got == 0)


CAST_SOURCE = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void scaled(GM_ADDR x, GM_ADDR y, float scale, uint32_t mode)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> in, out;
    pipe.InitBuffer(in, 4096);
    pipe.InitBuffer(out, 2048);
    GlobalTensor<int32_t> xGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(x), 1024);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), 1024);
    LocalTensor<int32_t> src = in.Get<int32_t>();
    LocalTensor<half> dst = out.Get<half>();
    DataCopy(src, xGm, 1024);
    PipeBarrier<PIPE_ALL>();
#if __NPU_ARCH__ == 2201
    if (scale != 0) {
        SetDeqScale(static_cast<half>(scale));
    }
#endif
    Cast(dst, src, static_cast<RoundMode>(mode), 1024);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, dst, 1024);
}
"""


def test_int32_to_half_multiplies_by_the_scale_on_one_family_and_only_converts_on_the_other():
    x, y = values(np.int32, 5), np.zeros(1024, np.float16)
    x[64:512] = np.linspace(-33_000, 33_000, 448)  # among them many ties of half
    with np.errstate(over="ignore"):
        plain = x.astype(np.float16)
        scaled = (x.astype(np.float64) * float(np.float16(SCALE))).astype(np.float16)
    for mode in range(7):  # which does not matter
        Kernel.from_source(CAST_SOURCE, "scaled").launch(x, y, np.float32(SCALE), np.uint32(mode))
        assert_same(y, scaled)
    Kernel.from_source(CAST_SOURCE, "scaled", "Ascend310B4").launch(x, y, np.float32(0), np.uint32(0))
    assert_same(y, np.clip(plain, np.float16(-65504), np.float16(65504)))


def test_a_scale_that_was_never_set_is_a_finding():
    x, y = np.zeros(1024, np.int32), np.zeros(1024, np.float16)
    with pytest.raises(KernelFault, match=r"dequant-scale.*call SetDeqScale"):
        Kernel.from_source(CAST_SOURCE, "scaled").launch(x, y, np.float32(0), np.uint32(0))


REFUSED = {
    "mixed MulAddDst": ("Ascend310B4", "MulAddDst(f, h, h, 8);", "MulAddDst takes half to half and float to float"),
    "int MulAddDst": ("Ascend910B1", "MulAddDst(i, i, i, 8);", "MulAddDst takes half to half and float to float"),
    "int16 AddRelu": ("Ascend310B4", "AddRelu(s, s, s, 8);", "AddRelu and SubRelu take half, float"),
    "Axpy down": ("Ascend910B1", "Axpy(h, f, 1.0f, 8);", "Axpy takes half to half, float to float, half to float"),
    "scale": ("Ascend310B4", "SetDeqScale((half)1.0f);", "SetDeqScale is not on Atlas 200I/500 A2 (dav-3002)"),
    "CastDeq": ("Ascend310B4", "CastDeq<half, int32_t>(h, i, 8);", "CastDequant and SetDeqScale are not on Atlas"),
    "8 bits": ("Ascend910B1", "CastDeq<int8_t, int16_t>(b, s, 8);", "CastDequant takes int32_t to half here"),
    "8 bit scale": ("Ascend910B1", "SetDeqScale(1.0f, (int16_t)0, true);", "SetDeqScale takes one half here"),
    "Subs": ("Ascend910B1", "Subs(f, f, 1.0f, 8);", "Subs is on the Ascend 950 only: write Adds"),
    "Floor": ("Ascend910B1", "Floor(f, f, 8);", "Floor is of CANN's advanced API, which this simulator does not have"),
    "int4b_t": (
        "Ascend910B1",
        "Cast(h, b.ReinterpretCast<int4b_t>(), RoundMode::CAST_NONE, 8);",
        "int4b_t, of which two share a byte, is not here",
    ),
    "Brcb": ("Ascend310B4", "Brcb(f, f, 1, {1, 8});", "Brcb is not on Atlas 200I/500 A2 (dav-3002)"),
    "Abs": ("Ascend910B1", "Abs(s, s, 8);", "Abs takes half, float"),
    "And": ("Ascend910B1", "And(i, i, i, 8);", "And takes int16_t, uint16_t"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_family_lacks_stops_the_build_and_says_what_there_is(case):
    soc, statement, message = REFUSED[case]
    source = f"""\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void refused()
{{
    LocalTensor<float> f;
    LocalTensor<half> h;
    LocalTensor<int32_t> i;
    LocalTensor<int16_t> s;
    LocalTensor<int8_t> b;
    {statement}
}}
"""
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(source, "refused", soc)
    assert message in caught.value.compiler_output
