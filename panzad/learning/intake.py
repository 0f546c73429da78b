"""Makes a stored mail of a fetched one: pure, bytes in, row out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from panzad.config import Account
from panzad.learning.threads import parents_of, turns
from panzad.mail.exclusion import Exclusions
from panzad.mail.extract import extract
from panzad.mail.language import language_of
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.sensitive import PLACEHOLDER, masked
from panzad.mail.unwrap import unwrapped
from panzad.mail.usable import reason_unused
from panzad.store.mails import Manner, NewMail, Person, ThreadTurn

EXCLUDED = "excluded"
SECRET = "secret"  # noqa: S105 - a reason


def message_id_of(message: Message) -> str:
    """The Message-ID, or for a mail without one an id that its headers always give again."""
    if message.message_id:
        return message.message_id
    digest = hashlib.sha256(repr(message.headers).encode()).hexdigest()[:32]
    return f"<{digest}@no-message-id.invalid>"


def owner(account: Account) -> tuple[Address, ...]:
    """The person an account belongs to: each of their addresses, the main one first, with their
    name."""
    return tuple(Address(account.name, email) for email in account.identities)


def intake(
    raw: bytes,
    internaldate: datetime | None,
    identities: Sequence[Address],
    exclusions: Exclusions,
    usual_language: str = "",
) -> NewMail:
    """What is kept of a sent mail: nothing excluded, and a placeholder for every secret.

    `identities` are the user's own addresses and name. `usual_language` is what the user mostly
    writes: it decides what a word or two are in.
    """
    message = parse(raw)
    extraction = extract(message)
    thread = turns(message, others=())
    own_text = _kept(extraction.own_text)
    recipients = recipients_of(message)
    mail_id, date = message_id_of(message), _utc(message.date or internaldate)
    if is_excluded(exclusions, recipients, (message.subject, own_text)):
        return NewMail(mail_id, date, "", "", (), (), EXCLUDED, "", (), False)
    expected = extraction.client_language or usual_language
    if thread:
        expected = language_of(thread[-1].text, expected)
    reason = reason_unused(message, extraction, identities)
    return NewMail(
        message_id=mail_id,
        date=date,
        subject=masked(message.subject),
        sender=message.from_[0].email if message.from_ else "",
        recipients=recipients,
        parents=parents_of(message),
        reason=reason or (SECRET if is_secret(own_text) else None),
        own_text=own_text,
        thread=learnable(thread, exclusions),
        thread_wanted=bool(parents_of(message)),
        manner=Manner(
            language=language_of(own_text, expected),
            layout=extraction.layout,
            html="text/html" in message.content_types,
            signature=masked(extraction.signature),
        ),
    )


def own_words(raw: bytes) -> str:
    """The author's own text in a mail, as it would be kept if it was sent."""
    return _kept(extract(parse(raw)).own_text)


def _kept(own_text: str) -> str:
    return masked(unwrapped(own_text))


def is_excluded(exclusions: Exclusions, recipients: Sequence[Person], texts: Sequence[str]) -> bool:
    """Whether the user wants a mail to these people with these texts never to be learnt from."""
    return any(exclusions.person(one.email) for one in recipients) or any(
        exclusions.text(text) for text in texts
    )


def is_secret(own_text: str) -> bool:
    """Whether nothing but secrets stands in a masked text."""
    return PLACEHOLDER in own_text and not any(
        one.isalpha() for one in own_text.replace(PLACEHOLDER, "")
    )


def learnable(thread: Sequence[ThreadTurn], exclusions: Exclusions) -> tuple[ThreadTurn, ...]:
    """The thread without the turns that are excluded, and with its secrets masked."""
    return tuple(
        replace(turn, text=masked(turn.text))
        for turn in thread
        if not exclusions.person(turn.email) and not exclusions.text(turn.text)
    )


def recipients_of(message: Message) -> tuple[Person, ...]:
    """Whom a mail went to, as it is stored."""
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
