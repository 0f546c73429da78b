"""One round over an account's marks: look, gather, deliver; each step committed by itself.

A mark that fails never ends the round: it is postponed with its reason. One that cannot be
gathered is given up after MAX_ATTEMPTS; a written draft that the server refuses never is. A dead
connection or a database that cannot be written to does end the round; the marks wait as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from panzad.config import Config
from panzad.drafting import gather
from panzad.drafting.deliver import Places, deliver, tell_source
from panzad.drafting.gather import Refusal
from panzad.drafting.marks import Add, Leave, Look, Marked, Move, plan
from panzad.drafting.restraint import why_held_back
from panzad.drafting.task import DraftTask, dumped, loaded_request
from panzad.errors import LoginError, NetworkError, PanzadError, StateDamaged, TlsError
from panzad.imap.search import existing, find_by_message_id, message_ids, standing
from panzad.imap.session import FolderState, Session
from panzad.logs import traced
from panzad.mail.forgetting import ADDRESS
from panzad.mail.message import Message
from panzad.mailbox import Mailbox
from panzad.store import folders, marks
from panzad.store.database import Database
from panzad.store.folders import Folder
from panzad.store.marks import Mark, NewMark

MAX_ATTEMPTS = 5
RETRY = timedelta(minutes=1)
# What concerns the whole round, not the mark that met it first.
_CONNECTION = (NetworkError, LoginError, TlsError, StateDamaged)
# In these states a mark has the draft for its thread, or is getting it.
_ANSWERING = frozenset({"gathered", "written", "appending", "appended"})

log = structlog.get_logger("panzad.drafting")


def look(db: Database, mailbox: Mailbox) -> int:
    """Take in the marks as they stand in the watched folders and in Drafts.

    Returns how many new marks ask for a draft.
    """
    new = _look_at(db, mailbox, mailbox.folders.marks, "reply")
    return new + _look_at(db, mailbox, (mailbox.folders.drafts,), "instruction")


def _look_at(db: Database, mailbox: Mailbox, names: tuple[str, ...], kind: str) -> int:
    present = [mark for mark in marks.present(db, mailbox.name) if mark.kind == kind]
    vanished = [mark for mark in marks.vanished(db, mailbox.name) if mark.kind == kind]
    mark = _mark_of(mailbox, kind)
    looks = [_seen(db, mailbox, name, kind, present) for name in names]
    actions = plan(looks, present, vanished)
    if not actions and not any(one.first for one in looks):
        return 0
    with db.transaction() as tx:
        for action in actions:
            match action:
                case Add(folder, uidvalidity, marked, state):
                    row = NewMark(
                        mailbox.name, folder, uidvalidity, marked.uid, marked.message_id, kind,
                        state,
                    )  # fmt: skip
                    mark_id = marks.add(tx, row)
                    log.info("mark.seen", account=mailbox.name, mark=mark_id, state=state)
                case Move(mark_id, folder, uidvalidity, uid):
                    marks.move(tx, mark_id, folder, uidvalidity, uid)
                case Leave(mark_id, cancel, gone):
                    marks.leave(tx, mark_id, cancel=cancel, vanished=gone)
                    log.info("mark.left", account=mailbox.name, mark=mark_id, cancelled=cancel)
        for one in looks:
            if one.first:
                folders.baseline(tx, _folder(db, mailbox, one.folder, kind).id, mark)
    return sum(isinstance(action, Add) and action.state == "marked" for action in actions)


def _seen(db: Database, mailbox: Mailbox, name: str, kind: str, present: list[Mark]) -> Look:
    record = _folder(db, mailbox, name, kind)
    mark = _mark_of(mailbox, kind)
    state = mailbox.session.select(name, readonly=True)
    uids = standing(mailbox.session, mark)
    known = {
        one.uid: one.message_id
        for one in present
        if (one.folder, one.uidvalidity) == (name, state.uidvalidity)
    }
    unknown = message_ids(mailbox.session, [uid for uid in uids if uid not in known])
    unmarked = sorted(known.keys() - set(uids))
    return Look(
        name,
        state.uidvalidity,
        tuple(
            Marked(uid, known.get(uid) or unknown.get(uid) or _made_up_id(state, uid))
            for uid in uids
        ),
        first=record.baseline_mark != mark,
        # A mail that leaves a folder whose every mail is marked has had its mark taken off.
        gone=frozenset()
        if mark.startswith("folder:")
        else frozenset(unmarked) - existing(mailbox.session, unmarked),
    )


def _mark_of(mailbox: Mailbox, kind: str) -> str:
    """The mark that counts for replies or for instructions, as the config writes it."""
    mark = mailbox.account.mark
    # A marked draft is one of the user's own among many: there the folder itself is no mark.
    return "flag" if kind == "instruction" and mark.startswith("folder:") else mark


def _folder(db: Database, mailbox: Mailbox, name: str, kind: str) -> Folder:
    return folders.known(db, mailbox.name, name, "drafts" if kind == "instruction" else "watch")


def _made_up_id(state: FolderState, uid: int) -> str:
    """An id for a mail without a Message-ID: good as long as the mail stays where it is."""
    place = f"{state.name}\0{state.uidvalidity}\0{uid}".encode()
    return f"<{hashlib.sha256(place).hexdigest()[:32]}@no-message-id.invalid>"


def gather_due(db: Database, mailbox: Mailbox, config: Config) -> int:
    """Gather what the marks need, newest first, as many as the hourly limit leaves.

    Returns how many are ready to be written.
    """
    counted = marks.counts(db, mailbox.name)
    under_way = sum(counted.get(state, 0) for state in ("gathered", "written", "appending"))
    room = config.drafts.max_per_hour - under_way
    room -= marks.appended_within_the_hour(db, mailbox.name)
    ready = 0
    waiting = marks.due(db, "marked", mailbox.name)
    for mark in waiting[: max(0, room)]:
        ready += gather_one(db, mailbox, config, mark)
    if len(waiting) > max(0, room):
        log.warning("marks.queued", account=mailbox.name, waiting=len(waiting) - max(0, room))
    return ready


def gather_one(db: Database, mailbox: Mailbox, config: Config, mark: Mark) -> bool:
    """Gather what one mark needs, whatever the limit; False when it was postponed or given up."""
    return _stepped(db, mark, lambda: _gather(db, mailbox, config, mark))


def _gather(db: Database, mailbox: Mailbox, config: Config, mark: Mark) -> None:
    held_back = why_held_back(db, mailbox, mark, config.drafts.unused_limit)
    result = Refusal(held_back) if held_back else task_of(db, mailbox, config, mark)
    has_it = _answering(db, mark, result) if isinstance(result, DraftTask) else None
    with db.transaction() as tx:
        if isinstance(result, Refusal):
            marks.refuse(tx, mark.id, result.reason)
            # The reason may name whom the mail is from; a log does not.
            reason = ADDRESS.sub("…", result.reason)
            log.info("mark.refused", account=mark.account, mark=mark.id, reason=reason)
        elif has_it is not None:
            marks.cancel(tx, mark.id, f"mark {has_it} has the draft for this thread")
            log.info("mark.covered", account=mark.account, mark=mark.id, by=has_it)
        else:
            marks.gathered(tx, mark.id, dumped(result), result.in_reply_to, result.note)
            # The note may name whom the mail is from, too.
            noted = bool(result.note)
            log.info("mark.gathered", account=mark.account, mark=mark.id, noted=noted)


def _answering(db: Database, mark: Mark, task: DraftTask) -> int | None:
    """The mark whose draft answers the same mail already.

    Thunderbird's star on a collapsed thread flags every mail of it: one draft is wanted.
    """
    if mark.kind != "reply" or not mark.present or task.in_reply_to is None:
        return None
    for other in marks.present(db, mark.account):
        if (
            other.kind == "reply"
            and other.id != mark.id
            and other.state in _ANSWERING
            and other.answers == task.in_reply_to
        ):
            return other.id
    return None


def task_of(db: Database, mailbox: Mailbox, config: Config, mark: Mark) -> DraftTask | Refusal:
    """What a mark asks for, gathered from the mailbox; `mark.task` is a command's instruction."""
    message = _marked_mail(mailbox.session, mark)
    if message is None:
        return Refusal("the mail is gone")
    if mark.kind == "reply":
        asked = loaded_request(mark.task) if mark.task else None
        return gather.reply_task(db, mailbox, config, message, asked)
    if message.header("X-Panzad") or marks.is_draft_of_ours(db, mark.account, mark.message_id):
        return Refusal("this draft is panzad's own")
    return gather.instruction_task(db, mailbox, config, message)


