# SPDX-License-Identifier: Apache-2.0
"""Select in every form, mode and element type, against NumPy."""

import numpy as np
import pytest
from statements import CPP, REPEAT_BYTES, ROOM_BYTES, Statements, bits_of, place, values

from helpers import BuildError, KernelFault

FLOATS = (np.float16, np.float32)
SOCS = A2, B4 = "Ascend910B1", "Ascend310B4"
MODES = COMPARE_MASK, SCALAR, TENSOR = range(3)
MASK_TYPES = ("uint8_t", "uint16_t", "uint32_t", "uint64_t")


def statements(soc: str) -> dict[str, str]:
    table = {}
    strides, mode = "BinaryRepeatParams(n[3], n[4], n[5], n[6], n[7], n[8])", "static_cast<SELMODE>(n[0])"
    for number, dtype in enumerate(FLOATS):
        t = CPP[dtype]
        for source, second in (("tensor", f"As<{t}>(src1)"), ("scalar", f"Scalar<{t}>(value)")):
            bits = MASK_TYPES[2 * number + (source == "scalar")]
            operands = f"As<{t}>(dst), As<{bits}>(src2), As<{t}>(src0), {second}, {mode}"
            table[f"count {source} {t}"] = f"Select({operands}, n[1]);"
            table[f"lanes {source} {t}"] = f"Select({operands}, n[1], n[2], {strides});"
            table[f"bits {source} {t}"] = f"Select({operands}, mask, n[2], {strides});"
            table[f"counter {source} {t}"] = f"SetMaskCount(); Select({operands}, n[1], n[2], {strides});"
        if soc == A2:
            given = f"As<{t}>(dst), As<{t}>(src0), As<{t}>(src1), n[2], {strides}"
            table[f"register tensor {t}"] = (
                f"SetCmpMask(src2); SetVectorMask<{t}>(mask[1], mask[0]);"
                f" Select<{t}, SELMODE::VSEL_CMPMASK_SPR>({given});"
            )
            given = f"As<{t}>(dst), src2, As<{t}>(src0), n[2], {strides}"
            table[f"register scalar {t}"] = (
                f"SetCmpMask(As<{t}>(src1)); SetVectorMask<{t}>(mask[1], mask[0]); Select<{t}, uint8_t>({given});"
            )
            operands = f"As<{t}>(dst)[512], src2, As<{t}>(src0)"
            count = "static_cast<SELMODE>(n[0]), 64); GetCmpMask(dst);"
            table[f"left tensor {t}"] = f"Select({operands}, As<{t}>(src1), {count}"
            table[f"left scalar {t}"] = f"Select({operands}, Scalar<{t}>(value), {count}"
    table["level 2 and the mask register"] = (
        "SetVectorMask<float>(0, 3); Select(As<float>(dst)[128], src2, As<float>(src0), 0.0f,"
        " SELMODE::VSEL_TENSOR_SCALAR_MODE, 8);"
        " Adds<float, false>(As<float>(dst), As<float>(src0), 0.0f, 64, 1, UnaryRepeatParams());"
    )
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in SOCS}
SEL_MASK = np.random.default_rng(11).integers(0, 256, ROOM_BYTES).astype(np.uint8)
SEL_BITS = np.unpackbits(SEL_MASK, bitorder="little").astype(bool)
CASES = [(soc, dtype, mode) for soc in SOCS for dtype in FLOATS for mode in MODES]


def run(name: str, left, right, soc=A2, **how) -> np.ndarray:
    return PROGRAMS[soc].run(name, left, right, SEL_MASK, soc=soc, **how)


def unsigned(array: np.ndarray) -> np.ndarray:
    """The elements' bits: NaN payloads count, for Select copies."""
    return array.view(f"u{array.itemsize}")


def selection(mode: int, repeat: int, lanes: int) -> np.ndarray:
    start = 0 if mode == COMPARE_MASK else repeat * lanes
    return SEL_BITS[start : start + lanes]


