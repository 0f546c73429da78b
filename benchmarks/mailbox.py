"""Loads the paper's anonymised sent mail into the Sent folder of a Dovecot account.

The mails have a text, a subject and sometimes a date; the headers that a mailbox needs are made
here, always the same for the same line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from panzad.imap.drafts import append_draft
from panzad.imap.session import Session

FIRST_DAY = datetime(2023, 1, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PaperMail:
    """One line of the set; `line` counts from 0."""

    line: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A mail that is never trained on, and the instruction a person typed to get it written."""

    mail: PaperMail
    instruction: str


def read(folder: Path, person: str) -> tuple[list[PaperMail], list[HeldOut]]:
    """The mails to learn from and the fixed hold-out of `david` or `isabel`."""
    typed = {
        entry["line"]: entry["instruction"]
        for entry in map(json.loads, (folder / f"{person}.holdout.jsonl").open(encoding="utf-8"))
    }
    mails = [
        PaperMail(number, entry.get("subject") or "", entry["email"].replace("\r\n", "\n").strip())
        for number, entry in enumerate(
            map(json.loads, (folder / f"{person}.jsonl").open(encoding="utf-8"))
        )
    ]
    learnt = [mail for mail in mails if mail.line not in typed]
    held_out = [HeldOut(mail, typed[mail.line]) for mail in mails if mail.line in typed]
    return learnt, held_out


def raw(mail: PaperMail, name: str, address: str) -> bytes:
    """The mail as RFC 5322 bytes, from this person to a correspondent of its own."""
    message = EmailMessage()
    message["From"] = f"{name} <{address}>"
    message["To"] = f"correspondent-{mail.line}@example.net"
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(FIRST_DAY + timedelta(days=mail.line))
    message["Message-ID"] = f"<line-{mail.line}@example.org>"
    message.set_content(mail.text, cte="quoted-printable")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def load(session: Session, mails: list[PaperMail], name: str, address: str) -> None:
    """Append the mails to the Sent folder."""
    for mail in mails:
        append_draft(session, "Sent", raw(mail, name, address), (r"\Seen",))
