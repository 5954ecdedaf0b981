# SPDX-License-Identifier: Apache-2.0
"""Scalar computing, what a kernel asks of its core, and the macros of a device compiler."""

import math

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault

HEAD = '#include "kernel_operator.h"\nusing namespace AscendC;\n'


def compute(expression, *values, result=np.int64, given=np.uint64):
    """`expression` of v, for each of `values`, on one core."""
    kinds = {np.int64: "int64_t", np.uint64: "uint64_t", np.float32: "float", np.int32: "int32_t"}
    source = f"""{HEAD}__global__ __aicore__ void calls(GM_ADDR x, GM_ADDR y, uint32_t n)
{{
    for (uint32_t i = 0; i < n; ++i) {{
        const {kinds[given]} v = reinterpret_cast<__gm__ {kinds[given]} *>(x)[i];
        reinterpret_cast<__gm__ {kinds[result]} *>(y)[i] = {expression};
    }}
}}
"""
    y = np.zeros(len(values), result)
    Kernel.from_source(source).launch(np.array(values, given), y, len(values))
    return y.tolist()


BITS = (0, 1, 0xFFFF, 0xFF00, 0x0100000000000020, 1 << 63, 2**64 - 1, 0xDEADBEEF)


def test_counting_bits():
    assert compute("ScalarCountLeadingZero(v)", *BITS) == [64 - value.bit_length() for value in BITS]
    for name in ("ScalarGetCountOfValue", "GetBitCount"):
        assert compute(f"{name}<1>(v)", *BITS) == [value.bit_count() for value in BITS]
        assert compute(f"{name}<0>(v)", *BITS) == [64 - value.bit_count() for value in BITS]


def test_the_place_of_the_first_bit():
    for name in ("ScalarGetSFFValue", "GetSFFValue"):
        assert compute(f"{name}<1>(v)", *BITS) == [(value & -value).bit_length() - 1 for value in BITS]
        inverted = [value ^ (2**64 - 1) for value in BITS]
        assert compute(f"{name}<0>(v)", *BITS) == [(value & -value).bit_length() - 1 for value in inverted]


def test_bits_that_equal_the_sign_bit():
    # the examples of CANN's documentation
    values = (0, -1, 2**63 - 1, -(2**63), 1, 0x00F0000000000000, 0x0100000000000020)
    assert compute("CountBitsCntSameAsSignBit(v)", *values, given=np.int64) == [-1, -1, 0, 0, 62, 7, 6]


@pytest.mark.parametrize(
    ("mode", "reference"),
    [
        ("CAST_ROUND", lambda x: math.copysign(math.floor(abs(x) + 0.5), x)),
        ("CAST_CEIL", math.ceil),
        ("CAST_FLOOR", math.floor),
        ("CAST_RINT", round),
    ],
)
def test_scalar_cast_rounds_as_its_mode_says(mode, reference):
    values = (0.0, 0.5, 1.5, 2.5, -0.5, -2.5, -3.75, 1e6 + 0.5)
    got = compute(f"(ScalarCast<float, int32_t, RoundMode::{mode}>(v))", *values, result=np.int32, given=np.float32)
    assert got == [reference(value) for value in values]


