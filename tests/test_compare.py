# SPDX-License-Identifier: Apache-2.0
"""Comparisons in every form, mode and element type, against NumPy."""

import numpy as np
import pytest
from statements import CPP, REPEAT_BYTES, ROOM_BYTES, Statements, bits_of, place, values

from helpers import BuildError, Kernel, KernelFault

MODES = {"LT": np.less, "GT": np.greater, "EQ": np.equal, "LE": np.less_equal, "GE": np.greater_equal}
MODES |= {"NE": np.not_equal}
FLOATS = (np.float16, np.float32)
A2, B4 = "Ascend910B1", "Ascend310B4"
TENSOR_TYPES = {A2: (*FLOATS, np.int32), B4: FLOATS}
SCALAR_TYPES = {A2: (*FLOATS, np.int32), B4: (*FLOATS, np.int16, np.uint16, np.int32, np.uint32)}


def statements(soc: str) -> dict[str, str]:
    table = {}
    binary, unary = "BinaryRepeatParams(1, n[3], n[4], 8, n[5], n[6])", "UnaryRepeatParams(1, n[3], 8, n[5])"
    mode, bits = "static_cast<CMPMODE>(n[0])", "As<uint8_t>(dst)"
    for dtype in TENSOR_TYPES[soc]:
        t = CPP[dtype]
        both = f"{bits}, As<{t}>(src0), As<{t}>(src1), {mode}"
        table[f"count {t}"] = f"Compare({both}, n[1]);"
        table[f"lanes {t}"] = f"Compare({both}, static_cast<uint64_t>(n[1]), n[2], {binary});"
        table[f"bits {t}"] = f"Compare({both}, mask, n[2], {binary});"
    for dtype in SCALAR_TYPES[soc]:
        t = CPP[dtype]
        both = f"{bits}, As<{t}>(src0), Scalar<{t}>(value), {mode}"
        table[f"scalar count {t}"] = f"Compares({both}, n[1]);"
        table[f"scalar lanes {t}"] = f"CompareScalar({both}, static_cast<uint64_t>(n[1]), n[2], {unary});"
        table[f"scalar bits {t}"] = f"Compares({both}, mask, n[2], {unary});"
        table[f"scalar older {t}"] = f"CompareScalar({both}, n[1]);"
    table["register left alone"] = (
        "SetVectorMask<float>(0, 3); Compare(dst, As<float>(src0), As<float>(src1), CMPMODE::LT, mask, 1,"
        " BinaryRepeatParams()); Adds<float, false>(As<float>(dst)[64], As<float>(src0), 0.0f, 64, 1,"
        " UnaryRepeatParams());"
    )
    table["counter"] = (
        "SetMaskCount(); Compare(dst, As<float>(src0), As<float>(src1), CMPMODE::LT,"
        " static_cast<uint64_t>(n[1]), 2, BinaryRepeatParams());"
    )
    if soc == A2:
        for dtype in FLOATS:
            t = CPP[dtype]
            both = f"As<{t}>(src0), As<{t}>(src1), {mode}"
            table[f"register lanes {t}"] = (
                f"Compare({both}, static_cast<uint64_t>(n[1]), {binary}); GetCmpMask(As<{t}>(dst));"
            )
            table[f"register bits {t}"] = f"Compare({both}, mask, {binary}); GetCmpMask(dst);"
        table["set and get"] = "SetCmpMask(src0); GetCmpMask(dst);"
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in (A2, B4)}


def run(name: str, *sources, soc=A2, **how) -> np.ndarray:
    return PROGRAMS[soc].run(name, *sources, soc=soc, **how)


def packed(holds: np.ndarray) -> np.ndarray:
    return np.packbits(holds, bitorder="little")


def modes(dtype: type, soc: str) -> list[str]:
    return ["EQ"] if dtype is np.int32 and soc == A2 else list(MODES)


def scalar_of(dtype: type):
    return dtype(1.5) if dtype in FLOATS else dtype(2)


CASES = [(soc, dtype, False) for soc in (A2, B4) for dtype in TENSOR_TYPES[soc]]
CASES += [(soc, dtype, True) for soc in (A2, B4) for dtype in SCALAR_TYPES[soc]]


