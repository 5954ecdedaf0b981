# SPDX-License-Identifier: Apache-2.0
"""Sort32, MrgSort, Sort, Extract and their like, against Python's stable sort."""

import numpy as np
import pytest
from statements import CPP, ROOM_BYTES, Statements, values

from helpers import BuildError, KernelFault

SOCS = A2, B4 = "Ascend910B1", "Ascend310B4"
FLOATS = (np.float16, np.float32)
PAIR = {
    np.float16: np.dtype([("score", np.float16), ("rest", np.uint16), ("index", np.uint32)]),
    np.float32: np.dtype([("score", np.float32), ("index", np.uint32)]),
}
SORTED_BYTES = 8
MERGE = """
        const uint16_t lengths[4] = {{static_cast<uint16_t>(n[0]), static_cast<uint16_t>(n[1]),
                                      static_cast<uint16_t>(n[2]), static_cast<uint16_t>(n[3])}};
        auto list = [&](uint32_t i) {{ return As<{t}>(src0)[n[4 + i] * 8 / sizeof({t})]; }};
        const MrgSortSrcList<{t}> lists(list(0), list(1), list(2), list(3));
        LocalTensor<uint16_t> taken = As<uint16_t>(src2);
"""


def statements(soc: str) -> dict[str, str]:
    table = {}
    for dtype in FLOATS:
        t = CPP[dtype]
        table[f"Sort32 {t}"] = f"Sort32(As<{t}>(dst), As<{t}>(src0), As<uint32_t>(src1), n[0]);"
        table[f"MrgSort {t}"] = MERGE.format(t=t) + (
            f"MrgSort(As<{t}>(dst), lists, MrgSort4Info(lengths, n[8] != 0, n[9], n[10])); uint16_t a, b, c, d;"
            " GetMrgSortResult(a, b, c, d); taken.SetValue(0, a); taken.SetValue(1, b); taken.SetValue(2, c);"
            " taken.SetValue(3, d);"
        )
        if soc == A2:
            table[f"MrgSort by lengths {t}"] = MERGE.format(t=t) + (
                f"uint32_t number[4]; if (n[8] != 0) {{ MrgSort<{t}, true>(As<{t}>(dst), lists, lengths, number, n[9],"
                f" n[10]); for (uint32_t i = 0; i < 4; ++i) {{ taken.SetValue(i, number[i]); }} }} else {{"
                f" MrgSort(As<{t}>(dst), lists, lengths, number, n[9], n[10]); }}"
            )
            for form in ("false", "true"):
                table[f"Sort {form} {t}"] = (
                    f"LocalTensor<{t}> concat, work = As<{t}>(src2); Concat(concat, As<{t}>(src0), work, n[0] * 2);"
                    f" Sort<{t}, {form}>(As<{t}>(dst), concat, As<uint32_t>(src1), work, n[0]);"
                )
            table[f"Extract {t}"] = f"Extract(As<{t}>(dst), As<uint32_t>(src2), As<{t}>(src0), n[0]);"
            table[f"Extract at once {t}"] = (
                f"Extract(As<{t}>(dst), As<uint32_t>(src2), As<{t}>(src0), 1);"
                " DataCopy(gm[0], dst, ROOM_BYTES); return;"
            )
        table[f"sizes {t}"] = (
            f"As<uint32_t>(dst).SetValue(0, GetSortOffset<{t}>(10));"
            f" As<uint32_t>(dst).SetValue(1, GetSortLen<{t}>(32));"
        )
    return table


PROGRAMS = {soc: Statements(statements(soc)) for soc in SOCS}


def launch(name: str, *sources, soc=A2, **how):
    return PROGRAMS[soc].launch(name, *sources, soc=soc, **how)


def scores(dtype: type, seed: int, elems: int) -> np.ndarray:
    """Scores with ties, zeros of both signs, infinities and NaN."""
    drawn = np.round(np.random.default_rng(seed).normal(size=elems) * 4).astype(dtype)
    drawn[values(np.uint8, seed, elems) % 16 == 0] = -0.0
    telling = [np.nan, np.inf, -np.inf, -0.0, 0.0, np.finfo(dtype).smallest_subnormal]
    drawn[5 : 5 + len(telling)] = telling
    return drawn


def pairs(dtype: type, score: np.ndarray, index: np.ndarray) -> np.ndarray:
    result = np.zeros(score.size, PAIR[dtype])
    result["score"], result["index"] = score, index
    return result


def descending(elements: np.ndarray) -> np.ndarray:
    """NaN first, of equal scores the earlier one."""

    def key(i: int) -> tuple[bool, float]:
        score = float(elements["score"][i])
        return (False, 0.0) if np.isnan(score) else (True, -score)

    return elements[sorted(range(elements.size), key=key)]


