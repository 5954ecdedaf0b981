# SPDX-License-Identifier: Apache-2.0
"""How fast the simulator is, as ratios to NumPy and PyTorch taken in one run with both sides warm.

`python -m helpers bench` prints JSON. Every time is a median; nothing here is a test, and no time is asserted.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from unittest import mock

import numpy as np

from helpers import make_inputs, reference, run
from helpers.compiler import find_compiler
from helpers.inputs import Inputs
from helpers.operator import build_kernel

SMALL_SHAPE = (100, 100)
CACHED_LAUNCHES = 50


def median_seconds(call: Callable[[], object], repeats: int) -> float:
    """Median wall time of `call` over `repeats` runs, after one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def first_build_seconds(dtype: str) -> float:
    """Wall time of a first build of the operator's kernel, simulator included, with an empty cache."""
    find_compiler()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {"MSE_LOSS_GRAD_CACHE": folder}),
    ):
        started = time.perf_counter()
        build_kernel("Ascend910B1", dtype)
        return time.perf_counter() - started


def cached_launch_seconds(dtype: str) -> float:
    """Median wall time of `run` on a small tensor, checks on, from NumPy arrays to NumPy array."""
    inputs = make_inputs(SMALL_SHAPE, dtype)
    return median_seconds(lambda: run(inputs.predict, inputs.label, inputs.dout), CACHED_LAUNCHES)


def numpy_call(inputs: Inputs) -> Callable[[], object]:
    """The same formula in NumPy, into buffers made beforehand; float16 widened as the kernel does."""
    scale = reference.scale_float32(inputs.predict.size, "mean")
    wide = [np.empty(inputs.predict.shape, np.float32) for _ in range(2)]
    y = np.empty_like(inputs.predict)

    def call() -> None:
        result = y if inputs.predict.dtype == np.float32 else wide[0]
        np.subtract(inputs.predict, inputs.label, out=result, dtype=np.float32)
        np.multiply(result, scale, out=result)
        if inputs.dout.dtype == np.float32:
            np.multiply(result, inputs.dout, out=result)
        else:
            np.copyto(wide[1], inputs.dout)
            np.multiply(result, wide[1], out=result)
            np.copyto(y, result, casting="same_kind")

    return call


def torch_call(inputs: Inputs) -> Callable[[], object]:
    """PyTorch's own backward in its out= form, on as many threads as `run` takes."""
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    tensors = [torch.from_numpy(array) for array in (inputs.dout, inputs.predict, inputs.label)]
    y = torch.empty_like(tensors[0])
    return lambda: torch.ops.aten.mse_loss_backward.grad_input(*tensors, 1, grad_input=y)


def throughput(dtype: str, elems: int, repeats: int) -> dict[str, object]:
    """`run` against NumPy and PyTorch on one large tensor; a ratio of 0.5 means twice their time."""
    inputs = make_inputs((elems,), dtype)
    arrays = (inputs.predict, inputs.label, inputs.dout)
    fast = median_seconds(lambda: run(*arrays, level="fast"), repeats)
    checked = median_seconds(lambda: run(*arrays, level="checked"), repeats)
    blocks = statistics.median(run(*arrays, level="fast").kernel_seconds for _ in range(repeats))
    result: dict[str, object] = {
        "elems": elems,
        "fast_seconds": fast,
        "fast_blocks_alone_seconds": blocks,
        "checked_seconds": checked,
        "fast_elems_per_second": elems / fast,
        "checked_speed_over_fast": fast / checked,
        "fast_speed_over_numpy": median_seconds(numpy_call(inputs), repeats) / fast,
    }
    if importlib.util.find_spec("torch") is None:
        result["fast_speed_over_pytorch"] = "not measured: the torch extra is not installed"
    else:
        result["fast_speed_over_pytorch"] = median_seconds(torch_call(inputs), repeats) / fast
    return result


def measure(elems: int, repeats: int) -> dict[str, object]:
    """All figures as one JSON-able dictionary."""
    compiler = find_compiler()
    return {
        "compiler": f"{compiler.name} {compiler.version}",
        "processors": os.cpu_count(),
        "numpy": np.__version__,
        "first_build_seconds": {dtype: first_build_seconds(dtype) for dtype in ("float32", "float16")},
        "cached_launch_seconds": {dtype: cached_launch_seconds(dtype) for dtype in ("float32", "float16")},
        "throughput": {dtype: throughput(dtype, elems, repeats) for dtype in ("float32", "float16")},
    }


def main(argv: list[str]) -> int:
    """Print the figures. Returns 0."""
    parser = argparse.ArgumentParser(prog="python -m helpers bench", description=__doc__.splitlines()[0])
    parser.add_argument("--elems", type=int, default=2**24, help="elements of the large tensor (default 2**24)")
    parser.add_argument("--repeats", type=int, default=7, help="runs per median (default 7)")
    options = parser.parse_args(argv)
    print(json.dumps(measure(options.elems, options.repeats), indent=2))
    return 0
