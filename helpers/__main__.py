# SPDX-License-Identifier: Apache-2.0
"""The command line: `python -m helpers COMMAND`. Each command's module is imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "doctor": ("helpers.doctor", "which run modes work here, and why the others do not"),
    "verify": ("helpers.verification", "run one case and judge it"),
    "prove": ("helpers.prove", "run all pairs of float16 values, or a billion float32, and judge each"),
    "sweep": ("helpers.sweep", "run the verify notebook over a matrix of cases"),
    "trace": ("helpers.trace", "model the time of one case and write it as a trace"),
    "typecheck": ("helpers.typecheck", "compile kernels against the headers of a CANN toolkit"),
    "bench": ("helpers.bench", "measure builds, launches and throughput"),
    "notebooks": ("helpers.notebooks", "run all notebooks again and store their outputs"),
}
INTERRUPTED = 130  # 128 + SIGINT, what a shell reports


def main(argv: Sequence[str]) -> int:
    """Hand `argv` to its command and return the command's exit code; bad usage ends in SystemExit(2)."""
    listed = "\n".join(f"  {name:<10} {purpose}" for name, (_, purpose) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description=f"commands:\n{listed}",
        epilog="python -m helpers COMMAND --help says more",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    module_name, _ = COMMANDS[parser.parse_args(argv[:1]).command]
    try:
        return importlib.import_module(module_name).main(argv[1:])
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
