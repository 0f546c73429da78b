"""One round over an account's marks: look, gather, deliver; each step committed by itself.

A mark that fails never ends the round: it is postponed with its reason. One that cannot be
gathered is given up after MAX_ATTEMPTS; a written draft never is. A dead connection does end
the round; the marks wait as they are.
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
from panzad.drafting.marks import Add, Leave, Marked, Move, plan
from panzad.drafting.task import GATHERED, DraftTask, dumped, loaded, loaded_request
from panzad.errors import LoginError, NetworkError, PanzadError, TlsError
from panzad.imap.search import message_ids, standing
from panzad.imap.session import FolderState
from panzad.mailbox import Mailbox
from panzad.store import folders, marks
from panzad.store.database import Database
from panzad.store.marks import Mark, NewMark

MAX_ATTEMPTS = 5
RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)

log = structlog.get_logger("panzad.drafting")


def look(db: Database, mailbox: Mailbox) -> int:
    """Take in the marks as they stand in the watched folders and in Drafts.

    Returns how many new marks ask for a draft.
    """
    new = sum(_look_at(db, mailbox, folder, "reply") for folder in mailbox.folders.watch)
    return new + _look_at(db, mailbox, mailbox.folders.drafts, "instruction")


def _look_at(db: Database, mailbox: Mailbox, folder: str, kind: str) -> int:
    record = folders.known(db, mailbox.name, folder, "drafts" if kind == "instruction" else "watch")
    state = mailbox.session.select(folder, readonly=True)
    # A marked draft is one of the user's own among many: there the folder itself is no mark.
    mark = "flag" if kind == "instruction" and _is_folder(mailbox) else mailbox.account.mark
    uids = standing(mailbox.session, mark)
    present = [mark for mark in marks.present(db, mailbox.name) if mark.kind == kind]
    known = {
        mark.uid: mark.message_id
        for mark in present
        if (mark.folder, mark.uidvalidity) == (folder, state.uidvalidity)
    }
    unknown = message_ids(mailbox.session, [uid for uid in uids if uid not in known])
    actions = plan(
        folder,
        state.uidvalidity,
        [
            Marked(uid, known.get(uid) or unknown.get(uid) or _made_up_id(state, uid))
            for uid in uids
        ],
        present,
        first_look=record.baseline_at is None,
        handled_elsewhere=marks.handled_elsewhere(db, mailbox.name, folder, kind),
    )
    new = 0
    if not actions and record.baseline_at is not None:
        return new
    with db.transaction() as tx:
        for action in actions:
            match action:
                case Add(marked, initial):
                    row = NewMark(
                        mailbox.name,
                        folder,
                        state.uidvalidity,
                        marked.uid,
                        marked.message_id,
                        kind,
                        initial,
                    )
                    mark_id = marks.add(tx, row)
                    new += initial == "marked"
                    log.info("mark.seen", account=mailbox.name, mark=mark_id, state=initial)
                case Move(mark_id, uid):
                    marks.move(tx, mark_id, folder, state.uidvalidity, uid)
                case Leave(mark_id, cancel):
                    marks.leave(tx, mark_id, cancel=cancel)
                    log.info("mark.left", account=mailbox.name, mark=mark_id, cancelled=cancel)
        if record.baseline_at is None:
            folders.baseline(tx, record.id)
    return new


def _made_up_id(state: FolderState, uid: int) -> str:
    """An id for a mail without a Message-ID: good as long as the mail stays where it is."""
    place = f"{state.name}\0{state.uidvalidity}\0{uid}".encode()
    return f"<{hashlib.sha256(place).hexdigest()[:32]}@no-message-id.invalid>"


def _is_folder(mailbox: Mailbox) -> bool:
    return mailbox.account.mark.startswith("folder:")


def gather_due(db: Database, mailbox: Mailbox, config: Config) -> int:
    """Gather what the marks need, newest first, as many as the hourly limit leaves.

    Returns how many are ready to be written.
    """
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    under_way = sum(
        len(marks.due(db, state, mailbox.name)) for state in ("gathered", "written", "appending")
    )
    room = config.drafts.max_per_hour - under_way
    room -= marks.appended_since(db, mailbox.name, hour_ago)
    ready = 0
    waiting = marks.due(db, "marked", mailbox.name)
    for mark in waiting[: max(0, room)]:
        ready += _stepped(db, mark, lambda mark=mark: _gather_one(db, mailbox, config, mark))
    if len(waiting) > max(0, room):
        log.warning("marks.queued", account=mailbox.name, waiting=len(waiting) - max(0, room))
    return ready


def _gather_one(db: Database, mailbox: Mailbox, config: Config, mark: Mark) -> None:
    message = gather.fetch(mailbox.session, mark.folder, mark.uid)
    result: DraftTask | Refusal
    if message is None:
        result = Refusal("the mail is gone")
    elif mark.kind == "reply":
        asked = loaded_request(mark.task) if mark.task else None
        result = gather.reply_task(db, mailbox, config.drafts, message, asked)
    elif message.header("X-Panzad") or marks.is_draft_of_ours(db, mark.account, mark.message_id):
        result = Refusal("this draft is panzad's own")
    else:
        result = gather.instruction_task(db, mailbox, message)
    has_it = _answering(db, mark, result) if isinstance(result, DraftTask) else None
    with db.transaction() as tx:
        if isinstance(result, Refusal):
            marks.refuse(tx, mark.id, result.reason)
            log.info("mark.refused", account=mark.account, mark=mark.id, reason=result.reason)
        elif has_it is not None:
            marks.cancel(tx, mark.id, f"mark {has_it} has the draft for this thread")
            log.info("mark.covered", account=mark.account, mark=mark.id, by=has_it)
        else:
            marks.gathered(tx, mark.id, dumped(result))
            log.info("mark.gathered", account=mark.account, mark=mark.id, note=result.note)


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
            and other.state in GATHERED
            and other.task is not None
            and loaded(other.task).in_reply_to == task.in_reply_to
        ):
            return other.id
    return None


def deliver_due(db: Database, mailbox: Mailbox) -> int:
    """Append what is written, finish what a crash cut off, and tell the source mails.

    Returns how many drafts are in the mailbox now.
    """
    places = Places(mailbox.folders.drafts, mailbox.folders.sent)
    signature = mailbox.account.signature
    appended = 0
    for state in ("appending", "written"):
        for mark in marks.due(db, state, mailbox.name):
            appended += _stepped(
                db, mark, lambda mark=mark: deliver(db, mailbox.session, mark, places, signature)
            )
    for mark in marks.unkeyworded(db, mailbox.name):
        if mark.present or mark.state == "appended":
            tell_source(db, mailbox.session, mark)
    return appended


def _stepped(db: Database, mark: Mark, step: Callable[[], None]) -> bool:
    """Run one step of a mark; False when it failed and the mark is postponed or given up."""
    try:
        step()
    except (NetworkError, LoginError, TlsError):
        raise
    except PanzadError as error:
        with db.transaction() as tx:
            if mark.state == "marked" and mark.attempts + 1 >= MAX_ATTEMPTS:
                marks.fail(tx, mark.id, str(error))
            else:
                marks.postpone(tx, mark.id, str(error), retry_time(mark.attempts))
        log.warning("mark.postponed", account=mark.account, mark=mark.id, error=str(error))
        return False
    return True


def retry_time(attempts: int) -> str:
    """When a step that has failed `attempts` times before is tried again."""
    wait = min(RETRY * 2 ** min(attempts, 10), LONGEST_RETRY)
    return (datetime.now(UTC) + wait).isoformat(timespec="seconds")
