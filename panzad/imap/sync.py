"""Brings a folder's changes over: asks `plan` what to do, does it, yields what happened.

The caller owns persistence. It stores what is yielded, and at each Checkpoint or Done commits it
together with the cursor; killed at any point, the next sync goes on from the last commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from panzad.imap.fetch import Fetched, Unreadable, batches, fetch_batch, header_ids
from panzad.imap.plan import (
    UIDS_PER_SEARCH,
    Compare,
    Cursor,
    FetchNew,
    Known,
    Nothing,
    Rematch,
    after_new,
    compare,
    finished,
    plan,
    probes,
    ranges,
    rematch,
)
from panzad.imap.search import search
from panzad.imap.session import FolderState, Session

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Vanished:
    """These mails are no longer in the folder."""

    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rematched:
    """The folder's UIDs changed: old to new. Known mails that are not in it have vanished."""

    uids: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything yielded so far is whole: commit it with `cursor`.

    `remaining` counts the mails that are still to be fetched, for progress bars.
    """

    cursor: Cursor
    remaining: int


@dataclass(frozen=True, slots=True)
class Done:
    """The folder is as the server has it: commit with `cursor`. Always the last event."""

    cursor: Cursor


SyncEvent = Fetched | Unreadable | Vanished | Rematched | Checkpoint | Done


def changes(
    session: Session,
    folder: str,
    known: Known,
    known_ids: Callable[[], Mapping[int, str]],
) -> Iterator[SyncEvent]:
    """What changed in `folder` since `known`.

    `known_ids` gives the Message-IDs of the known mails by UID; it is called only when UIDVALIDITY
    changed. Raises NetworkError, FolderMissing, ServerRefused.
    """
    state = session.select(folder, readonly=True)
    action = plan(known, state)
    log.debug("sync.planned", folder=folder, action=type(action).__name__, exists=state.exists)
    match action:
        case Nothing():
            yield Done(finished(known, state, ()))
        case FetchNew(from_uid):
            yield from _new(session, known, state, from_uid)
        case Compare():
            yield from _compared(session, known, state)
        case Rematch():
            yield from _rematched(session, state, known_ids())


def _new(session: Session, known: Known, state: FolderState, from_uid: int) -> Iterator[SyncEvent]:
    new = [uid for uid in _list_uids(session, state, from_uid) if uid not in known.uids]
    match after_new(known, state, new):
        case Nothing():
            yield from _fetched(session, known, state, new)
        case Compare():
            yield from _compared(session, known, state)


def _compared(session: Session, known: Known, state: FolderState) -> Iterator[SyncEvent]:
    difference = compare(known, _list_uids(session, state, 1))
    if difference.vanished:
        yield Vanished(difference.vanished)
    yield from _fetched(session, known, state, difference.missing)


def _rematched(
    session: Session, state: FolderState, ours: Mapping[int, str]
) -> Iterator[SyncEvent]:
    theirs = header_ids(session, _list_uids(session, state, 1))
    matches = rematch(ours, theirs)
    log.info("sync.rematched", folder=state.name, known=len(ours), matched=len(matches))
    yield Rematched(matches)
    yield Checkpoint(Cursor(state.uidvalidity, 0, None), len(theirs) - len(matches))
    present = Known(state.uidvalidity, 0, None, frozenset(matches.values()))
    yield from _compared(session, present, state)


def _fetched(
    session: Session, known: Known, state: FolderState, uids: Sequence[int]
) -> Iterator[SyncEvent]:
    """Fetch `uids` (ascending) in batches, the cursor following them."""
    remaining = len(uids)
    for batch in batches(uids):
        yield from fetch_batch(session, batch)
        remaining -= len(batch)
        cursor = Cursor(state.uidvalidity, max(known.last_uid, batch[-1]), known.highestmodseq)
        yield Checkpoint(cursor, remaining)
    yield Done(finished(known, state, uids))


def _list_uids(session: Session, state: FolderState, first: int) -> list[int]:
    """The UIDs from `first` on that were there at the SELECT, ascending.

    Mail that came later waits for the next sync: then the numbers that SELECT told still add up.
    """
    last = None if state.uidnext is None else state.uidnext - 1
    if last is not None and last < first:
        return []
    span = state.exists if last is None else min(state.exists, last - first + 1)
    sequence = probes(state.exists) if span > UIDS_PER_SEARCH else ()
    task = "list its mails"
    cuts = search(session, ",".join(map(str, sequence)), task) if sequence else []
    found: set[int] = set()
    for uids in ranges(first, last, cuts):
        found.update(search(session, f"UID {uids}", task))
    # `n:*` returns the last mail even where it stands below n (RFC 9051 section 9, seq-range).
    return sorted(uid for uid in found if uid >= first)