@pytest.mark.parametrize(("soc", "dtype", "scalar"), CASES)
def test_the_count_form_gives_one_bit_for_each_element(soc, dtype, scalar):
    left, right = values(dtype, 0), values(dtype, 1)
    lanes = REPEAT_BYTES // left.itemsize
    dst = values(np.uint8, 2)
    for mode in modes(dtype, soc):
        for count in (0, lanes, 3 * lanes, left.size):
            for name in ["scalar count", "scalar older"] if scalar else ["count"]:
                with np.errstate(invalid="ignore"):
                    holds = MODES[mode](left, scalar_of(dtype) if scalar else right)[:count]
                got = run(
                    f"{name} {CPP[dtype]}",
                    left,
                    right,
                    dst=dst,
                    n=(list(MODES).index(mode), count),
                    value=bits_of(scalar_of(dtype)),
                    soc=soc,
                )
                expected = dst.copy()
                expected[: count // 8] = packed(holds)
                assert np.array_equal(got, expected), (mode, count)


STRIDES = [(1, 1, 8, 8), (2, 1, 16, 9), (1, 0, 8, 0), (0, 1, 4, 8)]


@pytest.mark.parametrize(("soc", "dtype", "scalar"), CASES)
def test_repeats_put_their_bits_side_by_side_under_the_mask_of_one_family(soc, dtype, scalar):
    """dav-2201 compares every lane whatever the mask; on dav-3002 a lane left out has bit 0."""
    left, right, dst = values(dtype, 2), values(dtype, 3), values(np.uint8, 4)
    size = left.itemsize
    lanes, mode = REPEAT_BYTES // size, modes(dtype, soc)[0]
    holes = (0x8421_0000_F00F_0001, 0x9 if lanes == 128 else 0)
    for strides in STRIDES:
        for form, lane_limit in (("lanes", 1), ("lanes", 21), ("lanes", lanes), ("bits", lanes)):
            taken = np.array([lane < lane_limit for lane in range(lanes)])
            if form == "bits":
                taken = np.array([holes[lane // 64] >> (lane % 64) & 1 for lane in range(lanes)], bool)
            if soc == A2:
                taken[:] = True
            got = run(
                f"{'scalar ' if scalar else ''}{form} {CPP[dtype]}",
                left,
                right,
                dst=dst,
                n=(list(MODES).index(mode), lane_limit, 3, *strides),
                mask=holes,
                value=bits_of(scalar_of(dtype)),
                soc=soc,
            )
            expected = dst.copy()
            for repeat in range(3):
                at = [[place(lane, repeat, strides[i], strides[2 + i], size) for lane in range(lanes)] for i in (0, 1)]
                with np.errstate(invalid="ignore"):
                    holds = MODES[mode](left[at[0]], scalar_of(dtype) if scalar else right[at[1]]) & taken
                expected[repeat * lanes // 8 : (repeat + 1) * lanes // 8] = packed(holds)
            assert np.array_equal(got, expected), (strides, form, lane_limit)


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_register_form_compares_one_repeat_under_the_mask(dtype):
    left, right = values(dtype, 6), values(dtype, 7)
    lanes = REPEAT_BYTES // left.itemsize
    holes = (0x8421_0000_F00F_0001, 0x1234 if lanes == 128 else 0)
    for mode, compare in MODES.items():
        for form in ("lanes", "bits"):
            taken = np.array([lane < 21 for lane in range(lanes)])
            if form == "bits":
                taken = np.array([holes[lane // 64] >> (lane % 64) & 1 for lane in range(lanes)], bool)
            n = (list(MODES).index(mode), 21, 0, 2, 1, 8, 8)
            got = run(f"register {form} {CPP[dtype]}", left, right, n=n, mask=holes)
            at = [place(lane, 0, 2, 8, left.itemsize) for lane in range(lanes)]
            with np.errstate(invalid="ignore"):
                bits = packed(compare(left[at], right[:lanes]) & taken)
            assert np.array_equal(got[:16], np.resize(np.append(bits, np.zeros(16, np.uint8)), 16))


def test_the_register_is_set_and_read_as_16_bytes():
    src, dst = values(np.uint8, 8), values(np.uint8, 9)
    got = run("set and get", src, dst=dst)
    assert np.array_equal(got, np.concatenate([src[:16], dst[16:]]))


def test_comparisons_into_ub_leave_the_mask_register_alone_on_dav_2201():
    x = np.arange(64, dtype=np.float32)
    got = run("register left alone", x, x + 1, dst=np.zeros(512, np.uint8)).view(np.float32)
    assert np.array_equal(np.flatnonzero(got[64:128]), [1])
    assert got[:2].view(np.uint8).tolist() == [255] * 8


def test_counter_mode_counts_on_dav_3002_and_is_ignored_on_dav_2201():
    x = np.arange(512, dtype=np.float32)
    dst = np.zeros(ROOM_BYTES, np.uint8)
    masked = run("counter", x, x + 1, dst=dst, n=(0, 70), soc=B4)
    assert np.array_equal(np.unpackbits(masked, bitorder="little").nonzero()[0], np.arange(70))
    whole = run("counter", x, x + 1, dst=dst, n=(0, 70))
    assert np.array_equal(np.unpackbits(whole, bitorder="little").nonzero()[0], np.arange(128))


def test_flush_to_zero_takes_subnormal_operands_as_zero():
    tiny = np.full(64, 1e-42, np.float32)
    zero = np.zeros(64, np.float32)
    equal = list(MODES).index("EQ")
    assert run("count float", tiny, zero, n=(equal, 64))[:8].tolist() == [0] * 8
    assert run("count float", tiny, zero, n=(equal, 64), flush_to_zero=True)[:8].tolist() == [255] * 8
    assert run("scalar count float", zero, n=(equal, 64), value=bits_of(tiny[0]))[:8].tolist() == [0] * 8
    flushed = run("scalar count float", zero, n=(equal, 64), value=bits_of(tiny[0]), flush_to_zero=True)
    assert flushed[:8].tolist() == [255] * 8


def test_a_comparison_that_int32_does_not_have_is_a_finding_on_dav_2201():
    x = np.zeros(64, np.int32)
    for name in ("count int32_t", "scalar count int32_t"):
        with pytest.raises(KernelFault, match=r"compare-mode.*LT does not exist"):
            run(name, x, x, n=(0, 64))
    with pytest.raises(KernelFault, match=r"compare-mode.*number 6"):
        run("count float", x, x, n=(6, 64))


def test_a_count_that_is_no_whole_repeat_names_what_is_left_out():
    x = np.zeros(64, np.float32)
    for soc in (A2, B4):
        with pytest.raises(KernelFault, match=r"compare-length.*100 elements.*64 elements \(256 B\) are compared"):
            run("count float", x, x, n=(0, 100), soc=soc)
    dst = values(np.uint8, 3)
    equal = list(MODES).index("EQ")
    got = run(
        "count float",
        np.zeros(128, np.float32),
        np.zeros(128, np.float32),
        dst=dst,
        n=(equal, 100),
        checks_off=("compare-length",),
    )
    assert got[:8].tolist() == [255] * 8 and np.array_equal(got[8:], dst[8:])


REFUSED = {
    ("Compare(dst, As<int16_t>(src0), As<int16_t>(src1), CMPMODE::EQ, 128);", A2): "Compare takes half, float, int32_t",
    ("Compare(dst, As<int32_t>(src0), As<int32_t>(src1), CMPMODE::EQ, 64);", B4): "Compare takes half, float",
    (
        "Compare(As<uint16_t>(dst), As<half>(src0), As<half>(src1), CMPMODE::EQ, 128);",
        A2,
    ): "bits in a tensor of uint8_t",
    ("Compares(dst, As<int16_t>(src0), int16_t(1), CMPMODE::EQ, 128);", A2): "take half, float, int32_t",
    (
        "Compare(As<half>(src0), As<half>(src1), CMPMODE::EQ, mask, BinaryRepeatParams());",
        B4,
    ): "no compare-mask register",
    ("GetCmpMask(dst);", B4): "no compare-mask register",
    ("SetCmpMask(dst);", B4): "no compare-mask register",
}


@pytest.mark.parametrize(("code", "soc"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(code, soc):
    with pytest.raises(BuildError, match=REFUSED[code, soc]):
        Statements({"refused": code}).kernel(soc)


def test_a_comparison_of_published_shape_compiles_and_runs():
    """Template arguments by name, the mask placeholder's forms, ReinterpretCast of the destination."""
    code = """
    LocalTensor<half> bits = As<half>(dst);
    Compare<float, uint8_t>(bits.ReinterpretCast<uint8_t>(), As<float>(src0), As<float>(src1), CMPMODE::LT, 64);
    AscendC::CompareScalar(dst[32], As<float>(src0), 1.0f, AscendC::CMPMODE::GT, static_cast<uint32_t>(64));
    """
    x = np.arange(64, dtype=np.float32)
    got = Statements({"published": code}).run("published", x, x[::-1].copy(), dst=np.zeros(ROOM_BYTES, np.uint8))
    assert np.array_equal(got[:8], packed(x < x[::-1])) and np.array_equal(got[32:40], packed(x > 1))
    assert isinstance(PROGRAMS[A2].kernel(A2), Kernel)
