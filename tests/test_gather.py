# SPDX-License-Identifier: Apache-2.0
"""Gather, Gatherb, Scatter and GatherMask in every form and element type, against NumPy."""

import numpy as np
import pytest
from statements import BLOCK_BYTES, CPP, REPEAT_BYTES, ROOM_BYTES, Statements, place, values

from helpers import BuildError, KernelFault

SOCS = A2, B4 = "Ascend910B1", "Ascend310B4"
WIDE = (np.float16, np.float32, np.int16, np.uint16, np.int32, np.uint32)
NARROW = (np.int8, np.uint8)
TYPES = {A2: WIDE, B4: (*WIDE, *NARROW)}
BLOCKS = {A2: (np.uint16, np.uint32), B4: (*WIDE, *NARROW)}


def statements(soc: str) -> dict[str, str]:
    table = {}
    for dtype in TYPES[soc]:
        t = CPP[dtype]
        for name in ("Gather", "Scatter") if soc == B4 else ("Gather",):
            operands = f"As<{t}>(dst), As<{t}>(src0), As<uint32_t>(src1), n[0]"
            table[f"{name} count {t}"] = f"{name}({operands}, n[1]);"
            table[f"{name} lanes {t}"] = f"{name}({operands}, static_cast<uint64_t>(n[1]), n[2], n[3]);"
            table[f"{name} bits {t}"] = f"{name}({operands}, mask, n[2], n[3]);"
        if dtype in WIDE:
            bits = "uint16_t" if np.dtype(dtype).itemsize == 2 else "uint32_t"
            for form, pattern in (("built-in", "n[0]"), ("own", f"As<{bits}>(src1)")):
                table[f"GatherMask {form} {t}"] = (
                    f"uint64_t kept = 0; GatherMask(As<{t}>(dst), As<{t}>(src0), {pattern}, n[1] != 0, n[2],"
                    " {static_cast<uint8_t>(n[3]), static_cast<uint16_t>(n[4]), static_cast<uint16_t>(n[5]),"
                    " static_cast<uint8_t>(n[6])}, kept); As<uint64_t>(src2).SetValue(0, kept);"
                )
    for dtype in BLOCKS[soc]:
        t = CPP[dtype]
        table[f"Gatherb {t}"] = (
            f"Gatherb(As<{t}>(dst), As<{t}>(src0), As<uint32_t>(src1), n[0],"
            " GatherRepeatParams(static_cast<uint8_t>(n[1]), static_cast<uint8_t>(n[2])));"
        )
    table["waits"] = (
        "uint64_t kept = 0; Duplicate(As<uint32_t>(src1), 0xF0F0F0F0u, 64); GatherMask(As<float>(dst), As<float>(src0),"
        " As<uint32_t>(src1), false, 0, GatherMaskParams(1, 1, 8, 1), kept); DataCopy(gm[0], dst, ROOM_BYTES); return;"
    )
    table["mask after"] = (
        "uint64_t kept = 0; SetMaskCount(); GatherMask(As<float>(src1), As<float>(src0), 7, true, 6,"
        " GatherMaskParams(1, 1, 8, 0), kept);"
        " Adds<float, false>(As<float>(dst), As<float>(src0), 0.0f, 0, 1, UnaryRepeatParams());"
    )
    table["mask after Gather"] = (
        "Gather(As<float>(src1)[1024], As<float>(src0), As<uint32_t>(src1), 0, 67);"
        " Adds<float, false>(As<float>(dst), As<float>(src0), 0.0f, 0, 1, UnaryRepeatParams());"
    )
    if soc == A2:
        table["remain"] = (
            "uint64_t kept = 0; GatherMask(As<half>(dst), As<half>(src0), 3, false, 0, GatherMaskParams(1, 2, 8, 0),"
            " kept); As<int64_t>(src2).SetValue(0, GetGatherMaskRemainCount());"
        )
        table["bfloat16"] = (
            "uint64_t kept = 0; GatherMask(As<bfloat16_t>(dst), As<bfloat16_t>(src0), 2, false, 0,"
            " GatherMaskParams(1, 1, 8, 0), kept);"
            " Gather(As<bfloat16_t>(dst)[256], As<bfloat16_t>(src0), As<uint32_t>(src1), 0, 128);"
        )
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in SOCS}
CASES = [(soc, dtype, "Gather") for soc in SOCS for dtype in TYPES[soc]]
CASES += [(B4, dtype, "Scatter") for dtype in TYPES[B4]]


