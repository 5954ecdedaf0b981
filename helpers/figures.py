# SPDX-License-Identifier: Apache-2.0
"""The figures of the lessons. Each function draws one, and returns it with its arrays and a sentence.

- core_split(plan): how many elements each core owns
- error_histogram(y, predict, label, dout): errors in ulp, beside the bound
- loss_curve(predict, label): the loss of one element, its slope, and a secant of the same slope
- step_errors(): what is wrong with finite differences in float64, by step
- scale_rounding(): what 2 / N loses when rounded to float16 and to float32
- tail_blocks(elems, dtype): the 32-byte blocks of a short tensor, and what each copy moves

Those drawn from an instruction log are in `helpers/log_figures.py`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from matplotlib.patches import Patch, Rectangle

from helpers import reference
from helpers.comparison import ULP_BOUND
from helpers.contract import check_dtype
from helpers.tiling import Plan
from helpers.ulp import ulp_error
from helpers.view import COLOURS, View, canvas

BLOCK_BYTES = 32  # smallest unit of a plain DataCopy, and the alignment of operands in UB


def core_split(plan: Plan) -> View:
    """Bars: elements owned by each core of `plan`. Data: core, elems."""
    cores = np.arange(plan.cores)
    elems = np.array([len(owned) for owned in plan.core_ranges()])
    with canvas(2.8) as (figure, axes):
        axes.bar(cores, elems, color=COLOURS["y"], edgecolor="white", width=0.9)
        axes.set(title=f"N = {plan.elems} on {plan.soc}, {plan.dtype}", xlabel="core", ylabel="elements owned")
        axes.set_xticks(cores if plan.cores <= 24 else cores[::4])
        axes.grid(axis="x", visible=False)
        if plan.cores == 1:
            axes.set_xlim(-3, 3)
    if plan.cores == 1:
        summary = f"One core owns all {plan.elems} elements."
    else:
        summary = f"{plan.cores} cores get work: the first owns {elems[0]} elements, the last {elems[-1]}."
    return View(figure, {"core": cores, "elems": elems}, summary)


def error_histogram(
    y: np.ndarray, predict: np.ndarray, label: np.ndarray, dout: np.ndarray, reduction: str = "mean"
) -> View:
    """Histogram of |y - truth| in ulp of y's dtype, with the proven bound. Data: error_ulp, bound_ulp, in y's order.

    Raises as `reference.truth` does; the bound is that of `comparison`.
    """
    error = ulp_error(y, reference.truth(predict, label, dout, reduction)).ravel()
    bound = ULP_BOUND[y.dtype.name, reduction]
    with canvas(3.0) as (figure, axes):
        axes.hist(error, bins=np.linspace(0, bound * 1.1, 45), color=COLOURS["y"], edgecolor="white", linewidth=0.4)
        axes.axvline(bound, color=COLOURS["ink"], linestyle="--")
        axes.set_ylim(0, axes.get_ylim()[1] * 1.2)  # room for the words
        axes.annotate(
            f"bound {bound:g} ulp", (bound, 0.93), (-6, 0), ("data", "axes fraction"), "offset points", ha="right"
        )
        axes.set(title=f"{y.dtype}, {reduction}: distance from the truth", xlabel="error in ulp", ylabel="elements")
    summary = f"{error.size} elements; the largest error is {error.max():.4f} ulp, the bound is {bound:g} ulp."
    return View(figure, {"error_ulp": error, "bound_ulp": np.array(bound)}, summary)


def loss_curve(predict: float, label: float, step: float = 1.0) -> View:
    """The loss of one element, the tangent at `predict`, and the secant over 2 * `step`.

    Data: x, loss, secant_x, secant_loss, slope (of the tangent and of the secant, exact).
    """

    def loss(x: float) -> float:
        return float((Fraction(x) - Fraction(label)) ** 2)

    slope = float(2 * (Fraction(predict) - Fraction(label)))
    reach = max(abs(predict - label), step) * 1.6
    x = np.linspace(label - reach, label + reach, 201)
    ends = np.array([predict - step, predict + step])
    heights = np.array([loss(end) for end in ends])
    secant_slope = (heights[1] - heights[0]) / (2 * step)
    tangent = loss(predict) + slope * (x - predict)
    with canvas(3.8) as (figure, axes):
        axes.plot(x, (x - label) ** 2, color=COLOURS["ink"], label="loss (predict - label)²")
        axes.plot(x, tangent, color=COLOURS["y"], linestyle="--", label=f"tangent, slope {slope:g}")
        axes.plot(
            ends, heights, color=COLOURS["dout"], marker="s", linestyle="-.", label=f"secant, slope {secant_slope:g}"
        )
        axes.plot(predict, loss(predict), "o", color=COLOURS["predict"], markersize=9, label=f"predict = {predict:g}")
        axes.plot(label, 0, "D", color=COLOURS["label"], markersize=9, label=f"label = {label:g}")
        axes.set(title="One element of the loss", xlabel="predict", ylabel="loss")
        axes.set_ylim(-0.12 * reach**2, 1.02 * reach**2)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    slopes = np.array([slope, secant_slope])
    summary = f"The tangent has slope {slope:g}, the secant from {ends[0]:g} to {ends[1]:g} has slope {secant_slope:g}."
    data = {"x": x, "loss": (x - label) ** 2, "secant_x": ends, "secant_loss": heights, "slope": slopes}
    return View(figure, data, summary)


def step_errors(predict: float = 0.7, label: float = 0.1) -> View:
    """Relative error of a central difference of (predict - label)^2 in float64, for steps 2^-50 to 2^20.

    Data: step, error (0 where the quotient is the derivative itself).
    """
    derivative = 2 * (Fraction(predict) - Fraction(label))
    steps = 2.0 ** np.arange(-50, 21, 2)
    quotients = [((predict + h - label) ** 2 - (predict - h - label) ** 2) / (2 * h) for h in steps.tolist()]
    errors = np.array([float(abs(Fraction(quotient) - derivative) / derivative) for quotient in quotients])
    floor = 1e-18
    with canvas(3.4) as (figure, axes):
        axes.loglog(steps, np.maximum(errors, floor), "o-", color=COLOURS["predict"], label="float64")
        axes.axhline(floor, color=COLOURS["dout"], linestyle="--", label="fractions: exactly 0 at every step")
        axes.set(title="A central difference of the loss", xlabel="step", ylabel="relative error")
        axes.set_xscale("log", base=2)
        axes.set_xticks(2.0 ** np.arange(-50, 21, 10))
        axes.set_ylim(floor / 5, 5)
        axes.legend(loc="upper right")
    best = steps[errors.argmin()]
    summary = (
        f"In float64 the relative error goes from {errors[0]:.1e} at step 2^-50 down to {errors.min():.1e} "
        f"at step 2^{int(np.log2(best))}; with fractions it is 0 at every step."
    )
    return View(figure, {"step": steps, "error": errors}, summary)


def scale_rounding() -> View:
    """Relative error of 2 / N rounded to float16 and to float32, for N from 8 to 2^31.

    Data: elems, float16, float32 (relative errors; 1 means that the factor has become zero).
    """
    elems = np.unique(np.append(np.round(2.0 ** np.arange(3, 31, 0.45)), 2**26)).astype(np.int64)
    exact = 2.0 / elems
    errors = {}
    for name in ("float16", "float32"):
        errors[name] = np.abs(exact.astype(name).astype(np.float64) - exact) / exact
    with canvas(3.6) as (figure, axes):
        for name, marker, colour in (("float16", "o-", COLOURS["V"]), ("float32", "s-", COLOURS["predict"])):
            rounded = errors[name] > 0  # what is exact has no place on a logarithmic axis
            axes.loglog(elems[rounded], errors[name][rounded], marker, color=colour, label=f"2/N as {name}", lw=1.2)
        for name, power in (("float16", -11), ("float32", -24)):
            axes.axhline(2.0**power, color=COLOURS["faint"], linestyle=":", linewidth=1.2)
            place = (elems[-1], 2.0**power)
            axes.annotate(
                f"$2^{{{power}}}$: limit for normal {name}", place, (0, 5), textcoords="offset points", ha="right"
            )
        axes.set_xscale("log", base=2)
        axes.set(title="What rounding costs the factor 2/N", xlabel="N, elements", ylabel="relative error")
        axes.legend(loc="upper left")
        axes.set_ylim(1e-10, 30)
    zero = elems[errors["float16"] == 1.0].min()
    summary = (
        f"As float16 the factor is off by up to {errors['float16'][elems < 2**14].max():.1e} while N is below 2^14, "
        f"and is zero from N = {zero} on; as float32 it is never off by more than {errors['float32'].max():.1e}."
    )
    return View(figure, {"elems": elems, **errors}, summary)


def tail_blocks(elems: int, dtype: str) -> View:
    """The 32-byte blocks that `elems` elements touch, one square per element; the last block is only partly used.

    Data: block (of each element), moved_by_data_copy (bool, of each element).
    """
    bytes_per_element = check_dtype(dtype).itemsize
    per_block = BLOCK_BYTES // bytes_per_element
    index = np.arange(elems)
    block = index // per_block
    whole = index < elems // per_block * per_block
    rows = int(block[-1]) + 1
    with canvas(0.8 + 0.42 * rows) as (figure, axes):
        for element in range(rows * per_block):
            row, column = divmod(element, per_block)
            used = element < elems
            kind = ("predict" if whole[element] else "y") if used else "free"
            hatch = "//" if kind == "y" else ""
            axes.add_patch(
                Rectangle((column, row), 0.92, 0.86, facecolor=COLOURS[kind], edgecolor=COLOURS["faint"], hatch=hatch)
            )
            if used:
                colour = "white" if kind == "predict" else "black"
                axes.text(column + 0.46, row + 0.45, str(element), ha="center", va="center", color=colour, fontsize=9)
        axes.set(xlim=(-0.1, per_block), ylim=(rows, -0.15), title=f"{elems} elements of {dtype}")
        axes.set_yticks(
            np.arange(rows) + 0.43, [f"bytes {BLOCK_BYTES * row} to {BLOCK_BYTES * row + 31}" for row in range(rows)]
        )
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        legend = [
            Patch(facecolor=COLOURS["predict"], label="in a whole block"),
            Patch(facecolor=COLOURS["y"], hatch="//", edgecolor=COLOURS["faint"], label="tail"),
            Patch(facecolor="white", edgecolor=COLOURS["faint"], label="not in the tensor"),
        ]
        axes.legend(handles=legend, loc="center left", bbox_to_anchor=(1.0, 0.5))
    tail = elems - int(whole.sum())
    summary = (
        f"{elems} elements are {elems * bytes_per_element} B: {elems // per_block} whole blocks hold {elems - tail} of "
        f"them, the tail of {tail} elements uses {tail * bytes_per_element} of the last {BLOCK_BYTES} B."
    )
    return View(figure, {"block": block, "moved_by_data_copy": whole}, summary)
