# SPDX-License-Identifier: Apache-2.0
"""Where a launch can happen, and why not here. Nothing falls back from one run mode to another."""

from __future__ import annotations

from helpers.compiler import find_compiler
from helpers.contract import check_choice
from helpers.errors import CompilerNotFound, RunModeUnavailable

RUN_MODES = ("embedded", "cpu", "npu", "aclnn")

DESCRIPTIONS = {
    "embedded": "this workbook's simulator, on the processor",
    "cpu": "CANN's CPU twin (tikicpulib)",
    "npu": "an Atlas A2 device, launched directly",
    "aclnn": "an Atlas A2 device, through the installed operator package",
}


def why_not(run_mode: str) -> str | None:
    """Why `run_mode` does not work here, or None if it does."""
    if run_mode == "embedded":
        try:
            find_compiler()
        except CompilerNotFound as error:
            return str(error)
        return None
    return "this version of the workbook does not have it yet"


def check_run_mode(run_mode: str) -> str:
    """`run_mode` itself if it works here.

    Raises:
        ValueError, TypeError: there is no such run mode.
        RunModeUnavailable: it does not work here; the message says why.
    """
    check_choice("run_mode", run_mode, RUN_MODES)
    reason = why_not(run_mode)
    if reason is not None:
        next_step = "use run_mode='embedded'" if run_mode != "embedded" else "run python -m helpers doctor"
        raise RunModeUnavailable(run_mode, reason, next_step)
    return run_mode
