"""Takes in what changed in an account's Sent folders: fetched mails become rows, batch by batch.

Each Checkpoint commits its mails together with the cursor, so a sync that is killed goes on where
it was. When all folders are through, mails that lie nowhere any more leave the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from panzad.config import Privacy
from panzad.imap.fetch import Fetched, Unreadable
from panzad.imap.plan import Cursor, Known
from panzad.imap.sync import Checkpoint, Done, Rematched, Vanished, changes
from panzad.learning.forgetting import FORGOTTEN, known, turns_left, without_forgotten
from panzad.learning.intake import intake, learnable, owner
from panzad.learning.privacy import enforce, exclusions_of
from panzad.learning.signatures import strip_repeated
from panzad.learning.threads import (
    PARENTS_LOOKED_FOR,
    Finder,
    parents_of,
    thread_up_to,
    turns,
)
from panzad.mail.exclusion import Exclusions
from panzad.mail.forgetting import Forgotten
from panzad.mail.identities import is_own
from panzad.mail.message import Address, Message
from panzad.mailbox import Mailbox
from panzad.store import folders, locations, mails
from panzad.store.database import Database
from panzad.store.folders import Folder
from panzad.store.mails import Mail, NewMail, ThreadTurn

# Replies whose thread is fetched together, and those whose parents are looked for together: of the
# latter only ids are held.
THREADS_AT_ONCE = 50
SOUGHT_AT_ONCE = 20_000
# What clocks are wrong by.
_LATER = timedelta(days=1)

log = structlog.get_logger("panzad.learning")


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What is not taken in: what the config excludes, and what is forgotten for good."""

    exclusions: Exclusions
    forgotten: Forgotten

    def folder(self, name: str) -> bool:
        """Whether a folder is not to be opened for learning."""
        return self.exclusions.folder(name) or self.forgotten.folder(name)

    def left_of(self, folders: Sequence[str]) -> list[str]:
        """Those of the folders that may be opened."""
        return [name for name in folders if not self.folder(name)]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail on the server of which nothing is kept but why."""

    reason: str


UNREADABLE = SetAside("unreadable")


def sync_account(
    db: Database,
    mailbox: Mailbox,
    privacy: Privacy,
    report: Callable[[str, int], None] | None = None,
) -> int:
    """Sync every Sent folder of an account, then fetch the threads that its replies answered.

    Between the two, signatures that only their repetition tells leave the new texts. What
    `privacy` excludes is never kept, and leaves when it was.

    `report(folder, n)` is told of each batch of n mails. Returns how many mails were taken in.
    Raises NetworkError, FolderMissing, ServerRefused; what is committed stays.
    """
    enforce(db, privacy)
    unwanted = Unwanted(exclusions_of(privacy), known(db))
    sent = tuple(name for name in mailbox.folders.sent if not unwanted.folder(name))
    count = 0
    for name in sent:
        folder = folders.known(db, mailbox.name, name, "sent")
        count += _sync_folder(db, mailbox, folder, unwanted, report)
    with db.transaction() as tx:
        for folder in folders.retired(db, mailbox.name, "sent", sent):
            folders.remove(tx, folder.id)
        gone = locations.drop_unlocated(tx, mailbox.name)
    signed = strip_repeated(db, mailbox.name, owner(mailbox.account))
    fetch_threads(db, mailbox, unwanted)
    log.info("sync.done", account=mailbox.name, fetched=count, gone=gone, signed=signed)
    return count


def _sync_folder(
    db: Database,
    mailbox: Mailbox,
    folder: Folder,
    unwanted: Unwanted,
    report: Callable[[str, int], None] | None,
) -> int:
    before = Known(
        folder.uidvalidity, folder.last_uid, folder.highestmodseq, locations.uids(db, folder.id)
    )
    batch: list[tuple[int, NewMail | SetAside]] = []
    count = 0
    identities = owner(mailbox.account)
    usual = mails.usual_language(db, mailbox.name)
    events = changes(
        mailbox.session, folder.name, before, partial(locations.ids_by_uid, db, folder.id)
    )
    for event in events:
        match event:
            case Fetched(uid, raw, internaldate):
                mail = _taken_in(uid, raw, internaldate, identities, unwanted, usual)
                batch.append((uid, mail))
            case Unreadable(uid, _):
                batch.append((uid, UNREADABLE))
            case Vanished(uids):
                with db.transaction() as tx:
                    locations.vanish(tx, folder.id, frozenset(uids))
            case Rematched(moved):
                with db.transaction() as tx:
                    locations.relocate(tx, folder.id, dict(moved))
            case Checkpoint(cursor):
                count += _commit(db, folder, batch, cursor, done=False)
                if report is not None and batch:
                    report(folder.name, len(batch))
                batch = []
            case Done(cursor):
                count += _commit(db, folder, batch, cursor, done=True)
    return count


def _taken_in(
    uid: int,
    raw: bytes,
    internaldate: datetime | None,
    identities: Sequence[Address],
    unwanted: Unwanted,
    usual_language: str,
) -> NewMail | SetAside:
    try:
        mail = intake(raw, internaldate, identities, unwanted.exclusions, usual_language)
        return without_forgotten(mail, unwanted.forgotten) or SetAside(FORGOTTEN)
    except Exception as error:  # One mail must not keep the others from being learnt.
        log.error("mail.unreadable", uid=uid, error=type(error).__name__)
        return UNREADABLE


def _commit(
    db: Database,
    folder: Folder,
    batch: list[tuple[int, NewMail | SetAside]],
    cursor: Cursor,
    *,
    done: bool,
) -> int:
    with db.transaction() as tx:
        for uid, mail in batch:
            if isinstance(mail, SetAside):
                locations.set_aside(tx, folder.id, uid, mail.reason)
            else:
                mails.store(tx, folder.account, folder.id, uid, mail)
        folders.advance(
            tx, folder.id, cursor.uidvalidity, cursor.last_uid, cursor.highestmodseq, done=done
        )
    return len(batch)


def fetch_threads(db: Database, mailbox: Mailbox, unwanted: Unwanted) -> None:
    """For replies: take the thread from the mails on the server, as a draft would have got it.

    What a reply quotes may be a line of the mail that it answers. It is its thread only where that
    mail is not to be had.
    """
    places = unwanted.left_of(mailbox.thread_folders)
    own = mailbox.account.identities
    while sought := mails.parents_sought(db, mailbox.name, SOUGHT_AT_ONCE):
        finder = Finder(mailbox.session, places)
        finder.look_for(one for ids in sought.values() for one in ids[: PARENTS_LOOKED_FOR + 1])
        while waiting := mails.wanting_thread(db, mailbox.name, THREADS_AT_ONCE, max(sought)):
            threads = _threads(finder, waiting, own)
            with db.transaction() as tx:
                for mail in waiting:
                    thread = threads[mail.id]
                    if thread is not None:
                        thread = turns_left(
                            learnable(thread, unwanted.exclusions), unwanted.forgotten
                        )
                    mails.keep_thread(tx, mail.id, thread)


def _threads(
    finder: Finder, waiting: Sequence[Mail], own: Sequence[str]
) -> dict[int, tuple[ThreadTurn, ...] | None]:
    """The threads of some replies by their ids; None where what is kept of it has to do."""
    parents = finder.fetch(mail.parents[0] for mail in waiting if mail.parents)
    further = finder.fetch(one for mail in waiting for one in _further(mail, parents))
    threads: dict[int, tuple[ThreadTurn, ...] | None] = {}
    for mail in waiting:
        try:
            threads[mail.id] = _thread(mail, parents, further, own)
        except Exception as error:  # One mail must not keep the others from being learnt.
            log.error("thread.unreadable", mail=mail.id, error=type(error).__name__)
            threads[mail.id] = None
    return threads


def _further(mail: Mail, parents: Mapping[str, Message]) -> Sequence[str]:
    """The ids of what else is needed for a thread beside the parent, or in its place."""
    parent = _parent(mail, parents)
    if parent is not None:
        return parents_of(parent)[:PARENTS_LOOKED_FOR]
    if mail.manner.layout == "plain":
        return mail.parents[1:PARENTS_LOOKED_FOR]
    # Its thread had to leave with a folder: the mail itself tells what it quotes.
    return () if mail.thread else (mail.message_id,)


def _thread(
    mail: Mail,
    parents: Mapping[str, Message],
    further: Mapping[str, Message],
    own: Sequence[str],
) -> tuple[ThreadTurn, ...] | None:
    ids = _further(mail, parents)
    parent = _parent(mail, parents)
    if parent is None and mail.manner.layout != "plain":
        quoting = further.get(mail.message_id) if ids else None
        return None if quoting is None else turns(quoting, others=())
    others = [one for name in ids if (one := _earlier(mail, further.get(name))) is not None]
    if parent is None:
        if not others:
            return None
        parent, *others = others
    readers = [one.email for one in mail.recipients if not is_own(one.email, own)]
    return thread_up_to(parent, others, readers)


def _parent(mail: Mail, parents: Mapping[str, Message]) -> Message | None:
    """The mail that a reply answers."""
    return _earlier(mail, parents.get(mail.parents[0])) if mail.parents else None


def _earlier(mail: Mail, found: Message | None) -> Message | None:
    """A mail that was found by its id, unless it is the reply itself or came after it: ids are
    forged, and robots use theirs again."""
    if found is None or found.message_id == mail.message_id:
        return None
    moment = found.date
    if moment is None:
        return found
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return found if moment - datetime.fromisoformat(mail.date) <= _LATER else None
