# SPDX-License-Identifier: Apache-2.0
"""The processes that run on this machine, from /proc where there is one (Linux), else from ps (macOS)."""

import subprocess
from pathlib import Path


def processes(part_of_command: str) -> list[tuple[int, int]]:
    """Process id and parent of each process whose command line contains the text."""
    if not Path("/proc/self/cmdline").exists():
        listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        found = [line.split(maxsplit=2) for line in listed.splitlines()]
        return [(int(pid), int(parent)) for pid, parent, command in found if part_of_command in command]
    result = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
        if part_of_command in command:
            result.append((int(folder.name), parent))
    return result
