# SPDX-License-Identifier: Apache-2.0
"""A process that executes notebooks one after the other, so that papermill is imported once and not per case.

Each line of standard input is a JSON request, each line of standard output its answer. Every notebook still gets a
Jupyter kernel of its own. The process ends when its standard input closes.

    request   notebook, output (paths), parameters
    answer    error: why the notebook did not run to its end, "" if it did; attempts: kernels that were started
"""

from __future__ import annotations

import json
import os
import re
import sys

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

START_SECONDS = 60
CELL_SECONDS = 900  # a compiler's very first build can take minutes
_ATTEMPTS = 2
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def main() -> int:
    """Answer requests until there are no more."""
    # Whatever else writes to standard output, a kernel for example, must not get between the answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            request = json.loads(line)
            error, attempts = execute(request["notebook"], request["output"], request["parameters"])
            print(json.dumps({"error": error, "attempts": attempts}), file=answers, flush=True)
    return 0


def execute(notebook: str, output: str, parameters: dict[str, object]) -> tuple[str, int]:
    """Execute `notebook` into `output`; only a kernel that did not start is tried once more."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            papermill.execute_notebook(
                notebook.replace("{", "{{").replace("}", "}}"),  # papermill takes paths for format strings
                output.replace("{", "{{").replace("}", "}}"),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                start_timeout=START_SECONDS,
                execution_timeout=CELL_SECONDS,
                cwd=os.path.dirname(notebook),
            )
        except PapermillExecutionError as error:
            words = _COLOURS.sub("", str(error.evalue)).strip()
            return f"{error.ename} in cell {error.exec_count}: {words}", attempt
        except DeadKernelError:
            return "the Jupyter kernel died while a cell ran", attempt
        except RuntimeError as error:  # what jupyter_client raises when a kernel does not answer after its start
            if attempt == _ATTEMPTS:
                return f"the Jupyter kernel did not start, twice: {error}", attempt
        except Exception as error:  # one bad notebook must not end the worker
            return f"{type(error).__name__}: {error}", attempt
        else:
            return "", attempt
    raise AssertionError("every attempt returns or is followed by another")


if __name__ == "__main__":
    sys.exit(main())
