# SPDX-License-Identifier: Apache-2.0
"""Published criteria for the precision of operators, each a function of (y, truth) that says whether it accepts.

- `STANDARDS` has them by name, with their source
- `judge_all(y, truth)` asks each one

They are here to be compared, not to decide: all with an absolute term are blind to a gradient that a mean has made
small, see tests/test_standards.py for the table of what each lets pass. `compare` decides, by bits and by ulp.

`y` is float16 or float32, `truth` float64 of its shape, never rounded to y's dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.contract import check_dtype
from helpers.ulp import ulp, ulp_error


def _parts(y: np.ndarray, truth: np.ndarray) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    dtype, actual = check_dtype(y.dtype).name, y.astype(np.float64)
    with np.errstate(invalid="ignore"):
        error = np.where((actual == truth) | (np.isnan(actual) & np.isnan(truth)), 0.0, np.abs(actual - truth))
    return dtype, actual, np.abs(truth), np.where(np.isnan(error), np.inf, error)


def double_thousandth(y: np.ndarray, truth: np.ndarray) -> bool:
    """At most p of all elements off by more than p * |e|, none by more than m * |e|.

    Here e is the truth rounded to y's dtype: that tool reads its golden data in the dtype of the output. Where e is
    infinite any finite value passes; the same infinity does here, while the tool subtracts them and refuses the NaN.
    """
    with np.errstate(over="ignore"):
        dtype, _, magnitude, error = _parts(y, truth.astype(y.dtype).astype(np.float64))
    share, most = {"float16": (1e-3, 0.1), "float32": (1e-4, 0.01)}[dtype]
    return bool(np.count_nonzero(error > share * magnitude) <= share * y.size and np.all(error <= most * magnitude))


def system_test_default(y: np.ndarray, truth: np.ndarray) -> bool:
    """Differences below 0.01 count as they are, larger ones relatively; 5 % may exceed 0.01, none may reach 0.1."""
    _, actual, magnitude, error = _parts(y, truth)
    threshold, share = 0.01, 0.05
    with np.errstate(invalid="ignore"):
        relative = error / (np.maximum(np.maximum(np.abs(actual), magnitude), 2.0**-14 / threshold) + 1e-9)
    judged = np.where(error < threshold, error, relative)
    judged = np.where(np.isnan(judged), np.inf, judged)
    return bool(np.count_nonzero(judged > threshold) <= share * y.size and np.all(judged < 0.1))


def first_version_example(y: np.ndarray, truth: np.ndarray) -> bool:
    """All elements within 1e-4 absolutely, or all within 1e-4 relatively, but for 1e-4 of them in either case."""
    _, _, magnitude, error = _parts(y, truth)
    allowed = 1e-4 * y.size
    return bool(np.count_nonzero(error > 1e-4) <= allowed or np.count_nonzero(error > 1e-4 * magnitude) <= allowed)


def second_version_example(y: np.ndarray, truth: np.ndarray) -> bool:
    """As the first version's example, with 2^-9 for float16 and 2^-10 for float32."""
    dtype, _, magnitude, error = _parts(y, truth)
    limit = {"float16": 2.0**-9, "float32": 2.0**-10}[dtype]
    allowed = limit * y.size
    return bool(np.count_nonzero(error > limit) <= allowed or np.count_nonzero(error > limit * magnitude) <= allowed)


def sample_isclose(y: np.ndarray, truth: np.ndarray) -> bool:
    """isclose for all but a share of the elements: float16 1e-3, 1e-3 and 1e-3; float32 1e-4, 1e-5 and 1e-4."""
    dtype, _, magnitude, error = _parts(y, truth)
    relative, absolute, share = {"float16": (1e-3, 1e-3, 1e-3), "float32": (1e-4, 1e-5, 1e-4)}[dtype]
    return bool(np.count_nonzero(error > absolute + relative * magnitude) <= share * y.size)


def unit_test_of_the_interface(y: np.ndarray, truth: np.ndarray) -> bool:
    """Every element within t + t * |truth|: t is 1e-3 for float16, 1e-4 for float32."""
    dtype, _, magnitude, error = _parts(y, truth)
    limit = {"float16": 1e-3, "float32": 1e-4}[dtype]
    return bool(np.all(error <= limit + limit * magnitude))


def mere_mare(y: np.ndarray, truth: np.ndarray) -> bool:
    """Mean of |y - truth| / (|truth| + 1e-7) below T, its maximum below 10 T: T is 2^-10 or 2^-13."""
    mean, largest = relative_errors(y, truth)
    limit = {"float16": 2.0**-10, "float32": 2.0**-13}[y.dtype.name]
    return bool(mean < limit and largest < 10 * limit)


