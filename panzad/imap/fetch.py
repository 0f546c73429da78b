"""Fetches mails without their attachments: headers and text leaves, in few round trips.

A batch costs one FETCH for headers and structures and one for each distinct set of text sections,
of which there are few. `\\Seen` stays as it is (BODY.PEEK). One bad mail never ends a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

import structlog

from panzad.errors import ServerRefused
from panzad.imap.session import Session
from panzad.imap.structure import Leaf, Part, parts_of, readable, skeleton
from panzad.mail import headers

MAILS_PER_BATCH = 100
OCTETS_PER_FETCH = 4_000_000
# Nobody writes more by hand; longer leaves are pasted logs, and literals are held in memory.
LEAF_OCTETS = 256 * 1024
HEADER_OCTETS = 64 * 1024
# Some mails hold hundreds of text parts (digests); the first are what was written.
LEAVES_PER_MAIL = 8

_HEADER = f"BODY.PEEK[HEADER]<0.{HEADER_OCTETS}>"
_WHOLE_TEXT = f"BODY.PEEK[TEXT]<0.{LEAF_OCTETS}>"
_OVERVIEW = ("INTERNALDATE", "BODYSTRUCTURE", _HEADER)

log = structlog.get_logger()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail without its attachments, as one RFC 5322 message; `internaldate` is aware."""

    uid: int
    raw: bytes
    internaldate: datetime | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that the server lists and does not give, and why."""

    uid: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Overview:
    """What the first round trip tells of a mail, and the text leaves to ask for."""

    uid: int
    header: bytes
    internaldate: datetime | None
    part: Part
    leaves: tuple[Part, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The FETCH items for its leaves; a single part's MIME header is the mail's own."""
        return tuple(
            item
            for leaf in self.leaves
            for item in (
                *([f"BODY.PEEK[{leaf.number}.MIME]"] if self.part.children else []),
                f"BODY.PEEK[{leaf.number}]<0.{LEAF_OCTETS}>",
            )
        )

    @property
    def octets(self) -> int:
        return sum(min(leaf.octets or LEAF_OCTETS, LEAF_OCTETS) for leaf in self.leaves)


_Items = Mapping[bytes, object]


def batches(them: Iterable[_T], size: int = MAILS_PER_BATCH) -> Iterator[list[_T]]:
    """UIDs or ids in lists of at most `size`: Outlook refuses lines over 9,900 bytes."""
    remaining = iter(them)
    while batch := list(islice(remaining, size)):
        yield batch


def fetch_batch(session: Session, uids: Sequence[int]) -> list[Fetched | Unreadable]:
    """The mails of one batch in the selected folder, in the order of `uids`.

    Raises NetworkError when the link dies; whatever else fails concerns single mails and is told
    as Unreadable.
    """
    overviews = _overviews(session, uids)
    mails: dict[int, Fetched] = {}
    for items, group in _groups(overviews):
        answers = _fetch(session, [one.uid for one in group], items) if items else {}
        for overview in group:
            raw = _assembled(overview, answers.get(overview.uid, {}))
            if raw is not None:
                mails[overview.uid] = Fetched(overview.uid, raw, overview.internaldate)
    return [mails.get(uid) or _read_plainly(session, uid) for uid in uids]


def header_ids(session: Session, uids: Sequence[int]) -> dict[int, str | None]:
    """Message-IDs of mails in the selected folder, None for a mail without one.

    Mails that the server does not return are left out.
    """
    found = header_fields(session, uids, ("MESSAGE-ID",))
    return {uid: _id_in(header) for uid, header in found.items()}


def header_fields(session: Session, uids: Sequence[int], names: Sequence[str]) -> dict[int, bytes]:
    """Some fields of the headers of mails in the selected folder, as they stand there."""
    item = f"BODY.PEEK[HEADER.FIELDS ({' '.join(names)})]"
    found: dict[int, bytes] = {}
    for batch in batches(uids, 500):
        for uid, items in _fetch(session, batch, [item]).items():
            header = _item(items, "BODY[HEADER.FIELDS")
            if header is not None:
                found[uid] = header
    return found


