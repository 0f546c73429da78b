"""The log as a file in the state folder: what `panzad logs` reads back, of all processes together.

Each line is one JSON object, written by one `write` in append mode, so that lines of several
processes do not mix. The file is opened for each line: it may be rotated or rewritten meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

LARGEST = 5_000_000


class ToFile:
    """A structlog processor that appends each event to a file, and hands it on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        line = json.dumps(dict(event), default=str, ensure_ascii=True) + "\n"
        # A disk that is full must not cost the work that is logged.
        with contextlib.suppress(OSError):
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(before(self._path))
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        return event


def before(path: Path) -> Path:
    """Where the lines before the last rotation are."""
    return path.with_name(path.name + ".1")


def lines(path: Path) -> Iterator[str]:
    """All lines, oldest first."""
    for one in (before(path), path):
        with contextlib.suppress(FileNotFoundError), one.open("rb") as file:
            # A damaged line must not keep the others from being read.
            yield from (line.decode("utf-8", "replace") for line in file)


def forget_lines(path: Path, pattern: re.Pattern[str]) -> int:
    """Take every line in which `pattern` is found out of the log; returns how many."""
    gone = 0
    for one in (before(path), path):
        if not one.exists():
            continue
        kept = one.read_text("utf-8", "surrogateescape").splitlines(keepends=True)
        staying = [line for line in kept if not pattern.search(line)]
        if len(staying) < len(kept):
            partial = one.with_name(f".{one.name}.partial")
            partial.touch(mode=0o600)
            partial.write_text("".join(staying), "utf-8", "surrogateescape")
            partial.replace(one)
            gone += len(kept) - len(staying)
    return gone
