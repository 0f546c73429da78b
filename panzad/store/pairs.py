"""The playback dataset: for each usable sent mail its synthetic instruction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from panzad.store.database import Database, now
from panzad.store.mails import OF_MAILS, Mail, from_row

MAX_ATTEMPTS = 3
# Stands where the model's name does.
BY_USER = "user"


@dataclass(frozen=True, slots=True)
class Pair:
    """A mail with the instruction that would have asked for it (empty when none was found).

    `score` says how well the instruction tells the mail; None for one made before scores were kept.
    `typed` is one that the user gave for its draft.
    """

    mail: Mail
    instruction: str
    score: float | None = None
    typed: bool = False


def pending(db: Database, limit: int) -> list[Mail]:
    """Mails that still wait for an instruction, newest first.

    The newest mails are the likeliest to be asked for; a mail whose thread is still to be
    fetched from the server waits for that.
    """
    rows = db.connection.execute(
        f"SELECT {OF_MAILS} FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'pending' AND repeats IS NULL AND thread_wanted = 0"
        " ORDER BY date DESC, mails.id LIMIT ?",
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
    """The model's instruction for a mail that waits for one; `score` says how well it tells the
    mail, 1 at best."""
    tx.execute(
        "UPDATE pairs SET state = 'done', instruction = ?, model = ?, score = ?, done_at = ?"
        " WHERE mail_id = ? AND state = 'pending'",
        (instruction, model, score, now(), mail_id),
    )


def told(tx: sqlite3.Connection, mail_id: int, instruction: str) -> None:
    """The instruction that the user themselves gave for a mail; it goes before any model's."""
    tx.execute(
        "UPDATE pairs SET state = 'done', instruction = ?, model = ?, score = NULL, done_at = ?"
        " WHERE mail_id = ?",
        (instruction, BY_USER, now(), mail_id),
    )


def instructions(db: Database, mail_ids: Collection[int]) -> dict[int, str]:
    """The finished instructions of these mails, by their ids."""
    rows = db.connection.execute(
        "SELECT mail_id, instruction FROM pairs WHERE state = 'done'"
        " AND mail_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(mail_ids)),),
    )
    return {row["mail_id"]: row["instruction"] for row in rows}


def begin_anew(tx: sqlite3.Connection, mail_id: int) -> None:
    """The mail's instruction may not be kept: the mail waits for another, which a model makes."""
    tx.execute(
        "UPDATE pairs SET state = 'pending', instruction = NULL, model = NULL, score = NULL,"
        " done_at = NULL, attempts = 0 WHERE mail_id = ?",
        (mail_id,),
    )


def fail(tx: sqlite3.Connection, mail_id: int) -> None:
    """An attempt gave nothing usable; after MAX_ATTEMPTS the mail is left without."""
    tx.execute(
        "UPDATE pairs SET attempts = attempts + 1,"
        " state = CASE WHEN attempts + 1 >= ? THEN 'failed' ELSE 'pending' END"
        " WHERE mail_id = ? AND state = 'pending'",
        (MAX_ATTEMPTS, mail_id),
    )


def finished(db: Database) -> list[Pair]:
    """All finished pairs but those that repeat an earlier mail, oldest mail first."""
    rows = db.connection.execute(
        f"SELECT {OF_MAILS}, instruction, score, model FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'done' AND repeats IS NULL ORDER BY date, mails.id"
    )
    return [_pair(row) for row in rows]


def _pair(row: sqlite3.Row) -> Pair:
    return Pair(from_row(row), row["instruction"], row["score"], row["model"] == BY_USER)


def get(db: Database, mail_id: int) -> Pair | None:
    """The finished pair of a mail."""
    row = db.connection.execute(
        f"SELECT {OF_MAILS}, instruction, score, model FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE mail_id = ? AND state = 'done'",
        (mail_id,),
    ).fetchone()
    return None if row is None else _pair(row)


def counts(db: Database) -> dict[str, int]:
    """How many pairs are in each state; those that repeat an earlier mail are a state of theirs."""
    found = {"pending": 0, "done": 0, "failed": 0, "duplicate": 0}
    for row in db.connection.execute(
        "SELECT CASE WHEN repeats IS NULL THEN state ELSE 'duplicate' END AS state, count(*) AS n"
        " FROM pairs GROUP BY 1"
    ):
        found[row["state"]] = row["n"]
    return found


def workable(db: Database, accounts: Collection[str]) -> int:
    """How many pairs of these accounts can be played back now.

    A mail whose thread is still to be fetched is none: where a login fails, that may last.
    """
    row = db.connection.execute(
        "SELECT count(*) AS n FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'pending' AND repeats IS NULL AND thread_wanted = 0"
        " AND account IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(accounts)),),
    ).fetchone()
    return row["n"]


def finished_since(db: Database, moment: str | None, accounts: Collection[str]) -> int:
    """How many pairs of these accounts were finished after a moment (None: ever).

    Not by the mails' ids: playback goes from the newest mail to the oldest.
    """
    row = db.connection.execute(
        "SELECT count(*) AS n FROM pairs JOIN mails ON mails.id = mail_id"
        " WHERE state = 'done' AND repeats IS NULL AND done_at > ?"
        " AND account IN (SELECT value FROM json_each(?))",
        (moment or "", json.dumps(sorted(accounts))),
    ).fetchone()
    return row["n"]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Of a usable mail its own text and the earlier mail that it is known to repeat."""

    mail_id: int
    text: str
    repeats: int | None


def texts(db: Database) -> list[Repeated]:
    """The own text of every mail that there is a pair for, oldest mail first."""
    rows = db.connection.execute(
        "SELECT mails.id, own_text, repeats FROM pairs JOIN mails ON mails.id = mail_id"
        " ORDER BY date, mails.id"
    )
    return [Repeated(*row) for row in rows]


def keep_repeats(tx: sqlite3.Connection, found: dict[int, int | None]) -> None:
    """Which earlier mail each of these repeats; None for those that do not, or if it is gone."""
    tx.executemany(
        "UPDATE pairs SET repeats = (SELECT id FROM mails WHERE id = ?) WHERE mail_id = ?",
        [(earlier, mail_id) for mail_id, earlier in found.items()],
    )


def rows(db: Database) -> list[dict[str, Any]]:
    """Every pair as it stands, by the id of its mail, whatever its state."""
    found = db.connection.execute(
        "SELECT mail_id, state, instruction, score, model, repeats, done_at FROM pairs"
        " ORDER BY mail_id"
    )
    return [dict(row) for row in found]


def extent(db: Database) -> tuple[int, int]:
    """The highest id among the mails there are pairs for, and how many they are."""
    row = db.connection.execute(
        "SELECT coalesce(max(mail_id), 0) AS newest, count(*) AS n FROM pairs"
    ).fetchone()
    return row["newest"], row["n"]
