"""Past mails as retrieval sees them, and full-text search over them (SQLite FTS5)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from panzad.store.database import Database
from panzad.store.text import readable


@dataclass(frozen=True, slots=True)
class PastMail:
    """A learnt mail: whom it went to (`readers` are all addresses, `to` those of To), lower case.

    `language` is ISO 639-1, empty when it cannot be told.
    """

    id: int
    date: str
    sender: str
    to: frozenset[str]
    readers: frozenset[str]
    own_text: str
    language: str


def past(db: Database, account: str) -> list[PastMail]:
    """All learnt mails of an account, oldest first."""
    rows = db.connection.execute(
        "SELECT id, date, sender, recipients, own_text, language FROM mails"
        " WHERE account = ? AND reason IS NULL ORDER BY date, id",
        (account,),
    )
    return [_from_row(row) for row in rows]


def _from_row(row: sqlite3.Row) -> PastMail:
    with readable("mails"):
        people = [(field, email.lower()) for field, _, email in json.loads(row["recipients"])]
        return PastMail(
            id=row["id"],
            date=row["date"],
            sender=row["sender"].lower(),
            to=frozenset(email for field, email in people if field == "to"),
            readers=frozenset(email for _, email in people),
            own_text=row["own_text"],
            language=row["language"],
        )


def matching(db: Database, words: Iterable[str], among: Collection[int], limit: int) -> list[int]:
    """Ids of the mails of `among` that hold any of `words`, the best match (BM25) first.

    Words are looked for as they are: no operator of the query language works in them.
    """
    query = " OR ".join(f'"{_quoted(word)}"' for word in words)
    if not query:
        return []
    # The plus keeps SQLite from matching all words once for each of the ids.
    rows = db.connection.execute(
        "SELECT rowid FROM mail_search WHERE mail_search MATCH ?"
        " AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY rank, rowid LIMIT ?",
        (query, json.dumps(sorted(among)), limit),
    )
    return [row["rowid"] for row in rows]


def _quoted(word: str) -> str:
    # SQLite ends the query at a NUL, which would leave the quotation open.
    return word.replace("\0", " ").replace('"', '""')


def forget(tx: sqlite3.Connection) -> None:
    """Take the words of deleted mails out of the index.

    FTS5 only notes a deletion until its segments are merged; SQLite 3.40 has no option to do
    better. To be called where mails leave for good.
    """
    tx.execute("INSERT INTO mail_search (mail_search) VALUES ('optimize')")


def has_strays(db: Database) -> bool:
    """Whether the index knows a word that no learnt mail holds, against one built anew."""
    connection = db.connection
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(
        """
        CREATE VIRTUAL TABLE temp.fresh USING fts5 (
            subject, own_text, thread, content='', tokenize="unicode61 remove_diacritics 2"
        );
        INSERT INTO temp.fresh (rowid, subject, own_text, thread)
            SELECT id, subject, own_text, thread FROM main.mails WHERE reason IS NULL;
        CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, mail_search, 'row');
        CREATE VIRTUAL TABLE temp.fresh_words USING fts5vocab (temp, fresh, 'row');
        """
    )
    found = connection.execute(
        "SELECT 1 FROM temp.words WHERE term NOT IN (SELECT term FROM temp.fresh_words) LIMIT 1"
    ).fetchone()
    for table in ("words", "fresh_words", "fresh"):
        connection.execute(f"DROP TABLE temp.{table}")
    return found is not None
