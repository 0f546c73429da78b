"""The manifest of an adapter directory: what it was made from, what it scored, its checksums.

It is written last and atomically: a directory without one is unfinished.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from panzad.engines import adapter_files
from panzad.engines.adapter_files import MANIFEST
from panzad.engines.checksums import hash_file
from panzad.errors import ModelDamaged
from panzad.files import replace

log = structlog.get_logger("panzad.training")


def write(directory: Path, facts: Mapping[str, Any], files: tuple[str, ...]) -> None:
    """Write the manifest with `facts` and the SHA-256 of each file, all safely on the disk."""
    for name in files:
        with (directory / name).open("rb") as file:
            os.fsync(file.fileno())
    content = {**facts, "files": {name: hash_file(directory / name) for name in files}}
    replace(directory / MANIFEST, json.dumps(content, indent=2).encode())


def read(directory: Path) -> dict[str, Any] | None:
    """The manifest of a directory, or None while it is unfinished.

    Raises ModelDamaged when it is unreadable.
    """
    try:
        return json.loads((directory / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelDamaged(
            f"adapter {directory.name} has no readable manifest",
            "go back with `panzad adapters rollback`, or run `panzad train`",
        ) from error


def verify(directory: Path) -> dict[str, Any]:
    """The manifest, once every file of the adapter has the checksum it names.

    Raises ModelDamaged naming the file that has not, and for an unfinished adapter.
    """
    adapter_files.verify(directory)
    return json.loads((directory / MANIFEST).read_bytes())


def is_whole(directory: Path) -> bool:
    """Whether every file is what the manifest says; of a champion that has been damaged since it
    was trained the log tells, for it is no rival any more."""
    try:
        verify(directory)
    except (ModelDamaged, OSError) as error:
        log.warning("training.champion_damaged", adapter=directory.name, error=str(error))
        return False
    return True
