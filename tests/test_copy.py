# SPDX-License-Identifier: Apache-2.0
"""DataCopy and DataCopyPad of the simulator, every field, every byte, against a model of a few lines."""

import itertools

import numpy as np
import pytest

from helpers import Kernel

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// One copy between global memory `gm` and an image of UB, which is loaded before it and stored after it.
#include "kernel_operator.h"

using namespace AscendC;

struct Geometry {
    uint32_t gmElems;
    uint32_t ubElems;
    uint32_t offset;  // elements, in gm
    uint32_t blockCount;
    uint32_t blockLen;  // bytes
    uint32_t srcStride;
    uint32_t dstStride;
    uint32_t isPad;
    uint32_t leftPadding;  // elements
    uint32_t rightPadding;
};

template <typename T>
class Workbench {
public:
    Workbench(GM_ADDR gm, GM_ADDR image, const Geometry &geometry) : geometry_(geometry)
    {
        gm_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(gm), geometry.gmElems);
        image_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(image), geometry.ubElems);
        pipe_.InitBuffer(buffer_, geometry.ubElems * sizeof(T));
        ub_ = buffer_.template Get<T>();
        DataCopy(ub_, image_, geometry.ubElems);
        PipeBarrier<PIPE_ALL>();
    }
    ~Workbench()
    {
        PipeBarrier<PIPE_ALL>();
        DataCopy(image_, ub_, geometry_.ubElems);
    }
    void Load(T value)
    {
        const DataCopyExtParams shape{static_cast<uint16_t>(geometry_.blockCount), geometry_.blockLen,
                                      geometry_.srcStride, geometry_.dstStride, 0};
        const DataCopyPadExtParams<T> padding{geometry_.isPad != 0, static_cast<uint8_t>(geometry_.leftPadding),
                                              static_cast<uint8_t>(geometry_.rightPadding), value};
        DataCopyPad(ub_, gm_[geometry_.offset], shape, padding);
    }
    // Loads nothing but the register of the pad value.
    void SetPadValue(T value)
    {
        DataCopyPad(ub_, gm_, DataCopyExtParams{1, sizeof(T), 0, 0, 0}, DataCopyPadExtParams<T>{true, 1, 0, value});
        PipeBarrier<PIPE_ALL>();
        DataCopy(ub_, image_, geometry_.ubElems);
        PipeBarrier<PIPE_ALL>();
    }
    void Store()
    {
        const DataCopyExtParams shape{static_cast<uint16_t>(geometry_.blockCount), geometry_.blockLen,
                                      geometry_.srcStride, geometry_.dstStride, 0};
        DataCopyPad(gm_[geometry_.offset], ub_, shape);
    }
    void LoadCount(uint32_t count) { DataCopy(ub_, gm_[geometry_.offset], count); }
    void StoreCount(uint32_t count) { DataCopy(gm_[geometry_.offset], ub_, count); }

private:
    Geometry geometry_;
    GlobalTensor<T> gm_;
    GlobalTensor<T> image_;
    TPipe pipe_;
    TBuf<TPosition::VECCALC> buffer_;
    LocalTensor<T> ub_;
};

constexpr uint32_t LOAD = 0, STORE = 1, LOAD_COUNT = 2, STORE_COUNT = 3, SET_AND_LOAD = 4;

template <typename T>
__aicore__ void Copy(GM_ADDR gm, GM_ADDR image, const Geometry &geometry, uint32_t what, T value)
{
    Workbench<T> bench(gm, image, geometry);
    if (what == SET_AND_LOAD || GetBlockIdx() == 1) {
        bench.SetPadValue(value);
    }
    if (GetBlockIdx() == 1) {
        return;
    }
    if (what == LOAD || what == SET_AND_LOAD) {
        bench.Load(value);
    } else if (what == STORE) {
        bench.Store();
    } else if (what == LOAD_COUNT) {
        bench.LoadCount(geometry.blockLen / sizeof(T));
    } else {
        bench.StoreCount(geometry.blockLen / sizeof(T));
    }
}

extern "C" __global__ __aicore__ void copy_half(GM_ADDR gm, GM_ADDR image, uint32_t what, half value, GM_ADDR tiling)
{
    GET_TILING_DATA_WITH_STRUCT(Geometry, geometry, tiling);
    Copy<half>(gm, image, geometry, what, value);
}

