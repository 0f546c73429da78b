"""The playback dataset: for each usable sent mail its synthetic instruction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from panzad.store.database import Database, now
from panzad.store.mails import COLUMNS, Mail, from_row

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A mail with the instruction that would have asked for it (empty when none was found).

    `score` says how well the instruction tells the mail; None for one made before scores were kept.
    """

    mail: Mail
    instruction: str
    score: float | None = None


_MAIL = ", ".join(f"mails.{column}" for column in COLUMNS.split(", "))


def pending(db: Database, limit: int) -> list[Mail]:
    """Mails that still wait for an instruction, newest first.

    The newest mails are the likeliest to be asked for; a mail whose thread is still to be
    fetched from the server waits for that.
    """
    rows = db.connection.execute(
        f"SELECT {_MAIL} FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'pending' AND thread_wanted = 0 ORDER BY date DESC, mails.id LIMIT ?",
        (limit,),
    )
    return [from_row(row) for row in rows]


def finish(
    tx: sqlite3.Connection,
    mail_id: int,
    instruction: str,
    model: str,
    score: float | None = None,
) -> None:
    """The mail has its instruction; `score` says how well it tells the mail, 1 at best."""
    tx.execute(
        "UPDATE pairs SET state = 'done', instruction = ?, model = ?, score = ?, done_at = ?"
        " WHERE mail_id = ?",
        (instruction, model, score, now(), mail_id),
    )


def fail(tx: sqlite3.Connection, mail_id: int) -> None:
    """An attempt gave nothing usable; after MAX_ATTEMPTS the mail is left without."""
    tx.execute(
        "UPDATE pairs SET attempts = attempts + 1,"
        " state = CASE WHEN attempts + 1 >= ? THEN 'failed' ELSE 'pending' END WHERE mail_id = ?",
        (MAX_ATTEMPTS, mail_id),
    )


def finished(db: Database) -> list[Pair]:
    """All finished pairs, oldest mail first."""
    rows = db.connection.execute(
        f"SELECT {_MAIL}, instruction, score FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'done' ORDER BY date, mails.id"
    )
    return [Pair(from_row(row), row["instruction"], row["score"]) for row in rows]


def get(db: Database, mail_id: int) -> Pair | None:
    """The finished pair of a mail."""
    row = db.connection.execute(
        f"SELECT {_MAIL}, instruction, score FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE mail_id = ? AND state = 'done'",
        (mail_id,),
    ).fetchone()
    return None if row is None else Pair(from_row(row), row["instruction"], row["score"])


def counts(db: Database) -> dict[str, int]:
    """How many pairs are in each state."""
    found = {"pending": 0, "done": 0, "failed": 0}
    for row in db.connection.execute("SELECT state, count(*) AS n FROM pairs GROUP BY state"):
        found[row["state"]] = row["n"]
    return found


def finished_after(db: Database, mail_id: int) -> int:
    """How many finished pairs came in after the mail with this id."""
    row = db.connection.execute(
        "SELECT count(*) AS n FROM pairs WHERE state = 'done' AND mail_id > ?", (mail_id,)
    ).fetchone()
    return row["n"]
