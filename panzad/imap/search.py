"""Finds mails: those that carry the mark, one by its UID, some by their ids or their subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import structlog
from imapclient.response_parser import parse_message_list

from panzad.errors import ServerRefused
from panzad.imap.fetch import Fetched, batches, fetch_batch, header_ids
from panzad.imap.plan import UIDS_PER_SEARCH, probes, ranges
from panzad.imap.refusals import coded
from panzad.imap.session import Session

_IDS_PER_SEARCH = 8
_HEADERS_PER_FETCH = 500
# Longer ids come from nobody, and Outlook refuses lines over 9,900 bytes.
_LONGEST_KEY = 400
# A subject that every second mail has ("Hello") must not fetch a folder.
_HITS = 20
# How far back a mail without ids may answer another, and what is too short a part of a subject.
_SUBJECT_DAYS = 60
_SUBJECT_PART = 4
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

log = structlog.get_logger()


def search(session: Session, criteria: str, task: str) -> list[int]:
    """UIDs in the selected folder by SEARCH (RFC 9051 section 6.4.4), ascending.

    `task` is as for `Session.translated`. Servers say `* SEARCH` unasked, and may tell what they
    found in several lines: all lines of this answer count together, those of earlier ones do not.
    """
    with session.translated(task):
        client = session.client
        client._imap.untagged_responses.pop("SEARCH", None)
        lines = client._raw_command_untagged(b"SEARCH", [criteria.encode("ascii")])
        return sorted({uid for line in lines for uid in parse_message_list([line])})


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
    return search(session, criteria, "look for marks")


def existing(session: Session, uids: Sequence[int]) -> frozenset[int]:
    """Those of `uids` that are in the selected folder still, marked or not."""
    if not uids:
        return frozenset()
    found = search(session, f"UID {','.join(map(str, uids))}", "look for mails")
    return frozenset(uids) & frozenset(found)


def fetch_message(session: Session, uid: int) -> bytes | None:
    """One mail of the selected folder without its attachments; None when it is not to be had."""
    (mail,) = fetch_batch(session, [uid])
    return mail.raw if isinstance(mail, Fetched) else None


def message_ids(session: Session, uids: Sequence[int]) -> dict[int, str]:
    """Message-IDs of mails in the selected folder; mails without one are left out."""
    return {uid: found for uid, found in header_ids(session, uids).items() if found}


def find_by_message_id(session: Session, folder: str, ids: Iterable[str]) -> dict[str, int]:
    """Where mails with these Message-IDs are in `folder`; those not found are left out.

    So many ids that the headers of the whole folder cost fewer commands are looked up in those.
    Servers that cannot search headers (Yahoo: `[SERVERBUG]`) find nothing; that is logged.
    """
    state = session.selected_as(folder, readonly=True)
    # Others would need literals; SEARCH takes US-ASCII unless it names a charset.
    wanted = [one for one in dict.fromkeys(ids) if _searchable(one)]
    if 2 * len(wanted) / _IDS_PER_SEARCH > 3 + state.exists / _HEADERS_PER_FETCH:
        return _among_all(session, folder, frozenset(wanted))
    found: dict[str, int] = {}
    try:
        for batch in batches(wanted, _IDS_PER_SEARCH):
            uids = search(session, _any_of(batch), "search by Message-ID")
            # SEARCH HEADER matches parts of ids too; of copies the oldest is taken.
            for uid, message_id in sorted(message_ids(session, uids).items()):
                if message_id in batch:
                    found.setdefault(message_id, uid)
    except ServerRefused as refusal:
        log.warning("search.header_refused", folder=folder, reason=refusal.what)
    return found


def _among_all(session: Session, folder: str, ids: frozenset[str]) -> dict[str, int]:
    """As `find_by_message_id`, by the Message-IDs of all mails in the folder."""
    # Sequence numbers count as the SELECT told them.
    state = session.select(folder, readonly=True)
    task = "list its mails"
    sequence = probes(state.exists) if state.exists > UIDS_PER_SEARCH else ()
    cuts = search(session, ",".join(map(str, sequence)), task) if sequence else []
    found: dict[str, int] = {}
    for uids in ranges(1, None, cuts):
        # A folder's ids are not held in memory together.
        for batch in batches(search(session, f"UID {uids}", task), _HEADERS_PER_FETCH):
            for uid, message_id in sorted(message_ids(session, batch).items()):
                if message_id in ids:
                    found.setdefault(message_id, uid)
    return found


@dataclass(frozen=True, slots=True)
class ThreadSearch:
    """What the other mails of a thread are known by.

    `above` are ids of mails that are answered, `answered` is the id that answers name. `subject`
    is the base subject, which is asked for when `by_subject` says so. `day` is the mail's date.
    """

    above: tuple[str, ...]
    answered: str | None
    subject: str
    by_subject: bool
    day: date | None


def find_thread(session: Session, folder: str, wanted: ThreadSearch) -> list[int]:
    """UIDs of mails in `folder` that may belong to a thread, ascending; drafts do not count.

    Two SEARCHes at most: by ids; and by subject where that is wanted, or where the server cannot
    search headers (Yahoo: `[SERVERBUG]`).
    """
    session.selected_as(folder, readonly=True)
    by_ids = _searched(session, folder, _thread_keys(wanted))
    found = set(by_ids or ())
    if wanted.by_subject or by_ids is None:
        found.update(_searched(session, folder, _subject_key(wanted)) or ())
    return sorted(found)


def _searched(session: Session, folder: str, keys: str) -> list[int] | None:
    """The newest hits; None where the server refuses to search so."""
    if not keys:
        return []
    try:
        return search(session, f"UNDRAFT UNDELETED {keys}", "search for a thread")[-_HITS:]
    except ServerRefused as refusal:
        # It was asked for a subject.
        log.warning("search.header_refused", folder=folder, reason=coded(refusal.__cause__))
        return None


def _thread_keys(wanted: ThreadSearch) -> str:
    """Mails above by Message-ID, answers by what they refer to.

    Dates stand in a server's index, References often do not: the date goes first.
    """
    above = [one for one in dict.fromkeys(wanted.above) if _searchable(one)][:_IDS_PER_SEARCH]
    keys = [_any_of(above)] if above else []
    if wanted.answered and _searchable(wanted.answered):
        name = _quoted(wanted.answered)
        since = _since(wanted.day, 1)
        keys.append(f"({since}OR HEADER IN-REPLY-TO {name} HEADER REFERENCES {name})")
    return "OR " * (len(keys) - 1) + " ".join(keys)


def _subject_key(wanted: ThreadSearch) -> str:
    """The longest part of a subject that SEARCH takes without a charset (RFC 9051, 6.4.4)."""
    pieces = [piece.strip() for piece in re.findall(r"[ -~]+", wanted.subject)]
    longest = max(pieces, key=len, default="")
    if not longest or (len(longest) < _SUBJECT_PART and longest != wanted.subject):
        return ""
    return f"{_since(wanted.day, _SUBJECT_DAYS)}SUBJECT {_quoted(longest[:_LONGEST_KEY])}"


def _since(day: date | None, before: int) -> str:
    """SINCE some days before a day (RFC 9051 section 9, `date`), whatever the locale."""
    if day is None:
        return ""
    first = date.fromordinal(max(day.toordinal() - before, 1))
    return f"SINCE {first.day}-{_MONTHS[first.month - 1]}-{first.year:04} "


def _searchable(one: str) -> bool:
    return 0 < len(one) <= _LONGEST_KEY and one.isascii() and one.isprintable()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _any_of(ids: Sequence[str]) -> str:
    """`OR` in IMAP takes two keys, so it is repeated in front (RFC 9051 section 6.4.4)."""
    return "OR " * (len(ids) - 1) + " ".join(f"HEADER MESSAGE-ID {_quoted(one)}" for one in ids)
