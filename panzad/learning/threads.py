"""The thread that a mail belongs to: from its quotes, and from other mails on the server."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import structlog

from panzad.imap.fetch import Fetched, batches, fetch_batch
from panzad.imap.search import (
    ThreadSearch,
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
from panzad.mail.thread import seen_by, thread_of
from panzad.store.mails import ThreadTurn

PARENTS_LOOKED_FOR = 8
# Of a whole thread, over all folders; newer mails come first.
MAILS_FETCHED = 40

log = structlog.get_logger("panzad.learning")


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


def thread_up_to(
    message: Message, others: Iterable[Message], readers: Collection[str]
) -> tuple[ThreadTurn, ...]:
    """The thread that an answer to `message` is shown, `message` last: of the others those that it
    answers and that all `readers` of the answer (addresses) have seen."""
    return (*turns(message, seen_by(others, readers)), turn_of(message))


class Finder:
    """Mails by their Message-IDs, from the first of the folders that has them.

    What was looked for once is not searched again, found or not.
    """

    def __init__(self, session: Session, folders: Sequence[str]) -> None:
        self._session = session
        self._folders = folders
        self._places: dict[str, tuple[str, int] | None] = {}

    def look_for(self, ids: Iterable[str]) -> None:
        """Learn where mails lie, of all that will be fetched at best: many cost few commands."""
        missing = [one for one in dict.fromkeys(ids) if one not in self._places]
        for folder in self._folders if missing else ():
            found = find_by_message_id(self._session, folder, missing)
            self._places.update((one, (folder, uid)) for one, uid in found.items())
            missing = [one for one in missing if one not in found]
            if not missing:
                break
        self._places.update(dict.fromkeys(missing))

    def fetch(self, ids: Iterable[str]) -> dict[str, Message]:
        """The mails that are there, by their ids."""
        wanted = list(dict.fromkeys(ids))
        self.look_for(wanted)
        uids: dict[str, list[int]] = {}
        for place in (self._places[one] for one in wanted):
            if place is not None:
                uids.setdefault(place[0], []).append(place[1])
        found: dict[str, Message] = {}
        for folder, there in uids.items():
            self._session.selected_as(folder, readonly=True)
            for batch in batches(there):
                for mail in fetch_batch(self._session, batch):
                    message = _parsed(mail.raw) if isinstance(mail, Fetched) else None
                    if message is not None and message.message_id:
                        found[message.message_id] = message
        return found


def _parsed(raw: bytes) -> Message | None:
    try:
        return parse(raw)
    except Exception as error:  # One mail must not keep the others from being learnt.
        log.error("mail.unreadable", error=type(error).__name__)
        return None


def find_parents(session: Session, folders: Sequence[str], ids: Sequence[str]) -> list[Message]:
    """Earlier mails of a thread, looked for by Message-ID in `folders`, nearest first."""
    wanted = ids[:PARENTS_LOOKED_FOR]
    found = Finder(session, folders).fetch(wanted)
    return [found[parent] for parent in dict.fromkeys(wanted) if parent in found]


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