def test_division_that_rounds_up():
    values = range(1, 70)
    assert compute("CeilDivision(v, 32)", *values) == [-(-value // 32) for value in values]
    assert compute("AlignUp(v, 32) + DivCeil(v, 7)", *values) == [-(-v // 32) * 32 + -(-v // 7) for v in values]
    assert compute("CeilDivision(v, 0)", 5) == [0]


def test_bfloat16_scalars_round_to_nearest_even_and_widen_exactly():
    values = (1.0, 1.00390625, 1.01171875, -3.1415927, 1e-40, 3.4e38)
    bits = np.array(values, np.float32).view(np.uint32).astype(np.uint64)
    nearest = ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    got = compute("ToFloat(ToBfloat16(v))", *values, result=np.float32, given=np.float32)
    assert got == nearest.tolist() and nearest[1] == 1.0 and nearest[2] == 1.015625  # ties, to the even neighbour
    same = "std::is_same_v<__bf16, bfloat16_t> + std::is_same_v<float32_t, float> + std::is_same_v<float16_t, half>"
    assert compute(same, 0) == [3]


def test_std_gives_values_of_two_types_and_traits():
    assert compute("(Std::min(v, uint32_t(3)) + Std::max(v, uint64_t(5)))", 1, 9) == [6, 12]
    assert compute(
        "(Std::get<1>(Std::make_tuple(1, 2)) + Std::is_same_v<int, int> + IsSameType<int, float>::value)", 0
    ) == [3]


def test_what_a_core_says_of_itself():
    expression = "GetBlockIdx() + block_idx + get_block_idx() + 10 * (GetBlockNum() + block_num) + GetSubBlockIdx()"
    assert compute(f"{expression} + 100 * GetSubBlockNum() + 1000 * GetTaskRation()", 0) == [1120]
    assert compute("GetDataBlockSizeInBytes() + (GetUserWorkspace(x) == x)", 0) == [33]
    assert compute("__builtin_expect(likely(v > 0) && !unlikely(v > 1), 1)", 1) == [1]


def test_the_cycle_counter_only_grows_and_repeats_from_run_to_run():
    cycles = [compute("GetSystemCycle()", *range(50)) for _ in range(2)]
    assert cycles[0] == sorted(set(cycles[0])) and cycles[0] == cycles[1]


@pytest.mark.parametrize("call", ["AscendC::Trap()", "trap()"])
def test_trap_stops_its_block_with_a_finding(call):
    source = (
        f"{HEAD}__global__ __aicore__ void stops(GM_ADDR x)\n{{\n    x[block_idx] = 1;\n    {call};\n    *x = 9;\n}}\n"
    )
    x = np.zeros(2, np.uint8)
    with pytest.raises(KernelFault) as caught:
        Kernel.from_source(source).launch(x, block_dim=2)
    assert [(finding.code, finding.line) for finding in caught.value.findings] == [("trap", 6)]


@pytest.mark.parametrize(
    ("soc", "defined"),
    [
        (
            "Ascend910B1",
            "__NPU_ARCH__ == 2201 && __CCE_AICORE__ == 220 && defined(__DAV_C220_VEC__) && !defined(__DAV_M300__)",
        ),
        (
            "Ascend310B4",
            "__NPU_ARCH__ == 3002 && __CCE_AICORE__ == 300 && defined(__DAV_M300__) && !defined(__DAV_C220__)",
        ),
    ],
)
def test_macros_are_those_of_a_device_build(soc, defined):
    source = f"""{HEAD}#if !({defined}) || defined(ASCENDC_CPU_DEBUG) || defined(__CCE_KT_TEST__)
#error "not as on a device"
#endif
#if ORIG_DTYPE_X != DT_FLOAT16 || DT_BF16 != 27 || FORMAT_ND != 2
#error "not as the graph engine numbers them"
#endif
__BLOCK_LOCAL__ uint32_t ofThisCore;
__global__ __aicore__ void kinds(GM_ADDR x)
{{
    ofThisCore = 2;
    if ASCEND_IS_AIV {{
        *x = 1;
    }}
    if ASCEND_IS_NOT_AIC {{
        *x += ofThisCore;
    }}
}}
"""
    x = np.zeros(1, np.uint8)
    Kernel.from_source(source, soc=soc, defines={"ORIG_DTYPE_X": "DT_FLOAT16"}).launch(x)
    assert x[0] == (3 if soc == "Ascend910B1" else 2)  # the cores of dav-3002 are of one kind


def test_what_a_family_lacks_is_refused_with_the_way_out():
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(f"{HEAD}__global__ __aicore__ void calls(GM_ADDR x) {{ Trap(); }}\n", soc="Ascend310B4")
    assert "does not have Trap: guard it by #if __NPU_ARCH__ == 2201" in caught.value.explanation
