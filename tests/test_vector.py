# SPDX-License-Identifier: Apache-2.0
"""Vector arithmetic of the simulator against NumPy: every operation in one instruction, one rounding, exact counts."""

import itertools

import numpy as np
import pytest

from helpers import BuildError, Kernel

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// One vector instruction on `count` elements of buffers that hold `room`; the whole destination is stored.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t ADD = 0, SUB = 1, MUL = 2, ADDS = 3, MULS = 4;
constexpr uint32_t INTO_SRC0 = 1, INTO_SRC1 = 2;

template <typename T>
__aicore__ LocalTensor<T> Load(TPipe &pipe, TBuf<TPosition::VECCALC> &buffer, GM_ADDR address, uint32_t room)
{
    GlobalTensor<T> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(address), room);
    pipe.InitBuffer(buffer, room * sizeof(T));
    LocalTensor<T> local = buffer.Get<T>();
    DataCopy(local, gm, room);
    return local;
}

template <typename T>
__aicore__ void Store(GM_ADDR address, const LocalTensor<T> &local, uint32_t room)
{
    GlobalTensor<T> gm;
    gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(address), room);
    DataCopy(gm, local, room);
}

template <typename T>
__aicore__ void Compute(GM_ADDR src0, GM_ADDR src1, GM_ADDR dst, T scalar, uint32_t operation, uint32_t into,
                        uint32_t room, int32_t count)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[3];
    const LocalTensor<T> left = Load<T>(pipe, buffers[0], src0, room);
    const LocalTensor<T> right = Load<T>(pipe, buffers[1], src1, room);
    const LocalTensor<T> own = Load<T>(pipe, buffers[2], dst, room);
    const LocalTensor<T> result = into == INTO_SRC0 ? left : into == INTO_SRC1 ? right : own;
    PipeBarrier<PIPE_ALL>();
    switch (operation) {
        case ADD:
            Add(result, left, right, count);
            break;
        case SUB:
            Sub(result, left, right, count);
            break;
        case MUL:
            Mul(result, left, right, count);
            break;
        case ADDS:
            Adds(result, left, scalar, count);
            break;
        default:
            Muls(result, left, scalar, count);
    }
    PipeBarrier<PIPE_ALL>();
    Store(dst, result, room);
}

extern "C" __global__ __aicore__ void compute_half(GM_ADDR src0, GM_ADDR src1, GM_ADDR dst, half scalar,
                                                   uint32_t operation, uint32_t into, uint32_t room, int32_t count)
{
    Compute<half>(src0, src1, dst, scalar, operation, into, room, count);
}

extern "C" __global__ __aicore__ void compute_float(GM_ADDR src0, GM_ADDR src1, GM_ADDR dst, float scalar,
                                                    uint32_t operation, uint32_t into, uint32_t room, int32_t count)
{
    Compute<float>(src0, src1, dst, scalar, operation, into, room, count);
}

extern "C" __global__ __aicore__ void narrow(GM_ADDR src, GM_ADDR dst, uint32_t room, int32_t count)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    const LocalTensor<float> from = Load<float>(pipe, buffers[0], src, room);
    const LocalTensor<half> to = Load<half>(pipe, buffers[1], dst, room);
    PipeBarrier<PIPE_ALL>();
    Cast(to, from, RoundMode::CAST_RINT, count);
    PipeBarrier<PIPE_ALL>();
    Store(dst, to, room);
}