def _overviews(session: Session, uids: Sequence[int]) -> list[_Overview]:
    """What is known of each mail; those whose header or structure is missing are left out."""
    overviews: list[_Overview] = []
    for uid, items in _fetch(session, uids, _OVERVIEW).items():
        header = _item(items, "BODY[HEADER]")
        try:
            part = parts_of(items.get(b"BODYSTRUCTURE"))
        except ValueError as error:
            log.info("fetch.no_structure", uid=uid, reason=str(error))
            continue
        if header:
            leaves = readable(part)[:LEAVES_PER_MAIL]
            overviews.append(_Overview(uid, header, _date(items), part, leaves))
    return overviews


def _groups(
    overviews: Iterable[_Overview],
) -> Iterator[tuple[tuple[str, ...], list[_Overview]]]:
    """Mails that can share a FETCH: the same items, and not too many octets together."""
    by_items: dict[tuple[str, ...], list[_Overview]] = {}
    for overview in overviews:
        by_items.setdefault(overview.items, []).append(overview)
    for items, alike in by_items.items():
        group: list[_Overview] = []
        octets = 0
        for overview in alike:
            if group and octets + overview.octets > OCTETS_PER_FETCH:
                yield items, group
                group, octets = [], 0
            group.append(overview)
            octets += overview.octets
        yield items, group


def _assembled(overview: _Overview, items: _Items) -> bytes | None:
    """The skeleton of a mail; None when a leaf did not come or the parts contradict the header."""
    fetched: dict[str, Leaf] = {}
    for leaf in overview.leaves:
        body = _item(items, f"BODY[{leaf.number}]")
        if body is None and leaf.octets:
            return None
        fetched[leaf.number] = Leaf(_item(items, f"BODY[{leaf.number}.MIME]") or b"", body or b"")
    try:
        return skeleton(overview.header, overview.part, fetched)
    except ValueError as error:
        log.info("fetch.contradiction", uid=overview.uid, reason=str(error))
        return None


def _read_plainly(session: Session, uid: int) -> Fetched | Unreadable:
    """A mail as its header and the beginning of its text, where BODYSTRUCTURE is of no use.

    Several servers send NIL parts or wrong parentheses there, Gmail among them.
    """
    items = _fetch(session, [uid], ("INTERNALDATE", _HEADER, _WHOLE_TEXT)).get(uid, {})
    header, text = _item(items, "BODY[HEADER]"), _item(items, "BODY[TEXT]")
    if header is None:
        log.info("fetch.unreadable", uid=uid)
        return Unreadable(uid, "the server does not return it")
    return Fetched(uid, header.rstrip(b"\r\n") + b"\r\n\r\n" + (text or b""), _date(items))


def _fetch(session: Session, uids: Sequence[int], items: Sequence[str]) -> dict[int, _Items]:
    """FETCH; a set that is refused is halved until the mail that is to blame stands alone.

    Yahoo answers `[UNAVAILABLE]` for single mails for ever; one unparsable answer hides a batch.
    """
    try:
        with session.translated("read mail"):
            return dict(session.client.fetch(list(uids), list(items)))
    except ServerRefused as refusal:
        if len(uids) == 1:
            log.info("fetch.refused", uid=uids[0], reason=refusal.what)
            return {}
    middle = len(uids) // 2
    return {**_fetch(session, uids[:middle], items), **_fetch(session, uids[middle:], items)}


def _item(items: _Items, name: str) -> bytes | None:
    """A FETCH item's bytes by the start of its name: servers spell the rest as they like."""
    wanted = name.encode("ascii")
    for key, value in items.items():
        if key.startswith(wanted) and isinstance(value, bytes):
            return value
    return None


def _date(items: _Items) -> datetime | None:
    value = items.get(b"INTERNALDATE")
    return value if isinstance(value, datetime) else None


def _id_in(header: bytes) -> str | None:
    """The id in a `Message-ID:` header, read as the mail room reads it: they are compared."""
    return headers.message_id(headers.split_header(header)[0].text("message-id"))