@pytest.mark.parametrize(("soc", "dtype", "mode"), CASES)
def test_the_count_form_chooses_exactly_the_first_elements(soc, dtype, mode):
    left, right, dst = values(dtype, 0), values(dtype, 1), values(dtype, 2)
    lanes = REPEAT_BYTES // left.itemsize
    scalar = dtype(-0.37)
    other = np.full_like(right, scalar) if mode == SCALAR else right
    for count in (0, 1, 37, lanes, 3 * lanes + 5, left.size):
        name = f"count {'scalar' if mode == SCALAR else 'tensor'} {CPP[dtype]}"
        got = run(name, left, right, dst=dst, n=(mode, count), value=bits_of(scalar), soc=soc).view(dtype)
        bits = np.resize(SEL_BITS[:lanes], left.size) if mode == COMPARE_MASK else SEL_BITS[: left.size]
        expected = np.where(bits, unsigned(left), unsigned(other))
        expected[count:] = unsigned(dst)[count:]
        assert np.array_equal(unsigned(got), expected), count


STRIDES = [(1, 1, 1, 8, 8, 8), (2, 1, 0, 16, 9, 8), (1, 0, 1, 8, 0, 8), (1, 1, 2, 9, 8, 16)]


def repeated(mode, left, right, dst, takes, repeats, strides) -> np.ndarray:
    lanes = REPEAT_BYTES // left.itemsize
    result = unsigned(dst.copy())
    for repeat in range(repeats):
        taken = [lane for lane in range(lanes) if takes(repeat, lane)]
        at = [[place(lane, repeat, strides[i], strides[3 + i], left.itemsize) for lane in taken] for i in range(3)]
        bits = selection(mode, repeat, lanes)[taken]
        result[at[0]] = np.where(bits, unsigned(left)[at[1]], unsigned(right)[at[2] if right.size > 1 else 0])
    return result