extern "C" __global__ __aicore__ void widen(GM_ADDR src, GM_ADDR dst, uint32_t room, int32_t count)
{
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffers[2];
    const LocalTensor<half> from = Load<half>(pipe, buffers[0], src, room);
    const LocalTensor<float> to = Load<float>(pipe, buffers[1], dst, room);
    PipeBarrier<PIPE_ALL>();
    Cast(to, from, RoundMode::CAST_NONE, count);
    PipeBarrier<PIPE_ALL>();
    Store(dst, to, room);
}
"""
OPERATIONS = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Adds": np.add, "Muls": np.multiply}
INTO = ("dst", "src0", "src1")
DTYPES = (np.float16, np.float32)
SATURATES = {"Ascend910B1": False, "Ascend310B4": True}
COUNTS = (0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096)
ROOM_ELEMS = 4096
ONE_BLOCK_HALVES = 16


def telling_values(dtype: type) -> np.ndarray:
    """Values on both sides of everything that can go wrong: signed zeros, the ends of the subnormals, ties of the last
    place, odd fractions, the largest number, infinity, NaN; each with both signs."""
    limits = np.finfo(dtype)
    tiny, small, eps = float(limits.smallest_subnormal), float(limits.smallest_normal), float(limits.eps)
    largest = float(limits.max)
    positive = [
        *(0, tiny, 2 * tiny, 3 * tiny, small / 2, small - tiny, small, small + tiny, 2 * small),
        *(eps, eps / 2, 3 * eps / 2, 1 / 3, 0.1, 0.5, 0.5 + eps / 2, 1 - eps / 2, 1, 1 + eps, 1 + 2 * eps),
        *(1.5, 2, 3, 7, 10, 255.875, 1 / eps, 1 / eps + 1, 2 / eps, np.sqrt(largest), np.sqrt(small)),
        *(largest / 2, largest * (1 - eps), largest, np.inf, np.nan),
    ]
    values = np.array(positive, dtype)
    return np.concatenate([values, -values])


def pairs(dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of telling values, then random bits, to fill ROOM_ELEMS."""
    values = telling_values(dtype)
    left, right = (side.ravel() for side in np.meshgrid(values, values))
    unsigned = np.uint16 if dtype is np.float16 else np.uint32
    rng = np.random.default_rng(5)
    noise = rng.integers(0, np.iinfo(unsigned).max, 2 * ROOM_ELEMS, unsigned, endpoint=True).view(dtype)
    picked = rng.permutation(left.size)[: ROOM_ELEMS // 2] if left.size > ROOM_ELEMS else np.arange(left.size)
    fill = ROOM_ELEMS - picked.size
    return np.append(left[picked], noise[:fill]), np.append(right[picked], noise[-fill:])


def flushed(values: np.ndarray) -> np.ndarray:
    return np.where(
        np.abs(values) < np.finfo(values.dtype).smallest_normal, np.copysign(values.dtype.type(0), values), values
    )


def rounded(exact: np.ndarray, dtype: type, saturate: bool, flush: bool) -> np.ndarray:
    """`exact` rounded once to `dtype` under the numeric modes; half's modes do not concern float."""
    y = exact.astype(dtype)
    if saturate and dtype is np.float16:
        y = np.where(np.isinf(y), np.copysign(dtype(65504), y), np.where(np.isnan(y), dtype(0), y))
    return flushed(y) if flush else y


def expected_of(operation: str, left: np.ndarray, right: np.ndarray, saturate: bool, flush: bool) -> np.ndarray:
    """Half operations are exact in float64 (at most 40 significant bits), so they round once, straight to half."""
    dtype = left.dtype.type
    if flush:
        left, right = flushed(left), flushed(right)
    with np.errstate(all="ignore"):
        wide = np.float64 if dtype is np.float16 else np.float32
        return rounded(OPERATIONS[operation](left.astype(wide), right.astype(wide)), dtype, saturate, flush)


def compute(operation, left, right, dst, count, into="dst", soc="Ascend910B1", **options) -> np.ndarray:
    """The whole destination buffer after one instruction. For Adds and Muls the scalar is right[0]."""
    dtype = left.dtype
    kernel = Kernel.from_source(SOURCE, "compute_half" if dtype == np.float16 else "compute_float", soc)
    y = dst.copy()
    numbers = (tuple(OPERATIONS).index(operation), INTO.index(into), left.size)
    kernel.launch(left, right, y, right[0], *map(np.uint32, numbers), np.int32(count), **options)
    return y


def differences(left, right, got, expected) -> list[str]:
    """The first elements that differ, in hexadecimal; any NaN equals any NaN."""
    unsigned = np.uint16 if got.dtype == np.float16 else np.uint32
    assert got.dtype == expected.dtype and got.shape == expected.shape
    differ = (got.view(unsigned) != expected.view(unsigned)) & ~(np.isnan(got) & np.isnan(expected))
    columns = [np.broadcast_to(array, got.shape).view(array.dtype) for array in (left, right, got, expected)]
    return [" ".join(float(column[place]).hex() for column in columns) for place in np.flatnonzero(differ)[:10]]


@pytest.mark.parametrize("flush", [False, True], ids=["gradual", "flush-to-zero"])
@pytest.mark.parametrize("soc", SATURATES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", ["Add", "Sub", "Mul"])
def test_a_binary_operation_rounds_once_as_numpy_does(operation, dtype, soc, flush):
    left, right = pairs(dtype)
    got = compute(operation, left, right, np.zeros_like(left), ROOM_ELEMS, soc=soc, flush_to_zero=flush)
    expected = expected_of(operation, left, right, SATURATES[soc], flush)
    assert differences(left, right, got, expected) == []


@pytest.mark.parametrize("flush", [False, True], ids=["gradual", "flush-to-zero"])
@pytest.mark.parametrize("soc", SATURATES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", ["Adds", "Muls"])
def test_a_scalar_reaches_the_instruction_in_the_type_of_the_tensor(operation, dtype, soc, flush):
    left, _ = pairs(dtype)
    limits = np.finfo(dtype)
    for scalar in (dtype(1 / 3), dtype(-0.0), limits.smallest_subnormal * dtype(3), limits.max, dtype(np.inf)):
        right = np.full_like(left, scalar)
        got = compute(operation, left, right, np.zeros_like(left), ROOM_ELEMS, soc=soc, flush_to_zero=flush)
        expected = expected_of(operation, left, right, SATURATES[soc], flush)
        assert differences(left, right, got, expected) == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_exactly_the_elements_below_count_change(dtype):
    left, right = pairs(dtype)
    before = np.arange(ROOM_ELEMS).astype(dtype)
    for count in COUNTS:
        got = compute("Sub", left, right, before, count)
        expected = np.append(expected_of("Sub", left, right, False, False)[:count], before[count:])
        assert differences(left, right, got, expected) == [], count


@pytest.mark.parametrize(
    ("operation", "into"), [*itertools.product(["Add", "Sub", "Mul"], ["src0", "src1"]), ("Muls", "src0")]
)
def test_the_destination_may_be_a_source(operation, into):
    left, right = pairs(np.float32)
    scalar = operation == "Muls"
    right = np.full_like(right, 1 / 3) if scalar else right
    got = compute(operation, left, right, np.zeros_like(left), 1001, into)
    untouched = (left if into == "src0" else right)[1001:]
    expected = np.append(expected_of(operation, left, right, False, False)[:1001], untouched)
    assert differences(left, right, got, expected) == []


@pytest.mark.parametrize("flush", [False, True], ids=["gradual", "flush-to-zero"])
@pytest.mark.parametrize("soc", SATURATES)
@pytest.mark.parametrize("count", [1, 65, ROOM_ELEMS])
def test_a_cast_converts_exactly_count_elements_under_the_numeric_modes(count, soc, flush):
    halves, floats = pairs(np.float16)[0], pairs(np.float32)[0]
    floats[: ROOM_ELEMS // 2] = halves[: ROOM_ELEMS // 2].astype(np.float32) * np.float32(1 + 2.0**-11)  # many ties
    size = np.uint32(ROOM_ELEMS), np.int32(count)

    widened = np.full(ROOM_ELEMS, 3, np.float32)
    Kernel.from_source(SOURCE, "widen", soc).launch(halves, widened, *size, flush_to_zero=flush)
    exact = (flushed(halves) if flush else halves).astype(np.float32)
    assert (
        differences(halves, halves, widened, np.append(exact[:count], np.full(ROOM_ELEMS - count, 3, np.float32))) == []
    )

    narrowed = np.full(ROOM_ELEMS, 3, np.float16)
    Kernel.from_source(SOURCE, "narrow", soc).launch(floats, narrowed, *size, flush_to_zero=flush)
    with np.errstate(all="ignore"):
        exact = rounded(flushed(floats) if flush else floats, np.float16, SATURATES[soc], flush)
    expected = np.append(exact[:count], np.full(ROOM_ELEMS - count, 3, np.float16))
    assert differences(floats, floats, narrowed, expected) == []


def test_float_knows_no_saturation():
    left, right = np.full((2, 8), np.finfo(np.float32).max)
    left, right = left.astype(np.float32), right.astype(np.float32)
    got = compute("Add", left, right, np.zeros(8, np.float32), 8, soc="Ascend310B4")
    assert np.all(np.isposinf(got))


def test_half_saturates_on_one_family_and_overflows_on_the_other():
    left = np.full(ONE_BLOCK_HALVES, 60000, np.float16)
    for soc, y in (("Ascend910B1", np.inf), ("Ascend310B4", 65504)):
        assert np.all(compute("Add", left, left, np.zeros_like(left), ONE_BLOCK_HALVES, soc=soc) == y)


@pytest.mark.parametrize("dtype", DTYPES)
def test_level_fast_gives_the_bits_of_level_checked(dtype):
    left, right = pairs(dtype)
    for operation in OPERATIONS:
        checked, fast = (
            compute(operation, left, right, np.zeros_like(left), 4095, level=level) for level in ("checked", "fast")
        )
        assert differences(left, right, fast, checked) == []


REFUSED = {
    "integers": ("Div(x, x, x, 8);", "int32_t", "Ascend910B1", "Div takes half, float"),
    "bytes": ("Add(x, x, x, 8);", "uint8_t", "Ascend910B1", "Add takes half, float, int16_t, int32_t"),
    "integer casts": (
        "Cast(x, x, RoundMode::CAST_NONE, 8);",
        "int32_t",
        "Ascend910B1",
        "Cast takes half to float, int32_t, int16_t, int8_t, uint8_t; bfloat16_t to float",
    ),
    "cache hint": (
        "GlobalTensor<float> gm; gm.SetL2CacheHint(CacheMode::CACHE_MODE_DISABLE); Muls(x, x, 1.0f, 8);",
        "float",
        "Ascend310B4",
        "SetL2CacheHint is not on Atlas 200I/500 A2 (dav-3002): guard it by __NPU_ARCH__ == 2201",
    ),
    "task type": (
        "KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_AIV_ONLY); Muls(x, x, 1.0f, 8);",
        "float",
        "Ascend310B4",
        "KERNEL_TASK_TYPE_DEFAULT is not on dav-3002: guard it by __NPU_ARCH__ == 2201",
    ),
    "cube cores": (
        "KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_AIC_ONLY); Muls(x, x, 1.0f, 8);",
        "float",
        "Ascend910B1",
        "this simulator runs vector cores only: KERNEL_TYPE_AIV_ONLY",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_available_stops_the_build_and_says_what_is(case):
    body, element, soc, message = REFUSED[case]
    source = f"""\
#include "kernel_operator.h"
using namespace AscendC;
extern "C" __global__ __aicore__ void refused()
{{
    LocalTensor<{element}> x;
    {body}
}}
"""
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(source, "refused", soc)
    assert message in caught.value.compiler_output


BY_ADDRESS = """\
#include "kernel_operator.h"
using namespace AscendC;
template <typename T>
using Unary = void(const LocalTensor<T> &, const LocalTensor<T> &, const int32_t &);
template <typename T>
using Binary = void(const LocalTensor<T> &, const LocalTensor<T> &, const LocalTensor<T> &, const int32_t &);
template <typename T>
using Scalar = void(const LocalTensor<T> &, const LocalTensor<T> &, const T &, const int32_t &);

template <typename T, Unary<T> *unary, Binary<T> *binary, Scalar<T> *scalar>
__aicore__ inline void Apply(GM_ADDR x, GM_ADDR y, T value, int32_t count)
{
    GlobalTensor<T> xGm, yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(x), count);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y), count);
    TPipe pipe;
    TBuf<TPosition::VECCALC> buffer;
    pipe.InitBuffer(buffer, count * sizeof(T));
    LocalTensor<T> local = buffer.Get<T>();
    DataCopy(local, xGm, count);
    PipeBarrier<PIPE_ALL>();
    unary(local, local, count);
    scalar(local, local, value, count);
    binary(local, local, local, count);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, local, count);
}

extern "C" __global__ __aicore__ void apply(GM_ADDR x, GM_ADDR y, int32_t count)
{
    Apply<float, Sqrt, Mul, Adds>(x, y, 0.5f, count);
}
"""


def test_a_call_can_be_handed_on_as_a_function_of_canns_type():
    x = np.linspace(0, 9, 64, dtype=np.float32)
    y = np.zeros_like(x)
    Kernel.from_source(BY_ADDRESS).launch(x, y, 64)
    expected = np.sqrt(x) + np.float32(0.5)
    np.testing.assert_array_equal(y, expected * expected)
