# SPDX-License-Identifier: Apache-2.0
"""Reductions in every form, against NumPy: sums in the order stated, maxima and minima with their indices."""

import functools

import numpy as np
import pytest
from statements import BLOCK_BYTES, CPP, REPEAT_BYTES, ROOM_BYTES, Statements, place, values

from helpers import BuildError, KernelFault

FLOATS = (np.float16, np.float32)
SOCS = A2, B4 = "Ascend910B1", "Ascend310B4"
REPEAT, PART, ALL = (
    ("Sum", "Max", "Min"),
    ("BlockReduceSum", "BlockReduceMax", "BlockReduceMin", "PairReduceSum"),
    (
        "ReduceSum",
        "ReduceMax",
        "ReduceMin",
    ),
)
ORDERS = VALUE_INDEX, INDEX_VALUE, ONLY_VALUE, ONLY_INDEX = range(4)


def statements(soc: str) -> dict[str, str]:
    table = {}
    for dtype in FLOATS:
        t = CPP[dtype]
        operands, strides = f"As<{t}>(dst), As<{t}>(src0)", "n[2], n[3], n[4]"
        for name in (*(f"WholeReduce{kind}" for kind in REPEAT), *PART):
            order = ", static_cast<ReduceOrder>(n[5])" if name in ("WholeReduceMax", "WholeReduceMin") else ""
            for form, mask in (("lanes", "n[0]"), ("bits", "mask"), ("counter", "n[0]"), ("register", "0")):
                both = f"{mask}, n[1]" if name.startswith("Whole") else f"n[1], {mask}"
                before = {"counter": "SetMaskCount(); ", "register": f"SetVectorMask<{t}>(mask[1], mask[0]); "}
                explicit = f"<{t}, false>" if form == "register" else ""
                table[f"{name} {form} {t}"] = (
                    f"{before.get(form, '')}{name}{explicit}({operands}, {both}, {strides}{order});"
                )
        for name in ALL:
            work = f"{operands}, As<{t}>(src2)"
            index = "" if name == "ReduceSum" else ", n[3] != 0"
            table[f"{name} count {t}"] = f"{name}({work}, n[0]{index});"
            table[f"{name} lanes {t}"] = f"{name}({work}, n[0], n[1], n[2]{index});"
            table[f"{name} bits {t}"] = f"{name}({work}, mask, n[1], n[2]{index});"
        table[f"newer {t}"] = (
            f"ReduceRepeat<ReduceType::MAX, {t}, {t}>({operands}, 64, 2, 1, 1, 8, ReduceOrder::ORDER_ONLY_VALUE);"
            f" ReduceRepeat<ReduceType::SUM, {t}, {t}>(As<{t}>(dst)[64], As<{t}>(src0), mask, 2, 1, 1, 8);"
            f" ReduceDataBlock<ReduceType::MIN, {t}, {t}>(As<{t}>(dst)[128], As<{t}>(src0), 64, 2, 1, 1, 8);"
            f" ReducePairElem<ReduceType::SUM, {t}, {t}>(As<{t}>(dst)[192], As<{t}>(src0), 64, 1, 1, 1, 8);"
            f" RepeatReduceSum(As<{t}>(dst)[512], As<{t}>(src0), 2, 64, 0, 1, 3, 8);"
        )
        if soc == A2:
            table[f"registers {t}"] = (
                f"ReduceSum(As<{t}>(dst)[64], As<{t}>(src0), As<{t}>(src2), n[0]);"
                f" As<{t}>(dst).SetValue(0, GetAccVal<{t}>());"
                f" WholeReduceMax(As<{t}>(dst)[64], As<{t}>(src0), n[1], n[2], 1, 1, 8); {t} most, index;"
                f" GetReduceMaxMinCount<{t}>(most, index); As<{t}>(dst).SetValue(1, most);"
                f" As<{t}>(dst).SetValue(2, index); uint32_t bits, number;"
                f" ReduceMin(As<{t}>(dst)[64], As<{t}>(src0), As<{t}>(src2), n[0], true);"
                f" GetReduceRepeatMaxMinSpr<{t}>(bits, number); As<uint32_t>(dst).SetValue(2, bits);"
            )
            table[f"mask register {t}"] = (
                f"SetMaskCount(); SetVectorMask<{t}, MaskMode::COUNTER>(n[0]);"
                f" ReduceSum<{t}, false>(As<{t}>(dst), As<{t}>(src0), As<{t}>(src2), 1);"
                f" SetMaskNorm(); SetVectorMask<{t}>(mask[1], mask[0]);"
                f" ReduceSum<{t}, false>(As<{t}>(dst)[16], As<{t}>(src0), As<{t}>(src2), 1);"
                f" Adds<{t}, false>(As<{t}>(dst)[512], As<{t}>(src0), {t}(0), 0, 1, UnaryRepeatParams());"
            )
    table["at once"] = "ReduceMax(As<float>(dst), As<float>(src0), As<float>(src2)[2040], 64, true);"
    at_once = "DataCopy(gm[0], dst, ROOM_BYTES); return;"
    table["scalar step"] = f"ReduceSum(As<float>(dst), As<float>(src0), As<float>(src2), 64); {at_once}"
    table["vector step"] = f"WholeReduceSum(As<float>(dst), As<float>(src0), 64, 1, 1, 1, 8); {at_once}"
    table["index step"] = f"ReduceMax(As<float>(dst), As<float>(src0), As<float>(src2), 64, true); {at_once}"
    table["in place"] = (
        "BlockReduceSum(As<float>(src0), As<float>(src0), 8, 64, 1, 1, 8);"
        " ReduceMax(As<float>(src0), As<float>(src0), As<float>(src0), 64);"
        " Adds(As<float>(dst), As<float>(src0), 0.0f, 1);"
    )
    for number, view in enumerate(("half>(dst)[1]", "half>(dst)[2]", "half>(dst)[4]", "half>(dst)[8]")):
        operands = f"As<{view}, As<half>(src0)"
        table[f"aligned {number}"] = {
            0: f"WholeReduceSum({operands}, 128, 1, 1, 1, 8);",
            1: f"WholeReduceMax({operands}, 128, 1, 1, 1, 8); ReduceMin({operands}, As<half>(src2), 128, true);",
            2: f"ReduceSum({operands}, As<half>(src2), 128);",
            3: f"BlockReduceMin({operands}, 1, 128, 1, 1, 8);",
        }[number]
    for number, view in enumerate(("half>(dst)[1]", "half>(dst)[4]", "float>(dst)[4]", "half>(dst)[8]")):
        t = view.split(">")[0]
        operands = f"As<{view}, As<{t}>(src0)"
        table[f"misaligned {number}"] = {
            0: f"WholeReduceMax({operands}, 64, 1, 1, 1, 8);",
            1: f"BlockReduceSum({operands}, 1, 64, 1, 1, 8);",
            2: f"BlockReduceMax({operands}, 1, 64, 1, 1, 8);",
            3: f"PairReduceSum({operands}, 1, 64, 1, 1, 8);",
        }[number]
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in SOCS}


