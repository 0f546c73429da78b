"""Gathers what a marked mail needs for its draft: the thread, the recipients, the arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from panzad.config import Config, Drafts, Privacy
from panzad.drafting import habits
from panzad.drafting.task import Asked, DraftTask, Original
from panzad.imap.search import fetch_message
from panzad.imap.session import Session
from panzad.learning.forgetting import known
from panzad.learning.intake import owner
from panzad.learning.privacy import exclusions_of
from panzad.learning.sync import Unwanted
from panzad.learning.threads import find_parents, find_related, parents_of, thread_up_to, turns
from panzad.mail.classify import is_list
from panzad.mail.closing import quotable
from panzad.mail.compose import Arrangement
from panzad.mail.extract import extract
from panzad.mail.identities import canonical, is_own
from panzad.mail.language import language_of
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import (
    Reach,
    Recipients,
    answers_to,
    list_addresses,
    others_of,
    reply_recipients,
    why_no_draft,
    why_unanswerable,
)
from panzad.mail.sameness import author_of
from panzad.mail.subject import reply_subject
from panzad.mail.thread import Answered, reply_references, to_answer
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from panzad.store.habits import SentReply, has_written_to, replies

# More say nothing new about a habit.
REPLIES_READ = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """There will be no draft; `reason` is shown to the user."""

    reason: str


def fetch(session: Session, folder: str, uid: int) -> Message | None:
    """One mail of a folder, parsed; None when it is gone."""
    session.select(folder, readonly=True)
    raw = fetch_message(session, uid)
    return None if raw is None else parse(raw)


def reply_task(
    db: Database, mailbox: Mailbox, config: Config, marked: Message, asked: Asked | None
) -> DraftTask | Refusal:
    """The task of answering `marked`, or the newer mail of its thread that is to be answered.

    A command (`asked`) names its mail, so that very mail is answered. Of the thread nothing is
    read out of an excluded folder.
    """
    rules = config.drafts
    related = find_related(mailbox.session, _places(db, mailbox, config.privacy), marked)
    answered = to_answer(marked, related, mailbox.account.identities)
    if asked is not None:
        answered = Answered(marked, "")
    message = answered.message
    others = [marked, *related] if message is not marked else related
    if asked is not None and asked.force:
        reason = why_unanswerable(message)
    else:
        reason = _why_not(db, mailbox, rules, message, others)
    if reason:
        return Refusal(reason)
    sent = replies(db, mailbox.name, REPLIES_READ)
    own = owner(mailbox.account)
    recipients = recipients_of(db, mailbox.name, own, message, sent, rules.reply_all)
    if not recipients.to:
        return Refusal("nobody to answer")
    return DraftTask(
        author=recipients.from_,
        to=recipients.to,
        cc=recipients.cc,
        subject=reply_subject(message.subject),
        in_reply_to=message.message_id,
        references=reply_references(message),
        thread=thread_up_to(
            message, others, [one.email for one in (*recipients.to, *recipients.cc)]
        ),
        original=_original(message),
        instruction=asked.instruction if asked else "",
        arrangement=_arrangement(message, sent, recipients.to),
        note=answered.note,
    )


def instruction_task(
    db: Database, mailbox: Mailbox, config: Config, draft: Message
) -> DraftTask | Refusal:
    """The task that a marked draft of the user's own sets: its text is the instruction.

    What it answers is not looked for in an excluded folder.
    """
    instruction = extract(draft).own_text.strip()
    if not instruction:
        return Refusal("the draft has no text of its own to take as instruction")
    own = owner(mailbox.account)[0]
    session, folders = mailbox.session, _places(db, mailbox, config.privacy)
    found = find_parents(session, folders, parents_of(draft)[:1])
    parent = found[0] if found else None
    written_as = author_of(draft)
    author = written_as if is_own(written_as.email, mailbox.account.identities) else own
    people = [
        one for one in (*draft.to, *draft.cc) if not is_own(one.email, mailbox.account.identities)
    ]
    thread = (
        thread_up_to(parent, find_related(session, folders, parent), [one.email for one in people])
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
        arrangement=_arrangement(
            parent or draft, replies(db, mailbox.name, REPLIES_READ), draft.to
        ),
    )


def _places(db: Database, mailbox: Mailbox, privacy: Privacy) -> list[str]:
    """Where other mails of a thread may be looked for."""
    return Unwanted(exclusions_of(privacy), known(db)).left_of(mailbox.thread_folders)


def _why_not(
    db: Database, mailbox: Mailbox, rules: Drafts, message: Message, others: list[Message]
) -> str | None:
    """Why the mail gets no draft unless forced."""
    own = mailbox.account.identities
    posts = {one for one in list_addresses(message) if not is_own(one, own)}
    takes_part = any(is_own(author_of(one).email, own) for one in others) or (
        is_list(message, own) and has_written_to(db, mailbox.name, posts)
    )
    if reason := why_no_draft(message, owner(mailbox.account), takes_part=takes_part):
        return reason
    if message.date and _age(message.date) > timedelta(days=rules.max_age_days):
        return f"older than {rules.max_age_days} days"
    return None


def recipients_of(
    db: Database,
    account: str,
    own: Sequence[Address],
    message: Message,
    sent: Sequence[SentReply],
    reply_all: bool | Literal["auto"],
) -> Recipients:
    """Whom a reply to `message` goes to; `auto` asks the habits that the `sent` replies tell."""
    reach = _reach(db, account, own, message, sent) if reply_all == "auto" else reply_all
    return reply_recipients(message, own, reach)


def _reach(
    db: Database,
    account: str,
    own: Sequence[Address],
    message: Message,
    sent: Sequence[SentReply],
) -> Reach:
    """How far this user's replies to such a mail reach."""
    posts = list_addresses(message)
    if posts:
        if message.mail_followup_to:
            return "auto"
        # Where the list sets Reply-To to itself, a plain reply goes there.
        if posts & {canonical(one.email) for one in message.mail_reply_to or message.reply_to}:
            return False
        if habits.answers_list_alone(sent, posts):
            return "list"
        # Who writes to a list answers on it.
        return has_written_to(db, account, posts)
    others = others_of(message, own)
    alone = habits.leaves_out(sent, answers_to(message), others)
    return False if alone else "auto"


def _arrangement(
    message: Message, sent: list[SentReply], people: tuple[Address, ...]
) -> Arrangement:
    """As the user writes to these people; HTML only where the mail that is answered has it too."""
    return Arrangement(
        quote=habits.quote_place(sent, people),
        language=language_of(extract(message).own_text, expected=habits.language(sent, people)),
        html="text/html" in message.content_types and habits.writes_html(sent, people),
    )


def _original(message: Message) -> Original:
    return Original(author_of(message), message.iso_date, quotable(message.text))


def _age(date: datetime) -> timedelta:
    return datetime.now(UTC) - (date if date.tzinfo else date.replace(tzinfo=UTC))
