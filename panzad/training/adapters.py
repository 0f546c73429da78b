"""The adapter directories as they lie on the disk, and which of them no run will ever finish."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from panzad.engines.adapter_files import MANIFEST

_DOOMED = ".removed."

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class AdapterDirectory:
    """One adapter or run; `finished` when its manifest is written."""

    id: str
    path: Path
    finished: bool


def listed(root: Path) -> list[AdapterDirectory]:
    """All adapter directories under `root`, in the order of their names, which is by age."""
    if not root.is_dir():
        return []
    return [
        AdapterDirectory(path.name, path, (path / MANIFEST).exists())
        for path in sorted(root.iterdir())
        if path.is_dir()
    ]


def size_of(directory: Path) -> int:
    """The bytes of an adapter's files; 0 when there are none."""
    found = directory.iterdir() if directory.is_dir() else ()
    return sum(path.stat().st_size for path in found if path.is_file())


def leftovers(directories: Sequence[AdapterDirectory], under_way: str | None) -> list[Path]:
    """What can go: unfinished directories, but for the run `under_way`, and half-removed ones.

    Which run is under way the caller knows. The checkpoint of any other cannot be gone on from:
    its mails are no longer those that would be trained on.
    """
    return [
        one.path
        for one in directories
        if one.id.startswith(_DOOMED) or (not one.finished and one.id != under_way)
    ]


def prune(root: Path, under_way: str | None) -> list[str]:
    """Remove what `leftovers` finds; the ids removed."""
    doomed = leftovers(listed(root), under_way)
    for path in doomed:
        remove(path)
        log.info("training.leftover_removed", adapter=path.name)
    return [path.name for path in doomed]


def remove(directory: Path) -> None:
    """Remove an adapter's files; killed half-way it is no adapter any more. None there is none."""
    aside = directory
    if not directory.name.startswith(_DOOMED):
        aside = directory.with_name(_DOOMED + directory.name)
        if aside.exists():
            shutil.rmtree(aside)
        try:
            directory.rename(aside)
        except FileNotFoundError:
            return
    shutil.rmtree(aside)
