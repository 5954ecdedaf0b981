# SPDX-License-Identifier: Apache-2.0
"""Everything this package raises on purpose.

    WorkbookError
    ├── ArgumentError             argument, value, allowed, status
    │   ├── ArgumentValueError    also a ValueError
    │   └── ArgumentTypeError     also a TypeError
    ├── BuildError                also a RuntimeError: compiler_output
    ├── CompilerNotFound          also a RuntimeError
    ├── LaunchError               also a RuntimeError
    ├── ToolkitNotFound       also a RuntimeError
    ├── RunModeUnavailable        also a RuntimeError: run_mode, reason, next_step
    ├── KernelFault               also a RuntimeError: findings
    ├── EvidenceError             also a ValueError
    └── VerificationFailed        also an AssertionError: verification

Each survives pickling, so that a worker process can hand it to its parent.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

import numpy as np

PARAM_NULLPTR = 161001
PARAM_INVALID = 161002
STATUS_NAMES = {PARAM_NULLPTR: "ACLNN_ERR_PARAM_NULLPTR", PARAM_INVALID: "ACLNN_ERR_PARAM_INVALID"}

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def describe(value: object) -> str:
    """Return `value` on one short line: type, dtype and shape of anything array-like, else its abridged `repr`."""
    kind = type(value)
    if not isinstance(value, (type, np.generic)) and hasattr(value, "shape") and hasattr(value, "dtype"):
        home = kind.__module__.partition(".")[0]
        return f"<{home}.{kind.__name__} {value.dtype} {tuple(value.shape)}>"
    return " ".join(_SHORT.repr(value).split())


class WorkbookError(Exception):
    """Base of all errors raised by this package."""


class ArgumentError(WorkbookError):
    """An argument is outside the contract; nothing has been done with it.

    Attributes:
        argument: its name in the call.
        value: what was given, untouched.
        allowed: what is accepted, as words that follow "allowed are", with the next step where there is one.
        status: the number the aclnn interface of CANN returns for the same mistake, or None where it has none.
    """

    def __init__(self, argument: str, value: object, allowed: str, status: int | None = None):
        super().__init__(argument, value, allowed, status)
        self.argument = argument
        self.value = value
        self.allowed = allowed
        self.status = status

    def __str__(self) -> str:
        text = f"{self.argument}={describe(self.value)}: allowed are {self.allowed}"
        return text if self.status is None else f"{text} (CANN status {self.status}, {STATUS_NAMES[self.status]})"


class ArgumentValueError(ArgumentError, ValueError):
    """The type is right, the value is not."""


class ArgumentTypeError(ArgumentError, TypeError):
    """The value is of a type that is not accepted; None is the null pointer of CANN."""


class BuildError(WorkbookError, RuntimeError):
    """A kernel did not compile.

    Attributes:
        compiler_output: all the compiler said.
        explanation: what of it concerns the learner's own lines, with hints; "" where nothing was made of it.
    """

    def __init__(self, message: str, compiler_output: str = "", explanation: str = ""):
        super().__init__(message, compiler_output, explanation)
        self.compiler_output = compiler_output
        self.explanation = explanation

    def __str__(self) -> str:
        details = self.explanation or self.compiler_output
        return f"{self.args[0]}\n{details}" if details else self.args[0]


class CompilerNotFound(WorkbookError, RuntimeError):
    """No usable C++17 compiler; the message names what was tried."""


class ToolkitNotFound(WorkbookError, RuntimeError):
    """No CANN toolkit with the headers that are needed; the message names where they were looked for."""


class LaunchError(WorkbookError, RuntimeError):
    """A built kernel could not be started; the message says what the child process said."""


class RunModeUnavailable(WorkbookError, RuntimeError):
    """The run mode that was asked for cannot run on this machine; no other one takes its place."""

    def __init__(self, run_mode: str, reason: str, next_step: str = ""):
        super().__init__(run_mode, reason, next_step)
        self.run_mode = run_mode
        self.reason = reason
        self.next_step = next_step

    def __str__(self) -> str:
        return f"run mode {self.run_mode!r} is not available: {self.reason}" + (
            f". Next: {self.next_step}" if self.next_step else ""
        )


class KernelFault(WorkbookError, RuntimeError):
    """A kernel broke a rule while it ran; `findings` holds one entry per broken rule."""

    def __init__(self, message: str, findings: Sequence[object] = ()):
        super().__init__(message, findings)
        self.findings = findings

    def __str__(self) -> str:
        return self.args[0]

    def _render_traceback_(self) -> list[str]:
        """How IPython shows it: the findings name the lines of the kernel, those of Python have nothing to add."""
        return f"{type(self).__name__}: {self}".split("\n")


class EvidenceError(WorkbookError, ValueError):
    """A record cannot be read, is incomplete, or contradicts itself; the message names the field."""


class VerificationFailed(WorkbookError, AssertionError):
    """A verified case did not pass; `verification` holds all that is known, the message the reasons."""

    def __init__(self, message: str, verification: object | None = None):
        super().__init__(message, verification)
        self.verification = verification

    def __str__(self) -> str:
        return self.args[0]
