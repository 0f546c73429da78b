"""Locks between panzad's processes: the kernel lets go of them when a process dies.

Open file description locks (fcntl(2)), not flock(2): only they can be asked about without being
taken, and `panzad status` must never stand in the way of a daemon that starts.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Generator
from pathlib import Path

from panzad.errors import StateDamaged, StateLocked

# struct flock: type, whence, start, length (0: to the end, wherever that is), pid (unused here).
_FLOCK = struct.Struct("@hhqqi0q")


@contextlib.contextmanager
def held(directory: Path, name: str, *, wait: bool) -> Generator[None]:
    """Hold the lock `name` under `directory`.

    Raises StateLocked when another process has it and `wait` is False, StateDamaged where none can
    be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(_path(directory, name), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise StateDamaged(
            f"cannot use {directory} ({error.strerror})",
            "check that the folder is yours and writable, and that the disk is not full",
        ) from error
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
        try:
            fcntl.fcntl(file, command, _whole_file(fcntl.F_WRLCK))
        except BlockingIOError:
            file.seek(0)
            owner = file.read().decode(errors="replace").strip()
            raise StateLocked(
                f"another panzad process ({owner or 'unknown'}) holds the lock {name}",
                "wait for it, or stop it",
            ) from None
        # The pid is a courtesy to whom we keep waiting; a full disk must not cost the lock.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(f"pid {os.getpid()}".encode())
        yield


def is_held(directory: Path, name: str) -> bool:
    """Whether some process holds the lock `name` now; the lock stays as it is."""
    try:
        with _path(directory, name).open("rb") as file:
            answer = fcntl.fcntl(file, fcntl.F_OFD_GETLK, _whole_file(fcntl.F_WRLCK))
    except FileNotFoundError:
        return False
    kind: int = _FLOCK.unpack(answer)[0]
    return kind != fcntl.F_UNLCK


def _path(directory: Path, name: str) -> Path:
    return directory / f"{name}.lock"


def _whole_file(kind: int) -> bytes:
    return _FLOCK.pack(kind, os.SEEK_SET, 0, 0, 0)
