"""What the user had forgotten: keyed digests, and whether all of it has left yet."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from panzad.store import problems
from panzad.store.database import Database, now

KEY = "forgotten.key"
PENDING = "forgotten.pending"
# Before the digest of a folder: no thread has turns out of it any more.
THREADS = "forgotten.threads."


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That something is forgotten; `kind` as in `panzad.mail.forgetting`, `cutoff` a day."""

    digest: bytes
    kind: str
    cutoff: str | None = None


def listed(db: Database) -> list[Tombstone]:
    """All that is forgotten."""
    rows = db.connection.execute("SELECT digest, kind, cutoff FROM forgotten")
    return [Tombstone(**dict(row)) for row in rows]


def add(tx: sqlite3.Connection, cause: bytes, tombstones: Iterable[Tombstone]) -> None:
    """Forget what is asked for (its digest is `cause`) and what follows from it.

    What is stored of it has yet to leave.
    """
    tx.executemany(
        "INSERT OR IGNORE INTO forgotten (digest, kind, cause, cutoff, at) VALUES (?, ?, ?, ?, ?)",
        [(one.digest, one.kind, cause, one.cutoff, now()) for one in tombstones],
    )
    problems.note(tx, PENDING, now())


def lift(tx: sqlite3.Connection, cause: bytes) -> bool:
    """Let in again what was forgotten by this request; False when it was not."""
    problems.unnote(tx, THREADS + cause.hex())
    return tx.execute("DELETE FROM forgotten WHERE cause = ?", (cause,)).rowcount > 0


def pending(db: Database) -> bool:
    """Whether some of what is forgotten may still be stored."""
    return problems.noted(db, PENDING) is not None


def done(tx: sqlite3.Connection) -> None:
    """All that is forgotten has left."""
    problems.unnote(tx, PENDING)


def folders_in_threads(db: Database) -> list[bytes]:
    """The forgotten folders whose mails may still stand in the threads of others."""
    rows = db.connection.execute(
        "SELECT digest FROM forgotten WHERE kind = 'folder'"
        " AND ? || lower(hex(digest)) NOT IN (SELECT key FROM notes)",
        (THREADS,),
    )
    return [row["digest"] for row in rows]


def out_of_threads(tx: sqlite3.Connection, folders: Iterable[bytes]) -> None:
    """Of these forgotten folders nothing stands in a thread any more."""
    for digest in folders:
        problems.note(tx, THREADS + digest.hex(), now())


def counts(db: Database) -> dict[str, int]:
    """How many of each kind are forgotten."""
    rows = db.connection.execute(
        "SELECT kind, count(*) AS n FROM forgotten GROUP BY kind ORDER BY kind"
    )
    return {row["kind"]: row["n"] for row in rows}


def carry_over(db: Database, into: Database) -> bool:
    """Forget in another database what is forgotten in this one, whose past it holds.

    False when that one has tombstones under another key: they cannot stand side by side.
    """
    rows = [tuple(row) for row in db.connection.execute("SELECT * FROM forgotten")]
    if not rows:
        return True
    if listed(into) and key(into) != key(db):
        return False
    with into.transaction() as tx:
        problems.note(tx, KEY, key(db).hex())
        tx.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?, ?, ?, ?)", rows)
        problems.note(tx, PENDING, now())
    return True


def key(db: Database) -> bytes:
    """The key of the digests, made when it is first asked for."""
    found = problems.noted(db, KEY)
    if found is None:
        with db.transaction() as tx:
            tx.execute(
                "INSERT OR IGNORE INTO notes (key, value) VALUES (?, ?)",
                (KEY, secrets.token_hex(32)),
            )
        found = problems.noted(db, KEY)
    assert found is not None
    return bytes.fromhex(found)


def forget_mail(tx: sqlite3.Connection, mail_id: int, reason: str) -> None:
    """Nothing is kept of a mail but where something lies on the server, and the reason."""
    tx.execute(
        "UPDATE locations SET mail_id = NULL, reason = ? WHERE mail_id = ?", (reason, mail_id)
    )
    tx.execute("DELETE FROM mails WHERE id = ?", (mail_id,))


def unplace(tx: sqlite3.Connection, reason: str) -> None:
    """What lies on the server and was set aside for this reason is taken in by the next sync."""
    tx.execute("DELETE FROM locations WHERE mail_id IS NULL AND reason = ?", (reason,))


def ids_in(db: Database, folder_id: int) -> list[str]:
    """The Message-IDs of the mails that lie in a folder."""
    rows = db.connection.execute(
        "SELECT message_id FROM mails JOIN locations ON mail_id = mails.id WHERE folder_id = ?",
        (folder_id,),
    )
    return [row["message_id"] for row in rows]


def message_ids(db: Database) -> frozenset[str]:
    """The Message-IDs of all mails on record, and of those that they answer."""
    rows = db.connection.execute(
        "SELECT message_id AS id FROM mails"
        " UNION SELECT value FROM mails, json_each(parents) UNION SELECT message_id FROM marks"
    )
    return frozenset(row["id"] for row in rows)


def keep_parents(tx: sqlite3.Connection, mail_id: int, parents: tuple[str, ...]) -> None:
    """The ids that a mail answers, of which some may not be kept; no thread is looked for."""
    tx.execute(
        "UPDATE mails SET parents = ?, thread_wanted = 0 WHERE id = ?",
        (json.dumps(parents), mail_id),
    )
