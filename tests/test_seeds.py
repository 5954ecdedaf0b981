# SPDX-License-Identifier: Apache-2.0
"""The shipped kernel and the kernels of the lessons give the same bits and no finding in every order that a seed draws.
`--schedule-seeds N` says how many seeds; each is run on five SoCs."""

from collections.abc import Callable

import numpy as np
import pytest

from helpers import Kernel, make_inputs, run
from helpers.notebooks import kernel_cells
from helpers.operator import build_kernel
from helpers.orders import evaluate

SOCS = ("Ascend910B1", "Ascend910B3", "Ascend910B4-1", "Ascend310B1", "Ascend310B4")
DTYPES = ("float16", "float32")
LINE_BYTES = 512
TILING = np.dtype(
    [(name, "u8") for name in ("total", "long_core", "short_core")]
    + [(name, "u4") for name in ("long_cores", "cores", "tile", "buffers", "chunk")]
    + [("scale", "f4")]
)


def gradient(predict: np.ndarray, label: np.ndarray, dout: np.ndarray, scale: np.float32) -> np.ndarray:
    """What the kernel computes: each step rounds to float32, the end to the dtype."""
    wide = [array.astype(np.float32) for array in (predict, label, dout)]
    return ((wide[0] - wide[1]) * scale * wide[2]).astype(predict.dtype)


def tiled(dtype: str, buffers: int) -> np.ndarray:
    """Three cores: the first with one line more, the last with less; several tiles each, tails of tiles and chunks."""
    line = LINE_BYTES // np.dtype(dtype).itemsize
    long, short = 6 * line, 5 * line
    total = long + short + 2 * line + 37
    chunk = 3 * line // 4 if dtype == "float16" else 0
    return np.array([(total, long, short, 1, 3, 2 * line, buffers, chunk, 2 / total)], TILING)


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_shipped_kernel_gives_the_same_bits_and_no_finding(dtype, soc, schedule_seeds):
    kernel = build_kernel(soc, dtype)
    for seed in range(schedule_seeds):
        tiling = tiled(dtype, buffers=1 + seed % 2)
        inputs = make_inputs(int(tiling["total"][0]), dtype, seed=seed)
        y = np.zeros_like(inputs.predict)
        result = kernel.launch(
            *inputs,
            y,
            workspace_bytes=0,
            tiling=tiling.tobytes(),
            block_dim=3,
            schedule="random",
            seed=seed,
            strict_sync=seed % 4 >= 2 and not soc.startswith("Ascend910B"),
            roles=("in", "in", "in", "out"),
        )
        assert result.findings == (), seed
        expected = gradient(*inputs, tiling["scale"][0])
        assert np.array_equal(y.view(np.uint8), expected.view(np.uint8)), seed


@pytest.mark.parametrize("soc", SOCS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_plan_of_the_host_gives_the_same_bits_and_no_finding(dtype, soc, schedule_seeds):
    """With the cores and tiles that a call gets: one core with several tiles on one family, all cores on the other."""
    elems = 50_001
    inputs = make_inputs(elems, dtype, seed=1)
    expected = gradient(*inputs, np.float32(2 / elems))
    for seed in range(max(1, schedule_seeds // 10)):
        result = run(*inputs, soc=soc, schedule="random", seed=seed)
        assert result.findings == (), seed
        assert np.array_equal(result.y.view(np.uint8), expected.view(np.uint8)), seed


def add_one(kernel: Kernel, **options: object) -> tuple[object, bool]:
    x, y = np.arange(100, dtype=np.float32), np.zeros(100, np.float32)
    result = kernel.launch(x, y, 100, 64, block_dim=2, roles=("in", "out"), **options)
    return result, np.array_equal(y, x + 1)


def series(kernel: Kernel, **options: object) -> tuple[object, bool]:
    """With two buffers of each queue, three tiles on each of two cores."""
    share, steps = 3 * 4096, 3
    x = np.linspace(-1, 1, 2 * share, dtype=np.float32)
    y, expected = np.zeros_like(x), x + np.float32(1)
    for _ in range(steps - 1):
        expected = expected * x + np.float32(1)
    result = kernel.launch(x, y, share, steps, 2, block_dim=2, roles=("in", "out"), **options)
    return result, np.array_equal(y, expected)


def first_order(kernel: Kernel, **options: object) -> tuple[object, bool]:
    elems = 1000
    inputs, y = make_inputs(128, "float16", seed=2), np.zeros(128, np.float16)
    result = kernel.launch(*inputs, y, float(elems), roles=("in", "in", "in", "out"), **options)
    return result, np.array_equal(y, evaluate("a", *inputs, elems=elems))


# How to launch the kernel of each cell, and whether it is right.
LESSONS: dict[str, Callable[..., tuple[object, bool]]] = {
    "add_one": add_one,
    "first_order": first_order,
    "series": series,
}


def test_each_lesson_with_a_kernel_is_known_here():
    assert {name.split(": ")[1] for name in kernel_cells()} == set(LESSONS)


@pytest.mark.parametrize("soc", SOCS)
def test_kernels_of_lessons_are_right_and_give_no_finding(soc, schedule_seeds):
    for name, source in kernel_cells().items():
        kernel = Kernel.from_source(source, soc=soc)
        for seed in range(schedule_seeds):
            result, right = LESSONS[name.split(": ")[1]](kernel, schedule="random", seed=seed)
            assert result.findings == () and right, (name, seed)
