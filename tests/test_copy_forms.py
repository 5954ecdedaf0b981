# SPDX-License-Identifier: Apache-2.0
"""Copies in data blocks, inside UB, under masks and by slices, byte for byte against a few lines of NumPy."""

import functools

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault

TYPES = {  # bit patterns are what counts, so bfloat16_t is compared as uint16
    "uint8_t": np.uint8,
    "half": np.float16,
    "bfloat16_t": np.uint16,
    "float": np.float32,
    "int64_t": np.int64,
    "double": np.float64,
}
MASKED = {"half": np.float16, "bfloat16_t": np.uint16, "float": np.float32, "int32_t": np.int32}
BLOCK_BYTES = 32
REPEAT_BYTES = 256
ROOM_BYTES = 8192
FORMS = (
    "load blocks",
    "store blocks",
    "load enhanced",
    "local count",
    "local blocks",
    "slices in",
    "slices out",
    "pad older",
    "set pad value",
    "lanes",
    "mask",
    "counter",
    "register",
)

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// One copy between global memory `gm` and an image of UB, which is loaded before it and stored after it.
#include "kernel_operator.h"

using namespace AscendC;

struct Shape {
    uint16_t count;
    uint16_t len;
    uint16_t srcGap;
    uint16_t dstGap;
    uint32_t elements;
    uint32_t dst;  // elements, in the image
    uint32_t dimensions;
    uint32_t slices[2][3][5];  // of dst, of src
    uint64_t mask[2];
    uint64_t lanes;
};

template <typename T>
constexpr bool MASKED = sizeof(T) == 2 || sizeof(T) == 4;

template <typename T>
__aicore__ void Masked(uint32_t form, const LocalTensor<T> &dst, const LocalTensor<T> &src, const Shape &shape)
{
    const CopyRepeatParams repeat{shape.dstGap, shape.srcGap, shape.len, static_cast<uint16_t>(shape.elements)};
    const uint8_t repeats = static_cast<uint8_t>(shape.count);
    if (form == 9) {
        Copy(dst, src, shape.lanes, repeats, repeat);
    } else if (form == 10) {
        Copy(dst, src, shape.mask, repeats, repeat);
    } else if (form == 11) {
        SetMaskCount();
        Copy(dst, src, shape.lanes, repeats, repeat);
        SetMaskNorm();
    } else {
        SetVectorMask<T>(shape.mask[1], shape.mask[0]);
        Copy<T, false>(dst, src, shape.lanes, repeats, repeat);
    }
}

template <typename T>
__aicore__ void Run(GM_ADDR gmAddress, GM_ADDR imageAddress, uint32_t form, const Shape &shape)
{
    constexpr uint32_t ELEMENTS = 8192 / sizeof(T);
    GlobalTensor<T> gm, image;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(gmAddress), ELEMENTS);
    image.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(imageAddress), ELEMENTS);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, 8192);
    LocalTensor<T> ub = buffer.Get<T>();
    DataCopy(ub, image, ELEMENTS);
    PipeBarrier<PIPE_ALL>();
    SliceInfo slices[2][3];
    for (uint32_t side = 0; side < 2; ++side) {
        for (uint32_t i = 0; i < 3; ++i) {
            const uint32_t *s = shape.slices[side][i];
            slices[side][i] = {s[0], s[1], s[2], s[3], s[4]};
        }
    }
    if (form == 0) {
        DataCopy(ub, gm, {shape.count, shape.len, shape.srcGap, shape.dstGap});
    } else if (form == 1) {
        DataCopyParams params;
        params.blockCount = shape.count;
        params.blockLen = shape.len;
        params.srcStride = shape.srcGap;
        params.dstGap = shape.dstGap;
        DataCopy(gm, ub, params);
    } else if (form == 2) {
        DataCopyEnhancedParams enhanced;
        DataCopy(ub, gm, {shape.count, shape.len, shape.srcGap, shape.dstGap}, enhanced);
    } else if (form == 7) {
        DataCopyPad(ub, gm, {shape.count, shape.len, shape.srcGap, shape.dstGap}, {true, 0, 2, 7});
    }
