"""Files that a crash leaves whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def replace(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new, never half of it."""
    replaced(path, lambda file: file.write(content))


def replaced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """The same for a content that is written piece by piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name, not one for each process: what a kill leaves behind, the next run writes over.
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Have a file, or a folder's entries, on the disk before anything that follows."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
