"""The vectors of the learnt mails, and what is known of the index file that caches them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from panzad.store.database import Database, now
from panzad.store.mails import OF_MAILS, Mail, from_row


@dataclass(frozen=True, slots=True)
class IndexFile:
    """The index file that was written last: its name, the embedder's, its checksum."""

    generation: int
    file: str
    model: str
    sha256: str


def wanting(db: Database, model: str, limit: int) -> list[Mail]:
    """Usable mails without a vector of this embedder, newest first."""
    rows = db.connection.execute(
        f"SELECT {OF_MAILS} FROM mails LEFT JOIN embeddings"
        " ON embeddings.mail_id = mails.id AND embeddings.model = ?"
        " WHERE mails.reason IS NULL AND thread_wanted = 0 AND embeddings.mail_id IS NULL"
        " ORDER BY date DESC, mails.id LIMIT ?",
        (model, limit),
    )
    return [from_row(row) for row in rows]


def keep(tx: sqlite3.Connection, model: str, vectors: dict[int, bytes]) -> None:
    """Store vectors (float32, little endian) by mail id; a mail that is gone is passed over."""
    tx.executemany(
        "INSERT OR REPLACE INTO embeddings (mail_id, model, vector)"
        " SELECT id, ?, ? FROM mails WHERE id = ?",
        [(model, vector, mail_id) for mail_id, vector in vectors.items()],
    )


def ids(db: Database, model: str) -> frozenset[int]:
    """Mails that have a vector of this embedder."""
    rows = db.connection.execute("SELECT mail_id FROM embeddings WHERE model = ?", (model,))
    return frozenset(row["mail_id"] for row in rows)


def vectors(db: Database, model: str, wanted: frozenset[int]) -> dict[int, bytes]:
    """Vectors of these mails, by mail id."""
    rows = db.connection.execute("SELECT mail_id, vector FROM embeddings WHERE model = ?", (model,))
    return {row["mail_id"]: row["vector"] for row in rows if row["mail_id"] in wanted}


def index_file(db: Database) -> IndexFile | None:
    """The index file on record."""
    row = db.connection.execute(
        "SELECT generation, file, model, sha256 FROM index_files"
    ).fetchone()
    return None if row is None else IndexFile(**dict(row))


def index_stale(db: Database) -> bool:
    """Whether vectors were removed (with their mails) since the index file was written."""
    row = db.connection.execute("SELECT stale FROM index_files").fetchone()
    return row is not None and bool(row["stale"])


def record_index(tx: sqlite3.Connection, written: IndexFile) -> None:
    """The index file that counts from now on."""
    tx.execute(
        "INSERT OR REPLACE INTO index_files (only, generation, file, model, sha256, written_at)"
        " VALUES (1, ?, ?, ?, ?, ?)",
        (written.generation, written.file, written.model, written.sha256, now()),
    )


def wanting_count(db: Database, model: str) -> int:
    """How many usable mails have no vector of this embedder."""
    row = db.connection.execute(
        "SELECT count(*) AS n FROM mails LEFT JOIN embeddings"
        " ON embeddings.mail_id = mails.id AND embeddings.model = ?"
        " WHERE mails.reason IS NULL AND embeddings.mail_id IS NULL",
        (model,),
    ).fetchone()
    return row["n"]


def drop_index(tx: sqlite3.Connection) -> None:
    """No index file counts any more; the next refresh writes one."""
    tx.execute("DELETE FROM index_files")