#if __NPU_ARCH__ == 2201
    if (form == 3) {
        DataCopy(ub[shape.dst], ub, shape.elements);
    } else if (form == 4) {
        DataCopy(ub[shape.dst], ub, {shape.count, shape.len, shape.srcGap, shape.dstGap});
    } else if (form == 8) {
        SetPadValue(static_cast<T>(7));
        DataCopyPadExtParams<T> padding{false, 1, 2, 0};
        padding.paddingValue = 5;  // isPad is false: it has no effect
        DataCopyPad(ub, gm, {shape.count, shape.len, shape.srcGap, shape.dstGap, 0}, padding);
        SetPadValue<T, TPosition::VECIN>(3);  // too late for the copy before it, whatever the schedule
    }
    if constexpr (sizeof(T) < 8) {
        if (form == 5) {
            DataCopy(ub, gm, slices[0], slices[1], shape.dimensions);
        } else if (form == 6) {
            DataCopy(gm, ub, slices[0], slices[1], shape.dimensions);
        }
    }
#endif
    if constexpr (MASKED<T>) {
        if (form >= 9) {
            Masked(form, ub[shape.dst], ub, shape);
        }
    }
    PipeBarrier<PIPE_ALL>();
    DataCopy(image, ub, ELEMENTS);
}

