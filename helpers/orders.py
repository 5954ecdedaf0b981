# SPDX-License-Identifier: Apache-2.0
"""The orders in which y = 2/N * (predict - label) * dout has been evaluated, emulated in NumPy step by step.

- `evaluate(order, predict, label, dout, reduction)` rounds every step to the inputs' dtype, as the implementation does
- `ORDERS` says for each one its formula, who uses it, and how many roundings it takes

With d = predict - label and c = 2/N: k roundings cost less than k ulp where no step over- or underflows. A mean whose N
is no value of the dtype takes one more where the order divides by N, and one less (c is exact) where N is a power of
two and the order multiplies by c.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from helpers import reference
from helpers.contract import check_call, check_choice


@dataclass(frozen=True)
class Order:
    """One order of evaluation.

    Attributes:
        formula: what is computed, in this order; for the sum, N is 1.
        used_by: implementations with this order.
        sum_roundings, mean_roundings: of a mean, the most; each costs less than one ulp.
    """

    formula: str
    used_by: str
    sum_roundings: int
    mean_roundings: int


ORDERS: Mapping[str, Order] = {
    "a": Order("((d * 2) / N) * g", "the first public version of the operator", 2, 4),
    "b": Order("d * (c * g)", "", 2, 4),
    "c": Order("(d * c) * g", "PyTorch, and this workbook's kernel in float32", 2, 4),
    "e": Order("(d * g) * c", "", 2, 4),
    "f": Order("((d * g) * 2) / N", "", 2, 4),
    "t": Order("(2 * (g / N)) * d", "TensorFlow", 2, 4),
    "D": Order("(d * c) * g in float32, cast once", "this workbook's kernel in float16", 3, 5),
}


def evaluate(
    order: str,
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    reduction: str = "mean",
    *,
    elems: int | None = None,
) -> np.ndarray:
    """Return y of the inputs' shape and dtype, each step of `order` rounded to that dtype ("D": to float32).

    Args:
        order: a key of ORDERS.
        predict, label, dout, reduction: as in contract.check_call, which also names the errors.
        elems: N of "mean" where the arrays are a slice of a longer call; their own size by default.
    """
    check_choice("order", order, tuple(ORDERS))
    call = check_call(predict, label, dout, reduction)
    count = call.elems if elems is None else elems
    if order == "D":
        return reference.same_order(predict, label, dout, reduction, elems=count)
    with np.errstate(all="ignore"):
        two, factor = call.dtype.type(2), call.dtype.type(reference.scale(count, call.reduction))
        divisor = call.dtype.type(count) if call.reduction == "mean" else call.dtype.type(1)
        return _STEPS[order](predict - label, dout, two, factor, divisor)


_STEPS: Mapping[str, Callable[..., np.ndarray]] = {
    "a": lambda d, g, two, c, n: ((d * two) / n) * g,
    "b": lambda d, g, two, c, n: d * (c * g),
    "c": lambda d, g, two, c, n: (d * c) * g,
    "e": lambda d, g, two, c, n: (d * g) * c,
    "f": lambda d, g, two, c, n: ((d * g) * two) / n,
    "t": lambda d, g, two, c, n: (two * (g / n)) * d,
}
