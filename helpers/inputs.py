# SPDX-License-Identifier: Apache-2.0
"""Draw predict, label and dout from a seed, by distribution: each one brings something else to light.

- normal: N(0, 1). The everyday case.
- uniform: U(-1, 1). The data of the operator's published example.
- positive: U(0.1, 1). The data of its published system test: one sign only, and in float16 most means are subnormal.
- wide: every finite encoding of the dtype equally likely, so every exponent, subnormals too. In float32 it overflows.
- loss_scaled: U(-5, 5), dout 1024 times that, as mixed precision scales a loss. Whoever lets a quotient go subnormal
  before multiplying by dout loses bits here.
- outliers: normal, with one element in 1000 of each tensor, at least one, 1000 times as large.
- special: every triple of NaN, infinities, signed zeros, both ends of the subnormal and the normal range, ones and an
  ordinary value, shuffled; 4096 elements hold them all.

Equal arguments give equal bits. All but wide and special draw float32 first: their float16 values are those rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.contract import check_choice, check_dtype, check_seed, check_shape
from helpers.shared_tensor import shared_if_long


@dataclass(frozen=True, eq=False)
class Inputs:
    """Three arrays of one shape and dtype, in the operator's order: `run(*inputs)` works."""

    predict: np.ndarray
    label: np.ndarray
    dout: np.ndarray

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.predict, self.label, self.dout))

    def __repr__(self) -> str:
        return f"Inputs({self.predict.dtype}, {self.predict.shape})"


def make_inputs(
    shape: int | Sequence[int], dtype: np.dtype | str, distribution: str = "normal", seed: int = 0
) -> Inputs:
    """Return C-contiguous inputs drawn by `distribution`, one of DISTRIBUTIONS (described in the module's docstring).

    Long ones lie in shared memory (helpers/shared_tensor.py), where a launch uses them without copying.

    Raises:
        ArgumentValueError, ArgumentTypeError: as in contract's check_shape, check_dtype, check_choice and check_seed.
    """
    shape, dtype = check_shape(shape), check_dtype(dtype)
    draw = _DRAWS[check_choice("distribution", distribution, DISTRIBUTIONS)]
    generator = np.random.default_rng(check_seed(seed))
    tensors = draw(generator, int(np.prod(shape, dtype=np.int64)), dtype)
    return Inputs(*(shared_if_long(tensor.reshape(shape), dtype) for tensor in tensors))


def special_values(dtype: np.dtype | str) -> np.ndarray:
    """Return the 15 values that "special" combines with each other and with an ordinary one."""
    info = np.finfo(check_dtype(dtype))
    largest_subnormal = info.tiny - info.smallest_subnormal
    magnitudes = [np.inf, 0.0, info.smallest_subnormal, largest_subnormal, info.tiny, info.max, 1.0]
    return np.array([np.nan, *magnitudes, *(-magnitude for magnitude in magnitudes)], info.dtype)


def _normal(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    return [generator.standard_normal(elems, np.float32) for _ in range(3)]


def _uniform(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    return [_between(generator, elems, -1, 1) for _ in range(3)]


def _positive(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    return [_between(generator, elems, 0.1, 1) for _ in range(3)]


def _wide(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    bits = np.dtype(f"u{dtype.itemsize}")
    sign = bits.type(1 << (8 * dtype.itemsize - 1))
    first_infinity = int(np.array(np.inf, dtype).view(bits))
    tensors = []
    for _ in range(3):
        magnitude = generator.integers(0, first_infinity, elems, bits)
        negative = generator.integers(0, 2, elems, bits)
        tensors.append((magnitude | negative * sign).view(dtype))
    return tensors


def _loss_scaled(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    predict, label, dout = (_between(generator, elems, -5, 5) for _ in range(3))
    return [predict, label, dout * np.float32(1024)]


def _outliers(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    tensors = _normal(generator, elems, dtype)
    for tensor in tensors:
        if elems:
            tensor[generator.choice(elems, max(1, elems // 1000), replace=False)] *= np.float32(1000)
    return tensors


def _special(generator: np.random.Generator, elems: int, dtype: np.dtype) -> list[np.ndarray]:
    values = special_values(dtype)
    kinds = len(values) + 1  # one more for the ordinary value
    triples = np.resize(generator.permutation(kinds**3), elems)
    tensors = []
    for place in range(3):
        kind = triples // kinds**place % kinds
        ordinary = generator.standard_normal(elems, np.float32).astype(dtype)
        tensors.append(np.where(kind < len(values), values[kind % len(values)], ordinary))
    return tensors


def _between(generator: np.random.Generator, elems: int, low: float, high: float) -> np.ndarray:
    return generator.random(elems, np.float32) * np.float32(high - low) + np.float32(low)


_DRAWS: dict[str, Callable[[np.random.Generator, int, np.dtype], list[np.ndarray]]] = {
    "normal": _normal,
    "uniform": _uniform,
    "positive": _positive,
    "wide": _wide,
    "loss_scaled": _loss_scaled,
    "outliers": _outliers,
    "special": _special,
}
DISTRIBUTIONS = tuple(_DRAWS)