extern "C" __global__ __aicore__ void copy_bytes(GM_ADDR gm, GM_ADDR image, uint32_t what, uint8_t value,
                                                 GM_ADDR tiling)
{
    GET_TILING_DATA_WITH_STRUCT(Geometry, geometry, tiling);
    Copy<uint8_t>(gm, image, geometry, what, value);
}
"""
WHAT = ("load", "store", "load count", "store count", "set and load")
BLOCK_BYTES = 32
DTYPES = (np.uint8, np.float16)
POISON = 0xFF  # what a register holds before a kernel has set it


def distinct(elems: int, dtype: type, first: int) -> np.ndarray:
    """Neighbours differ, and so do positions 256 apart, where the type has room."""
    numbers = (first + np.arange(elems)) % (251 if dtype is np.uint8 else 2039)
    return numbers.astype(dtype)


def copy(what, gm, ub, value=0, launch=None, **fields) -> tuple[np.ndarray, np.ndarray]:
    """`gm` and the UB image after one copy; fields as in struct Geometry."""
    dtype = gm.dtype.type
    names = (
        "offset",
        "block_count",
        "block_len",
        "src_stride",
        "dst_stride",
        "is_pad",
        "left_padding",
        "right_padding",
    )
    assert set(fields) <= set(names)
    geometry = np.array([gm.size, ub.size, *(fields.get(name, 0) for name in names)], np.uint32)
    kernel = Kernel.from_source(SOURCE, "copy_bytes" if dtype is np.uint8 else "copy_half")
    gm_after, ub_after = gm.copy(), ub.copy()
    options = launch or {}
    kernel.launch(gm_after, ub_after, np.uint32(WHAT.index(what)), dtype(value), tiling=geometry.tobytes(), **options)
    return gm_after, ub_after


def aligned(byte_count: int) -> int:
    return -(-byte_count // BLOCK_BYTES) * BLOCK_BYTES


def model_of_load(gm, ub, filler, offset=0, block_count=1, block_len=0, src_stride=0, dst_stride=0, left=0, right=0):
    """UB after a load: per block padding, data, padding, completed to 32 bytes. filler None: the block's first element.

    Gaps run from the end of a block to the start of the next: bytes in global memory, 32-byte blocks in UB.
    """
    source, image, size = gm.view(np.uint8), ub.copy().view(np.uint8), gm.itemsize
    place, start = 0, offset * size
    for _ in range(block_count if block_len else 0):
        data = source[start : start + block_len]
        element = data[:size] if filler is None else filler
        span = aligned(left * size + block_len + right * size)
        image[place : place + span] = np.tile(element, span // size)
        image[place + left * size : place + left * size + block_len] = data
        place += span + dst_stride * BLOCK_BYTES
        start += block_len + src_stride
    return image.view(ub.dtype)


def model_of_store(gm, ub, offset=0, block_count=1, block_len=0, src_stride=0, dst_stride=0):
    """Global memory after a store: exactly block_len bytes per block."""
    target, image = gm.copy().view(np.uint8), ub.view(np.uint8)
    place, start = 0, offset * gm.itemsize
    for _ in range(block_count):
        target[start : start + block_len] = image[place : place + block_len]
        place += aligned(block_len) + src_stride * BLOCK_BYTES
        start += block_len + dst_stride
    return target.view(gm.dtype)


def same_bytes(got: np.ndarray, expected: np.ndarray) -> bool:
    return got.dtype == expected.dtype and got.tobytes() == expected.tobytes()


SHAPES = [  # block_count, block_len in elements, gap in GM in elements, gap in UB in blocks
    (1, 1, 0, 0),
    (1, 15, 0, 0),
    (1, 32, 0, 0),
    (3, 5, 0, 0),
    (3, 5, 7, 0),
    (3, 5, 0, 2),
    (4, 33, 9, 1),
    (2, 64, 3, 3),
    (7, 31, 1, 1),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_load_places_each_block_on_32_bytes_and_repeats_its_first_element_to_the_next(shape, dtype):
    count, elems, gm_gap, ub_gap = shape
    gm, ub = distinct(600, dtype, 1), distinct(1024, dtype, 77)
    size = gm.itemsize
    fields = {
        "offset": 3,
        "block_count": count,
        "block_len": elems * size,
        "src_stride": gm_gap * size,
        "dst_stride": ub_gap,
    }
    gm_after, ub_after = copy("load", gm, ub, **fields)
    assert same_bytes(ub_after, model_of_load(gm, ub, None, **fields))
    assert same_bytes(gm_after, gm)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_store_writes_exactly_the_bytes_of_its_blocks(shape, dtype):
    count, elems, gm_gap, ub_gap = shape
    gm, ub = distinct(600, dtype, 1), distinct(1024, dtype, 77)
    size = gm.itemsize
    fields = {
        "offset": 3,
        "block_count": count,
        "block_len": elems * size,
        "src_stride": ub_gap,
        "dst_stride": gm_gap * size,
    }
    gm_after, ub_after = copy("store", gm, ub, **fields)
    assert same_bytes(gm_after, model_of_store(gm, ub, **fields))
    assert same_bytes(ub_after, ub)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("left", "right"), [(1, 0), (0, 1), (3, 5), (15, 16), (16, 16)])
def test_padding_and_completion_hold_the_pad_value(left, right, dtype):
    gm, ub = distinct(200, dtype, 1), distinct(512, dtype, 77)
    value = np.array([200], dtype)
    shape = {"block_count": 3, "block_len": 9 * gm.itemsize, "src_stride": 2 * gm.itemsize, "dst_stride": 1}
    _, ub_after = copy("load", gm, ub, 200, is_pad=1, left_padding=left, right_padding=right, **shape)
    assert same_bytes(ub_after, model_of_load(gm, ub, value.view(np.uint8), left=left, right=right, **shape))


def test_without_is_pad_the_padding_is_what_the_register_last_held():
    gm, ub = distinct(100, np.float16, 1), distinct(128, np.float16, 77)
    shape = {"block_count": 2, "block_len": 10}
    padding = {"left_padding": 2, "right_padding": 1}
    for what, register in (("load", [POISON, POISON]), ("set and load", np.float16([0.1]).view(np.uint8))):
        _, ub_after = copy(what, gm, ub, 0.1, **padding, **shape)
        assert same_bytes(ub_after, model_of_load(gm, ub, np.uint8(register), left=2, right=1, **shape))


def test_a_core_starts_with_a_pad_register_of_its_own():
    gm, ub = distinct(100, np.float16, 1), distinct(128, np.float16, 77)
    shape = {"block_count": 1, "block_len": 10}
    expected = model_of_load(gm, ub, np.uint8([POISON, POISON]), left=2, **shape)
    for seed in range(4):  # draws whether the other core, which sets its register, runs before or after
        # Both copy the image back: not at the same time, with one thread.
        launch = {"block_dim": 2, "threads": 1, "seed": seed, "checks_off": ["core-race"]}
        assert same_bytes(copy("load", gm, ub, 0.1, launch, left_padding=2, **shape)[1], expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("what", "level"), list(itertools.product(WHAT[:4], ("checked", "fast"))))
def test_a_copy_of_nothing_moves_nothing(what, level, dtype):
    gm, ub = distinct(64, dtype, 1), distinct(64, dtype, 77)
    empty = [{"block_count": 1, "block_len": 0}]
    if "count" not in what:
        empty += [
            {"block_count": 0, "block_len": 8},
            {"block_count": 3, "block_len": 0, "left_padding": 1, "is_pad": 1},
        ]
    for shape in empty:
        gm_after, ub_after = copy(what, gm, ub, 5, {"level": level}, **shape)
        assert same_bytes(gm_after, gm) and same_bytes(ub_after, ub)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("blocks", [1, 2, 15])
def test_a_count_of_whole_blocks_moves_them_and_nothing_else(blocks, dtype):
    gm, ub = distinct(600, dtype, 1), distinct(512, dtype, 77)
    shape = {"offset": 5, "block_len": blocks * BLOCK_BYTES}
    assert same_bytes(copy("load count", gm, ub, **shape)[1], model_of_load(gm, ub, None, **shape))
    assert same_bytes(copy("store count", gm, ub, **shape)[0], model_of_store(gm, ub, **shape))


@pytest.mark.parametrize("launch", [{"checks_off": ["copy-length"]}, {"level": "fast"}], ids=["check off", "fast"])
@pytest.mark.parametrize("asked_bytes", [2, 30, 34, 94])
def test_where_no_check_stops_it_a_count_is_rounded_down_as_on_the_device(asked_bytes, launch):
    gm, ub = distinct(600, np.float16, 1), distinct(512, np.float16, 77)
    moved = {"offset": 5, "block_len": asked_bytes // BLOCK_BYTES * BLOCK_BYTES}
    asked = {**moved, "block_len": asked_bytes}
    assert same_bytes(copy("load count", gm, ub, launch=launch, **asked)[1], model_of_load(gm, ub, None, **moved))
    assert same_bytes(copy("store count", gm, ub, launch=launch, **asked)[0], model_of_store(gm, ub, **moved))
