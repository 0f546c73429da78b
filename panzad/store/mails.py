"""The sent mails: what of each is learnt, and why the others are not."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from panzad.store import locations
from panzad.store.database import Database, now
from panzad.store.text import readable


@dataclass(frozen=True, slots=True)
class Person:
    """A mailbox in a header field (`field` is `to`, `cc` or `bcc`)."""

    field: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ThreadTurn:
    """One earlier mail of the thread that a sent mail answered."""

    author: str
    email: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sent mail was written.

    `language` is ISO 639-1, empty when it cannot be told; `layout` as Extraction has it; `html`
    says whether it had an HTML version; `signature` is what stood under it.
    """

    language: str = ""
    layout: str = ""
    html: bool = False
    signature: str = ""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A sent mail about to be stored. `reason` is None for a mail that is learnt from."""

    message_id: str
    date: str
    subject: str
    sender: str
    recipients: tuple[Person, ...]
    parents: tuple[str, ...]
    reason: str | None
    own_text: str
    thread: tuple[ThreadTurn, ...]
    thread_wanted: bool
    manner: Manner = Manner()


@dataclass(frozen=True, slots=True)
class Mail:
    """A stored sent mail; `parents` are the ids it answers, nearest first."""

    id: int
    account: str
    message_id: str
    date: str
    subject: str
    sender: str
    recipients: tuple[Person, ...]
    parents: tuple[str, ...]
    reason: str | None
    own_text: str
    thread: tuple[ThreadTurn, ...]
    manner: Manner = Manner()


COLUMNS = (
    "id, account, message_id, date, subject, sender, recipients, parents, reason, own_text, thread,"
    " language, layout, html, signature"
)
# The same where another table is joined.
OF_MAILS = ", ".join(f"mails.{column}" for column in COLUMNS.split(", "))


def from_row(row: sqlite3.Row) -> Mail:
    """A Mail out of a row that holds COLUMNS, or OF_MAILS."""
    with readable("mails"):
        return Mail(
            id=row["id"],
            account=row["account"],
            message_id=row["message_id"],
            date=row["date"],
            subject=row["subject"],
            sender=row["sender"],
            recipients=tuple(Person(*entry) for entry in json.loads(row["recipients"])),
            parents=tuple(json.loads(row["parents"])),
            reason=row["reason"],
            own_text=row["own_text"],
            thread=tuple(ThreadTurn(*entry) for entry in json.loads(row["thread"])),
            manner=Manner(row["language"], row["layout"], bool(row["html"]), row["signature"]),
        )


def _selected(db: Database, which: str, *values: object) -> list[Mail]:
    rows = db.connection.execute(f"SELECT {COLUMNS} FROM mails {which}", values)
    return [from_row(row) for row in rows]


def _thread_json(thread: tuple[ThreadTurn, ...]) -> str:
    return json.dumps(
        [(turn.author, turn.email, turn.date, turn.text) for turn in thread], ensure_ascii=False
    )


def store(tx: sqlite3.Connection, account: str, folder_id: int, uid: int, mail: NewMail) -> int:
    """Keep a mail and where it lies. Returns its id.

    A mail that is already here under its Message-ID only gets the further location.
    """
    mail_id = keep(tx, account, mail)
    locations.locate(tx, folder_id, uid, mail_id)
    return mail_id


def keep(tx: sqlite3.Connection, account: str, mail: NewMail) -> int:
    """Keep a mail, once; a usable one is queued for playback. Returns its id."""
    row = tx.execute(
        "SELECT id FROM mails WHERE account = ? AND message_id = ?", (account, mail.message_id)
    ).fetchone()
    if row is None:
        manner = mail.manner if mail.reason is None else Manner()
        cursor = tx.execute(
            "INSERT INTO mails (account, message_id, date, subject, sender, recipients, parents,"
            " reason, own_text, thread, thread_wanted, added_at, language, layout, html, signature)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account,
                mail.message_id,
                mail.date,
                mail.subject,
                mail.sender,
                json.dumps(
                    [(p.field, p.name, p.email) for p in mail.recipients], ensure_ascii=False
                ),
                json.dumps(mail.parents),
                mail.reason,
                mail.own_text if mail.reason is None else "",
                _thread_json(mail.thread if mail.reason is None else ()),
                int(mail.thread_wanted and mail.reason is None),
                now(),
                manner.language,
                manner.layout,
                int(manner.html),
                manner.signature,
            ),
        )
        mail_id = cursor.lastrowid or 0
        if mail.reason is None:
            tx.execute("INSERT INTO pairs (mail_id) VALUES (?)", (mail_id,))
    else:
        mail_id = row["id"]
    return mail_id


def parents_sought(db: Database, account: str, limit: int) -> dict[int, tuple[str, ...]]:
    """The ids that usable replies answer and that have not been looked for yet, by mail."""
    rows = db.connection.execute(
        "SELECT id, parents FROM mails WHERE account = ? AND thread_wanted = 1 ORDER BY id LIMIT ?",
        (account, limit),
    )
    with readable("mails"):
        return {row["id"]: tuple(json.loads(row["parents"])) for row in rows}


def wanting_thread(db: Database, account: str, limit: int, up_to: int = sys.maxsize) -> list[Mail]:
    """Usable replies, with ids `up_to` this, whose parents have not been looked for yet.

    Their thread is what they quote.
    """
    return _selected(
        db,
        "WHERE account = ? AND thread_wanted = 1 AND id <= ? ORDER BY id LIMIT ?",
        account,
        up_to,
        limit,
    )


def keep_thread(
    tx: sqlite3.Connection, mail_id: int, thread: tuple[ThreadTurn, ...] | None
) -> None:
    """What the server had of the thread that a mail answered; None: what is kept of it stays."""
    tx.execute(
        "UPDATE mails SET thread = coalesce(?, thread), thread_wanted = 0 WHERE id = ?",
        (None if thread is None else _thread_json(thread), mail_id),
    )


@dataclass(frozen=True, slots=True)
class OwnText:
    """Of a stored mail only the user's words and what stood under them."""

    mail_id: int
    text: str
    signature: str


