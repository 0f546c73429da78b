"""What is kept of a draft while its outcome is awaited, and what became of all drafts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from panzad.store import life, marks
from panzad.store.database import Database, now
from panzad.store.mails import OF_MAILS, Mail, from_row
from panzad.store.marks import among

# In these states a draft's own text is kept.
_LEARNT_FROM = life.AWAITED | {"sent-edited"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft in the mailbox whose outcome is awaited.

    `audience` are the addresses it goes to, in lower case; `text` is its own text as a sent mail's
    would be kept. `missing_since` is when it was first not found any more.
    """

    mark_id: int
    state: str
    message_id: str
    answers: str | None
    folder: str
    uidvalidity: int | None
    uidnext: int | None
    uid: int | None
    marked_at: str
    appended_at: str
    audience: frozenset[str]
    instruction: str
    text: str
    missing_since: str | None


def keep(
    tx: sqlite3.Connection, mark_id: int, audience: Collection[str], instruction: str, text: str
) -> None:
    """The draft of a mark is in the mailbox; the texts come with their secrets masked."""
    people = json.dumps(sorted({one.lower() for one in audience}))
    tx.execute(
        "INSERT INTO drafts (mark_id, audience, instruction, text) VALUES (?, ?, ?, ?)",
        (mark_id, people, instruction, text),
    )


def awaited(db: Database, account: str) -> list[Draft]:
    """The drafts of an account whose outcome is not known yet, oldest first."""
    rows = db.connection.execute(
        "SELECT mark_id, state, draft_message_id AS message_id, answers, drafts_folder AS folder,"
        " drafts_uidvalidity AS uidvalidity, drafts_uidnext AS uidnext, draft_uid AS uid,"
        " marked_at, appended_at, audience, instruction, drafts.text AS text, missing_since"
        " FROM drafts JOIN marks ON marks.id = mark_id"
        f" WHERE account = ? AND {among(life.AWAITED)} ORDER BY mark_id",
        (account,),
    )
    return [_draft(row) for row in rows]


def _draft(row: sqlite3.Row) -> Draft:
    values: dict[str, Any] = dict(row)
    values["audience"] = frozenset(json.loads(row["audience"]))
    return Draft(**values)


@dataclass(frozen=True, slots=True)
class Kept:
    """Whom a draft goes to and the texts that are kept of it, for the user's exclusions."""

    mark_id: int
    audience: tuple[str, ...]
    texts: tuple[str, ...]


def every(db: Database) -> list[Kept]:
    """Every draft on record, those among them of which no text is kept any more."""
    rows = db.connection.execute("SELECT mark_id, audience, text, instruction FROM drafts")
    return [_kept(row) for row in rows]


def rows(db: Database) -> list[dict[str, Any]]:
    """What the user may have of all drafts, oldest first: the columns, the audience as a list."""
    found = db.connection.execute("SELECT * FROM drafts ORDER BY mark_id")
    return [{**dict(row), "audience": json.loads(row["audience"])} for row in found]


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(row[0], tuple(json.loads(row[1])), (row[2] or "", row[3]))


def kept(db: Database, account: str | None = None) -> list[Kept]:
    """Every draft of an account (None: of all) of which a text is kept."""
    rows = db.connection.execute(
        "SELECT mark_id, audience, drafts.text, instruction"
        " FROM drafts JOIN marks ON marks.id = mark_id"
        " WHERE (? IS NULL OR account = ?) AND (drafts.text IS NOT NULL OR instruction != '')",
        (account, account),
    )
    return [_kept(row) for row in rows]


def missing(tx: sqlite3.Connection, mark_id: int, since: str | None) -> None:
    """The draft is not found any more since a moment; None: it is there again."""
    tx.execute("UPDATE drafts SET missing_since = ? WHERE mark_id = ?", (since, mark_id))


def decide(
    tx: sqlite3.Connection, mark_id: int, state: str, mail_id: int | None, distance: float | None
) -> None:
    """What became of a draft: the sent mail that it became or that was sent in its stead.

    `distance` is the share of its words that were changed. The text stays where it was edited, to
    be learnt from, and as long as the draft is awaited.
    """
    marks.ended(tx, mark_id, state)
    tx.execute(
        "UPDATE drafts SET mail_id = ?, distance = ?, decided_at = ?, missing_since = NULL,"
        " text = CASE WHEN ? THEN text END, instruction = CASE WHEN ? THEN instruction ELSE '' END"
        " WHERE mark_id = ?",
        (mail_id, distance, now(), *(2 * (state in _LEARNT_FROM,)), mark_id),
    )


