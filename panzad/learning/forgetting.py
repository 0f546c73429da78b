"""Takes what the user wants forgotten out of the dataset, and keeps it out.

The tombstones are committed before anything leaves, so a kill in between is made good: whatever
looks at the stored mails next (`panzad.learning.privacy.enforce`) goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from panzad.mail.forgetting import Forgotten, Target, digest
from panzad.store import adapters, drafts, embeddings, folders, mails, marks, problems, search
from panzad.store import forgotten as store
from panzad.store.database import Database
from panzad.store.drafts import Kept
from panzad.store.forgotten import Tombstone
from panzad.store.mails import Mail, Manner, NewMail, Person, ThreadTurn
from panzad.store.marks import Mark

BATCH = 200
FORGOTTEN = "forgotten"

log = structlog.get_logger("panzad.learning")


class Stored(Protocol):
    """What is read of a mail, stored or about to be."""

    @property
    def message_id(self) -> str: ...
    @property
    def date(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipients(self) -> tuple[Person, ...]: ...
    @property
    def parents(self) -> tuple[str, ...]: ...
    @property
    def own_text(self) -> str: ...
    @property
    def thread(self) -> tuple[ThreadTurn, ...]: ...
    @property
    def manner(self) -> Manner: ...


@dataclass(frozen=True, slots=True)
class Left:
    """What of a mail may stay when others in its thread, or addresses in it, are forgotten."""

    subject: str
    own_text: str
    thread: tuple[ThreadTurn, ...]
    parents: tuple[str, ...]
    signature: str


def known(db: Database) -> Forgotten:
    """All that is forgotten."""
    tombstones = store.listed(db)
    return as_known(store.key(db), tombstones) if tombstones else Forgotten()


def as_known(key: bytes, tombstones: Sequence[Tombstone]) -> Forgotten:
    """Tombstones, ready to be asked."""
    return Forgotten(
        key,
        frozenset(one.digest for one in tombstones if one.cutoff is None),
        tuple(one.cutoff for one in tombstones if one.cutoff is not None),
    )


def is_forgotten(mail: Stored, forgotten: Forgotten) -> bool:
    """Whether nothing may be kept of a mail: itself, one of its people or its time is forgotten."""
    return (
        forgotten.message(mail.message_id)
        or forgotten.dated(mail.date)
        or forgotten.person(mail.sender)
        or any(forgotten.person(one.email) for one in mail.recipients)
    )


def left_of(mail: Stored, forgotten: Forgotten) -> Left:
    """What may be kept of a mail that is not forgotten itself.

    A turn does not tell which mail it came from: where a mail of the thread is forgotten by its
    id, the thread goes whole, with the ids by which it could be found again.
    """
    whole_thread_goes = any(forgotten.message(one) for one in mail.parents)
    return Left(
        forgotten.masked(mail.subject),
        forgotten.masked(mail.own_text),
        () if whole_thread_goes else turns_left(mail.thread, forgotten),
        () if whole_thread_goes else mail.parents,
        forgotten.masked(mail.manner.signature),
    )


def without_forgotten(mail: NewMail, forgotten: Forgotten) -> NewMail | None:
    """What may be kept of a mail that comes in; None when that is nothing."""
    if not forgotten:
        return mail
    if is_forgotten(mail, forgotten):
        return None
    left = left_of(mail, forgotten)
    return replace(
        mail,
        subject=left.subject,
        own_text=left.own_text,
        thread=left.thread,
        parents=left.parents,
        manner=replace(mail.manner, signature=left.signature),
        thread_wanted=mail.thread_wanted and left.parents == mail.parents,
    )


def turns_left(thread: Sequence[ThreadTurn], forgotten: Forgotten) -> tuple[ThreadTurn, ...]:
    """The turns that nobody forgotten wrote or is named in, and that are recent enough."""
    return tuple(
        turn
        for turn in thread
        if not forgotten.person(turn.email)
        and not (turn.date and forgotten.dated(turn.date))
        and forgotten.masked(turn.text + "\n" + turn.author) == turn.text + "\n" + turn.author
    )


def forget(db: Database, target: Target) -> int:
    """Forget a target for good; returns how many mails left or lost some of what they said."""
    tombstones = tombstones_of(db, target)
    with db.transaction() as tx:
        store.add(tx, tombstones[0].digest, tombstones)
    return finish(db)


def lift(db: Database, target: Target) -> bool:
    """Let a target in again with the next sync; False when it was not forgotten."""
    cause = digest(store.key(db), target)
    with db.transaction() as tx:
        store.unplace(tx, FORGOTTEN)
        lifted = store.lift(tx, cause)
        if lifted and target.kind == "folder":
            mails.want_threads_again(tx)
        return lifted


def finish(db: Database) -> int:
    """Take out what is forgotten and still stored, if there may be any; returns as `forget`."""
    if not store.pending(db):
        return 0
    forgotten = known(db)
    changed = len(_mails_leave(db, forgotten) | _threads_leave(db))
    _marks_leave(db, forgotten)
    with db.transaction() as tx:
        for problem in problems.listed(db):
            if any(forgotten.named(f"{problem.what} {problem.remedy}")):
                problems.drop(tx, problem.scope)
        for folder in folders.listed(db):
            if folder.role == "sent" and forgotten.folder(folder.name):
                folders.remove(tx, folder.id)
        embeddings.drop_index(tx)
        search.forget(tx)
        store.done(tx)
    log.info("forgotten", mails=changed)
    return changed


def tombstones_of(db: Database, target: Target) -> list[Tombstone]:
    """What stands for a target, and for what follows from it: itself first.

    The mails of a folder are forgotten wherever else they lie.
    """
    key = store.key(db)
    cutoff = target.value if target.kind == "before" else None
    asked = Tombstone(digest(key, target), target.kind, cutoff)
    if target.kind != "folder":
        return [asked]
    only = as_known(key, [asked])
    ids = {
        message_id
        for folder in folders.listed(db)
        if only.folder(folder.name)
        for message_id in store.ids_in(db, folder.id)
    }
    followed = [Tombstone(digest(key, Target("message", one)), "message") for one in sorted(ids)]
    return [asked, *followed]


def _threads_leave(db: Database) -> set[int]:
    """All threads, where a folder was forgotten: which of their turns came out of it is not on
    record. The next sync makes them anew."""
    folders_left = store.folders_in_threads(db)
    if not folders_left:
        return set()
    with db.transaction() as tx:
        replies = mails.want_threads_again(tx)
        if replies:
            # Whatever may have learnt one of them may have learnt the first.
            adapters.taint(tx, replies[0])
        store.out_of_threads(tx, folders_left)
    return set(replies)


def _mails_leave(db: Database, forgotten: Forgotten) -> set[int]:
    changed: set[int] = set()
    up_to = 0
    while batch := mails.all_after(db, up_to, BATCH):
        up_to = batch[-1].id
        with db.transaction() as tx:
            for mail in batch:
                if is_forgotten(mail, forgotten):
                    store.forget_mail(tx, mail.id, FORGOTTEN)
                else:
                    left = left_of(mail, forgotten)
                    if left == _all_of(mail):
                        continue
                    mails.revise(tx, mail.id, left.subject, left.own_text, left.thread)
                    if left.parents != mail.parents:
                        store.keep_parents(tx, mail.id, left.parents)
                    if left.signature != mail.manner.signature:
                        mails.keep_signature(tx, mail.id, left.own_text, left.signature)
                adapters.taint(tx, mail.id)
                changed.add(mail.id)
    return changed


def _all_of(mail: Mail) -> Left:
    return Left(mail.subject, mail.own_text, mail.thread, mail.parents, mail.manner.signature)


def _marks_leave(db: Database, forgotten: Forgotten) -> None:
    """What is gathered from forgotten mail is not written; a mark that is over leaves no id.

    The id of a mail that is still marked stays until the mark is off: without it, it would be a
    new mark, and be answered again.
    """
    with db.transaction() as tx:
        for mark in marks.unfinished(db):
            if _of(mark, forgotten) or _tells(mark, forgotten):
                marks.cancel(tx, mark.id, FORGOTTEN)
        for mark in marks.past(db):
            if _of(mark, forgotten):
                marks.remove(tx, mark.id)
        for draft in drafts.every(db):
            if draft_is_forgotten(draft, forgotten):
                drafts.forget(tx, draft.mark_id)
        for mark in marks.told(db):
            reason, note = forgotten.masked(mark.reason or "") or None, forgotten.masked(mark.note)
            if (reason, note) != (mark.reason, mark.note):
                marks.retell(tx, mark.id, reason, note)


def draft_is_forgotten(draft: Kept, forgotten: Forgotten) -> bool:
    """Whether a draft went to somebody forgotten, or names what is."""
    return any(map(forgotten.person, draft.audience)) or any(
        any(forgotten.named(text)) for text in draft.texts
    )


def _of(mark: Mark, forgotten: Forgotten) -> bool:
    """Whether a mark is about something forgotten."""
    ids = (mark.message_id, mark.answers, mark.draft_message_id)
    return (
        any(forgotten.message(one) for one in ids if one)
        or forgotten.folder(mark.folder)
        or forgotten.dated(mark.marked_at)
    )


def _tells(mark: Mark, forgotten: Forgotten) -> bool:
    """Whether what was gathered or written for a mark names something forgotten."""
    return any(forgotten.named(" ".join(one for one in (mark.task, mark.text) if one)))
