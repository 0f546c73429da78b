"""What stands in the way right now, by scope, for `panzad status`; and small notes to keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

import structlog

from panzad.errors import PanzadError
from panzad.store.database import Database, now
from panzad.store.text import storable

log = structlog.get_logger("panzad.store")


@dataclass(frozen=True, slots=True)
class Problem:
    """The last error of a scope (`marks:work`, `training`, …), until it works again."""

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
        (scope, storable(error.what), storable(error.remedy), moment, moment),
    )


def clear(db: Database, scope: str) -> None:
    """The scope works again."""
    if db.connection.execute("SELECT 1 FROM problems WHERE scope = ?", (scope,)).fetchone():
        with db.transaction() as tx:
            drop(tx, scope)


def try_report(db: Database, scope: str, error: PanzadError) -> None:
    """Report outside of other work; where the database cannot take it, the log must do."""
    try:
        with db.transaction() as tx:
            report(tx, scope, error)
    except (PanzadError, sqlite3.Error) as failure:
        log.warning("problem.unrecorded", scope=scope, error=str(error), why=str(failure))


def try_clear(db: Database, scope: str) -> None:
    """Clear outside of other work; a problem that cannot be cleared stays listed."""
    try:
        clear(db, scope)
    except (PanzadError, sqlite3.Error) as failure:
        log.warning("problem.uncleared", scope=scope, why=str(failure))


def forget_other_accounts(tx: sqlite3.Connection, names: Collection[str]) -> None:
    """Problems of accounts that the config does not have any more (scopes `…:NAME`) are over."""
    rows = tx.execute("SELECT scope FROM problems WHERE scope LIKE '%:%'").fetchall()
    gone = [(row["scope"],) for row in rows if row["scope"].partition(":")[2] not in names]
    tx.executemany("DELETE FROM problems WHERE scope = ?", gone)


def drop(tx: sqlite3.Connection, scope: str) -> None:
    """Forget a problem; if it still stands it is told anew."""
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


def unnote(tx: sqlite3.Connection, key: str) -> None:
    """Keep nothing under a key."""
    tx.execute("DELETE FROM notes WHERE key = ?", (key,))
