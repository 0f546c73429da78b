"""The bell that commands ring: a file whose change tells a running daemon that there is work."""

from __future__ import annotations

import contextlib
from pathlib import Path

BELL = "bell"


def bell_of(state: Path) -> Path:
    """Where the bell of a state folder hangs."""
    return state / "control" / BELL


def ring(state: Path) -> None:
    """Tell a running daemon that a command has put work into the database.

    Best effort: what is not heard is found at the daemon's next look.
    """
    bell = bell_of(state)
    with contextlib.suppress(OSError):
        bell.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written, not touched: watchdog tells of new times as of an attribute, unheard here.
        bell.write_bytes(b"")
