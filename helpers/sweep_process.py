# SPDX-License-Identifier: Apache-2.0
"""The sweep's end of a process that executes notebooks: start it, ask it, end it, say how it died."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from helpers.build_cache import CHECKOUT

_GRACE_SECONDS = 5.0  # for a worker to end its Jupyter kernel
_COMPLAINT_CHARACTERS = 400


class WorkerProcess:
    """One process of helpers/sweep_worker.py."""

    def __init__(self) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        path = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
        # The Jupyter kernels import this checkout and run this Python, whatever else is installed for the user.
        surroundings = {"PYTHONPATH": os.pathsep.join(path), "JUPYTER_PREFER_ENV_PATH": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpers.sweep_worker"],
            cwd=CHECKOUT,
            env=os.environ | surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # an interrupt from the keyboard reaches the sweep alone, which ends it in order
        )

    def ask(self, request: Mapping[str, object]) -> dict[str, object] | None:
        """The answer to `request`, or None if the process died."""
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except OSError:
            return None
        return json.loads(line) if line else None

    def obituary(self) -> str:
        """How the process ended, with the last of what it said."""
        self.wait()
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace").strip()[-_COMPLAINT_CHARACTERS:]
        code = self._process.returncode
        ended = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return f"the process that ran the notebook ended {ended}" + (f"; it said: {said}" if said else "")

    def end(self) -> None:
        """Ask the process to end its Jupyter kernel and itself."""
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        """Wait for the end, and force it after a grace period."""
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        """Close the pipes; the process has ended."""
        for file in (self._process.stdin, self._process.stdout, self._complaints):
            with contextlib.suppress(OSError):  # what a dead process did not read is lost
                file.close()
