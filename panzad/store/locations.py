"""Where the sent mails lie: the folder and the UID of each; what lies nowhere any more leaves."""

from __future__ import annotations

import sqlite3

from panzad.store import search
from panzad.store.database import Database


def locate(tx: sqlite3.Connection, folder_id: int, uid: int, mail_id: int) -> None:
    """The mail lies in this folder under this UID."""
    tx.execute(
        "INSERT OR REPLACE INTO locations (folder_id, uid, mail_id) VALUES (?, ?, ?)",
        (folder_id, uid, mail_id),
    )


def set_aside(tx: sqlite3.Connection, folder_id: int, uid: int, reason: str) -> None:
    """A mail on the server of which nothing is kept; it is counted, not asked for again."""
    tx.execute(
        "INSERT OR REPLACE INTO locations (folder_id, uid, reason) VALUES (?, ?, ?)",
        (folder_id, uid, reason),
    )


def uids(db: Database, folder_id: int) -> frozenset[int]:
    """The UIDs we have of a folder."""
    rows = db.connection.execute("SELECT uid FROM locations WHERE folder_id = ?", (folder_id,))
    return frozenset(row["uid"] for row in rows)


def ids_by_uid(db: Database, folder_id: int) -> dict[int, str]:
    """Message-ID of each located mail of a folder, by UID."""
    rows = db.connection.execute(
        "SELECT uid, message_id FROM locations JOIN mails ON mails.id = mail_id"
        " WHERE folder_id = ?",
        (folder_id,),
    )
    return {row["uid"]: row["message_id"] for row in rows}


def vanish(tx: sqlite3.Connection, folder_id: int, gone: frozenset[int]) -> None:
    """These UIDs are no more. The mails stay until `drop_unlocated`: they may have moved."""
    tx.executemany(
        "DELETE FROM locations WHERE folder_id = ? AND uid = ?", [(folder_id, uid) for uid in gone]
    )


def drop_unlocated(tx: sqlite3.Connection, account: str) -> int:
    """Remove an account's mails that lie in no folder any more, with their pairs and embeddings.

    Called when every folder of the account is synced, so that a mail moved between two of them
    keeps its work. Returns how many mails left.
    """
    gone = tx.execute(
        "DELETE FROM mails WHERE account = ? AND id NOT IN"
        " (SELECT mail_id FROM locations WHERE mail_id IS NOT NULL)"
        " AND id NOT IN (SELECT mail_id FROM imported)",
        (account,),
    ).rowcount
    if gone:
        search.forget(tx)
    return gone


def relocate(tx: sqlite3.Connection, folder_id: int, moved: dict[int, int]) -> None:
    """After a new UIDVALIDITY: the mail under each old UID lies under the new one."""
    rows = {
        row["uid"]: (row["mail_id"], row["reason"])
        for row in tx.execute("SELECT * FROM locations WHERE folder_id = ?", (folder_id,))
    }
    tx.execute("DELETE FROM locations WHERE folder_id = ?", (folder_id,))
    tx.executemany(
        "INSERT INTO locations (folder_id, uid, mail_id, reason) VALUES (?, ?, ?, ?)",
        [(folder_id, new, *rows[old]) for old, new in moved.items() if old in rows],
    )
