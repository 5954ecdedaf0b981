# SPDX-License-Identifier: Apache-2.0
"""The operator itself: `run(predict, label, dout)` launches the kernel of `kernel/` and returns the gradient."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field

import numpy as np

from helpers.build_cache import CHECKOUT
from helpers.contract import Call, check_call, check_choice, check_seed
from helpers.findings import Findings
from helpers.instruction_stream import InstructionStream
from helpers.kernel import Kernel, raise_errors
from helpers.launch import LEVELS, SCHEDULES, CallTotals, InstructionLog, LaunchResult, Settings, launch
from helpers.run_modes import check_run_mode
from helpers.shared_tensor import AddressesOnly, SharedTensor
from helpers.soc import Soc, find_soc
from helpers.tiling import Plan, plan
from helpers.timeline import Timeline, model_time

ENTRY = "mse_loss_grad_v1"
SOURCE = CHECKOUT / "kernel" / "mse_loss_grad_v1.cpp"
PRECISE_ENTRY = "mse_loss_grad_v1_precise"
PRECISE_SOURCE = CHECKOUT / "kernel" / "precise" / "mse_loss_grad_v1_precise.cpp"
_CPP_TYPES = {"float16": "half", "float32": "float"}


@dataclass(frozen=True)
class RunResult:
    """One run of the operator.

    Attributes:
        y: the gradient with respect to predict, of predict's shape and dtype; None at level "model".
        plan: how the call was tiled.
        findings: what the checks had to say; empty is clean.
        counters: instructions, elements and bytes per API call.
        instructions: the instructions executed, in order.
        settings: what was run, on what, with which sources, as a JSON-able dictionary.
        evidence: the same with the SHA-256 of y, which is taken when first asked for.
        kernel_seconds: wall time of the blocks in the child process, on this machine's processor.
        stream: the instructions as the timing model takes them; None at level "fast".
        timeline: when each instruction would start and end on the SoC, modelled.
    """

    y: np.ndarray | None = field(repr=False)
    plan: Plan
    findings: Findings
    counters: tuple[CallTotals, ...] = field(repr=False)
    instructions: InstructionLog = field(repr=False)
    settings: dict[str, object] = field(repr=False)
    kernel_seconds: float = field(repr=False)
    stream: InstructionStream | None = field(repr=False, default=None)

    @functools.cached_property
    def evidence(self) -> dict[str, object]:
        """`settings`, and what came out."""
        digest = None if self.y is None else hashlib.sha256(np.ascontiguousarray(self.y)).hexdigest()
        return {**self.settings, "y_sha256": digest}

    @functools.cached_property
    def timeline(self) -> Timeline:
        """The modelled times with the costs of the table; `model_time` takes other costs. Raises as it does."""
        return model_time(self.stream, self.plan.soc)

    def __str__(self) -> str:
        y = "no y" if self.y is None else f"y {self.y.dtype} {'x'.join(map(str, self.y.shape)) or 'scalar'}"
        return f"{y}; {self.plan}; {len(self.findings)} findings"


def run(
    predict: np.ndarray,
    label: np.ndarray,
    dout: np.ndarray,
    reduction: str = "mean",
    soc: str = "Ascend910B1",
    run_mode: str = "embedded",
    level: str = "checked",
    schedule: str = "on_wait",
    seed: int = 0,
    strict_sync: bool = False,
    flush_to_zero: bool = False,
    raise_on_finding: bool = True,
    threads: int | None = None,
    timeout_seconds: float = 120.0,
    variant: str = "plain",
) -> RunResult:
    """Compute y = dout * (predict - label) * c with the Ascend C kernel; c = 2/N for mean, 2 for sum.

    Args:
        predict, label, dout: arrays of one shape (up to 8 dimensions, any strides) and one dtype, float16 or float32.
            They are never modified. Those of `shared_array` and `make_inputs`, and the `y` of other runs, are used
            where they lie, others are copied. At level "model" only shape and dtype count: take
            np.broadcast_to(np.float32(0), shape).
        reduction: "mean" or "sum".
        soc: a name of the SoC table; fixes cores, UB and overflow mode.
        run_mode: "embedded"; the others are not available yet.
        level: "checked", "fast" (no checks), or "model": the instructions are issued, scheduled, checked, counted and
            logged as in "checked" and compute nothing, so that a length of 10**9 takes seconds and no memory.
        schedule: "on_wait", "eager" or "random": the order that pipes take within what flags allow.
        seed: draws the order of cores, and of pipes under "random".
        strict_sync: whether the kernel's own synchronisation is all there is, as in a build without --cce-auto-sync.
        flush_to_zero: whether vector instructions treat subnormals as zero.
        raise_on_finding: whether an error found in the kernel raises.
        threads: worker threads, None for one per processor.
        timeout_seconds: wall time allowed to the kernel.
        variant: "plain", or "precise" for the kernel of kernel/precise: float32 rounded once, as its header says.
            It takes 2 % longer at N = 10**8, where both wait for memory, and 20 % at 10**7 (modelled, Ascend910B1).

    Raises:
        ValueError, TypeError: an argument is outside the contract; nothing was launched.
        RunModeUnavailable: the run mode does not work here.
        KernelFault: the kernel broke a rule.
        BuildError, LaunchError: the kernel could not be built or started.
    """
    call = check_call(predict, label, dout, reduction)
    found_soc = find_soc(soc)
    check_choice("level", level, LEVELS)
    check_choice("schedule", schedule, SCHEDULES)
    checked_seed = check_seed(seed)
    check_run_mode(run_mode)

    planned = plan(call.shape, call.dtype, call.reduction, found_soc.name, variant)
    settings = Settings(
        block_dim=max(1, planned.cores),
        npu_arch=found_soc.npu_arch,
        ub_bytes=found_soc.ub_bytes,
        cores=found_soc.vector_cores,
        overflow=found_soc.overflow,
        flush_to_zero=flush_to_zero,
        level=level,
        schedule=schedule,
        seed=checked_seed,
        strict_sync=strict_sync,
        threads=threads,
        timeout_seconds=timeout_seconds,
    )
    kernel = build_kernel(found_soc.name, call.dtype.name, variant)
    if call.elems == 0:
        result, y = _nothing_launched(), None if level == "model" else np.empty(call.shape, call.dtype)
    else:
        result, y = _launch(kernel, call, planned, settings)
    raise_errors(result.findings, raise_on_finding)
    return RunResult(
        y=y,
        plan=planned,
        findings=result.findings,
        counters=result.counters,
        instructions=result.instructions,
        settings=_described(call, planned, found_soc, kernel, settings, run_mode),
        kernel_seconds=result.kernel_seconds,
        stream=result.stream,
    )


def build_kernel(soc: str, dtype: str, variant: str = "plain") -> Kernel:
    """The operator's kernel for one SoC family and dtype, from the sources in `kernel/`."""
    if variant == "precise":
        return Kernel.from_source(PRECISE_SOURCE, PRECISE_ENTRY, soc)
    return Kernel.from_source(SOURCE, ENTRY, soc, {"DTYPE_PREDICT": _CPP_TYPES[dtype]})