def _marked_mail(session: Session, mark: Mark) -> Message | None:
    """The mail of a mark. Where the folder's UIDs mean other mails now it is looked for by id.

    A command's mark is in no look, so nothing moves its record along.
    """
    state = session.select(mark.folder, readonly=True)
    uid: int | None = mark.uid
    if state.uidvalidity != mark.uidvalidity:
        found = find_by_message_id(session, mark.folder, [mark.message_id])
        uid = found.get(mark.message_id)
    return None if uid is None else gather.fetch(session, mark.folder, uid)


def deliver_due(db: Database, mailbox: Mailbox) -> int:
    """Append what is written, finish what a crash cut off, and tell the source mails.

    Returns how many drafts are in the mailbox now.
    """
    appended = 0
    for state in ("appending", "written"):
        for mark in marks.due(db, state, mailbox.name):
            appended += deliver_one(db, mailbox, mark)
    tell_sources(db, mailbox)
    return appended


def deliver_one(db: Database, mailbox: Mailbox, mark: Mark) -> bool:
    """Bring one written draft into Drafts; False when it is not there (yet)."""
    places = Places(mailbox.folders.drafts, mailbox.folders.sent)
    signature = mailbox.account.signature
    return _stepped(db, mark, lambda: deliver(db, mailbox.session, mark, places, signature))


