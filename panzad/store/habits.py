"""What the sent mails tell of how a user answers: read for each draft, newest mails first."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from panzad.store.database import Database
from panzad.store.mails import Manner
from panzad.store.text import readable


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply that the user sent: to whom, who wrote in its thread before, and how.

    Addresses are in lower case.
    """

    recipients: frozenset[str]
    thread: frozenset[str]
    manner: Manner


def replies(db: Database, account: str, limit: int) -> list[SentReply]:
    """The newest replies of an account that are learnt from, newest first."""
    rows = db.connection.execute(
        "SELECT language, layout, html, signature,"
        " (SELECT json_group_array(lower(json_extract(value, '$[2]')))"
        " FROM json_each(recipients)) AS people,"
        " (SELECT json_group_array(lower(json_extract(value, '$[1]')))"
        " FROM json_each(thread)) AS authors"
        " FROM mails WHERE account = ? AND reason IS NULL"
        " AND (parents != '[]' OR thread != '[]') ORDER BY date DESC LIMIT ?",
        (account, limit),
    )
    with readable("mails"):
        return [
            SentReply(
                frozenset(json.loads(row["people"])),
                frozenset(email for email in json.loads(row["authors"]) if email),
                Manner(row["language"], row["layout"], bool(row["html"]), row["signature"]),
            )
            for row in rows
        ]


def has_written_to(db: Database, account: str, emails: Collection[str]) -> bool:
    """Whether a sent mail, of whatever kind, went to one of these addresses (in lower case)."""
    row = db.connection.execute(
        "SELECT 1 FROM mails, json_each(recipients) AS person WHERE account = ?"
        " AND lower(json_extract(person.value, '$[2]')) IN (SELECT value FROM json_each(?))"
        " LIMIT 1",
        (account, json.dumps(sorted(emails))),
    ).fetchone()
    return row is not None
