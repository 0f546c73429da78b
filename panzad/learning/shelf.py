"""Which adapters stay on the disk: those in use, and of the others what fits beside them.

What may know something forgotten goes as soon as there is a newer verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from panzad.config import Paths
from panzad.store import adapters
from panzad.store.database import Database
from panzad.training.adapters import remove, size_of

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Shelved:
    """An adapter and the bytes of its directory, merged copy and all; `needed` ones stay."""

    id: str
    size: int
    needed: bool


def to_remove(newest_first: Sequence[Shelved], limit: int) -> list[str]:
    """The ids that have to go for the others to take at most `limit` bytes, the oldest first.

    Needed ones stay even where they alone take more. Pure.
    """
    total = sum(one.size for one in newest_first)
    gone: list[str] = []
    for one in reversed(newest_first):
        if total <= limit:
            break
        if not one.needed:
            gone.append(one.id)
            total -= one.size
    return gone


def shelved(db: Database, paths: Paths) -> list[Shelved]:
    """All adapters on record, newest first."""
    before = adapters.previous(db)
    return [
        Shelved(
            one.id,
            size_of(paths.adapters / one.id),
            one.state in ("serving", "training") or (before is not None and one.id == before.id),
        )
        for one in adapters.listed(db)
    ]


def tidy(db: Database, paths: Paths, limit: int) -> list[str]:
    """Remove what knows the forgotten and is replaced, then what takes the adapters' directories
    over so many bytes; the ids removed. Killed, it is for the next call to go on with."""
    gone = _replaced(db)
    for adapter_id in gone:
        drop(db, paths, adapter_id)
    too_much = to_remove(shelved(db, paths), limit)
    for adapter_id in too_much:
        drop(db, paths, adapter_id)
    return gone + too_much


def _replaced(db: Database) -> list[str]:
    """Adapters that may have learnt from what was forgotten before the newest run was judged.

    Where the gate refused that one, the base model writes. The oldest first: by the newest the
    others are known.
    """
    newest = adapters.last_finished(db)
    judged = newest and newest.finished_at
    return [
        one.id
        for one in reversed(adapters.tainted(db))
        if judged and one.tainted_at and one.tainted_at <= judged
    ]


def drop(db: Database, paths: Paths, adapter_id: str) -> None:
    """Remove an adapter and forget it."""
    remove(paths.adapters / adapter_id)
    with db.transaction() as tx:
        adapters.remove(tx, adapter_id)
    log.info("adapter.removed", adapter=adapter_id)
