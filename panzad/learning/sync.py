"""Takes in what changed in an account's Sent folders: fetched mails become rows, batch by batch.

Each Checkpoint commits its mails together with the cursor, so a sync that is killed goes on where
it was. When all folders are through, mails that lie nowhere any more leave the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from panzad.learning.threads import find_parents, turn_of, turns
from panzad.mail.exclusion import Exclusions
from panzad.mail.forgetting import Forgotten
from panzad.mail.identities import is_own
from panzad.mail.message import Address
from panzad.mail.thread import seen_by
from panzad.mailbox import Mailbox
from panzad.store import folders, locations, mails
from panzad.store.database import Database
from panzad.store.folders import Folder
from panzad.store.mails import Mail, NewMail, ThreadTurn

THREADS_AT_ONCE = 50

log = structlog.get_logger("panzad.learning")


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What is not taken in: what the config excludes, and what is forgotten for good."""

    exclusions: Exclusions
    forgotten: Forgotten

    def folder(self, name: str) -> bool:
        """Whether a folder is not to be opened for learning."""
        return self.exclusions.folder(name) or self.forgotten.folder(name)


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
    """For replies that quote nothing: fetch what they answered, by their References."""
    places = [name for name in mailbox.thread_folders if not unwanted.folder(name)]
    while waiting := mails.wanting_thread(db, mailbox.name, THREADS_AT_ONCE):
        for mail in waiting:
            found = _thread_from_server(mailbox, places, mail)
            thread = turns_left(learnable(found, unwanted.exclusions), unwanted.forgotten)
            with db.transaction() as tx:
                mails.keep_thread(tx, mail.id, thread)


def _thread_from_server(
    mailbox: Mailbox, places: Sequence[str], mail: Mail
) -> tuple[ThreadTurn, ...]:
    """The thread as a draft would have got it."""
    parents = find_parents(mailbox.session, places, mail.parents)
    if not parents:
        return ()
    own = mailbox.account.identities
    readers = [one.email for one in mail.recipients if not is_own(one.email, own)]
    return (*turns(parents[0], seen_by(parents[1:], readers)), turn_of(parents[0]))