def run(name: str, src: np.ndarray, soc=A2, **how) -> np.ndarray:
    return PROGRAMS[soc].run(name, src, soc=soc, **how)


class Unit:
    """The numeric model, by NumPy: each addition rounds to the type, and saturates where the family does."""

    def __init__(self, dtype: type, soc: str) -> None:
        self.dtype = dtype
        self.lanes = REPEAT_BYTES // np.dtype(dtype).itemsize
        self.saturates = soc == B4 and dtype is np.float16

    def result(self, values_: np.ndarray) -> np.ndarray:
        if not self.saturates:
            return values_
        most = np.finfo(np.float16).max
        return np.where(np.isnan(values_), np.float16(0), np.clip(values_, -most, most)).astype(np.float16)

    def tree(self, elements: np.ndarray, present: np.ndarray | None = None):
        """Neighbours added until one is left; absent elements pass the other one on."""
        size = 1 << max(0, int(elements.size - 1).bit_length())
        taken = np.zeros(size, bool)
        taken[: elements.size] = True if present is None else present
        level = np.zeros(size, self.dtype)
        level[: elements.size] = elements
        while level.size > 1:
            left, right, has_left, has_right = level[0::2], level[1::2], taken[0::2], taken[1::2]
            with np.errstate(all="ignore"):
                both = self.result(left + right)
            level = np.where(has_left & has_right, both, np.where(has_left, left, right))
            taken = has_left | has_right
        return level[0]

    def in_turn(self, elements: np.ndarray):
        sums = [self.tree(elements[i : i + self.lanes]) for i in range(0, elements.size, self.lanes)]
        with np.errstate(all="ignore"):
            return functools.reduce(lambda left, right: self.result(np.asarray(left + right)).ravel()[0], sums)

    def tree_of_trees(self, sums: list):
        while len(sums) > 1:
            level = np.array(sums, self.dtype)
            sums = [self.tree(level[i : i + self.lanes]) for i in range(0, level.size, self.lanes)]
        return sums[0]

    def extreme(self, kind: str, elements: np.ndarray, at=None):
        """Value and index of the first that is best: NaN before all, +0 above -0."""
        places = range(elements.size) if at is None else at
        if kind == "Max":
            best = max(places, key=lambda i: (np.isnan(elements[i]), elements[i], not np.signbit(elements[i])))
        else:
            best = min(places, key=lambda i: (not np.isnan(elements[i]), elements[i], not np.signbit(elements[i])))
        if any(np.isnan(elements[i]) for i in places):
            best = next(i for i in places if np.isnan(elements[i]))
        return self.result(elements[best : best + 1])[0], best

    def reduce(self, kind: str, elements: np.ndarray, at):
        if kind == "Sum":
            return self.tree(elements, np.isin(np.arange(elements.size), at))
        return self.extreme(kind, elements, at)[0]


