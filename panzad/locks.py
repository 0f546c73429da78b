"""Locks between panzad's processes: the kernel lets go of them when a process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from panzad.errors import StateLocked


@contextmanager
def held(directory: Path, name: str, *, wait: bool) -> Generator[None]:
    """Hold the lock `name` under `directory`.

    Raises StateLocked when another process has it and `wait` is False.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / f"{name}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip()
            raise StateLocked(
                f"another panzad process ({owner or 'unknown'}) holds the lock {name}",
                "wait for it, or stop it",
            ) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()}")
        file.flush()
        yield


def is_held(directory: Path, name: str) -> bool:
    """Whether some process holds the lock `name` now."""
    try:
        with held(directory, name, wait=False):
            return False
    except StateLocked:
        return True