extern "C" __global__ __aicore__ void copy(GM_ADDR gm, GM_ADDR image, uint32_t type, uint32_t form, Shape shape)
{
TYPES_HERE
}
"""
SHAPE = np.dtype(
    [
        *((name, "u2") for name in ("count", "len", "src_gap", "dst_gap")),
        *((name, "u4") for name in ("elements", "dst", "dimensions")),
        ("slices", "u4", (2, 3, 5)),
        ("mask", "u8", 2),
        ("lanes", "u8"),
    ],
    align=True,
)


@functools.cache
def kernel(soc: str = "Ascend910B1") -> Kernel:
    names = [*TYPES, "int32_t"]
    if soc.startswith("Ascend310"):  # DataCopyPad has no 64-bit types there
        names = [name for name in names if name not in ("int64_t", "double")]
    body = "\n".join(
        f"    if (type == {[*TYPES, 'int32_t'].index(name)}) {{\n        Run<{name}>(gm, image, form, shape);\n    }}"
        for name in names
    )
    return Kernel.from_source(SOURCE.replace("TYPES_HERE", body), "copy", soc)


def distinct(dtype: type, first: int) -> np.ndarray:
    """Elements that tell positions apart, where the type has room; never a NaN, whose bits could pass for others."""
    numbers = (first + np.arange(ROOM_BYTES // np.dtype(dtype).itemsize)) % (251 if dtype is np.uint8 else 2039)
    return numbers.astype(dtype)


def copy(form: str, name: str, soc="Ascend910B1", schedule="on_wait", **fields) -> tuple[np.ndarray, ...]:
    """gm and image before and after one copy."""
    dtype = (TYPES | MASKED)[name]
    gm, image = distinct(dtype, 1), distinct(dtype, 77)
    shape = np.zeros(1, SHAPE)
    for field, value in fields.items():
        shape[field] = value
    after = gm.copy(), image.copy()
    code = np.uint32([*TYPES, "int32_t"].index(name)), np.uint32(FORMS.index(form))
    kernel(soc).launch(*after, *code, shape.tobytes(), schedule=schedule)
    return gm, image, *after


def same_bytes(got: np.ndarray, expected: np.ndarray) -> bool:
    return got.dtype == expected.dtype and got.tobytes() == expected.tobytes()


def moved(target, source, count, run, src_pitch, dst_pitch, dst=0):
    """`count` runs of bytes, their starts so many bytes apart."""
    result, source = target.copy().view(np.uint8), source.view(np.uint8)
    for i in range(count):
        result[dst + i * dst_pitch :][:run] = source[i * src_pitch :][:run]
    return result.view(target.dtype)


SHAPES = [(1, 3, 0, 0), (4, 1, 0, 0), (3, 2, 5, 0), (3, 2, 0, 4), (5, 3, 1, 2), (1, 0, 0, 0), (0, 4, 0, 0)]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_copies_in_blocks_move_them_with_their_gaps(shape, name):
    count, blocks, src_gap, dst_gap = shape
    fields = {"count": count, "len": blocks, "src_gap": src_gap, "dst_gap": dst_gap}
    run = blocks * BLOCK_BYTES
    geometry = (count, run, run + src_gap * BLOCK_BYTES, run + dst_gap * BLOCK_BYTES)
    for form in ("load blocks", "load enhanced"):
        gm, image, gm_after, image_after = copy(form, name, **fields)
        assert same_bytes(gm_after, gm) and same_bytes(image_after, moved(image, gm, *geometry)), form
    gm, image, gm_after, image_after = copy("store blocks", name, **fields)
    assert same_bytes(gm_after, moved(gm, image, *geometry)) and same_bytes(image_after, image)
    half = ROOM_BYTES // 2
    dst = half // image.itemsize
    gm, image, gm_after, image_after = copy("local blocks", name, dst=dst, **fields)
    assert same_bytes(gm_after, gm) and same_bytes(image_after, moved(image, image, *geometry, dst=half))
    elements = count * run // image.itemsize
    _, image, _, image_after = copy("local count", name, dst=dst, elements=elements)
    assert same_bytes(image_after, moved(image, image, 1, count * run, 0, 0, dst=half))


@pytest.mark.parametrize("name", TYPES)
def test_the_older_structures_pad_with_the_bits_of_the_value(name):
    if np.dtype(TYPES[name]).itemsize == 8:
        with pytest.raises(KernelFault, match="copy-field-limit.*paddingValue of a 64-bit type is 7"):
            copy("pad older", name, count=1, len=8)
        return
    size = np.dtype(TYPES[name]).itemsize
    gm, image, _, image_after = copy("pad older", name, count=2, len=5 * size, src_gap=size, dst_gap=1)
    span = -(-7 * size // BLOCK_BYTES) * BLOCK_BYTES
    expected = image.copy().view(np.uint8)
    filler = np.frombuffer((7).to_bytes(size, "little"), np.uint8)
    for block in range(2):
        start = block * (span + BLOCK_BYTES)
        expected[start : start + span] = np.tile(filler, span // size)
        expected[start : start + 5 * size] = gm.view(np.uint8)[block * 6 * size :][: 5 * size]
    assert same_bytes(image_after.view(np.uint8), expected)


@pytest.mark.parametrize("schedule", ["on_wait", "eager", "random"])
@pytest.mark.parametrize("name", ["uint8_t", "half", "float"])
def test_without_is_pad_the_padding_is_what_set_pad_value_left(name, schedule):
    size = np.dtype(TYPES[name]).itemsize
    gm, image, _, image_after = copy("set pad value", name, schedule=schedule, count=1, len=3 * size)
    span = BLOCK_BYTES // size
    expected = image.copy()
    expected[:span] = 7
    expected[1:4] = gm[:3]
    assert same_bytes(image_after, expected)


def slices_of(array: np.ndarray, infos) -> tuple:
    """The NumPy index of a slice in two or three dimensions, innermost last, that SliceInfo describes."""
    return tuple(
        [i for start in range(first, last + 1, piece + stride) for i in range(start, min(start + piece, last + 1))]
        for first, last, stride, piece, _ in infos[::-1]
    )


SLICES = [  # dst, src: start, end, stride, burst in blocks, shape; the first pair is the example of CANN's page
    ([(0, 47, 0, 3, 48), (0, 1, 0, 1, 2)], [(16, 70, 7, 3, 87), (0, 2, 1, 1, 3)]),
    ([(8, 31, 8, 1, 40), (1, 2, 0, 1, 3)], [(3, 18, 0, 1, 20), (2, 3, 0, 1, 4)]),
    ([(0, 15, 0, 2, 16), (0, 1, 0, 1, 2), (0, 2, 0, 1, 3)], [(5, 20, 0, 2, 24), (0, 1, 0, 1, 3), (1, 5, 1, 1, 6)]),
    ([(0, 15, 0, 2, 0)], [(4, 19, 0, 2, 0)]),
]


@pytest.mark.parametrize(("dst", "src"), SLICES)
def test_slices_pick_what_numpy_picks(dst, src):
    """On float, where a data block has 8 elements."""

    def fields(first, second):
        slices = np.zeros((2, 3, 5), np.uint32)
        slices[0, : len(first)], slices[1, : len(second)] = first, second
        return {"slices": slices, "dimensions": len(first)}

    def in_elements(infos):
        return [(*info[:3], info[3] * 8 if i == 0 else 1, info[4]) for i, info in enumerate(infos)]

    def view(array, infos):
        sizes = [info[4] or array.size for info in infos[::-1]]
        return array[: int(np.prod(sizes))].reshape(sizes)

    gm, image, gm_after, image_after = copy("slices in", "float", **fields(dst, src))
    expected = image.copy()
    picked = view(gm, src)[np.ix_(*slices_of(gm, in_elements(src)))]
    view(expected, dst)[np.ix_(*slices_of(image, in_elements(dst)))] = picked
    assert picked.size and same_bytes(gm_after, gm) and same_bytes(image_after, expected)

    gm, image, gm_after, image_after = copy("slices out", "float", **fields(src, dst))
    expected = gm.copy()
    picked = view(image, dst)[np.ix_(*slices_of(image, in_elements(dst)))]
    view(expected, src)[np.ix_(*slices_of(gm, in_elements(src)))] = picked
    assert same_bytes(gm_after, expected) and same_bytes(image_after, image)


@pytest.mark.parametrize(
    ("dst", "src", "field"),
    [
        ([(0, 15, 0, 2, 0)], [(0, 15, 0, 1, 0)], r"SliceInfo\[0\].burstLen"),
        ([(0, 14, 0, 2, 0)], [(0, 15, 0, 2, 0)], r"SliceInfo\[0\]"),
        ([(0, 17, 2, 1, 0)], [(0, 15, 0, 1, 0)], r"SliceInfo\[0\].stride"),
        ([(0, 15, 0, 2, 16), (0, 1, 0, 2, 2)], [(0, 15, 0, 2, 16), (0, 1, 0, 2, 2)], r"SliceInfo\[1\].burstLen"),
        ([(0, 15, 0, 2, 16), (0, 1, 0, 1, 0)], [(0, 15, 0, 2, 16), (0, 1, 0, 1, 2)], r"SliceInfo\[1\].shapeValue"),
        ([], [], "dimValue"),
    ],
)
def test_slices_that_do_not_fit_are_a_finding(dst, src, field):
    slices = np.zeros((2, 3, 5), np.uint32)
    slices[0, : len(dst)], slices[1, : len(src)] = np.reshape(dst, (-1, 5)), np.reshape(src, (-1, 5))
    with pytest.raises(KernelFault, match=rf"copy-slice.*{field}"):
        copy("slices in", "float", slices=slices, dimensions=len(dst))


def masked(image, dst, repeats, taken, dst_block, src_block, dst_repeat, src_repeat):
    """Lane by lane; `taken` says which lanes of a repeat take part. Strides in data blocks."""
    result, size = image.copy(), image.itemsize
    per_block = BLOCK_BYTES // size
    for repeat in range(repeats):
        for lane in np.flatnonzero(taken):
            block, element = divmod(int(lane), per_block)
            to = (repeat * dst_repeat + block * dst_block) * per_block + element
            result[dst + to] = image[(repeat * src_repeat + block * src_block) * per_block + element]
    return result


@pytest.mark.parametrize("soc", ["Ascend910B1", "Ascend310B4"])
@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("strides", [(1, 1, 8, 8), (2, 1, 16, 8), (1, 0, 8, 1), (1, 1, 1, 8), (3, 2, 2, 5)], ids=str)
def test_copy_under_a_mask_moves_the_masked_lanes(strides, name, soc):
    dst_block, src_block, dst_repeat, src_repeat = strides
    fields = {"dst_gap": dst_block, "src_gap": src_block, "len": dst_repeat, "elements": src_repeat}
    size = np.dtype(MASKED[name]).itemsize
    lanes, dst = REPEAT_BYTES // size, ROOM_BYTES // 2 // size
    bits = np.zeros(128, bool)
    bits[:lanes:3] = bits[lanes - 1] = True
    words = np.packbits(bits, bitorder="little").view(np.uint64)
    for form, taken in (
        ("lanes", np.arange(lanes) < lanes - 5),
        ("mask", bits[:lanes]),
        ("register", bits[:lanes]),
    ):
        _, image, _, after = copy(form, name, soc, dst=dst, count=3, mask=words, lanes=lanes - 5, **fields)
        assert same_bytes(after, masked(image, dst, 3, taken, *strides)), form
    _, image, _, after = copy("lanes", name, soc, dst=dst, count=0, lanes=lanes, **fields)
    assert same_bytes(after, image)


@pytest.mark.parametrize(("count", "repeats"), [(5, 3), (16, 2), (144, 1)])
@pytest.mark.parametrize("strides", [(1, 1, 20, 24), (1, 4, 18, 2)], ids=str)
def test_in_counter_mode_the_mask_counts_the_elements_of_each_repeat(strides, count, repeats):
    """CANN's page: unlike in other calls repeatTime counts, and a repeat may have more than 256 bytes."""
    dst_block, src_block, dst_repeat, src_repeat = strides
    fields = {"dst_gap": dst_block, "src_gap": src_block, "len": dst_repeat, "elements": src_repeat}
    dst = ROOM_BYTES // 2 // 4
    _, image, _, after = copy("counter", "int32_t", dst=dst, count=repeats, lanes=count, **fields)
    assert same_bytes(after, masked(image, dst, repeats, np.ones(count, bool), *strides))


