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
from collections.abc import Callable, Mapping
from unittest import mock

import numpy as np

from helpers import make_inputs, reference, run
from helpers.compiler import find_compiler
from helpers.inputs import Inputs
from helpers.operator import build_kernel

SMALL_SHAPE = (100, 100)
CACHED_LAUNCHES = 50
MODEL_ELEMS = 10**9


def median_seconds(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median wall time of each call over `repeats` rounds, after one that is not counted.

    A round makes every call once, so that whatever else the machine does meets all of them alike.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for counted in [False] + [True] * repeats:
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if counted:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(measured) for name, measured in times.items()}


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
    return median_seconds({"run": lambda: run(*inputs)}, CACHED_LAUNCHES)["run"]


def model_seconds(dtype: str) -> float:
    """Wall time of one run at level "model" on MODEL_ELEMS elements."""
    nothing = np.broadcast_to(np.zeros((), dtype), MODEL_ELEMS)
    return median_seconds({"run": lambda: run(nothing, nothing, nothing, level="model")}, 1)["run"]


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
    """`run` against NumPy and PyTorch on one large tensor; a ratio of 0.5 means twice their time.

    Shared arrays are those of `make_inputs` and `shared_array`, which a launch uses where they lie; ordinary arrays are
    copied into shared memory first.
    """
    inputs = make_inputs((elems,), dtype)
    ordinary = Inputs(*(np.array(array) for array in inputs))
    calls: dict[str, Callable[[], object]] = {
        "numpy": numpy_call(ordinary),
        "fast_shared_arrays": lambda: run(*inputs, level="fast"),
        "fast_ordinary_arrays": lambda: run(*ordinary, level="fast"),
        "checked_shared_arrays": lambda: run(*inputs, level="checked"),
        "checked_ordinary_arrays": lambda: run(*ordinary, level="checked"),
    }
    if has_torch := importlib.util.find_spec("torch") is not None:
        calls["pytorch"] = torch_call(ordinary)
    seconds = median_seconds(calls, repeats)
    fast, fast_ordinary = seconds["fast_shared_arrays"], seconds["fast_ordinary_arrays"]
    not_measured = "not measured: the torch extra is not installed"
    return {
        "elems": elems,
        "seconds": seconds,
        "fast_blocks_alone_seconds": statistics.median(
            run(*inputs, level="fast").kernel_seconds for _ in range(repeats)
        ),
        "fast_shared_arrays_elems_per_second": elems / fast,
        "fast_shared_arrays_speed_over_pytorch": seconds["pytorch"] / fast if has_torch else not_measured,
        "fast_ordinary_arrays_speed_over_pytorch": seconds["pytorch"] / fast_ordinary if has_torch else not_measured,
        "fast_shared_arrays_speed_over_numpy": seconds["numpy"] / fast,
        "fast_ordinary_arrays_speed_over_numpy": seconds["numpy"] / fast_ordinary,
        "checked_speed_over_fast_shared_arrays": fast / seconds["checked_shared_arrays"],
        "checked_speed_over_fast_ordinary_arrays": fast_ordinary / seconds["checked_ordinary_arrays"],
    }


def measure(elems: int, repeats: int) -> dict[str, object]:
    """All figures as one JSON-able dictionary."""
    compiler = find_compiler()
    return {
        "compiler": f"{compiler.name} {compiler.version}",
        "processors": os.cpu_count(),
        "numpy": np.__version__,
        "first_build_seconds": {dtype: first_build_seconds(dtype) for dtype in ("float32", "float16")},
        "cached_launch_seconds": {dtype: cached_launch_seconds(dtype) for dtype in ("float32", "float16")},
        f"model_of_{MODEL_ELEMS}_elems_seconds": {dtype: model_seconds(dtype) for dtype in ("float32", "float16")},
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