def relative_errors(y: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """MERE and MARE: mean and maximum of |y - truth| / (|truth| + 1e-7) over finite truths."""
    _, _, magnitude, error = _parts(y, truth)
    finite = np.isfinite(truth)
    relative = error[finite] / (magnitude[finite] + 1e-7)
    return (float(relative.mean()), float(relative.max())) if relative.size else (0.0, 0.0)


def mixed_tolerance(y: np.ndarray, truth: np.ndarray) -> bool:
    """99 % of the elements within atol + rtol * |truth|, and none off by more than a limit, or than 32 ulp."""
    dtype, _, magnitude, error = _parts(y, truth)
    relative, absolute, limit = {"float16": (2.0**-9, 2.0**-9, 0.1), "float32": (2.0**-10, 2.0**-16, 1e-2)}[dtype]
    within = np.count_nonzero(error <= absolute + relative * magnitude)
    spacing = np.nan_to_num(ulp(truth, dtype), nan=0.0)
    return bool(within >= 0.99 * y.size and np.all((error <= limit) | (error <= 32 * spacing)))


def assert_close(y: np.ndarray, truth: np.ndarray) -> bool:
    """Every element within atol + rtol * |truth|: 1e-5 and 1e-3 for float16, 1e-5 and 1.3e-6 for float32."""
    dtype, _, magnitude, error = _parts(y, truth)
    relative = {"float16": 1e-3, "float32": 1.3e-6}[dtype]
    return bool(np.all((error <= 1e-5 + relative * magnitude) & (np.isfinite(truth) | (error == 0))))


def ulp_bound(y: np.ndarray, truth: np.ndarray) -> bool:
    """Every element within 0.501 ulp (float16) or 4 ulp (float32)."""
    limit = {"float16": 0.501, "float32": 4.0}[check_dtype(y.dtype).name]
    return bool(np.all(ulp_error(y, truth) <= limit))


@dataclass(frozen=True)
class Standard:
    """A criterion and where it was published."""

    accepts: Callable[[np.ndarray, np.ndarray], bool]
    source: str


STANDARDS: Mapping[str, Standard] = {
    "double 1/1000": Standard(double_thousandth, "CANN toolkit, op_test_frame: default of unit tests"),
    "ST default": Standard(system_test_default, "CANN toolkit, op_test_frame/st: default of system tests"),
    "V1 example": Standard(first_version_example, "cann-ops, mse_loss_grad_v1/examples"),
    "V2 example": Standard(second_version_example, "cann-ops, mse_loss_grad_v2/examples"),
    "samples": Standard(sample_isclose, "asc-devkit, examples: verify_result.py"),
    "aclnn UT": Standard(unit_test_of_the_interface, "ops-nn, unit test of aclnnMseLossBackward"),
    "MERE/MARE": Standard(mere_mare, "opbase, experimental standard, 2026-04"),
    "mixed": Standard(mixed_tolerance, "opbase, experimental standard, 2026-07-15"),
    "assert_close": Standard(assert_close, "PyTorch, torch.testing.assert_close: defaults"),
    "ulp": Standard(ulp_bound, "this workbook, helpers/comparison.py"),
}


OWN = "ulp"  # the one of STANDARDS that was not published elsewhere


def judge_all(y: np.ndarray, truth: np.ndarray) -> dict[str, bool]:
    """Whether each of STANDARDS accepts `y`, by its name."""
    return {name: standard.accepts(y, truth) for name, standard in STANDARDS.items()}


def dual_benchmark(y: np.ndarray, third_party: np.ndarray, truth: np.ndarray, level: str = "L1") -> bool:
    """Ratios of MARE, MERE and root mean square error, y's over those of another implementation.

    Source: opbase, commercial standard, published 2026-04-09 and withdrawn 2026-04-22. Levels L0, L1 and L2.
    """
    limits = {"L0": (10, 2, 2), "L1": (5, 1.5, 1.5), "L2": (2, 1.2, 1.2)}[level]
    pairs = zip(_three_errors(y, truth), _three_errors(third_party, truth), limits, strict=True)
    return all(own <= limit * other for own, other, limit in pairs)


def _three_errors(y: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    mean, largest = relative_errors(y, truth)
    error = _parts(y, truth)[3][np.isfinite(truth)]
    return largest, mean, float(np.sqrt(np.mean(error**2)))


def small_value_errors(y: np.ndarray, truth: np.ndarray) -> int:
    """Elements with a small truth (2^-11 or 2^-14) that are off by more than 2^-16 or 2^-30.

    The same commercial standard accepts at most twice as many as another implementation has, or two if it has none.
    """
    dtype, _, magnitude, error = _parts(y, truth)
    threshold, allowed = {"float16": (2.0**-11, 2.0**-16), "float32": (2.0**-14, 2.0**-30)}[dtype]
    return int(np.count_nonzero((magnitude < threshold) & (error > allowed)))
