# SPDX-License-Identifier: Apache-2.0
"""Transpose and TransDataTo5HD in every form and element type, against NumPy."""

import numpy as np
import pytest
from statements import BLOCK_BYTES, CPP, ROOM_BYTES, Statements, values

from helpers import BuildError, KernelFault

SOCS = A2, B4 = "Ascend910B1", "Ascend310B4"
DTYPES = (np.float16, np.float32, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32)
LAST, FIRST, MATRIX = 11, 12, 10  # values of TransposeType
LISTS = """
        LocalTensor<{t}> to[16], from[16];
        uint64_t toAddress[16], fromAddress[16];
        for (uint32_t i = 0; i < 16; ++i) {{
            to[i] = As<{t}>(dst)[(n[5] * (i / n[7]) + n[6] * (i % n[7])) / sizeof({t})];
            from[i] = As<{t}>(src0)[n[8] * i / sizeof({t})];
            toAddress[i] = (uint64_t)to[i].GetPhyAddr();
            fromAddress[i] = (uint64_t)from[i].GetPhyAddr();
        }}
        const TransDataTo5HDParams params(n[0] != 0, n[1] != 0, n[2], n[3], n[4]);
"""


def statements(soc: str) -> dict[str, str]:
    table = {}
    for dtype in DTYPES:
        t = CPP[dtype]
        table[f"tensors {t}"] = LISTS.format(t=t) + "TransDataTo5HD(to, from, params);"
        table[f"addresses {t}"] = LISTS.format(t=t) + f"TransDataTo5HD<{t}>(toAddress, fromAddress, params);"
        if t in ("half", "int16_t", "uint16_t"):
            table[f"matrix {t}"] = f"Transpose(As<{t}>(dst), As<{t}>(src0));"
            table[f"in place {t}"] = f"Transpose(As<{t}>(dst), As<{t}>(dst));"
        table[f"shape {t}"] = (
            f"Transpose(As<{t}>(dst), As<{t}>(src0), src2,"
            " TransposeParamsExt(n[0], n[1], n[2], n[3], static_cast<TransposeType>(n[4])));"
        )
    table["addresses in UB"] = LISTS.format(t="half") + (
        "for (uint32_t i = 0; i < 16; ++i) { As<uint64_t>(src1).SetValue(i, toAddress[i]);"
        " As<uint64_t>(src2).SetValue(i, fromAddress[i]); }"
        " TransDataTo5HD<half>(As<uint64_t>(src1), As<uint64_t>(src2), params);"
    )
    table["outside"] = LISTS.format(t="half") + (
        "fromAddress[3] = 64; TransDataTo5HD<half>(toAddress, fromAddress, params);"
    )
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in SOCS}


def launch(name: str, *sources, soc=A2, **how):
    return PROGRAMS[soc].launch(name, *sources, soc=soc, **how)


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("t", ["half", "int16_t", "uint16_t"])
def test_a_matrix_of_16_by_16_is_transposed_in_place_too(soc, t):
    src, dst = values(np.uint16, 60), values(np.uint16, 61)
    for name, given in ((f"matrix {t}", dst), (f"in place {t}", src)):
        got, _, _ = launch(name, src, dst=given, soc=soc)
        expected = given.copy()
        expected[:256] = src[:256].reshape(16, 16).T.ravel()
        assert np.array_equal(got.view(np.uint16), expected)