def launch(name: str, *sources, soc=A2, **how):
    return PROGRAMS[soc].launch(name, *sources, soc=soc, **how)


def offsets_for(dtype: type, seed: int, base: int, distinct: bool) -> np.ndarray:
    """Byte offsets of elements, as many as the room of offsets holds, so that base + offset stays inside."""
    size = np.dtype(dtype).itemsize
    elems = (ROOM_BYTES - base) // size
    generator = np.random.default_rng(seed)
    number = ROOM_BYTES // 4
    chosen = generator.permutation(elems)[:number] if distinct else generator.integers(0, elems, number)
    return (np.resize(chosen, number) * size).astype(np.uint32)


def spread(name: str, src, dst, at, index) -> np.ndarray:
    """dst after one instruction: places `at` of the tensor in order, places `index` of the other."""
    result = dst.copy()
    if name == "Gather":
        result[at] = src[index]
    else:
        result[index] = src[at]
    return result


@pytest.mark.parametrize(("soc", "dtype", "name"), CASES)
def test_offsets_in_bytes_name_the_elements(soc, dtype, name):
    src, dst = values(dtype, 40), values(dtype, 41)
    size = src.itemsize
    unsigned = f"u{size}"
    lanes = REPEAT_BYTES // max(size, 2)
    for base in (0, 96):
        offsets = offsets_for(dtype, 42, base, name == "Scatter")
        index = (offsets + base) // size
        for count in (0, 1, 37, lanes, 2 * lanes + 5, min(1024, ROOM_BYTES // size - 64)):
            got, _, _ = launch(f"{name} count {CPP[dtype]}", src, offsets, dst=dst, n=(base, count), soc=soc)
            expected = spread(name, src, dst, np.arange(count), index[:count])
            assert np.array_equal(got.view(unsigned), expected.view(unsigned)), (base, count)
        holes = (0x8421_0000_F00F_0002, 0xC5 if lanes == 128 else 0)
        for form, limit, stride in (("lanes", 5, 8), ("lanes", lanes, 9), ("bits", 0, 8), ("bits", 0, 3)):
            taken = [lane for lane in range(lanes) if lane < limit]
            if form == "bits":
                taken = [lane for lane in range(lanes) if holes[lane // 64] >> (lane % 64) & 1]
            n = (base, limit, 3, stride)
            got, _, _ = launch(f"{name} {form} {CPP[dtype]}", src, offsets, dst=dst, n=n, mask=holes, soc=soc)
            expected = dst.copy()
            for repeat in range(3):
                at = [place(lane, repeat, 1, stride, size) for lane in taken]
                expected = spread(name, src, expected, at, index[[repeat * lanes + lane for lane in taken]])
            assert np.array_equal(got.view(unsigned), expected.view(unsigned)), (form, limit, stride)


@pytest.mark.parametrize(("soc", "dtype"), [(soc, dtype) for soc in SOCS for dtype in BLOCKS[soc]])
def test_offsets_of_blocks(soc, dtype):
    src, dst = values(np.uint8, 43), values(np.uint8, 44)
    offsets = np.random.default_rng(45).integers(0, ROOM_BYTES // BLOCK_BYTES, 64).astype(np.uint32) * BLOCK_BYTES
    for block_stride, repeat_stride in ((1, 8), (0, 8), (3, 25)):
        got, _, _ = launch(f"Gatherb {CPP[dtype]}", src, offsets, dst=dst, n=(5, block_stride, repeat_stride), soc=soc)
        expected = dst.copy()
        for repeat in range(5):
            for block in range(8):
                to = (repeat * repeat_stride + block * max(block_stride, 1)) * BLOCK_BYTES
                start = offsets[repeat * 8 + block]
                expected[to : to + BLOCK_BYTES] = src[start : start + BLOCK_BYTES]
        assert np.array_equal(got, expected)


BUILT_IN = {1: [1, 0, 1, 0], 2: [0, 1, 0, 1], 3: [1, 0, 0, 0], 4: [0, 1, 0, 0], 5: [0, 0, 1, 0], 6: [0, 0, 0, 1]}
BUILT_IN |= {7: [1, 1, 1, 1]}


@pytest.mark.parametrize(("soc", "dtype"), [(soc, dtype) for soc in SOCS for dtype in WIDE])
def test_a_pattern_says_which_elements_are_kept(soc, dtype):
    src, dst = values(dtype, 46), values(dtype, 47)
    unsigned, size = f"u{src.itemsize}", src.itemsize
    lanes = REPEAT_BYTES // size
    own = np.random.default_rng(48).integers(0, 256, ROOM_BYTES).astype(np.uint8)
    own_bits = np.unpackbits(own, bitorder="little").astype(bool)
    shapes = [
        (0, 0, 1, 3, 8, 1),
        (0, 5, 2, 2, 16, 0),
        (1, 70, 1, 2, 8, 2),
        (1, 2 * lanes + 9, 1, 3, 20, 4),
        (1, 6, 1, 4, 1, 1),
    ]
    for counts, mask, block_stride, repeats, repeat_stride, pattern_stride in shapes:
        for pattern in (*BUILT_IN, "own"):
            elements = mask if counts else lanes
            kept = []
            for repeat in range(repeats):
                start = repeat * pattern_stride * BLOCK_BYTES * 8
                bits = (
                    own_bits[start : start + elements] if pattern == "own" else np.resize(BUILT_IN[pattern], elements)
                )
                kept += [place(e, repeat, block_stride, repeat_stride, size) for e in np.flatnonzero(bits)]
            form = "own" if pattern == "own" else "built-in"
            number = 0 if pattern == "own" else pattern
            n = (number, counts, mask, block_stride, repeats, repeat_stride, pattern_stride)
            got, count, _ = launch(f"GatherMask {form} {CPP[dtype]}", src, own, dst=dst, n=n, soc=soc)
            expected = dst.copy()
            expected[: len(kept)] = src[kept]
            assert np.array_equal(got.view(unsigned), expected.view(unsigned)), (pattern, n)
            assert count.view(np.uint64)[0] == len(kept)


def test_gathermask_waits_for_the_pattern_and_ends_before_what_follows():
    src = np.arange(64, dtype=np.float32)
    for soc in SOCS:
        got, _, _ = launch("waits", src, dst=np.zeros(ROOM_BYTES, np.uint8), soc=soc)
        assert np.array_equal(got.view(np.float32)[:32], src.reshape(8, 8)[:, 4:].ravel())


@pytest.mark.parametrize(("soc", "written"), [(A2, [1, 2]), (B4, range(64))])
def test_gathermask_leaves_its_mask_argument_in_the_register_of_one_family(soc, written):
    src = np.arange(1, 65, dtype=np.float32)
    got, _, _ = launch("mask after", src, dst=np.zeros(ROOM_BYTES, np.uint8), soc=soc)
    assert np.array_equal(np.flatnonzero(got.view(np.float32)), written)  # 6 is 0b110


@pytest.mark.parametrize(("soc", "written"), [(A2, 3), (B4, 64)])
def test_gather_over_a_count_leaves_the_lanes_of_its_rest_in_the_register_of_one_family(soc, written):
    src = np.arange(1, 65, dtype=np.float32)
    got, _, _ = launch("mask after Gather", src, np.zeros(2048, np.uint32), dst=np.zeros(ROOM_BYTES, np.uint8), soc=soc)
    assert np.count_nonzero(got.view(np.float32)) == written


def test_the_number_kept_is_in_a_register_of_dav_2201():
    _, count, _ = launch("remain", np.arange(256, dtype=np.float16))
    assert count.view(np.int64)[0] == 64


def test_bfloat16_moves_on_dav_2201():
    src = values(np.uint16, 49)
    offsets = offsets_for(np.uint16, 50, 0, distinct=False)
    got, _, _ = launch("bfloat16", src, offsets)
    assert np.array_equal(got.view(np.uint16)[:64], src[1:128:2])
    assert np.array_equal(got.view(np.uint16)[256:384], src[offsets[:128] // 2])


def test_an_offset_that_leads_out_of_the_tensor_is_a_finding():
    src = np.zeros(2048, np.float32)
    offsets = np.zeros(64, np.uint32)
    offsets[5] = ROOM_BYTES - 4
    launch("Gather count float", src, offsets, n=(0, 64))
    with pytest.raises(
        KernelFault, match=r"offset-out-of-bounds.*src.*offset 5 .* byte 8192 of a tensor that holds 8192"
    ):
        launch("Gather count float", src, offsets, n=(4, 64))
    launch("Gather count float", src, offsets, n=(4, 64), checks_off=("ub-bounds",))
    launch("Gather count float", src, offsets, n=(4, 64), level="fast")
    offsets[5] = 2**32 - 4
    for level in ("fast", "checked"):  # out of UB altogether
        with pytest.raises(KernelFault, match="offset-out-of-bounds"):
            launch("Gather count float", src, offsets, n=(0, 64), level=level)
    with pytest.raises(KernelFault, match=r"offset-out-of-bounds.*dst"):
        launch("Scatter count float", src, offsets, n=(0, 64), soc=B4)


def test_an_offset_that_is_no_multiple_is_a_finding():
    src, offsets = np.zeros(2048, np.float32), np.full(64, 6, np.uint32)
    with pytest.raises(KernelFault, match=r"offset-misaligned.*multiple of 4"):
        launch("Gather count float", src, offsets, n=(0, 64))
    with pytest.raises(KernelFault, match=r"offset-misaligned.*multiple of 32"):
        launch("Gatherb uint32_t", src, np.full(64, 16, np.uint32), n=(1, 1, 8))


def test_a_pattern_that_does_not_exist_is_a_finding():
    src = np.zeros(64, np.float32)
    for pattern in (0, 8):
        with pytest.raises(KernelFault, match=rf"gather-pattern.*pattern {pattern} does not exist"):
            launch("GatherMask built-in float", src, n=(pattern, 0, 0, 1, 1, 8, 0))


def test_a_pattern_has_no_bits_at_level_model():
    src = np.zeros(64, np.float32)
    with pytest.raises(KernelFault, match=r"model-no-data.*src1Pattern"):
        launch("GatherMask own float", src, src, n=(0, 0, 0, 1, 1, 8, 0), level="model")
    launch("GatherMask built-in float", src, src, n=(7, 0, 0, 1, 1, 8, 0), level="model")


def test_more_repeats_than_dav_2201_counts_are_a_finding():
    code = "Gather(As<float>(dst), As<float>(src0), As<uint32_t>(src1), 0, 64 * 256);"
    with pytest.raises(KernelFault, match=r"gather-count.*would lose 256 of them"):
        Statements({"long": code}).run("long", np.zeros(64, np.float32))


REFUSED = {
    (
        "Gather(As<int8_t>(dst), As<int8_t>(src0), As<uint32_t>(src1), 0, 8);",
        A2,
    ): "Gather takes half, bfloat16_t, float",
    (
        "Gather(As<bfloat16_t>(dst), As<bfloat16_t>(src0), As<uint32_t>(src1), 0, 8);",
        B4,
    ): "Gather takes half, float, int8_t",
    ("Scatter(As<float>(dst), As<float>(src0), As<uint32_t>(src1), 0, 8);", A2): "dav-2201 has no Scatter",
    (
        "Gatherb(As<half>(dst), As<half>(src0), As<uint32_t>(src1), 1, GatherRepeatParams());",
        A2,
    ): "ReinterpretCast tensors",
    ("(void)GetGatherMaskRemainCount();", B4): "use rsvdCnt of GatherMask",
    (
        "uint64_t kept; GatherMask(As<half>(dst), As<half>(src0), As<uint32_t>(src1), false, 0, GatherMaskParams(),"
        " kept);",
        A2,
    ): "a pattern is a tensor of uint16_t for elements of 16 bits",
}


@pytest.mark.parametrize(("code", "soc"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(code, soc):
    with pytest.raises(BuildError, match=REFUSED[code, soc]):
        Statements({"refused": code}).kernel(soc)