def in_lists(dtype: type, lengths: list[int], seed: int) -> list[np.ndarray]:
    lists = []
    for number, length in enumerate(lengths):
        score = np.round(np.random.default_rng(seed + number).normal(size=length) * 3).astype(dtype)
        lists.append(descending(pairs(dtype, score, np.arange(length) + 1000 * number)))
    return lists


def assert_room(got: np.ndarray, elements: np.ndarray, dst: np.ndarray) -> None:
    expected = dst.view(np.uint8).copy()
    data = elements.view(np.uint8)
    expected[: data.size] = data
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_each_32_elements_are_sorted_by_themselves(soc, dtype):
    dst = values(np.uint8, 80)
    score, index = scores(dtype, 81, 160), np.random.default_rng(82).integers(0, 2**32, 160).astype(np.uint32)
    for repeats in (0, 1, 5):
        given = pairs(dtype, score, index)[: 32 * repeats].reshape(repeats, 32)
        expected = np.concatenate([np.zeros(0, PAIR[dtype]), *(descending(repeat) for repeat in given)])
        assert_room(launch(f"Sort32 {CPP[dtype]}", score, index, dst=dst, n=(repeats,), soc=soc)[0], expected, dst)
        if soc == A2:
            got = launch(f"Sort false {CPP[dtype]}", score, index, dst=dst, n=(repeats,))[0]
            assert_room(got, expected, dst)


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_full_sort_takes_all_elements_together(dtype):
    dst = values(np.uint8, 83)
    for repeats in (1, 3, 4, 9):
        score = scores(dtype, 84 + repeats, 32 * repeats)
        index = np.arange(score.size, dtype=np.uint32)[::-1].copy()
        got, work, _ = launch(f"Sort true {CPP[dtype]}", score, index, dst, dst=dst, n=(repeats,))
        assert_room(got, descending(pairs(dtype, score, index)), dst)
        lost = repeats * 32 * SORTED_BYTES
        assert (work[:lost] == 255).all() and np.array_equal(work[lost:], dst[lost:])


