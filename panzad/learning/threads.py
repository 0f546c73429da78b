"""The thread that a mail belongs to: from its quotes, and from other mails on the server."""

from __future__ import annotations

from collections.abc import Sequence

from panzad.imap.fetch import Fetched, fetch_batch
from panzad.imap.search import (
    ThreadSearch,
    fetch_message,
    find_by_message_id,
    find_thread,
    message_ids,
)
from panzad.imap.session import Session
from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mail.sameness import author_of
from panzad.mail.subject import base_subject
from panzad.mail.thread import thread_of
from panzad.store.mails import ThreadTurn

PARENTS_LOOKED_FOR = 8
# Of a whole thread, over all folders; newer mails come first.
MAILS_FETCHED = 40


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
    author = author_of(message)
    return ThreadTurn(author.name, author.email, message.iso_date, extract(message).own_text)


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


def find_related(session: Session, folders: Sequence[str], message: Message) -> list[Message]:
    """Mails that may be of the thread of `message`, before and after it, each once.

    A folder costs a SELECT, at most two SEARCHes, a FETCH of ids, and the FETCHes of one batch.
    """
    known = {message.message_id}
    found: list[Message] = []
    search = _search_for(message)
    for folder in folders:
        uids = find_thread(session, folder, search)
        # A mail lies in several folders on Gmail: its text is fetched once.
        ids = message_ids(session, uids) if uids else {}
        new = [uid for uid in uids if uid not in ids or ids[uid] not in known]
        new = new[-(MAILS_FETCHED - len(found)) :] if len(found) < MAILS_FETCHED else []
        known.update(ids[uid] for uid in new if uid in ids)
        mails = fetch_batch(session, new) if new else []
        found += [parse(mail.raw) for mail in mails if isinstance(mail, Fetched)]
    return found


def _search_for(message: Message) -> ThreadSearch:
    """What to look for: ids where the mail names some, its subject where it names none."""
    above = parents_of(message)
    return ThreadSearch(
        above=above[:PARENTS_LOOKED_FOR],
        answered=message.message_id,
        subject=base_subject(message.subject),
        by_subject=not above,
        day=message.date.date() if message.date else None,
    )
