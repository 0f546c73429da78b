"""How an attempt at a run ended: one that died without a word makes the next one smaller.

When memory is short the kernel kills the largest process, which has no time to say so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from panzad.files import replace

NAME = "attempt.json"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Attempt:
    """`level` is the place in FITS; `running` the boot under which it runs, None once it ended."""

    level: int = 0
    running: str | None = None


def next_level(last: Attempt, boot: str, levels: int) -> int:
    """The level to begin at. Pure.

    An attempt that is still marked as running died; if the machine has not been started anew
    since, nothing but a kill explains it.
    """
    died = last.running == boot
    return min(last.level + died, levels - 1)


def begin(directory: Path, lowest: int, levels: int) -> int:
    """Mark that an attempt runs in this directory; its level, which is at least `lowest`."""
    boot = _BOOT.read_text().strip()
    level = max(lowest, next_level(_last(directory), boot, levels))
    note(directory, level)
    return level


def note(directory: Path, level: int) -> None:
    """The attempt that runs is at this level now."""
    _write(directory, Attempt(level, _BOOT.read_text().strip()))


def end(directory: Path, level: int) -> None:
    """The attempt ended and could say so; the next one begins where it was."""
    if level:
        _write(directory, Attempt(level))
    else:
        remove(directory)


def remove(directory: Path) -> None:
    """Forget the attempts; the run is over."""
    (directory / NAME).unlink(missing_ok=True)


def _write(directory: Path, attempt: Attempt) -> None:
    replace(directory / NAME, json.dumps(asdict(attempt)).encode())


def _last(directory: Path) -> Attempt:
    try:
        return Attempt(**json.loads((directory / NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return Attempt()
