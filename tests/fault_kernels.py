# SPDX-License-Identifier: Apache-2.0
"""The kernels in tests/faults, and what their comments say of them.

- `// finding: race-raw` stands on the line to blame, `// finding at the end: gm-unwritten` where no line is
- `// finding: core-race on cores 0-1` names the cores, where they are others than core 0
- `// launch: elems=45, block_dim=2` above the kernel gives the length of the tensors and options of Kernel.launch
- a parameter `repaired` tells the kernel to leave its fault out
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers import Kernel
from helpers.launch import LaunchResult

FOLDER = Path(__file__).parent / "faults"
FAULTS = sorted(path.stem for path in FOLDER.glob("*.cpp") if path.stem != "correct")
ELEMS = 64
_FINDING = re.compile(r"// finding(?P<end> at the end)?: (?P<code>[\w-]+)(?: on (?P<cores>cores? \d[\d, -]*))?$")


@dataclass(frozen=True)
class Announced:
    """The finding that a fault must give: code, line (0 where none is to blame) and cores, in words."""

    code: str
    line: int
    cores: str


def announced(path: Path) -> Announced:
    """The one finding that the comments of a kernel announce."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := _FINDING.search(line):
            found.append(Announced(match["code"], 0 if match["end"] else number, match["cores"] or "core 0"))
    assert len(found) == 1, f"{path.name} announces {len(found)} findings"
    return found[0]


def launch_options(path: Path) -> dict[str, object]:
    """The options of Kernel.launch that a kernel names in its comments."""
    match = re.search(r"^// launch: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    call = ast.parse(f"launch({match[1] if match else ''})", mode="eval").body
    return {option.arg: ast.literal_eval(option.value) for option in call.keywords}


def launch_fault(
    fault: str, repaired: bool = False, soc: str = "Ascend910B1", **options: object
) -> tuple[np.ndarray, LaunchResult]:
    """Launch a fault on x = 0, 1, 2, ... and return y with the result; findings are not raised."""
    path = FOLDER / f"{fault}.cpp"
    kernel = Kernel.from_source(path, "fault", soc)
    options = {"elems": ELEMS, "roles": ("in", "out"), **launch_options(path), **options}
    elems = options.pop("elems")
    x, y = np.arange(elems, dtype=np.float32), np.zeros(elems, np.float32)
    switch = (repaired,) if "repaired" in kernel.parameter_names else ()
    return y, kernel.launch(x, y, *switch, raise_on_finding=False, **options)