def _launch(kernel: Kernel, call: Call, planned: Plan, settings: Settings) -> tuple[LaunchResult, np.ndarray | None]:
    inputs = {"predict": call.predict, "label": call.label, "dout": call.dout}
    tiling = np.frombuffer(planned.tiling_bytes, np.uint8)
    last = SharedTensor("tiling", "in", tiling.shape, tiling.dtype, tiling)
    if settings.level == "model":
        tensors = [AddressesOnly(name, "in", array.nbytes) for name, array in inputs.items()]
        tensors += [AddressesOnly("y", "out", call.predict.nbytes), AddressesOnly("workspace", "inout", 0), last]
        return launch(kernel.built.artefact, tensors, range(len(tensors)), settings), None
    given: list[SharedTensor] = []
    for name, array in inputs.items():
        tensor = SharedTensor.over(name, "in", array)
        if any(tensor.block == other.block for other in given):  # each tensor has addresses of its own, as on a device
            tensor = SharedTensor(name, "in", array.shape, array.dtype, array)
        given.append(tensor)
    y = SharedTensor("y", "out", call.shape, call.dtype)
    workspace = SharedTensor("workspace", "inout", (0,), np.dtype(np.uint8))
    tensors = [*given, y, workspace, last]
    result = launch(kernel.built.artefact, tensors, range(len(tensors)), settings)
    return result, y.result()


def _nothing_launched() -> LaunchResult:
    empty = InstructionLog(np.empty(0), (), (), 0)
    return LaunchResult(Findings(), (), empty, "", 0.0)


def _described(
    call: Call, planned: Plan, soc: Soc, kernel: Kernel, settings: Settings, run_mode: str
) -> dict[str, object]:
    """What anyone needs to repeat the run and see that it was the same; no times, paths or machine names."""
    sources = {name: value for name, value in kernel.built.source_hashes.items() if name.startswith("kernel/")}
    return {
        "operator": "MseLossGradV1",
        "run_mode": run_mode,
        "soc": soc.name,
        "family": soc.family,
        "overflow": settings.overflow,
        "flush_to_zero": settings.flush_to_zero,
        "level": settings.level,
        "schedule": settings.schedule,
        "seed": settings.seed,
        "strict_sync": settings.strict_sync,
        "dtype": call.dtype.name,
        "shape": list(call.shape),
        "reduction": call.reduction,
        **({} if planned.variant == "plain" else {"variant": planned.variant}),
        "plan": {
            "cores": planned.cores,
            "long_cores": planned.long_cores,
            "long_core_elems": planned.long_core_elems,
            "short_core_elems": planned.short_core_elems,
            "tile_elems": planned.tile_elems,
            "buffers": planned.buffers,
            "chunk_elems": planned.chunk_elems,
            "scale": float(planned.scale).hex(),
        },
        "source_sha256": dict(sorted(sources.items())),
    }
