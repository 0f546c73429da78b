"""What stands in the way right now, by scope, for `panzad status`; and small notes to keep."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from panzad.errors import PanzadError
from panzad.store.database import Database, now


@dataclass(frozen=True, slots=True)
class Problem:
    """The last error of a scope (`account:work`, `training`, …), until it works again."""

    scope: str
    what: str
    remedy: str
    times: int
    first_at: str
    last_at: str


def report(tx: sqlite3.Connection, scope: str, error: PanzadError) -> None:
    """Something failed in this scope."""
    moment = now()
    tx.execute(
        "INSERT INTO problems (scope, what, remedy, first_at, last_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (scope) DO UPDATE SET what = excluded.what, remedy = excluded.remedy,"
        " times = times + 1, last_at = excluded.last_at",
        (scope, error.what, error.remedy, moment, moment),
    )


def clear(db: Database, scope: str) -> None:
    """The scope works again."""
    if db.connection.execute("SELECT 1 FROM problems WHERE scope = ?", (scope,)).fetchone():
        with db.transaction() as tx:
            tx.execute("DELETE FROM problems WHERE scope = ?", (scope,))


def listed(db: Database) -> list[Problem]:
    """All standing problems."""
    rows = db.connection.execute("SELECT * FROM problems ORDER BY scope")
    return [Problem(**dict(row)) for row in rows]


def note(tx: sqlite3.Connection, key: str, value: str) -> None:
    """Keep one value under a key."""
    tx.execute("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", (key, value))


def noted(db: Database, key: str) -> str | None:
    """The value kept under a key."""
    row = db.connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
    return None if row is None else row["value"]
