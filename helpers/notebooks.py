# SPDX-License-Identifier: Apache-2.0
"""Run the notebooks again and store their outputs: the only way in which stored outputs come about.

- `refresh(path)` executes one notebook and returns it in canonical form: nothing in it depends on machine or time
- `differences(stored, fresh)` compares two, leaving out the bytes of pictures
- `kernel_cells()` are the kernels in `%%ascendc` cells, by notebook and name
- `main(["--check"])` changes no file and fails where a fresh run gives something else
"""

from __future__ import annotations

import argparse
import copy
import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from helpers.build_cache import CHECKOUT
from helpers.entry import find_entries

FOLDER = CHECKOUT / "notebooks"
CELL_SECONDS = 120  # as nbval gets from the Makefile
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"name": "python"}
PICTURES = ("image/png", "image/jpeg")
SHOWN_LINES = 40  # of a difference

_DIFFERENT, _FAILED = 1, 2


def refresh(path: Path) -> NotebookNode:
    """Execute the notebook at `path` in its own folder, in a fresh kernel, and return it in canonical form.

    The file is not written. Raises CellExecutionError for a cell that fails without the tag raises-exception.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=KERNELSPEC["name"],
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        store_widget_state=False,
    )
    folders = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    client.execute(env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)})
    return canonical(notebook)


def kernel_cells() -> dict[str, str]:
    """The C++ of each `%%ascendc` cell, by the notebook and its first kernel, such as "02_the_kernel: add_one"."""
    found = {}
    for path in sorted(FOLDER.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            magic, _, source = cell.source.partition("\n")
            if cell.cell_type == "code" and magic.startswith("%%ascendc"):
                found[f"{path.stem}: {find_entries(source)[0]}"] = source
    return found


def canonical(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with fixed metadata, cells numbered in order, and nothing about when or where it was run.

    Kept are the cells' ids, sources and tags, and the outputs with the alternative texts of pictures.
    """
    result = copy.deepcopy(notebook)
    result.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    result.nbformat, result.nbformat_minor = 4, 5
    count = 0
    for cell in result.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        cell.pop("attachments", None)
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
            if "metadata" in output:
                kept = {kind: {"alt": about["alt"]} for kind, about in output.metadata.items() if "alt" in about}
                output.metadata = nbformat.from_dict(kept)
    return result


def as_text(notebook: NotebookNode) -> str:
    """The notebook as it is stored: sorted keys, one space of indentation, a line break at the end."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def differences(stored: NotebookNode, fresh: NotebookNode) -> list[str]:
    """Lines of a difference between two notebooks as they are stored, pictures' bytes apart; empty where equal."""
    texts = [as_text(_without_pictures(notebook)).splitlines() for notebook in (stored, fresh)]
    return list(difflib.unified_diff(*texts, "stored", "fresh run", lineterm="", n=2))


def main(argv: Sequence[str] | None = None) -> int:
    """Refresh notebooks, or check them. Returns 0 for success, 1 for a difference, 2 for a cell that failed."""
    parser = argparse.ArgumentParser(prog="notebooks", description="run notebooks again and store their outputs")
    parser.add_argument("names", nargs="*", help="notebooks without folder; all by default")
    parser.add_argument("--check", action="store_true", help="change nothing, fail where a fresh run differs")
    chosen = parser.parse_args(argv)
    paths = [FOLDER / Path(name).with_suffix(".ipynb").name for name in chosen.names] or sorted(FOLDER.glob("*.ipynb"))
    if missing := [path.name for path in paths if not path.is_file()]:
        parser.error(f"not in notebooks/: {', '.join(missing)}")
    return max((_one(path, chosen.check) for path in paths), default=0)


def _one(path: Path, check: bool) -> int:
    """Refresh or check one notebook and print one line about it, more where it differs."""
    try:
        fresh = refresh(path)
    except CellExecutionError as error:
        print(f"{path.name}: a cell failed\n{error}", file=sys.stderr)
        return _FAILED
    found = differences(nbformat.read(path, as_version=4), fresh)
    if not check:
        path.write_text(as_text(fresh), encoding="utf-8")
        print(f"{path.name}: {'stored anew' if found else 'unchanged, pictures apart'}")
        return 0
    print(f"{path.name}: {'differs from a fresh run' if found else 'as stored'}")
    if found:
        print("\n".join(found[:SHOWN_LINES]), file=sys.stderr)
        print("next: make notebooks, and look at what git says has changed", file=sys.stderr)
    return _DIFFERENT if found else 0


def _without_pictures(notebook: NotebookNode) -> NotebookNode:
    result = copy.deepcopy(notebook)
    for cell in result.cells:
        for output in cell.get("outputs", []):
            for kind in PICTURES:
                if kind in output.get("data", {}):
                    output.data[kind] = ""
    return result


if __name__ == "__main__":
    sys.exit(main())
