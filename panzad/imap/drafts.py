"""Puts drafts into the mailbox, finds them again after a crash, and tells their source mails."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog

from panzad.errors import FolderMissing, ServerRefused
from panzad.imap.fetch import header_ids
from panzad.imap.refusals import coded
from panzad.imap.search import search
from panzad.imap.session import Session

# What a draft of ours has without anybody's doing; the last two come from Dovecot's search for
# attachments.
_APPENDED_WITH = frozenset({r"\draft", r"\seen", r"\recent", "$hasattachment", "$hasnoattachment"})

log = structlog.get_logger()


def append_draft(session: Session, folder: str, raw: bytes, flags: Sequence[str]) -> int | None:
    """APPEND a mail with its flags; its UID where the server tells (UIDPLUS, RFC 4315).

    The flags go inside the APPEND: a STORE afterwards duplicates the mail on DavMail. After a
    NetworkError the server may have the mail or not: `find_message` tells. Raises ServerRefused
    (read-only, over quota, too big) and FolderMissing.
    """
    try:
        with session.translated(f"put a draft into {folder}"):
            answer = session.client.append(session.spelt(folder), raw, flags)
    except ServerRefused as refusal:
        if "TRYCREATE" in str(refusal.__cause__).upper():
            raise FolderMissing(
                f"there is no folder {folder} on {session.host}",
                "set folders.drafts to one that exists",
            ) from None
        raise ServerRefused(
            f"{session.host} could not put a draft into {folder} ({coded(refusal.__cause__)})",
            refusal.remedy,
        ) from None
    told = re.search(rb"\[APPENDUID \d+ (\d+)\]", bytes(answer or b""), re.IGNORECASE)
    return int(told[1]) if told else None


def find_message(session: Session, folder: str, message_id: str, from_uid: int) -> int | None:
    """The UID of the mail with this Message-ID among those from `from_uid` on.

    Reads headers instead of SEARCH HEADER, whose index lags behind on some servers.
    """
    session.select(folder, readonly=True)
    uids = search(session, f"UID {from_uid}:*", f"look for a draft in {folder}")
    found = header_ids(session, uids)
    return next((uid for uid, one in sorted(found.items()) if one == message_id), None)


def mark_source(session: Session, folder: str, uid: int, keyword: str) -> bool:
    """Give a mail a keyword; False where the server allows none or does not keep it.

    Without `\\*` in PERMANENTFLAGS a STORE says OK and is forgotten, or is refused as BAD.
    """
    state = session.selected_as(folder, readonly=False)
    known = {flag.lower() for flag in state.permanent_flags}
    if state.read_only or not (state.keywords_allowed or keyword.lower() in known):
        return False
    try:
        with session.translated(f"store the keyword {keyword}"):
            session.client.add_flags([uid], [keyword], silent=True)
        return keyword.lower() in flags_of(session, [uid]).get(uid, frozenset())
    except ServerRefused as refusal:
        log.info("keyword.refused", folder=folder, uid=uid, reason=refusal.what)
        return False


def flags_of(session: Session, uids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The flags of those of `uids` that are in the selected folder, in lower case."""
    if not uids:
        return {}
    with session.translated("read flags"):
        found = session.client.fetch(list(uids), ["FLAGS"])
    return {uid: _flags(found[uid].get(b"FLAGS")) for uid in uids if uid in found}


def _flags(value: object) -> frozenset[str]:
    given = value if isinstance(value, tuple) else ()
    return frozenset(
        flag.decode("ascii", "replace").lower() for flag in given if isinstance(flag, bytes)
    )


def saved_since(session: Session, from_uid: int, most: int) -> list[int]:
    """UIDs of the newest mails in the selected folder from `from_uid` on, ascending."""
    found = search(session, f"UID {from_uid}:* UNDELETED", "list the drafts")
    # `n:*` returns the last mail even where it stands below n (RFC 9051 section 9, seq-range).
    return [uid for uid in found if uid >= from_uid][-most:]


def remove_draft(
    session: Session, folder: str, uid: int, message_id: str, *, begun: bool = False
) -> bool:
    """Take a draft of ours out of a folder, if it is as it was appended; whether it was.

    `begun` says that it may have been marked as deleted by us already. Without UIDPLUS (RFC 4315)
    it is marked as deleted only: EXPUNGE would take what others have marked as well.
    """
    session.select(folder, readonly=False)
    flags = flags_of(session, [uid]).get(uid)
    if begun and flags is not None:
        flags -= {r"\deleted"}
    if not is_as_appended(flags):
        return False
    if header_ids(session, [uid]).get(uid) != message_id:
        return False
    with session.translated("remove a draft that was answered"):
        session.client.delete_messages([uid], silent=True)
        if "UIDPLUS" in session.capabilities:
            session.client.expunge([uid])
    return True


def is_as_appended(flags: frozenset[str] | None) -> bool:
    """Whether nobody has given a draft a flag of their own; None: it is not there."""
    return flags is not None and flags <= _APPENDED_WITH