def own_texts(db: Database, account: str, limit: int, before: int | None = None) -> list[OwnText]:
    """Of the usable mails of an account the last that came in, of those with ids below `before`."""
    rows = db.connection.execute(
        "SELECT id, own_text, signature FROM mails"
        " WHERE account = ? AND reason IS NULL AND id < ? ORDER BY id DESC LIMIT ?",
        (account, 2**63 - 1 if before is None else before, limit),
    )
    return [OwnText(*row) for row in rows]


def usual_language(db: Database, account: str) -> str:
    """What most mails of an account are written in; empty as long as there is none."""
    row = db.connection.execute(
        "SELECT language FROM mails WHERE account = ? AND language != ''"
        " GROUP BY language ORDER BY count(*) DESC, language LIMIT 1",
        (account,),
    ).fetchone()
    return "" if row is None else row["language"]


def newest_id(db: Database, account: str) -> int:
    """The highest id among the usable mails of an account; 0 when there is none."""
    row = db.connection.execute(
        "SELECT coalesce(max(id), 0) AS n FROM mails WHERE account = ? AND reason IS NULL",
        (account,),
    ).fetchone()
    return row["n"]


def keep_signature(tx: sqlite3.Connection, mail_id: int, own_text: str, signature: str) -> None:
    """What was found to stand under the mail is no longer its text.

    A finished instruction and a vector stay: the mail says what it said. A mail of which
    nothing is left is not learnt from.
    """
    tx.execute(
        "UPDATE mails SET own_text = ?, signature = ? WHERE id = ?", (own_text, signature, mail_id)
    )
    if not own_text:
        tx.execute("UPDATE mails SET reason = 'no-own-text' WHERE id = ?", (mail_id,))
        tx.execute("DELETE FROM pairs WHERE mail_id = ?", (mail_id,))
        tx.execute("DELETE FROM embeddings WHERE mail_id = ?", (mail_id,))


def usable_after(db: Database, mail_id: int, limit: int) -> list[Mail]:
    """The usable mails of all accounts with ids above `mail_id`, in the order they came in."""
    return _selected(db, "WHERE reason IS NULL AND id > ? ORDER BY id LIMIT ?", mail_id, limit)


def all_after(db: Database, mail_id: int, limit: int) -> list[Mail]:
    """The mails of all accounts, used or not, with ids above `mail_id`, in order."""
    return _selected(db, "WHERE id > ? ORDER BY id LIMIT ?", mail_id, limit)


def every(db: Database) -> Iterator[Mail]:
    """The mails of all accounts, used or not, a few in memory at a time."""
    up_to = 0
    while batch := all_after(db, up_to, 200):
        up_to = batch[-1].id
        yield from batch