def forget(tx: sqlite3.Connection, mark_id: int) -> None:
    """Nothing is kept of this draft, and its outcome is not asked for any more."""
    tx.execute("DELETE FROM drafts WHERE mark_id = ?", (mark_id,))


@dataclass(frozen=True, slots=True)
class SentMail:
    """Of a sent mail what tells whether it came from a draft; addresses are in lower case.

    `claimed` says that it is known already which draft it was. `text` is empty when nothing of
    the mail may be kept.
    """

    mail_id: int
    message_id: str
    parents: tuple[str, ...]
    recipients: frozenset[str]
    text: str
    date: str
    claimed: bool


def sent_since(db: Database, account: str, moment: str) -> list[SentMail]:
    """The sent mails of an account that came in since a moment."""
    rows = db.connection.execute(
        "SELECT mails.id, message_id, parents,"
        " (SELECT json_group_array(lower(json_extract(value, '$[2]'))) FROM json_each(recipients)),"
        " own_text, date, EXISTS (SELECT 1 FROM drafts JOIN marks ON marks.id = mark_id"
        f" WHERE mail_id = mails.id AND {among(life.USED)})"
        " FROM mails WHERE account = ? AND added_at >= ? ORDER BY mails.id",
        (account, moment),
    )
    return [
        SentMail(
            mail_id,
            message_id,
            tuple(json.loads(parents)),
            frozenset(json.loads(recipients)),
            text,
            date,
            bool(claimed),
        )
        for mail_id, message_id, parents, recipients, text, date, claimed in rows
    ]


@dataclass(frozen=True, slots=True)
class Preference:
    """A draft, the mail that the user made of it, and what was asked for ("" for a bare mark)."""

    mark_id: int
    mail: Mail
    draft: str
    instruction: str


def preferences(db: Database) -> list[Preference]:
    """The drafts that were edited and sent, with the mails they became, oldest mail first."""
    rows = db.connection.execute(
        f"SELECT {OF_MAILS}, mark_id, drafts.text AS draft, instruction"
        " FROM drafts JOIN marks ON marks.id = mark_id JOIN mails ON mails.id = mail_id"
        " WHERE state = 'sent-edited' AND drafts.text IS NOT NULL AND mails.reason IS NULL"
        " AND distance IS NOT NULL ORDER BY date, mails.id"
    )
    return [
        Preference(row["mark_id"], from_row(row), row["draft"], row["instruction"]) for row in rows
    ]


def unused_in_a_row(db: Database, account: str) -> int:
    """How many drafts were found to go unused since one was last found to be used.

    What counts is when that was found out, not when they were written: the mail that a draft of
    last week becomes ends the row. Of what one look finds out, the newer draft counts as later.
    """
    row = db.connection.execute(
        # Of a draft that had to be forgotten only the mark is left.
        "WITH decided AS (SELECT state, marks.id AS id, coalesce(decided_at, changed_at) AS at"
        " FROM marks LEFT JOIN drafts ON mark_id = marks.id WHERE account = ?)"
        f" SELECT count(*) AS n FROM decided WHERE {among(life.UNUSED)}"
        f" AND (at, id) > (SELECT at, id FROM decided WHERE {among(life.USED)}"
        " UNION ALL SELECT '', 0 ORDER BY at DESC, id DESC LIMIT 1)",
        (account,),
    ).fetchone()
    return row["n"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What became of the drafts of one week; `week` is its Monday.

    `distance` is the mean share of words changed in the `measured` ones that were used, None
    without any.
    """

    week: str
    decided: int
    used: int
    unchanged: int
    measured: int
    distance: float | None


def usage(db: Database, account: str) -> list[Usage]:
    """Use of the drafts by the week (UTC) in which their outcome was known, oldest first."""
    rows = db.connection.execute(
        "SELECT date(decided_at, '-6 days', 'weekday 1') AS week, count(*) AS decided,"
        f" sum({among(life.USED)}) AS used, sum(state = 'sent-unchanged') AS unchanged,"
        f" count(CASE WHEN {among(life.USED)} THEN distance END) AS measured,"
        f" avg(CASE WHEN {among(life.USED)} THEN distance END) AS distance"
        " FROM drafts JOIN marks ON marks.id = mark_id"
        " WHERE account = ? AND decided_at IS NOT NULL GROUP BY week ORDER BY week",
        (account,),
    )
    return [Usage(**dict(row)) for row in rows]
