# SPDX-License-Identifier: Apache-2.0
"""The folder where builds are kept, safe to share between processes.

- `cache_directory()` says where it is
- `make_folder(target, fill)` fills a folder and puts it in place whole, or not at all
- `keep_source(text)` keeps C++ text as a file
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from helpers.errors import BuildError

CHECKOUT = Path(__file__).resolve().parent.parent
STALE_SECONDS = 3600.0


def cache_directory() -> Path:
    """Where builds are kept: $MSE_LOSS_GRAD_CACHE, else `.cache/builds` in the checkout."""
    chosen = os.environ.get("MSE_LOSS_GRAD_CACHE")
    return Path(chosen) if chosen else CHECKOUT / ".cache" / "builds"


def keep_source(text: str, name: str = "source.cpp") -> Path:
    """The file `name` of the build cache that holds `text`, found by both; written once. Raises BuildError."""
    key = hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()[:24]
    folder = cache_directory() / f"source-{key}"
    make_folder(folder, lambda final: (final / name).write_text(text, encoding="utf-8"))
    return folder / name


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder inside the cache, so that a finished build can be renamed into place."""
    root = cache_directory()
    path: Path | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        _remove_stale(root)
        path = Path(tempfile.mkdtemp(prefix="tmp-", dir=root))
        yield path
    except OSError as error:
        raise BuildError(
            f"cannot build in the cache {root}: {error}. Free space there, or set MSE_LOSS_GRAD_CACHE to a folder that "
            "can be written to."
        ) from error
    finally:
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)


def _remove_stale(root: Path) -> None:
    """Scratch folders of builds that were killed; a living build is never that old."""
    for path in root.glob("tmp-*"):
        try:
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # another process removed it first


def make_folder(target: Path, fill: Callable[[Path], object]) -> None:
    """Fill a scratch folder and rename it to `target`; where another process was first, its equal result stays."""
    if target.exists():
        return
    with scratch_folder() as folder:
        result = folder / "result"
        result.mkdir()
        try:
            fill(result)
            os.rename(result, target)
        except OSError:
            if not target.exists():
                raise
