"""What we know of each folder on the server: its UIDVALIDITY, how far it is synced."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from panzad.store.database import Database, now


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder in one role. `last_uid` is the highest UID whose mail is committed here.

    `baseline_mark` is the mark (as in the config) that it was first looked at for at `baseline_at`.
    """

    id: int
    account: str
    name: str
    role: str
    uidvalidity: int | None
    last_uid: int
    highestmodseq: int | None
    synced_at: str | None
    baseline_at: str | None
    baseline_mark: str | None


def _folder(row: sqlite3.Row) -> Folder:
    return Folder(**dict(row))


def known(db: Database, account: str, name: str, role: str) -> Folder:
    """The row of a folder, made when it is new."""
    key = (account, name, role)
    query = "SELECT * FROM folders WHERE account = ? AND name = ? AND role = ?"
    row = db.connection.execute(query, key).fetchone()
    if row is None:
        with db.transaction() as tx:
            tx.execute("INSERT OR IGNORE INTO folders (account, name, role) VALUES (?, ?, ?)", key)
        row = db.connection.execute(query, key).fetchone()
    return _folder(row)


def listed(db: Database) -> list[Folder]:
    """Every folder, by account, role and name."""
    rows = db.connection.execute("SELECT * FROM folders ORDER BY account, role, name")
    return [_folder(row) for row in rows]


def accounts(db: Database) -> tuple[str, ...]:
    """The accounts whose folders are on record."""
    rows = db.connection.execute("SELECT DISTINCT account FROM folders ORDER BY account")
    return tuple(row["account"] for row in rows)


def retired(db: Database, account: str, role: str, names: tuple[str, ...]) -> list[Folder]:
    """Folders of this role that the account no longer uses."""
    return [
        folder
        for folder in listed(db)
        if folder.account == account and folder.role == role and folder.name not in names
    ]


def remove(tx: sqlite3.Connection, folder_id: int) -> None:
    """Forget a folder and where mails lay in it."""
    tx.execute("DELETE FROM folders WHERE id = ?", (folder_id,))


def advance(
    tx: sqlite3.Connection,
    folder_id: int,
    uidvalidity: int,
    last_uid: int,
    highestmodseq: int | None,
    *,
    done: bool,
) -> None:
    """What was fetched up to this cursor is committed; `done` at the end of a sync."""
    tx.execute(
        "UPDATE folders SET uidvalidity = ?, last_uid = ?, highestmodseq = ?,"
        " synced_at = CASE WHEN ? THEN ? ELSE synced_at END WHERE id = ?",
        (uidvalidity, last_uid, highestmodseq, done, now(), folder_id),
    )


def baseline(tx: sqlite3.Connection, folder_id: int, mark: str) -> None:
    """The marks that stood in the folder before panzad looked for `mark` are on record."""
    tx.execute(
        "UPDATE folders SET baseline_at = ?, baseline_mark = ? WHERE id = ?",
        (now(), mark, folder_id),
    )
