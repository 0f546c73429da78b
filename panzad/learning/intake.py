"""Makes a stored mail of a fetched one: pure, bytes in, row out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from panzad.learning.threads import parents_of, turns
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.usable import reason_unused
from panzad.store.mails import Manner, NewMail, Person


def message_id_of(message: Message) -> str:
    """The Message-ID, or for a mail without one an id that its headers always give again."""
    if message.message_id:
        return message.message_id
    digest = hashlib.sha256(repr(message.headers).encode()).hexdigest()[:32]
    return f"<{digest}@no-message-id.invalid>"


def intake(raw: bytes, internaldate: datetime | None, identities: Sequence[str]) -> NewMail:
    """What is kept of a sent mail. `identities` are the user's own addresses."""
    message = parse(raw)
    extraction = extract(message)
    reason = reason_unused(message, extraction, frozenset(identities))
    thread = turns(message, others=())
    return NewMail(
        message_id=message_id_of(message),
        date=_utc(message.date or internaldate),
        subject=message.subject,
        sender=message.from_[0].email if message.from_ else "",
        recipients=_recipients(message),
        parents=parents_of(message),
        reason=reason,
        own_text=extraction.own_text,
        thread=thread,
        thread_wanted=not thread and bool(parents_of(message)),
        manner=Manner(
            layout=extraction.layout,
            html="text/html" in message.content_types,
            signature=extraction.signature,
        ),
    )


def _recipients(message: Message) -> tuple[Person, ...]:
    fields: tuple[tuple[str, tuple[Address, ...]], ...] = (
        ("to", message.to),
        ("cc", message.cc),
        ("bcc", message.bcc),
    )
    return tuple(
        Person(field, address.name, address.email)
        for field, addresses in fields
        for address in addresses
    )


def _utc(moment: datetime | None) -> str:
    if moment is None:
        return "1970-01-01T00:00:00+00:00"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        return "1970-01-01T00:00:00+00:00"
