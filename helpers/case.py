# SPDX-License-Identifier: Apache-2.0
"""One case to verify: everything that decides what is computed, checked once, with a name for its files.

- `Case.of(...)` checks the values and makes one
- `parse_shape("100,100")` reads a shape from a command line or a notebook parameter
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.contract import check_choice, check_dtype, check_reduction, check_seed, check_shape
from helpers.errors import ArgumentValueError
from helpers.inputs import DISTRIBUTIONS
from helpers.launch import COMPUTING_LEVELS, SCHEDULES
from helpers.run_modes import RUN_MODES
from helpers.soc import find_soc
from helpers.tiling import MAX_ELEMS

SHAPE_FORMS = "'100,100', '1', '()' for a tensor without dimensions, '0' or '3,0' for an empty one"


@dataclass(frozen=True)
class Case:
    """What is verified. Two equal cases compute the same bits, whatever the machine.

    Attributes:
        run_mode: a name of run_modes.RUN_MODES.
        soc: a name of the SoC table.
        dtype: "float16" or "float32".
        reduction: "mean" or "sum".
        shape: extents of each tensor, at most 8; () has one element.
        seed: draws the inputs, and the order of cores and pipes in the simulator.
        distribution: a name of inputs.DISTRIBUTIONS.
        level: "checked" or "fast".
        schedule: "on_wait", "eager" or "random".
    """

    run_mode: str = "embedded"
    soc: str = "Ascend910B1"
    dtype: str = "float16"
    reduction: str = "mean"
    shape: tuple[int, ...] = (100, 100)
    seed: int = 0
    distribution: str = "normal"
    level: str = "checked"
    schedule: str = "on_wait"

    @classmethod
    def of(cls, *, shape: str | int | Sequence[int] = (100, 100), **values: object) -> Case:
        """Check every value and return the case; `shape` may also be text that `parse_shape` reads.

        Raises:
            ArgumentValueError, ArgumentTypeError: names the argument, the value and what is allowed.
        """
        given = cls(shape=parse_shape(shape) if isinstance(shape, str) else check_shape(shape), **values)
        if given.elems > MAX_ELEMS:
            raise ArgumentValueError("shape", shape, f"up to 2**40 elements in all, not {given.elems}")
        return cls(
            run_mode=check_choice("run_mode", given.run_mode, RUN_MODES),
            soc=find_soc(given.soc).name,
            dtype=check_dtype(given.dtype).name,
            reduction=check_reduction(given.reduction),
            shape=given.shape,
            seed=check_seed(given.seed),
            distribution=check_choice("distribution", given.distribution, DISTRIBUTIONS),
            level=check_choice("level", given.level, COMPUTING_LEVELS),
            schedule=check_choice("schedule", given.schedule, SCHEDULES),
        )

    @property
    def elems(self) -> int:
        """Elements of each tensor."""
        return math.prod(self.shape)

    @property
    def name(self) -> str:
        """A file name without suffix; cases that differ have names that differ."""
        extents = "x".join(map(str, self.shape)) or "scalar"
        parts = [self.run_mode, self.soc, self.dtype, self.reduction, extents, self.distribution, f"seed{self.seed}"]
        parts += [word for word, usual in ((self.level, "checked"), (self.schedule, "on_wait")) if word != usual]
        return "-".join(parts)

    @property
    def command(self) -> str:
        """The command line that repeats this case."""
        words = f"python -m helpers verify --run-mode {self.run_mode} --soc {self.soc} --dtype {self.dtype}"
        words += f" --reduction {self.reduction} --shape '{shape_text(self.shape)}' --seed {self.seed}"
        return f"{words} --distribution {self.distribution} --level {self.level} --schedule {self.schedule}"

    def as_json(self) -> dict[str, object]:
        """The fields as JSON has them, the shape as an array."""
        return {**self.__dict__, "shape": list(self.shape)}

    def __str__(self) -> str:
        return (
            f"{self.dtype} {self.reduction} {self.shape} on {self.soc}, {self.run_mode}, "
            f"{self.distribution} inputs of seed {self.seed}, {self.level}, {self.schedule}"
        )


def parse_shape(text: str) -> tuple[int, ...]:
    """Return the shape that `text` writes, as SHAPE_FORMS shows; blanks, brackets and a last comma are let pass.

    Raises:
        ArgumentValueError: it is no such text, or no shape that contract.check_shape accepts.
    """
    words = re.sub(r"\s", "", text)
    if words in ("()", "[]"):
        return ()
    written = re.fullmatch(r"(\()?(\[)?(\d+(?:,\d+)*),?(?(2)\])(?(1)\))", words, re.ASCII)
    if written is None or (written[1] and written[2]):
        raise ArgumentValueError("shape", text, SHAPE_FORMS)
    return check_shape([int(extent) for extent in written[3].split(",")])


def shape_text(shape: Sequence[int]) -> str:
    """Write `shape` as `parse_shape` reads it."""
    return ",".join(map(str, shape)) or "()"