HEAD = """\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void entry(GM_ADDR x)
{{
    GlobalTensor<{type}> gm;
    LocalTensor<{type}> ub;
    uint64_t mask[2] = {{1, 1}};
    (void)mask;
    {statement};
}}
"""
REFUSED = [
    ("DataCopy(ub, ub, 32)", "half", "Ascend310B4", "use Copy with a mask"),
    ("DataCopy(ub, ub, DataCopyParams{1, 1, 0, 0})", "half", "Ascend310B4", "use Copy with a mask"),
    ("DataCopy(gm, gm, 32)", "half", "Ascend910B1", "copy to UB and from there"),
    ("DataCopyPad(gm, ub, DataCopyExtParams{1, 8, 0, 0, 0})", "int64_t", "Ascend310B4", "copy them as uint32_t"),
    ("SetPadValue(half(1))", "half", "Ascend310B4", "set isPad and paddingValue"),
    ("SliceInfo s[1]; DataCopy(ub, gm, s, s)", "half", "Ascend310B4", "use DataCopy with DataCopyParams for each row"),
    ("SliceInfo s[1]; DataCopy(ub, gm, s, s)", "int64_t", "Ascend910B1", "elements of 8, 16 and 32 bits"),
    ("Copy(ub, ub, mask, 1, CopyRepeatParams{1, 1, 8, 8})", "uint8_t", "Ascend910B1", "Copy takes half, bfloat16_t"),
    ("Copy(ub, ub, 32)", "half", "Ascend910B1", "Copy by count is on neither family"),
    ("Fill(gm, 32, half(1))", "half", "Ascend310B4", "use Duplicate and DataCopyPad"),
    ("InitOutput<uint8_t>(gm, 32, 1)", "uint8_t", "Ascend910B1", "InitOutput take half, float"),
]


@pytest.mark.parametrize(("statement", "dtype", "soc", "message"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(statement, dtype, soc, message):
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(HEAD.format(statement=statement, type=dtype), "entry", soc)
    assert message in caught.value.compiler_output
