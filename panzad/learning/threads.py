"""The thread that a mail answered: from its quotes, and from earlier mails on the server."""

from __future__ import annotations

from collections.abc import Sequence

from panzad.imap.search import fetch_message, find_by_message_id
from panzad.imap.session import Session
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.thread import thread_of
from panzad.store.mails import ThreadTurn

PARENTS_LOOKED_FOR = 8


def parents_of(message: Message) -> tuple[str, ...]:
    """Ids of the mails that this one answers, nearest first."""
    return tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))


def turns(message: Message, others: Sequence[Message]) -> tuple[ThreadTurn, ...]:
    """The thread before this message, oldest first, from its quotes and from `others`."""
    return tuple(
        ThreadTurn(turn.author, turn.email, turn.date, turn.text)
        for turn in thread_of(message, extract(message), others)[:-1]
    )


def turn_of(message: Message) -> ThreadTurn:
    """A message as a turn of a thread: its author and the author's own words."""
    author = message.from_[0] if message.from_ else Address("", "")
    date = message.date.isoformat() if message.date else ""
    return ThreadTurn(author.name, author.email, date, extract(message).own_text)


def find_parents(session: Session, folders: Sequence[str], ids: Sequence[str]) -> list[Message]:
    """Earlier mails of a thread, looked for by Message-ID in `folders`, nearest first."""
    wanted = list(ids[:PARENTS_LOOKED_FOR])
    found: dict[str, Message] = {}
    for folder in folders:
        missing = [parent for parent in wanted if parent not in found]
        if not missing:
            break
        for parent, uid in find_by_message_id(session, folder, missing).items():
            raw = fetch_message(session, uid)
            if raw is not None:
                found[parent] = parse(raw)
    return [found[parent] for parent in wanted if parent in found]
