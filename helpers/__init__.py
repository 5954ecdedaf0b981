# SPDX-License-Identifier: Apache-2.0
"""What the notebooks import.

- `run(predict, label, dout)` launches the real kernel and returns the gradient with everything known about the run
- `plan(n_or_shape, dtype)` shows how a call is divided over cores and tiles, without arrays
- `compare(y, predict, label, dout)` judges a gradient by its bits and by derived error bounds
- `reference.truth(...)`, `reference.same_order(...)` are what it is judged by
- `make_inputs(shape, dtype, distribution, seed)` draws tensors
- `shared_array(shape, dtype)` makes an array that launches use without copying it
- `verify(...)` does all of that for one case and gives a verdict
- `Kernel.from_source(...)` builds and launches any other kernel
- `%load_ext helpers` adds `%%ascendc`, which builds the kernel in a cell
"""

from helpers import reference
from helpers.comparison import Comparison, compare
from helpers.errors import BuildError, KernelFault, RunModeUnavailable, WorkbookError
from helpers.findings import Finding
from helpers.inputs import Inputs, make_inputs
from helpers.kernel import Kernel
from helpers.operator import RunResult, run
from helpers.shared_tensor import shared_array
from helpers.tiling import Plan, plan
from helpers.verification import verify

__all__ = [
    "BuildError",
    "Comparison",
    "Finding",
    "Inputs",
    "Kernel",
    "KernelFault",
    "Plan",
    "RunModeUnavailable",
    "RunResult",
    "WorkbookError",
    "compare",
    "make_inputs",
    "plan",
    "reference",
    "run",
    "shared_array",
    "verify",
]


def load_ipython_extension(shell: object) -> None:
    """What `%load_ext helpers` calls. IPython is imported only here, so that the rest works without it."""
    from helpers import magic

    magic.load(shell)


def unload_ipython_extension(shell: object) -> None:
    """What `%unload_ext helpers` calls, and `%reload_ext` first."""
    from helpers import magic

    magic.unload(shell)
