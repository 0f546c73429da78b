"""The manifest of an adapter directory: what it was made from, what it scored, its checksums.

It is written last and atomically: a directory without one is unfinished.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from panzad.errors import ModelDamaged

NAME = "manifest.json"


def write(directory: Path, facts: Mapping[str, Any], files: tuple[str, ...]) -> None:
    """Write the manifest with `facts` and the SHA-256 of each file."""
    content = {**facts, "files": {name: sha256(directory / name) for name in files}}
    replace(directory / NAME, json.dumps(content, indent=2).encode())


def read(directory: Path) -> dict[str, Any]:
    """The manifest of a directory. Raises ModelDamaged when it is missing or unreadable."""
    try:
        return json.loads((directory / NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(directory, "has no readable manifest") from error


def verify(directory: Path) -> dict[str, Any]:
    """The manifest, once every file of the adapter has the checksum it names.

    Raises ModelDamaged naming the file that has not.
    """
    manifest = read(directory)
    for name, expected in manifest["files"].items():
        path = directory / name
        if not path.is_file() or sha256(path) != expected:
            raise _damaged(directory, f"has a damaged file {name}")
    return manifest


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _damaged(directory: Path, how: str) -> ModelDamaged:
    return ModelDamaged(
        f"adapter {directory.name} {how}",
        "go back by `panzad adapters rollback`, or train again by `panzad train`",
    )
