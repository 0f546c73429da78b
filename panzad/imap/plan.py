"""Decides what a folder's sync must do: what we know of it and what SELECT said, to one action.

Pure. The truth table (first line that fits wins; the numbers are what SELECT said):

| uidvalidity | uidnext                    | exists              | action                          |
|-------------|----------------------------|---------------------|---------------------------------|
| not known   |                            |                     | FetchNew from 1                 |
| changed     |                            |                     | Rematch                         |
| same        | below what was seen before |                     | Compare                         |
| same        | mails may be new           |                     | FetchNew, then `after_new`      |
| same        | nothing new                | as many as we know  | Nothing                         |
| same        | nothing new                | any other number    | Compare                         |

So a sync without changes costs one SELECT, and deletions are looked for only when the numbers
show that there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# UIDs are at most 10 digits, and imaplib refuses answers over 1,000,000 bytes.
UIDS_PER_SEARCH = 50_000


class State(Protocol):
    """What the planner reads of a SELECT answer (`session.FolderState`)."""

    @property
    def uidvalidity(self) -> int: ...
    @property
    def uidnext(self) -> int | None: ...
    @property
    def exists(self) -> int: ...
    @property
    def highestmodseq(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder is synced: everything up to `last_uid` was taken in or seen gone.

    To be stored in the same transaction as what was yielded before it.
    """

    uidvalidity: int
    last_uid: int
    highestmodseq: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the last sync left: the cursor's fields and every UID that was taken in.

    `uidvalidity` is None before the first sync. `uids` holds the unreadable mails too.
    """

    uidvalidity: int | None
    last_uid: int
    highestmodseq: int | None
    uids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Nothing:
    """The folder is as we left it."""


@dataclass(frozen=True, slots=True)
class FetchNew:
    """List the UIDs from `from_uid` on and fetch them."""

    from_uid: int


@dataclass(frozen=True, slots=True)
class Compare:
    """List all UIDs: some that we know are gone, or some below the cursor were never taken in."""


@dataclass(frozen=True, slots=True)
class Rematch:
    """UIDVALIDITY changed, all UIDs mean other mails: match them by Message-ID."""


Action = Nothing | FetchNew | Compare | Rematch


def plan(known: Known, state: State) -> Action:
    """What a sync of the folder must do."""
    if known.uidvalidity is None:
        return FetchNew(1)
    if known.uidvalidity != state.uidvalidity:
        return Rematch()
    unchanged = state.exists == len(known.uids)
    if state.uidnext is None:
        # 163.com leaves UIDNEXT out. No new mail comes without a new HIGHESTMODSEQ (RFC 7162).
        if known.highestmodseq is not None and known.highestmodseq == state.highestmodseq:
            return Nothing() if unchanged else Compare()
        return FetchNew(known.last_uid + 1)
    if state.uidnext <= known.last_uid:
        # UIDNEXT went down without a new UIDVALIDITY (seen by Delta Chat): what we took for
        # older than the cursor may be new.
        return Compare()
    if state.uidnext > known.last_uid + 1:
        return FetchNew(known.last_uid + 1)
    return Nothing() if unchanged else Compare()


def after_new(known: Known, state: State, new: Sequence[int]) -> Nothing | Compare:
    """Whether the old mails must be compared too, once the `new` UIDs are listed."""
    return Nothing() if state.exists == len(known.uids) + len(new) else Compare()


@dataclass(frozen=True, slots=True)
class Difference:
    """What to forget and what to fetch, UIDs ascending."""

    vanished: tuple[int, ...]
    missing: tuple[int, ...]


def compare(known: Known, on_server: Iterable[int]) -> Difference:
    """The difference between what we took in and all UIDs of the folder."""
    present = frozenset(on_server)
    return Difference(tuple(sorted(known.uids - present)), tuple(sorted(present - known.uids)))


def rematch(ours: Mapping[int, str], theirs: Mapping[int, str | None]) -> dict[int, int]:
    """Old UID to new UID of the same mail, matched by Message-ID.

    Copies of one mail share their id: they are matched in the order of their UIDs, each once.
    """
    places: dict[str, list[int]] = {}
    for uid in sorted(theirs, reverse=True):
        if message_id := theirs[uid]:
            places.setdefault(message_id, []).append(uid)
    return {old: places[ours[old]].pop() for old in sorted(ours) if places.get(ours[old])}


def finished(known: Known, state: State, fetched: Sequence[int]) -> Cursor:
    """The cursor of a sync that came to its end.

    UIDNEXT is the better mark: mails that came and went before we saw them count as seen.
    """
    last = max([known.last_uid, *fetched]) if state.uidnext is None else state.uidnext - 1
    return Cursor(state.uidvalidity, last, state.highestmodseq)


def probes(expected: int) -> tuple[int, ...]:
    """Sequence numbers at which to cut a folder of `expected` mails for listing its UIDs."""
    return tuple(range(UIDS_PER_SEARCH, expected, UIDS_PER_SEARCH))


def ranges(first: int, last: int | None, cuts: Iterable[int]) -> tuple[str, ...]:
    """UID sets that cover `first` to `last` (None: to the end), cut behind each UID of `cuts`."""
    starts = [first]
    for cut in sorted(set(cuts)):
        if starts[-1] <= cut and (last is None or cut < last):
            starts.append(cut + 1)
    ends = [str(start - 1) for start in starts[1:]] + ["*" if last is None else str(last)]
    return tuple(f"{start}:{end}" for start, end in zip(starts, ends, strict=True))
