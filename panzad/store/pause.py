"""Whether the user wants panzad to leave the mailbox and the machine alone for now."""

from __future__ import annotations

import sqlite3

from panzad.store import problems
from panzad.store.database import Database, now

NOTE = "paused"


def pause(tx: sqlite3.Connection) -> None:
    """Nothing is synced, learnt, written or trained until `resume`."""
    problems.note(tx, NOTE, now())


def resume(tx: sqlite3.Connection) -> None:
    """Work goes on."""
    problems.unnote(tx, NOTE)


def since(db: Database) -> str | None:
    """Since when all rests; None when it does not."""
    return problems.noted(db, NOTE)
