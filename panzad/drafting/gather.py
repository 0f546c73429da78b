"""Gathers what a marked mail needs for its draft: the thread, the recipients, the instruction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from panzad.config import Account
from panzad.drafting.task import DraftTask, Original
from panzad.imap.search import fetch_message
from panzad.imap.session import Session
from panzad.learning.threads import find_parents, parents_of, turn_of, turns
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import reply_recipients, why_no_draft
from panzad.mail.subject import reply_subject
from panzad.mail.thread import reply_references


@dataclass(frozen=True, slots=True)
class Refusal:
    """There will be no draft; `reason` is shown to the user."""

    reason: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What the config says about replies."""

    reply_all: Literal["auto"] | bool
    max_age: timedelta


def identities(account: Account) -> tuple[Address, ...]:
    """The addresses of the account's person, the main one first."""
    return tuple(Address(account.name, address) for address in account.identities)


def fetch(session: Session, folder: str, uid: int) -> Message | None:
    """One mail of a folder, parsed; None when it is gone."""
    session.select(folder, readonly=True)
    raw = fetch_message(session, uid)
    return None if raw is None else parse(raw)


def reply_task(
    session: Session,
    folders: tuple[str, ...],
    account: Account,
    message: Message,
    habits: Habits,
    *,
    instruction: str = "",
) -> DraftTask | Refusal:
    """The task of answering `message`; earlier mails of its thread are looked for in `folders`."""
    own = identities(account)
    if reason := why_no_draft(message, own):
        return Refusal(reason)
    if message.date and _age(message.date) > habits.max_age:
        return Refusal(f"older than {habits.max_age.days} days")
    recipients = reply_recipients(message, own, habits.reply_all)
    if not recipients.to:
        return Refusal("nobody to answer")
    thread = (
        *turns(message, find_parents(session, folders, parents_of(message))),
        turn_of(message),
    )
    return DraftTask(
        author=recipients.from_,
        to=recipients.to,
        cc=recipients.cc,
        subject=reply_subject(message.subject),
        in_reply_to=message.message_id,
        references=reply_references(message),
        thread=thread,
        original=_original(message),
        instruction=instruction,
    )


def instruction_task(
    session: Session, folders: tuple[str, ...], account: Account, draft: Message
) -> DraftTask | Refusal:
    """The task that a marked draft of the user's own sets: its text is the instruction."""
    instruction = extract(draft).own_text.strip()
    if not instruction:
        return Refusal("the draft has no text of its own to take as instruction")
    own = identities(account)
    found = find_parents(session, folders, parents_of(draft)[:1])
    parent = found[0] if found else None
    author = next((one for one in own if draft.from_ and one.email == draft.from_[0].email), own[0])
    thread = (
        (*turns(parent, find_parents(session, folders, parents_of(parent))), turn_of(parent))
        if parent
        else turns(draft, others=())
    )
    return DraftTask(
        author=author,
        to=draft.to,
        cc=draft.cc,
        subject=draft.subject or (reply_subject(parent.subject) if parent else ""),
        in_reply_to=next(iter(draft.in_reply_to), None),
        references=reply_references(parent) if parent else draft.references,
        thread=thread,
        original=_original(parent) if parent else None,
        instruction=instruction,
    )


def _original(message: Message) -> Original:
    author = message.from_[0] if message.from_ else Address("", "")
    return Original(author, _date(message), message.text)


def _date(message: Message) -> str:
    return message.date.isoformat() if message.date else ""


def _age(date: datetime) -> timedelta:
    return datetime.now(UTC) - (date if date.tzinfo else date.replace(tzinfo=UTC))