@pytest.mark.parametrize(("soc", "dtype", "mode"), CASES)
def test_masks_and_strides_choose_the_elements_that_are_written(soc, dtype, mode):
    left, right, dst = values(dtype, 3), values(dtype, 4), values(dtype, 5)
    lanes = REPEAT_BYTES // left.itemsize
    scalar = dtype(1.25)
    source = "scalar" if mode == SCALAR else "tensor"
    other = np.array([scalar]) if mode == SCALAR else right
    holes = (0x8421_0000_F00F_0001, 0x5 if lanes == 128 else 0)

    def got(form, limit, repeats, strides):
        n = (mode, limit, repeats, *strides)
        how = {"dst": dst, "n": n, "mask": holes, "value": bits_of(scalar), "soc": soc}
        return unsigned(run(f"{form} {source} {CPP[dtype]}", left, right, **how).view(dtype))

    for strides in STRIDES:
        for limit in (1, 17, lanes):
            expected = repeated(mode, left, other, dst, lambda _, lane, limit=limit: lane < limit, 3, strides)
            assert np.array_equal(got("lanes", limit, 3, strides), expected)
        expected = repeated(mode, left, other, dst, lambda _, lane: holes[lane // 64] >> (lane % 64) & 1, 3, strides)
        assert np.array_equal(got("bits", 0, 3, strides), expected)
        for count in (1, lanes, 2 * lanes + 9):
            expected = repeated(
                mode,
                left,
                other,
                dst,
                lambda r, lane, count=count: r * lanes + lane < count,
                -(-count // lanes),
                strides,
            )
            assert np.array_equal(got("counter", count, 1, strides), expected)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("mode", [COMPARE_MASK, SCALAR])
def test_the_register_forms_take_bits_or_scalar_from_the_compare_mask(dtype, mode):
    left, right, dst = values(dtype, 6), values(dtype, 7), values(dtype, 8)
    right[0] = dtype(0.75)
    source = "scalar" if mode == SCALAR else "tensor"
    other = right[:1] if mode == SCALAR else right
    holes = (0x8421_0000_F00F_0001, 0x5 if dtype is np.float16 else 0)
    for strides in STRIDES:
        got = run(f"register {source} {CPP[dtype]}", left, right, dst=dst, n=(0, 0, 3, *strides), mask=holes)
        expected = repeated(mode, left, other, dst, lambda _, lane: holes[lane // 64] >> (lane % 64) & 1, 3, strides)
        assert np.array_equal(unsigned(got.view(dtype)), expected)


@pytest.mark.parametrize("dtype", FLOATS)
def test_what_select_leaves_in_the_compare_mask(dtype):
    left, right = values(dtype, 6), values(dtype, 7)
    scalar = dtype(0.75)
    used = 64 // 8
    got = run(f"left tensor {CPP[dtype]}", left, right, n=(COMPARE_MASK,))
    assert np.array_equal(got[:used], SEL_MASK[:used])
    got = run(f"left scalar {CPP[dtype]}", left, right, n=(SCALAR,), value=bits_of(scalar))
    assert np.array_equal(got[:16].view(dtype), np.full(16 // left.itemsize, scalar))
    got = run(f"left tensor {CPP[dtype]}", left, right, n=(TENSOR,))
    assert np.array_equal(got[:16].view(np.uint32), np.full(4, 3 * ROOM_BYTES, np.uint32))  # where the bits lie


@pytest.mark.parametrize(("soc", "written"), [(A2, 64), (B4, 2)])
def test_level_2_resets_the_mask_register_on_one_family_only(soc, written):
    x = np.ones(64, np.float32)
    got = run("level 2 and the mask register", x, x, dst=np.zeros(ROOM_BYTES, np.uint8), soc=soc).view(np.float32)
    assert np.count_nonzero(got[:64]) == written


@pytest.mark.parametrize("soc", SOCS)
def test_a_mode_that_does_not_fit_the_second_source_is_a_finding(soc):
    x = np.ones(64, np.float32)
    with pytest.raises(KernelFault, match=r"select-mode.*VSEL_TENSOR_SCALAR_MODE.*is a tensor"):
        run("count tensor float", x, x, n=(SCALAR, 64), soc=soc)
    for mode in (COMPARE_MASK, TENSOR):
        with pytest.raises(KernelFault, match=r"select-mode.*is a scalar"):
            run("lanes scalar float", x, x, n=(mode, 64, 1, 1, 1, 1, 8, 8, 8), soc=soc)


def test_a_selection_mask_that_is_too_short_is_a_finding():
    code = "Select(As<float>(dst), src2[0], As<float>(src0), 0.0f, SELMODE::VSEL_TENSOR_SCALAR_MODE, n[0]);"
    short = code.replace("src2[0]", "src2[8192 - 32]")
    x = np.ones(2048, np.float32)
    program = Statements({"short": short})
    program.run("short", x, n=(256,))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*selMask.*reads 33 elements"):
        program.run("short", x, n=(257,))


REFUSED = {
    ("Select(As<int32_t>(dst), src2, As<int32_t>(src0), 1, SELMODE::VSEL_TENSOR_SCALAR_MODE, 8);", A2): "half, float",
    ("Select(As<half>(dst), As<float>(src2), As<half>(src0), As<half>(src1), SELMODE::VSEL_CMPMASK_SPR, 8);", A2): (
        "selMask holds bits: its elements are integers"
    ),
    (
        "Select<half, SELMODE::VSEL_CMPMASK_SPR>(As<half>(dst), As<half>(src0), As<half>(src1), 1,"
        " BinaryRepeatParams());",
        B4,
    ): "give Select a selMask",
    (
        "Select<half, SELMODE::VSEL_TENSOR_TENSOR_MODE>(As<half>(dst), As<half>(src0), As<half>(src1), 1,"
        " BinaryRepeatParams());",
        A2,
    ): "give Select a selMask",
    ("Select(As<half>(dst), src2, As<half>(src0), 1, BinaryRepeatParams());", B4): "give Select the scalar",
}


@pytest.mark.parametrize(("code", "soc"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(code, soc):
    with pytest.raises(BuildError, match=REFUSED[code, soc]):
        Statements({"refused": code}).kernel(soc)