def tell_sources(db: Database, mailbox: Mailbox) -> None:
    """Give the mails of finished marks their keywords; none that fails holds up another."""
    for mark in marks.unkeyworded(db, mailbox.name):
        if not mark.present and not mark.appended_at:
            continue
        try:
            tell_source(db, mailbox.session, mark)
        except _CONNECTION:
            raise
        except Exception as error:
            log.error("keyword.failed", mark=mark.id, error=type(error).__name__, at=traced(error))
            with db.transaction() as tx:
                marks.keyworded(tx, mark.id, "failed")


def _stepped(db: Database, mark: Mark, step: Callable[[], bool | None]) -> bool:
    """Run one step of a mark; False when it failed and the mark is postponed or given up.

    A defect of ours over one mail is no reason to leave the others: it is logged without its
    message, which may hold mail.
    """
    try:
        return step() is not False
    except _CONNECTION:
        raise
    except PanzadError as error:
        _postpone(db, mark, str(error), last=mark.state == "marked")
    except Exception as error:
        log.error("mark.unexpected", mark=mark.id, error=type(error).__name__, at=traced(error))
        _postpone(db, mark, f"unexpected {type(error).__name__}: see the log", last=True)
    return False


def _postpone(db: Database, mark: Mark, reason: str, *, last: bool) -> None:
    """Try a mark's step again later; `last`: only MAX_ATTEMPTS times."""
    given_up = last and mark.attempts + 1 >= MAX_ATTEMPTS
    with db.transaction() as tx:
        if given_up:
            marks.fail(tx, mark.id, reason)
        else:
            marks.postpone(tx, mark.id, reason, retry_time(mark.attempts))
    event = "mark.failed" if given_up else "mark.postponed"
    log.warning(event, account=mark.account, mark=mark.id, error=reason)


def retry_time(attempts: int) -> str:
    """When a step that has failed `attempts` times before is tried again."""
    wait = min(RETRY * 2 ** min(attempts, 10), marks.LONGEST_RETRY)
    return (datetime.now(UTC) + wait).isoformat(timespec="seconds")