def message_ids_of(db: Database, account: str) -> set[str]:
    """The Message-IDs of an account's mails."""
    rows = db.connection.execute("SELECT message_id FROM mails WHERE account = ?", (account,))
    return {row["message_id"] for row in rows}


def keep_imported(tx: sqlite3.Connection, mail_id: int) -> None:
    """The mail came from a file: it stays though it lies in no folder of the server."""
    tx.execute("INSERT OR IGNORE INTO imported (mail_id, at) VALUES (?, ?)", (mail_id, now()))


def revise(
    tx: sqlite3.Connection,
    mail_id: int,
    subject: str,
    own_text: str,
    thread: tuple[ThreadTurn, ...],
) -> None:
    """The mail is learnt with less than it said: what was made of the whole is made again."""
    tx.execute(
        "UPDATE mails SET subject = ?, own_text = ?, thread = ? WHERE id = ?",
        (subject, own_text, _thread_json(thread), mail_id),
    )
    tx.execute(
        "UPDATE pairs SET state = 'pending', instruction = NULL, attempts = 0 WHERE mail_id = ?",
        (mail_id,),
    )
    tx.execute("DELETE FROM embeddings WHERE mail_id = ?", (mail_id,))


def withdraw(tx: sqlite3.Connection, mail_id: int, reason: str) -> None:
    """The mail is not learnt from any more: of it stay its id, where it lies and the reason."""
    tx.execute(
        "UPDATE mails SET reason = ?, subject = '', sender = '', recipients = '[]', parents = '[]',"
        " own_text = '', thread = '[]', thread_wanted = 0, language = '', layout = '', html = 0,"
        " signature = '' WHERE id = ?",
        (reason, mail_id),
    )
    tx.execute("DELETE FROM pairs WHERE mail_id = ?", (mail_id,))
    tx.execute("DELETE FROM embeddings WHERE mail_id = ?", (mail_id,))


def forget_unused(tx: sqlite3.Connection, reason: str) -> None:
    """Mails that were not used for this reason are taken in anew by the next sync."""
    tx.execute(
        "DELETE FROM locations WHERE mail_id IN (SELECT id FROM mails WHERE reason = ?)", (reason,)
    )
    tx.execute("DELETE FROM mails WHERE reason = ?", (reason,))


def want_threads_again(tx: sqlite3.Connection) -> list[int]:
    """Threads of replies, of which some came out of folders, are made anew with the next sync.

    Not those that imported mails quote: they came from nowhere else, and could not be read again.
    Returns the ids of the replies that had a thread, in order.
    """
    replies = (
        "reason IS NULL AND parents != '[]'"
        " AND (layout = 'plain' OR id NOT IN (SELECT mail_id FROM imported))"
    )
    found = [
        row["id"]
        for row in tx.execute(
            f"SELECT id FROM mails WHERE {replies} AND thread != '[]' ORDER BY id"
        )
    ]
    tx.execute(
        "DELETE FROM embeddings WHERE mail_id IN (SELECT value FROM json_each(?))",
        (json.dumps(found),),
    )
    tx.execute(f"UPDATE mails SET thread = '[]', thread_wanted = 1 WHERE {replies}")
    return found


def get(db: Database, mail_id: int) -> Mail | None:
    """One mail by its id."""
    return next(iter(_selected(db, "WHERE id = ?", mail_id)), None)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sent mails an account has, how many are used, and why the others are not."""

    mails: int
    used: int
    unused: dict[str, int]


def counts(db: Database) -> dict[str, Counts]:
    """Counts by account; unreadable mails count as unused."""
    found: dict[str, dict[str | None, int]] = {}
    for query in (
        "SELECT account, reason, count(*) AS n FROM mails GROUP BY account, reason",
        "SELECT account, locations.reason AS reason, count(*) AS n FROM locations"
        " JOIN folders ON folders.id = folder_id WHERE mail_id IS NULL"
        " GROUP BY account, locations.reason",
    ):
        for row in db.connection.execute(query):
            reasons = found.setdefault(row["account"], {})
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["n"]
    return {
        account: Counts(
            mails=sum(reasons.values()),
            used=reasons.get(None, 0),
            unused={
                reason: n for reason, n in sorted(reasons.items(), key=str) if reason is not None
            },
        )
        for account, reasons in found.items()
    }
