"""Looks what became of the drafts of an account, after its sent mail was synced; puts it on record.

Nothing is judged before it is looked for: `outcome` decides from what lies in Drafts and what came
into the Sent folders. A draft that is removed here goes before its outcome is committed, and before
that it is noted which: a process killed in between finds it gone, or marked as deleted by us, and
comes to the same end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from panzad.config import Config
from panzad.drafting import restraint
from panzad.drafting.outcome import (
    Became,
    Missing,
    Pending,
    Place,
    Saved,
    Sent,
    decide,
    is_edit_of,
)
from panzad.errors import FolderMissing, ServerRefused
from panzad.imap.drafts import flags_of, is_as_appended, remove_draft, saved_since
from panzad.imap.fetch import header_fields
from panzad.imap.search import fetch_message, find_by_message_id, message_ids
from panzad.imap.session import Session
from panzad.learning.intake import own_words
from panzad.learning.privacy import draft_is_excluded, exclusions_of
from panzad.mail.exclusion import Exclusions
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.store import drafts, life, pairs, problems
from panzad.store.database import Database
from panzad.store.drafts import Draft, SentMail

# A draft that was saved anew is newer than it was; who keeps many drafts has it below others.
_SAVED_READ = 500
# A draft that answers no mail is told by its text: of so many.
_TEXTS_READ = 30
_TELLING = ("MESSAGE-ID", "IN-REPLY-TO", "X-PANZAD")

log = structlog.get_logger("panzad.drafting")


def follow_up(db: Database, mailbox: Mailbox, config: Config, now: datetime) -> int:
    """Put on record what became of the drafts of an account; returns for how many it is known.

    To be called when the Sent folders are synced. `now` is aware. Raises NetworkError.
    """
    _forget_excluded(db, mailbox.name, exclusions_of(config.privacy))
    known = _judge(db, mailbox, config, now)
    restraint.tell(db, mailbox, config.drafts.unused_limit)
    return known


def _judge(db: Database, mailbox: Mailbox, config: Config, now: datetime) -> int:
    awaited = drafts.awaited(db, mailbox.name)
    if not awaited:
        return 0
    begun = {one.mark_id for one in awaited if problems.noted(db, _note(one)) is not None}
    pending = [
        # It is we who took it away: it is not on its way anywhere.
        replace(one, missing_since=now) if one.mark_id in begun and one.place == "missing" else one
        for one in _pending(mailbox.session, awaited)
    ]
    since = min(draft.marked_at for draft in awaited)
    sent = [_sent(mail) for mail in drafts.sent_since(db, mailbox.name, since)]
    told = {draft.mark_id: draft for draft in awaited}
    places = {draft.mark_id: draft.place for draft in pending}
    known = 0
    for decision in decide(pending, sent, now):
        draft = told[decision.mark_id]
        match decision:
            case Missing(mark_id, moment):
                with db.transaction() as tx:
                    drafts.missing(tx, mark_id, moment.isoformat() if moment else None)
            case Became():
                ours = draft.mark_id in begun
                if (
                    decision.state == "answered-without"
                    and (ours or places[draft.mark_id] == "untouched")
                    and config.drafts.remove_stale
                ):
                    _remove(db, mailbox.session, draft, begun=ours)
                _record(db, mailbox.name, draft, decision)
                known += 1
    return known


def _forget_excluded(db: Database, account: str, exclusions: Exclusions) -> None:
    """Of mail to people or with words that are excluded nothing is kept, drafts among it."""
    for one in drafts.kept(db, account):
        if draft_is_excluded(one, exclusions):
            with db.transaction() as tx:
                drafts.forget(tx, one.mark_id)


def _record(db: Database, account: str, draft: Draft, became: Became) -> None:
    """Commit an outcome, and with it the instruction that the sent mail was written by."""
    with db.transaction() as tx:
        drafts.decide(tx, draft.mark_id, became.state, became.mail_id, became.distance)
        if became.state in life.USED and became.mail_id is not None and draft.instruction:
            pairs.told(tx, became.mail_id, draft.instruction)
        problems.unnote(tx, _note(draft))
    log.info(
        "draft.outcome",
        account=account,
        mark=draft.mark_id,
        state=became.state,
        distance=became.distance,
    )


def _note(draft: Draft) -> str:
    """Where it is noted that a draft is being removed."""
    return f"removing:{draft.mark_id}"


def _remove(db: Database, session: Session, draft: Draft, *, begun: bool) -> None:
    assert draft.uid is not None
    with db.transaction() as tx:
        problems.note(tx, _note(draft), "begun")
    try:
        removed = remove_draft(session, draft.folder, draft.uid, draft.message_id, begun=begun)
    except (FolderMissing, ServerRefused) as error:
        log.info("draft.not_removed", mark=draft.mark_id, reason=error.what)
    else:
        log.info("draft.removed" if removed else "draft.touched", mark=draft.mark_id)


def _pending(session: Session, awaited: Sequence[Draft]) -> list[Pending]:
    """The awaited drafts with where they are now; each folder is opened once."""
    found: list[Pending] = []
    for folder in dict.fromkeys(draft.folder for draft in awaited):
        theirs = [draft for draft in awaited if draft.folder == folder]
        try:
            found += _in_folder(session, folder, theirs)
        except FolderMissing:
            found += [_read(draft, "missing") for draft in theirs]
        except ServerRefused as error:
            log.info("drafts.not_seen", folder=folder, reason=error.what)
            found += [_read(draft, "unknown") for draft in theirs]
    return found


def _in_folder(session: Session, folder: str, awaited: Sequence[Draft]) -> list[Pending]:
    state = session.select(folder, readonly=True)
    same = [one for one in awaited if one.uidvalidity == state.uidvalidity and one.uid is not None]
    uids = [one.uid for one in same if one.uid is not None]
    flags, ids = flags_of(session, uids), message_ids(session, uids)
    found: list[Pending] = []
    lost: list[Draft] = []
    for draft in awaited:
        # After a crash the UID may be that of another folder, where the draft was found again.
        ours = draft in same and draft.uid is not None and ids.get(draft.uid) == draft.message_id
        seen = flags.get(draft.uid) if ours and draft.uid is not None else None
        if seen is None or r"\deleted" in seen:
            lost.append(draft)
        else:
            found.append(_read(draft, "untouched" if is_as_appended(seen) else "standing"))
    return found + _looked_for(session, folder, lost, state.uidvalidity)


def _looked_for(
    session: Session, folder: str, lost: Sequence[Draft], uidvalidity: int
) -> list[Pending]:
    """Drafts that are not where they were put: saved anew by a client, under another UID, or gone.

    Where the server told no UID, or has given out new ones, ours cannot be told from a client's
    copy of it: it is looked for by its id and taken for touched.
    """
    if not lost:
        return []
    unplaced = [one for one in lost if one.uid is None or one.uidvalidity != uidvalidity]
    by_id = find_by_message_id(session, folder, [one.message_id for one in unplaced])
    start = min(
        1 if one.uidnext is None or one.uidvalidity != uidvalidity else one.uidnext for one in lost
    )
    saved = _saved(session, start)
    found: list[Pending] = []
    for draft in lost:
        here = _read(draft, "standing")
        stands = draft.message_id in by_id or any(is_edit_of(here, one) for one in saved)
        found.append(here if stands else replace(here, place="missing"))
    return found


def _saved(session: Session, start: int) -> list[Saved]:
    """The newest mails of the selected folder; of the very newest that answer no mail, the text."""
    uids = saved_since(session, start, _SAVED_READ)
    newest = frozenset(uids[-_TEXTS_READ:])
    saved: list[Saved] = []
    for uid, header in header_fields(session, uids, _TELLING).items():
        message = parse(header)
        number = (message.header("X-Panzad") or "").partition(";")[0].strip()
        told = number.isascii() and number.isdigit()
        named = told or message.in_reply_to or uid not in newest
        whole = None if named else fetch_message(session, uid)
        saved.append(
            Saved(
                message.message_id,
                message.in_reply_to,
                own_words(whole) if whole else "",
                int(number) if told else None,
            )
        )
    return saved


def _read(draft: Draft, place: Place) -> Pending:
    return Pending(
        mark_id=draft.mark_id,
        message_id=draft.message_id,
        answers=draft.answers,
        audience=draft.audience,
        text=draft.text,
        asked=datetime.fromisoformat(draft.marked_at),
        appended=datetime.fromisoformat(draft.appended_at),
        place=place,
        missing_since=datetime.fromisoformat(draft.missing_since) if draft.missing_since else None,
        stale=draft.state == "stale",
    )


def _sent(mail: SentMail) -> Sent:
    return Sent(
        mail_id=mail.mail_id,
        message_id=mail.message_id,
        parents=mail.parents,
        recipients=mail.recipients,
        text=mail.text,
        date=datetime.fromisoformat(mail.date),
        claimed=mail.claimed,
    )
