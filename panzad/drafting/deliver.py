"""Puts a written draft into the Drafts folder, exactly once, and tells the source mail so.

The order is the guarantee: the row with our Message-ID and the folder's UIDNEXT is on the disk
before the APPEND starts. In doubt (a crash, a dead link) the folder is searched from that UID on
before anything is appended again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from panzad.drafting.task import DraftTask, loaded
from panzad.errors import FolderMissing, ServerRefused
from panzad.imap.drafts import append_draft, find_message, mark_source
from panzad.imap.search import find_by_message_id
from panzad.imap.session import Session
from panzad.learning.intake import own_words
from panzad.mail.compose import compose_draft
from panzad.mail.header_fields import new_message_id
from panzad.mail.sensitive import masked
from panzad.sources import thunderbird
from panzad.store import drafts, marks
from panzad.store.database import Database
from panzad.store.marks import Appending, Mark

DRAFTED = "$PanzadDrafted"
FAILED = "$PanzadFailed"

log = structlog.get_logger("panzad.drafting")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders a delivery needs: where drafts go, and where a sent one would lie."""

    drafts: str
    sent: tuple[str, ...]


def deliver(
    db: Database, session: Session, mark: Mark, places: Places, signature: str | None
) -> bool:
    """Bring a mark in state `written` or `appending` to `appended`.

    False when the mark was taken off while its APPEND was in doubt, and the draft is nowhere.
    """
    uid = _found(session, mark, places) if mark.state == "appending" else None
    if uid is None and not mark.wanted:
        with db.transaction() as tx:
            marks.cancel(tx, mark.id)
        log.info("draft.cancelled", mark=mark.id, account=mark.account)
        return False
    draft = mark.draft
    if uid is None:
        ready = _prepared(db, session, mark, places, signature)
        draft = ready.draft
        uid = append_draft(session, ready.folder, draft, (r"\Draft", r"\Seen"))
    assert draft is not None
    assert mark.task is not None
    task = loaded(mark.task)
    with db.transaction() as tx:
        marks.appended(tx, mark.id, uid)
        drafts.keep(tx, mark.id, task.audience, masked(task.instruction), own_words(draft))
    log.info("draft.appended", mark=mark.id, account=mark.account, uid=uid)
    return True


def _prepared(
    db: Database, session: Session, mark: Mark, places: Places, signature: str | None
) -> Appending:
    """Commit what the APPEND will do. A draft that did not arrive before goes, as it is, to where
    drafts go now: the user may have answered a refusal by another folder."""
    # Courier takes no APPEND into a folder that this very connection has EXAMINEd.
    state = session.select(places.drafts, readonly=False)
    draft, message_id = mark.draft, mark.draft_message_id
    if draft is None or message_id is None:
        assert mark.task is not None
        assert mark.text is not None
        task = loaded(mark.task)
        # The number alone would come again with a new database, and Gmail drops a mail whose id
        # it has.
        token = f"panzad.{mark.id}.{secrets.token_hex(6)}"
        message_id = new_message_id(task.author.domain, token)
        draft = composed(task, mark.text, message_id, signature, mark.id, mark.adapter)
    ready = Appending(draft, message_id, places.drafts, state.uidvalidity, state.uidnext)
    with db.transaction() as tx:
        marks.appending(tx, mark.id, ready)
    return ready


def composed(
    task: DraftTask,
    text: str,
    message_id: str,
    signature: str | None,
    mark_id: int,
    adapter: str | None,
) -> bytes:
    """The draft as the mail that is appended."""
    return compose_draft(
        from_=task.author,
        to=task.to,
        cc=task.cc,
        subject=task.subject,
        date=datetime.now().astimezone(),
        message_id=message_id,
        in_reply_to=task.in_reply_to,
        references=task.references,
        text=text,
        signature=signature,
        original=task.original,
        arrangement=task.arrangement,
        extra_headers=(
            ("X-Panzad", f"{mark_id}; adapter={adapter or 'none'}"),
            *_for_thunderbird(task.author.email),
        ),
    )


def _for_thunderbird(email: str) -> Iterator[tuple[str, str]]:
    """The headers by which Thunderbird opens a draft as one of its own.

    Only where a profile of this machine has an identity for the address: another one's keys
    would open a wrong identity, and without them From decides.
    """
    key = thunderbird.identity_key(Path.home(), email)
    if key is not None:
        yield "X-Mozilla-Draft-Info", "internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0"
        yield "X-Identity-Key", key


def _found(session: Session, mark: Mark, places: Places) -> int | None:
    """The UID of our draft when an earlier APPEND did arrive, in Drafts or sent already."""
    assert mark.draft_message_id is not None
    assert mark.drafts_folder is not None
    uid = _found_where_it_went(session, mark, mark.drafts_folder, mark.draft_message_id)
    for folder in dict.fromkeys((places.drafts, *places.sent)):
        if uid is None and folder != mark.drafts_folder:
            session.select(folder, readonly=True)
            uid = find_by_message_id(session, folder, [mark.draft_message_id]).get(
                mark.draft_message_id
            )
    if uid is not None:
        log.info("draft.found_again", mark=mark.id, account=mark.account, uid=uid)
    return uid


def _found_where_it_went(session: Session, mark: Mark, folder: str, message_id: str) -> int | None:
    try:
        state = session.select(folder, readonly=True)
    except FolderMissing:
        return None
    same = state.uidvalidity == mark.drafts_uidvalidity
    start = mark.drafts_uidnext if same and mark.drafts_uidnext else 1
    return find_message(session, folder, message_id, start)


def tell_source(db: Database, session: Session, mark: Mark) -> None:
    """Give the source mail its keyword where the server allows keywords.

    The truth lives in the database: a keyword that the server refuses or forgets changes nothing.
    """
    keyword = DRAFTED if mark.appended_at else FAILED
    try:
        state = session.select(mark.folder, readonly=False)
        if state.uidvalidity != mark.uidvalidity:
            outcome = "gone"
        elif mark_source(session, mark.folder, mark.uid, keyword):
            outcome = "set"
        else:
            outcome = "not-allowed"
    except (FolderMissing, ServerRefused) as error:
        log.info("keyword.no_source", mark=mark.id, reason=error.what)
        outcome = "gone"
    with db.transaction() as tx:
        marks.keyworded(tx, mark.id, outcome)
