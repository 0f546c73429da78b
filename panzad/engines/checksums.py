"""SHA-256 of model files, remembered by size and time: no 100 MB read at every start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from panzad.files import replace

_SEEN = "checked.json"
# A disk that spoils a file does not change the file's time.
_TRUSTED_SECONDS = 7 * 86_400.0


def sha256_of(path: Path, memory: Path, *, now: Callable[[], float] = time.time) -> str:
    """The file's SHA-256 in hex; `memory` is the directory where the answer is kept.

    A file whose size and modification time are those of the last reading is not read again within
    a week of it.
    """
    status, moment = path.stat(), now()
    key = str(path.resolve())
    seen = _recall(memory)
    match seen.get(key):
        case {
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
            "sha256": str(known),
            "read_at": float(read),
        } if 0 <= moment - read < _TRUSTED_SECONDS:
            return known
    digest = hash_file(path)
    seen[key] = {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "sha256": digest,
        "read_at": moment,
    }
    # Without the memory the next start reads the file again; that is no reason to fail here.
    with contextlib.suppress(OSError):
        write_json(memory / _SEEN, seen)
    return digest


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write `value` so that a crash leaves the old file or the new one, never a half of it."""
    replace(path, json.dumps(value, indent=1, sort_keys=True).encode())


def _recall(memory: Path) -> dict[str, object]:
    try:
        seen = json.loads((memory / _SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}