CASES = [([5, 7, 0, 0], 3), ([20, 1, 33, 0], 7), ([4, 9, 2, 31], 15), ([64, 64, 64, 64], 15), ([3, 0, 4, 2], 15)]


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_lists_are_merged_to_their_ends_or_until_the_first_ends(soc, dtype):
    dst = values(np.uint8, 90)
    for lengths, valid in CASES:
        lists = in_lists(dtype, lengths, 91)
        src = np.zeros(ROOM_BYTES // SORTED_BYTES, PAIR[dtype])
        starts = [0, 100, 200, 300]
        for start, elements in zip(starts, lists, strict=True):
            src[start : start + elements.size] = elements
        used = [elements for bit, elements in enumerate(lists) if valid >> bit & 1]
        # A merge of lists in descending order takes them as a stable sort of all would.
        merged = descending(np.concatenate(used))
        source = np.concatenate([np.full(elements.size, number) for number, elements in enumerate(used)])
        order = [i for _, i in sorted((key, i) for i, key in enumerate(rank(np.concatenate(used))))]
        for stops in (0, 1):
            expected, taken = merged, [len(elements) for elements in used]
            if stops:
                taken = [0] * len(used)
                for step in range(merged.size + 1):
                    if any(taken[i] == used[i].size for i in range(len(used))):
                        break
                    taken[source[order[step]]] += 1
                expected = merged[: sum(taken)]
            n = (*lengths, *starts, stops, valid, 1)
            for name in ("MrgSort", "MrgSort by lengths") if soc == A2 else ("MrgSort",):
                got, number, _ = launch(f"{name} {CPP[dtype]}", src, dst=dst, n=n, soc=soc)
                assert_room(got, expected, dst)
                if name == "MrgSort" or stops:
                    assert number.view(np.uint16)[: len(used)].tolist() == taken


def rank(elements: np.ndarray) -> list[float]:
    return [-float(score) for score in elements["score"]]


@pytest.mark.parametrize("dtype", FLOATS)
def test_repeats_merge_four_equal_lists_in_a_row_and_count_as_one_otherwise(dtype):
    dst = values(np.uint8, 95)
    length = 16
    groups = [in_lists(dtype, [length] * 4, 96 + 4 * group) for group in range(3)]
    src = np.concatenate([np.concatenate(group) for group in groups])
    merged = [descending(np.concatenate(group)) for group in groups]
    starts = [length * i for i in range(4)]
    got = launch(f"MrgSort {CPP[dtype]}", src, dst=dst, n=(*[length] * 4, *starts, 0, 15, 3))[0]
    assert_room(got, np.concatenate(merged), dst)
    got = launch(f"MrgSort {CPP[dtype]}", src, dst=dst, n=(*[length] * 4, *starts, 0, 15, 0))[0]
    assert_room(got, merged[0][:0], dst)
    first_three = descending(np.concatenate(groups[0][:3]))
    got = launch(f"MrgSort {CPP[dtype]}", src, dst=dst, n=(*[length] * 4, *starts, 0, 7, 3))[0]
    assert_room(got, first_three, dst)
    elsewhere = [0, length, 2 * length, 4 * length]
    got = launch(f"MrgSort {CPP[dtype]}", src, dst=dst, n=(*[length] * 4, *elsewhere, 0, 15, 3))[0]
    assert_room(got, descending(np.concatenate([*groups[0][:3], groups[1][0]])), dst)


@pytest.mark.parametrize("dtype", FLOATS)
def test_extract_takes_scores_and_indices_apart(dtype):
    elements = np.random.default_rng(97).integers(0, 256, ROOM_BYTES).astype(np.uint8).view(PAIR[dtype])
    dst = values(dtype, 98)
    got, index, _ = launch(f"Extract {CPP[dtype]}", elements, np.zeros(0), dst, dst=dst, n=(3,))
    unsigned = f"u{dst.itemsize}"
    assert np.array_equal(got.view(unsigned)[:96], elements["score"][:96].copy().view(unsigned))
    assert np.array_equal(got.view(unsigned)[96:], dst.view(unsigned)[96:])
    assert np.array_equal(index.view(np.uint32)[:96], elements["index"][:96])
    assert np.array_equal(index[96 * 4 :], dst.view(np.uint8)[96 * 4 :])
    got = launch(f"Extract at once {CPP[dtype]}", elements, dst=dst)[0]  # no flag: it has waited for pipe V
    assert np.array_equal(got.view(unsigned)[:32], elements["score"][:32].copy().view(unsigned))


def test_sizes_are_in_elements():
    for soc in SOCS:
        assert launch("sizes half", soc=soc)[0].view(np.uint32)[:2].tolist() == [40, 128]
        assert launch("sizes float", soc=soc)[0].view(np.uint32)[:2].tolist() == [20, 64]


def test_what_cannot_be_merged_is_a_finding():
    starts = (0, 100, 200, 300)
    for valid in (1, 5, 8):
        with pytest.raises(KernelFault, match=rf"merge-lists.*validBit is {valid}"):
            launch("MrgSort float", np.zeros(8), n=(1, 1, 1, 1, *starts, 0, valid, 1))
    with pytest.raises(KernelFault, match=r"merge-lists.*src2.*4096 elements"):
        launch("MrgSort float", np.zeros(8), n=(1, 4096, 1, 1, *starts, 0, 3, 1))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*src4"):
        launch("MrgSort float", np.zeros(8), n=(1, 1, 1, 800, *starts, 0, 15, 1))
    launch("MrgSort float", np.zeros(8), n=(1, 1, 1, 800, *starts, 0, 7, 1))
    with pytest.raises(KernelFault, match=r"ub-out-of-bounds.*dst"):
        launch("Sort32 float", np.zeros(8), n=(33,))


REFUSED = {
    ("Sort32(As<int32_t>(dst), As<int32_t>(src0), As<uint32_t>(src1), 1);", A2): "Sort32 takes half, float",
    ("RpSort16(As<half>(dst), As<half>(src0), 1);", A2): "belong to earlier parts",
    ("MrgSort4(As<half>(dst), MrgSortSrcList<half>(), MrgSort4Info());", A2): "belong to earlier parts",
    ("ProposalConcat(As<half>(dst), As<half>(src0), 1, 4);", B4): "belong to earlier parts",
    ("ProposalExtract(As<half>(dst), As<half>(src0), 1, 4);", A2): "belong to earlier parts",
    ("Extract(As<half>(dst), As<uint32_t>(src1), As<half>(src0), 1);", B4): "dav-3002 has no Concat, Sort, Extract",
    ("LocalTensor<half> t; Sort<half, true>(t, t, As<uint32_t>(src1), t, 1);", B4): "use Sort32",
}


@pytest.mark.parametrize(("code", "soc"), REFUSED)
def test_what_a_family_lacks_is_refused_with_the_alternative(code, soc):
    with pytest.raises(BuildError, match=REFUSED[code, soc]):
        Statements({"refused": code}).kernel(soc)
