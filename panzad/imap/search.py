"""Finds mails: those that carry the mark, one by its UID, some by their Message-IDs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from panzad.errors import ServerRefused
from panzad.imap.fetch import Fetched, fetch_batch, header_ids
from panzad.imap.session import Session

_IDS_PER_SEARCH = 8

log = structlog.get_logger()


def standing(session: Session, mark: str) -> list[int]:
    """UIDs in the selected folder that carry `mark`, ascending; mails marked deleted do not count.

    `mark` is as in the config: `flag`, `keyword:NAME`, or `folder:NAME` (every mail of it).
    """
    kind, _, name = mark.partition(":")
    match kind:
        case "flag":
            criteria = "FLAGGED UNDELETED"
        case "keyword":
            criteria = f"KEYWORD {name} UNDELETED"
        case _:
            criteria = "UNDELETED"
    with session.translated("look for marks"):
        return sorted(session.client.search(criteria))


def existing(session: Session, uids: Sequence[int]) -> frozenset[int]:
    """Those of `uids` that are in the selected folder still, marked or not."""
    if not uids:
        return frozenset()
    with session.translated("look for mails"):
        return frozenset(session.client.search(f"UID {','.join(map(str, uids))}"))


def fetch_message(session: Session, uid: int) -> bytes | None:
    """One mail of the selected folder without its attachments; None when it is not to be had."""
    (mail,) = fetch_batch(session, [uid])
    return mail.raw if isinstance(mail, Fetched) else None


def message_ids(session: Session, uids: Sequence[int]) -> dict[int, str]:
    """Message-IDs of mails in the selected folder; mails without one are left out."""
    return {uid: found for uid, found in header_ids(session, uids).items() if found}


def find_by_message_id(session: Session, folder: str, ids: Iterable[str]) -> dict[str, int]:
    """Where mails with these Message-IDs are in `folder`; those not found are left out.

    Servers that cannot search headers (Yahoo: `[SERVERBUG]`) find nothing; that is logged.
    """
    session.selected_as(folder, readonly=True)
    # Others would need literals; SEARCH takes US-ASCII unless it names a charset.
    wanted = [one for one in dict.fromkeys(ids) if one and one.isascii() and one.isprintable()]
    found: dict[str, int] = {}
    try:
        for batch in _of_size(wanted, _IDS_PER_SEARCH):
            with session.translated("search by Message-ID"):
                uids = session.client.search(_any_of(batch))
            # SEARCH HEADER matches parts of ids too; of copies the oldest is taken.
            for uid, message_id in sorted(message_ids(session, uids).items()):
                if message_id in batch:
                    found.setdefault(message_id, uid)
    except ServerRefused as refusal:
        log.warning("search.header_refused", folder=folder, reason=refusal.what)
    return found


def _of_size(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _any_of(ids: Sequence[str]) -> str:
    """`OR` in IMAP takes two keys, so it is repeated in front (RFC 9051 section 6.4.4)."""
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    return "OR " * (len(ids) - 1) + " ".join(f'HEADER MESSAGE-ID "{one}"' for one in quoted)