def trans_data(src, dst, size, high, repeats, strides, to, from_) -> np.ndarray:
    """16 rows of the source list, of as many elements as a block (of 8 bits half a block) has; its columns, one after
    the other, fill the destination list."""
    result = dst.copy()
    entry = 16 if size == 1 else BLOCK_BYTES
    for repeat in range(repeats):
        step = 1 if repeats == 1 else repeat

        def place(start, stride, is_high, step=step):
            return start + step * stride * BLOCK_BYTES + (entry if size == 1 and is_high else 0)

        rows = np.stack([src[place(start, strides[1], high[1]) :][:entry] for start in from_])
        columns = rows.reshape(16, entry // size, size).transpose(1, 0, 2).reshape(16, entry)
        for start, column in zip(to, columns, strict=True):
            at = place(start, strides[0], high[0])
            result[at : at + entry] = column
    return result


# High halves, repeats, strides, pitches of the destination list (outer, inner, how many inner) and of the source list.
CASES = [
    ((0, 0), 1, (0, 0), (32, 0, 1), 32),
    ((1, 0), 1, (0, 0), (32, 0, 1), 32),
    ((0, 1), 1, (2, 3), (64, 0, 1), 32),
    ((1, 1), 3, (16, 1), (32, 0, 1), 128),
    ((0, 0), 4, (16, 1), (32, 0, 1), 128),
    ((0, 0), 2, (4, 16), (128, 32, 2), 32),
]


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_lists_of_tensors_and_of_addresses(soc, dtype):
    src, dst = values(np.uint8, 62), values(np.uint8, 63)
    for high, repeats, strides, (outer, inner, inners), pitch in CASES:
        n = (*high, repeats, *strides, outer, inner, inners, pitch)
        to = [outer * (i // inners) + inner * (i % inners) for i in range(16)]
        expected = trans_data(
            src, dst, np.dtype(dtype).itemsize, high, repeats, strides, to, [pitch * i for i in range(16)]
        )
        for form in ("tensors", "addresses"):
            got, _, _ = launch(f"{form} {CPP[dtype]}", src, dst=dst, n=n, soc=soc)
            assert np.array_equal(got, expected), (form, n)
    assert np.array_equal(
        launch(f"tensors {CPP[dtype]}", src, dst=dst, n=(0, 0, 0, 0, 0, 32, 0, 1, 32), soc=soc)[0], dst
    )


def test_nchw_becomes_nc1hwc0_as_on_the_public_page():
    """C = 16, H x W = 8 x 16 in half: 8 repeats, source stride 1, destination stride 16."""
    x = values(np.float16, 64, 16 * 128).reshape(16, 128)
    got, _, _ = launch("tensors half", x, n=(0, 0, 8, 16, 1, 32, 0, 1, 256))
    assert np.array_equal(got.view(np.uint16)[: x.size], x.T.copy().view(np.uint16).ravel())


def test_addresses_may_lie_in_ub():
    src, dst = values(np.uint8, 65), values(np.uint8, 66)
    got, _, _ = launch("addresses in UB", src, dst=dst, n=(0, 0, 1, 0, 0, 32, 0, 1, 32))
    starts = [32 * i for i in range(16)]
    assert np.array_equal(got, trans_data(src, dst, 2, (0, 0), 1, (0, 0), starts, starts))


@pytest.mark.parametrize("dtype", DTYPES)
def test_channels_go_last_and_first_on_dav_2201(dtype):
    size = np.dtype(dtype).itemsize
    src, dst = values(dtype, 67), values(dtype, 68)
    unsigned = f"u{size}"
    batches, channels, height, width = 2, 3, 4, 32 // size
    elems = batches * channels * height * width
    tile = (32 if size == 1 else 16) * BLOCK_BYTES
    for kind, shape, axes, work in (
        (LAST, (batches, channels, height, width), (0, 2, 3, 1), (channels + 2) * tile),
        (FIRST, (batches, height, width, channels), (0, 3, 1, 2), (channels * 2 + 1) * tile),
    ):
        scratch = np.zeros(ROOM_BYTES, np.uint8)
        n = (batches, channels, height, width, kind)
        got, lost, _ = launch(f"shape {CPP[dtype]}", src, src, scratch, dst=dst, n=n)
        expected = dst.copy()
        expected[:elems] = src[:elems].reshape(shape).transpose(axes).ravel()
        assert np.array_equal(got.view(unsigned), expected.view(unsigned))
        assert np.count_nonzero(lost) == work and lost[:work].all()
    for n in ((0, 3, 4, 8, LAST), (2, 0, 4, 8, FIRST), (2, 3, 0, 8, LAST), (2, 3, 4, 8, 0)):
        assert np.array_equal(launch(f"shape {CPP[dtype]}", src, dst=dst, n=n)[0], dst.view(np.uint8))


@pytest.mark.parametrize("soc", SOCS)
def test_the_matrix_by_type_is_of_uint16(soc):
    src, dst = values(np.uint16, 69), values(np.uint16, 70)
    got, _, _ = launch("shape uint16_t", src, dst=dst, n=(0, 0, 16, 16, MATRIX), soc=soc)
    assert np.array_equal(got.view(np.uint16)[:256], src[:256].reshape(16, 16).T.ravel())
    with pytest.raises(KernelFault, match=r"transpose-type.*type 10"):
        launch("shape half", src, n=(0, 0, 16, 16, MATRIX), soc=soc)


def test_a_transposition_that_does_not_exist_is_a_finding():
    src = values(np.float16, 71)
    for kind, soc in ((1, A2), (9, A2), (13, A2), (LAST, B4), (FIRST, B4)):
        with pytest.raises(KernelFault, match=rf"transpose-type.*type {kind} does not exist"):
            launch("shape half", src, n=(1, 1, 4, 8, kind), soc=soc)


def test_a_plane_of_no_whole_blocks_and_too_small_a_work_space_are_findings():
    src = values(np.float16, 72)
    with pytest.raises(KernelFault, match=r"transpose-shape.*the plane has 24 bytes"):
        launch("shape half", src, n=(1, 1, 3, 4, LAST))
    with pytest.raises(KernelFault, match=r"transpose-shape.*cSize is 4096"):
        launch("shape half", src, n=(1, 4096, 4, 4, LAST))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*sharedTmpBuffer"):
        launch("shape half", src, n=(1, 16, 4, 8, LAST))


def test_each_entry_of_a_list_is_checked_as_the_tensor_it_is():
    src = values(np.uint8, 73)
    with pytest.raises(KernelFault, match=r"ub-misaligned.*dstList\[1\]"):
        launch("tensors half", src, n=(0, 0, 1, 0, 0, 48, 0, 1, 32))
    with pytest.raises(KernelFault, match=r"ub-misaligned.*srcList\[1\]"):
        launch("tensors int8_t", src, n=(1, 1, 1, 0, 0, 32, 0, 1, 16))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*srcList\[15\]"):
        launch("tensors half", src, n=(0, 0, 2, 1, 18, 32, 0, 1, 512))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*dstList\[0\]"):
        launch("addresses half", src, n=(0, 0, 1, 256, 0, 32, 0, 1, 32))
    for level in ("fast", "checked"):
        with pytest.raises(KernelFault, match=r"address-outside-ub.*srcList\[3\]"):
            launch("outside", src, n=(0, 0, 1, 0, 0, 32, 0, 1, 32), level=level)


REFUSED = {
    "Transpose(As<float>(dst), As<float>(src0));": "for others there is TransDataTo5HD",
    "uint64_t list[16]; TransDataTo5HD<int64_t>(list, list, TransDataTo5HDParams());": "TransDataTo5HD takes half",
}


@pytest.mark.parametrize("code", REFUSED)
def test_other_types_are_refused_with_the_alternative(code):
    with pytest.raises(BuildError, match=REFUSED[code]):
        Statements({"refused": code}).kernel(A2)