def assert_same(got: np.ndarray, expected: np.ndarray, nan_is_nan: bool = True) -> None:
    unsigned = f"u{got.itemsize}"
    equal = got.view(unsigned) == expected.view(unsigned)
    if nan_is_nan and got.dtype.kind == "f":
        equal |= np.isnan(got) & np.isnan(expected)
    assert equal.all(), [(int(i), got[i], expected[i]) for i in np.flatnonzero(~equal)[:5]]


CASES = [(soc, dtype, name) for soc in SOCS for dtype in FLOATS for name in ("WholeReduceSum", *PART)]
STRIDES = [(1, 1, 8), (2, 1, 8), (1, 2, 17), (3, 0, 9), (0, 1, 8)]


def masks(lanes: int):
    """Form, its first number, the mask's bits, repeats, and which lanes of a repeat take part."""
    holes = (0x8421_0000_F00F_0002, 0xC5 if lanes == 128 else 0)
    for limit in (1, 9, lanes - 3, lanes):
        yield "lanes", limit, (0, 0), 3, lambda _, lane, limit=limit: lane < limit
    for form in ("bits", "register"):
        yield form, 5, holes, 3, lambda _, lane: holes[lane // 64] >> (lane % 64) & 1
    for count in (5, lanes, 2 * lanes + 11):
        repeats = -(-count // lanes)
        yield "counter", count, (0, 0), repeats, lambda r, lane, count=count: r * lanes + lane < count


@pytest.mark.parametrize(("soc", "dtype", "name"), CASES)
def test_parts_of_repeats_are_reduced_under_masks_and_strides(soc, dtype, name):
    unit = Unit(dtype, soc)
    src, dst = values(dtype, 20), values(dtype, 21)
    kind = name[-3:]
    groups = {"W": 1, "B": 8, "P": unit.lanes // 2}[name[0]]
    size = unit.lanes // groups
    neutral = {"Sum": 0, "Max": -np.inf, "Min": np.inf}[kind]
    if dtype is np.float16:
        neutral = np.clip(neutral, -65504, 65504)
    for strides in STRIDES:
        for form, number, bits, repeats, takes in masks(unit.lanes):
            got = run(f"{name} {form} {CPP[dtype]}", src, dst=dst, n=(number, 3, *strides), mask=bits, soc=soc)
            expected = dst.copy()
            for repeat in range(repeats):
                at = [place(lane, repeat, strides[1], strides[2], src.itemsize) for lane in range(unit.lanes)]
                for group in range(groups):
                    lanes = [lane for lane in range(size) if takes(repeat, group * size + lane)]
                    to = repeat * strides[0] * groups + group
                    if lanes:
                        expected[to] = unit.reduce(kind, src[at][group * size : (group + 1) * size], lanes)
                    elif soc == B4 and groups > 1:
                        expected[to] = neutral
            assert_same(got.view(dtype), expected)


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("kind", ["Max", "Min"])
def test_a_maximum_of_a_repeat_with_its_index_in_every_order(soc, dtype, kind):
    unit = Unit(dtype, soc)
    dst = values(dtype, 23)
    index_type = np.uint16 if dtype is np.float16 else np.uint32
    for seed in (20, 24):
        src = values(dtype, seed)
        if seed == 24:  # no NaN, ties and zeros of both signs
            src = np.where(np.isnan(src), dtype(-0.0), np.round(src)).astype(dtype)
        for order in ORDERS if soc == A2 else (VALUE_INDEX, ONLY_VALUE):
            for form, number, bits, repeats, takes in masks(unit.lanes):
                n = (number, 3, 2, 1, 8, order)
                got = run(f"WholeReduce{kind} {form} {CPP[dtype]}", src, dst=dst, n=n, mask=bits, soc=soc)
                expected = dst.copy().view(np.uint8)
                for repeat in range(repeats):
                    lanes = [lane for lane in range(unit.lanes) if takes(repeat, lane)]
                    value, index = unit.extreme(kind, src[repeat * unit.lanes :][: unit.lanes], lanes)
                    pair = [np.asarray(value).tobytes(), index_type(index).tobytes()]
                    stored = {
                        VALUE_INDEX: pair[0] + pair[1],
                        INDEX_VALUE: pair[1] + pair[0],
                        ONLY_VALUE: pair[0],
                        ONLY_INDEX: np.uint32(index).tobytes(),
                    }[order]
                    to = repeat * 2 * len(stored)
                    expected[to : to + len(stored)] = np.frombuffer(stored, np.uint8)
                assert_same(got, expected)


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_sum_over_a_count_in_the_order_of_the_family(soc, dtype):
    unit = Unit(dtype, soc)
    dst, finite = values(dtype, 26), np.random.default_rng(27)
    elems = ROOM_BYTES // dst.itemsize
    src = (finite.normal(size=elems) * 2.0 ** finite.integers(-6, 6, elems)).astype(dtype)
    for count in (1, 2, 7, unit.lanes - 1, unit.lanes, unit.lanes + 1, 5 * unit.lanes + 3, elems):
        if soc == A2:
            expected = unit.in_turn(src[:count])
        else:
            whole = count // unit.lanes * unit.lanes or count
            sums = [unit.tree(src[i : min(i + unit.lanes, whole)]) for i in range(0, whole, unit.lanes)]
            expected = unit.tree_of_trees(sums)
            if whole < count:
                expected = unit.result(np.array([expected + unit.tree(src[whole:count])], dtype))[0]
        got = run(f"ReduceSum count {CPP[dtype]}", src, dst=dst, n=(count,), soc=soc).view(dtype)
        assert_same(got, np.concatenate([np.array([expected], dtype), dst[1:]]))


def test_the_orders_of_summation_differ_so_that_the_tests_above_can_tell_them_apart():
    unit = Unit(np.float32, A2)
    generator = np.random.default_rng(27)
    src = (generator.normal(size=2048) * 2.0 ** generator.integers(-6, 6, 2048)).astype(np.float32)
    trees = unit.tree_of_trees([unit.tree(src[i : i + 64]) for i in range(0, 2048, 64)])
    assert len({float(unit.in_turn(src)), float(trees), float(np.add.accumulate(src)[-1])}) == 3


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_sum_over_repeats_is_a_tree_of_trees(soc, dtype):
    unit = Unit(dtype, soc)
    generator = np.random.default_rng(28)
    src = generator.normal(size=ROOM_BYTES // np.dtype(dtype).itemsize).astype(dtype)
    holes = (0x8421_0000_F00F_0002, 0xC5 if unit.lanes == 128 else 0)
    for form, limit in (("lanes", unit.lanes), ("lanes", 13), ("bits", 0)):
        for repeats, stride in ((1, 8), (3, 9), (100, 1), (32, 8)):
            if (repeats - 1) * stride * BLOCK_BYTES + REPEAT_BYTES > ROOM_BYTES:
                repeats = 24
            taken = np.arange(unit.lanes) < limit
            if form == "bits":
                taken = np.array([holes[lane // 64] >> (lane % 64) & 1 for lane in range(unit.lanes)], bool)
            step = stride * BLOCK_BYTES // src.itemsize
            sums = [unit.tree(src[r * step :][: unit.lanes], taken) for r in range(repeats)]
            n = (limit, repeats, stride)
            got = run(f"ReduceSum {form} {CPP[dtype]}", src, n=n, mask=holes, soc=soc).view(dtype)
            assert_same(got[:1], np.array([unit.tree_of_trees(sums)], dtype))


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("kind", ["Max", "Min"])
def test_the_maximum_of_a_tensor_and_the_index_of_the_first_that_has_it(soc, dtype, kind):
    unit = Unit(dtype, soc)
    dst = values(dtype, 31)
    index_type = np.uint16 if dtype is np.float16 else np.uint32
    for seed in (30, 32):
        src = values(dtype, seed)
        if seed == 32:
            src = np.where(np.isnan(src) | np.isinf(src), dtype(-0.0), np.round(src)).astype(dtype)
        for count in (1, 3, unit.lanes, unit.lanes + 1, 7 * unit.lanes + 5, src.size):
            value, index = unit.extreme(kind, src[:count])
            for with_index in (0, 1):
                n = (count, 0, 0, with_index)
                got = run(f"Reduce{kind} count {CPP[dtype]}", src, dst=dst, n=n, soc=soc).view(dtype)
                expected = dst.copy()
                expected[0] = value
                if with_index:
                    expected.view(index_type)[1] = index
                assert_same(got, expected)
        step = 9 * BLOCK_BYTES // src.itemsize
        at = [r * step + lane for r in range(5) for lane in range(11)]
        value, index = unit.extreme(kind, src, at)
        got = run(f"Reduce{kind} lanes {CPP[dtype]}", src, n=(11, 5, 9, 1), soc=soc).view(dtype)
        assert_same(got[:1], np.array([value], dtype))
        assert got.view(index_type)[1] == index


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_the_newer_names_do_the_same(soc, dtype):
    unit = Unit(dtype, soc)
    src = np.random.default_rng(33).normal(size=1024).astype(dtype)
    got = run(f"newer {CPP[dtype]}", src, mask=(2**64 - 1, 0), soc=soc).view(dtype)
    repeats = [src[i * unit.lanes :][:64] for i in range(2)]
    assert_same(got[:2], np.array([repeat.max() for repeat in repeats]))
    assert_same(got[64:66], np.array([unit.tree(repeat) for repeat in repeats]))
    per_block = BLOCK_BYTES // src.itemsize
    least = np.array([repeat[i : i + per_block].min() for repeat in repeats for i in range(0, 64, per_block)])
    assert_same(got[128 : 128 + 64 // per_block], least[: 64 // per_block])
    assert_same(got[192:224], src[0:64:2] + src[1:64:2])
    assert_same(got[512:518:3], np.array([unit.tree(repeat) for repeat in repeats]))


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_registers_keep_the_last_sum_and_the_last_maximum(dtype):
    unit = Unit(dtype, A2)
    src = np.random.default_rng(34).normal(size=512).astype(dtype)
    got = run(f"registers {CPP[dtype]}", src, n=(300, unit.lanes, 3)).view(dtype)
    assert_same(got[:2], np.array([unit.in_turn(src[:300]), src[: 3 * unit.lanes].max()]))
    assert got.view(f"u{src.itemsize}")[2] == src[: 3 * unit.lanes].argmax() or dtype is np.float32
    assert got.view(np.uint8)[8 : 8 + src.itemsize].tobytes() == src[:300].min().tobytes()


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_sum_under_the_mask_register_of_dav_2201(dtype):
    unit = Unit(dtype, A2)
    src = np.random.default_rng(35).normal(size=512).astype(dtype)
    dst = np.zeros(ROOM_BYTES, np.uint8)
    got = run(f"mask register {CPP[dtype]}", src, dst=dst, n=(300,), mask=(0b1011, 0)).view(dtype)
    assert_same(got[:1], np.array([unit.in_turn(src[:300])]))
    assert_same(
        got[16:17],
        np.array([unit.tree(src[: unit.lanes], np.arange(unit.lanes) < 4)]) * 0 + ((src[0] + src[1]) + src[3]),
    )
    assert np.array_equal(np.flatnonzero(got[512:]), [0, 1, 3])


def test_overflow_in_a_sum_saturates_at_each_addition_where_the_family_does():
    """The worked example of the public page, 60000 + 60000 - 30000 + 100: the first sum is 65504."""
    src = np.array([60000, 60000, -30000, 100], np.float16)
    name, n = "WholeReduceSum lanes half", (4, 1, 1, 1, 8)
    expected = np.float16(65504) + (src[2] + src[3])
    assert run(name, src, n=n, soc=B4).view(np.float16)[0] == expected
    assert run(name, src, n=n).view(np.float16)[0] == np.inf


def test_flush_to_zero_holds_for_operands_and_each_sum():
    src = np.array([1e-42, 1e-42, 1.2e-38, -1.19e-38], np.float32)
    n = (4, 1, 1, 1, 8, 0)
    assert run("WholeReduceSum lanes float", src, n=n).view(np.float32)[0] == src[:2].sum() + src[2:].sum()
    assert run("WholeReduceSum lanes float", src, n=n, flush_to_zero=True).view(np.float32)[0] == 0
    largest = run("WholeReduceMax lanes float", src[:2], n=(2, 1, 1, 1, 8, 0), flush_to_zero=True)
    assert largest[:8].view(np.uint32).tolist() == [0, 0]


def test_nothing_is_written_for_no_elements():
    src, dst = values(np.float32, 36), values(np.float32, 37)
    for name, n in (("ReduceSum count", (0,)), ("ReduceMax count", (0, 0, 0, 1)), ("ReduceSum lanes", (64, 0, 8))):
        assert_same(run(f"{name} float", src, dst=dst, n=n).view(np.float32), dst, nan_is_nan=False)
    for n in ((0, 3, 1, 1, 8, 0), (64, 0, 1, 1, 8, 0)):
        got = run("WholeReduceMax lanes float", src, dst=dst, n=n).view(np.float32)
        assert_same(got, dst, nan_is_nan=False)


def test_the_work_space_is_lost_and_its_size_is_that_of_the_public_formula():
    src = np.arange(2048, dtype=np.float32)
    for name, n, lost in (
        ("ReduceMax count", (2048, 0, 0, 0), 64),  # 32 values and indices
        ("ReduceMax count", (2048, 0, 0, 1), 64 + 8),  # and one of the second level
        ("ReduceMin lanes", (64, 8, 8, 1), 16 + 8),
        ("ReduceSum lanes", (64, 9, 8), 16),
        ("ReduceMax count", (64, 0, 0, 1), 0),
    ):
        _, work, _ = PROGRAMS[A2].launch(f"{name} float", src, src, src, n=n)
        assert np.array_equal(work.view(np.uint32)[:lost], np.full(lost, 2**32 - 1)), name
        assert np.array_equal(work.view(np.float32)[lost:], src[lost:])
    _, work, _ = PROGRAMS[A2].launch("ReduceSum count float", src, src, src, n=(2048,))
    assert np.array_equal(work.view(np.float32), src)
    _, work, _ = PROGRAMS[B4].launch("ReduceSum count float", src, src, src, n=(2048,), soc=B4)
    assert np.isnan(work.view(np.float32)[:32]).all() and np.array_equal(work.view(np.float32)[32:], src[32:])


def test_a_work_space_that_is_too_small_is_a_finding():
    code = "ReduceMax(As<float>(dst), As<float>(src0), As<float>(src2)[2048 - 64], n[0], n[1] != 0);"
    program, src = Statements({"small": code}), np.arange(2048, dtype=np.float32)
    program.run("small", src, n=(2048, 0))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*sharedTmpBuffer.*72 elements.*holds 64 elements"):
        program.run("small", src, n=(2048, 1))


def test_one_repeat_with_its_index_needs_no_work_space():
    src = np.arange(64, dtype=np.float32)
    assert run("at once", src)[:8].view(np.uint32).tolist() == [np.float32(63).view(np.uint32), 63]


def test_dst_needs_the_alignment_of_its_own_results():
    src = np.ones(128, np.float16)
    for number in range(4):
        run(f"aligned {number}", src)
    for number, alignment in enumerate((4, 16, 32, 32)):
        with pytest.raises(KernelFault, match=rf"ub-misaligned.*past a multiple of {alignment}"):
            run(f"misaligned {number}", src)


def test_calls_that_end_on_the_scalar_unit_have_waited_for_the_vector_unit():
    """Without a flag the copy out runs before what is still queued on pipe V."""
    src, dst = np.ones(64, np.float32), np.zeros(ROOM_BYTES, np.uint8)
    assert run("scalar step", src, dst=dst)[:4].view(np.float32)[0] == 64
    assert run("vector step", src, dst=dst, checks_off=["race"])[:4].view(np.float32)[0] == 0
    assert run("index step", src, dst=dst, checks_off=["race"])[:4].view(np.float32)[0] == 0
    assert run("index step", src, dst=dst, checks_off=["race"], schedule="eager")[:4].view(np.float32)[0] == 1


def test_source_work_space_and_destination_may_be_one():
    src = np.random.default_rng(38).integers(0, 100, 512).astype(np.float32)
    got = run("in place", src)[:4].view(np.float32)[0]
    assert got == src.reshape(64, 8).sum(axis=1).max()


def test_an_order_that_the_family_lacks_is_a_finding():
    src = np.ones(64, np.float32)
    for order in (INDEX_VALUE, ONLY_INDEX):
        with pytest.raises(KernelFault, match=r"reduce-order.*does not exist on this family"):
            run("WholeReduceMax lanes float", src, n=(64, 1, 1, 1, 8, order), soc=B4)
    with pytest.raises(KernelFault, match=r"reduce-order.*unknown order \(4\)"):
        run("WholeReduceMax lanes float", src, n=(64, 1, 1, 1, 8, 4))


REFUSED = {
    ("ReduceSum(As<int32_t>(dst), As<int32_t>(src0), As<int32_t>(src2), 8);", A2): "reductions take half, float",
    ("(void)GetAccVal<float>();", B4): "no register of sums",
    ("float value, index; GetReduceMaxMinCount<float>(value, index);", B4): "no register of maxima",
    ("ReducePairElem<ReduceType::MAX, half, half>(As<half>(dst), As<half>(src0), 64, 1, 1, 1, 8);", A2): (
        "ReducePairElem takes ReduceType::SUM"
    ),
}


@pytest.mark.parametrize(("code", "soc"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(code, soc):
    with pytest.raises(BuildError, match=REFUSED[code, soc]):
        Statements({"refused": code}).kernel(soc)
